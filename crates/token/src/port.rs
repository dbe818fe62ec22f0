//! The traits through which this crate reaches the world.

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};
use storeward_core::{BoxFuture, PortError, SecretString};

/// Tells whose a token is and what it may do.
pub trait PermissionProbe: Send + Sync {
    /// Asks the store with nothing but this token.
    ///
    /// That the store answers at all proves nothing: it takes a wrong token for no token, and answers anybody.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked, or its answer makes no sense. A token that opens nothing is an answer:
    /// [`Holder::Nobody`].
    fn identify<'a>(&'a self, token: &'a SecretString) -> BoxFuture<'a, Result<Identity, PortError>>;
}

/// What a store says of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "made by every probe")]
pub struct Identity {
    /// Whose it is.
    pub holder: Holder,
    /// The codes of the permissions it carries, such as `MANAGE_PRODUCTS`.
    pub permissions: BTreeSet<String>,
    /// Why the holder is [`Holder::Nobody`], if the store says; nothing for any other holder.
    pub refusal: Option<Refusal>,
}

/// Why a store takes a token for none. Of an app's token it never says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// It has expired.
    Expired,
    /// It is not signed by this store.
    Signature,
    /// It was ended, or its user is not active or not there any more.
    Invalid,
    /// It is a customer's. It opens an account, but nothing of the store's.
    Customer,
    /// The store is closed to the public, and takes it for the public's.
    Closed,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Expired => "it has expired",
            Self::Signature => "it is not signed by this store",
            Self::Invalid => "it was ended, or its user is not active",
            Self::Customer => "it is a customer's",
            Self::Closed => "the store is closed to the public, and does not know it",
        })
    }
}

/// Who may hold a token.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the holders that Saleor 3.23 knows")]
pub enum Holder {
    /// An app.
    App {
        /// Its id in the API.
        id: String,
        /// What it is called.
        name: String,
        /// An inactive app's tokens open nothing.
        active: bool,
        /// Its tokens, this one among them.
        tokens: Vec<Listed>,
    },
    /// A member of the staff.
    Staff {
        /// Their id in the API.
        id: String,
        /// Their e-mail address.
        email: String,
        /// Whether the account is active.
        active: bool,
    },
    /// Nobody: the store took the token for none.
    Nobody,
}

/// A token as the store lists it. It keeps no more of it than this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "made by every probe and issuer")]
pub struct Listed {
    /// Its id in the API, by which it is revoked.
    pub id: String,
    /// Its name, which may be empty or repeated.
    pub name: String,
    /// Its last four characters.
    pub ending: String,
}

/// Makes tokens for an app, and ends them.
pub trait TokenIssuer: Send + Sync {
    /// Makes a token. Its text is shown this once.
    ///
    /// # Errors
    ///
    /// [`Fault::Refused`](storeward_core::Fault::Refused) when whoever asks may not. After
    /// [`Fault::TimedOut`](storeward_core::Fault::TimedOut) and
    /// [`Fault::Unreachable`](storeward_core::Fault::Unreachable) there may be a token that nobody knows: look for its
    /// name.
    fn issue<'a>(&'a self, app: &'a str, name: &'a str) -> BoxFuture<'a, Result<Issued, PortError>>;

    /// The tokens that an app has.
    ///
    /// # Errors
    ///
    /// [`Fault::NotFound`](storeward_core::Fault::NotFound) when there is no such app.
    fn list<'a>(&'a self, app: &'a str) -> BoxFuture<'a, Result<Vec<Listed>, PortError>>;

    /// Ends a token at once. One that is not there is no error: it is dead.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked, or refuses.
    fn revoke<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), PortError>>;
}

/// A new token.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by every issuer")]
pub struct Issued {
    /// Its id in the API.
    pub id: String,
    /// The token.
    pub token: SecretString,
}

/// Tries out whether a token does what it is for.
pub trait SmokeTest: Send + Sync {
    /// What it is called in reports.
    fn name(&self) -> &str;

    /// Uses the token once. `Ok(Err(…))` is a test that failed, and why, in words that hold no secret.
    ///
    /// # Errors
    ///
    /// When the test could not be made at all.
    fn run<'a>(&'a self, token: &'a SecretString) -> BoxFuture<'a, Result<Result<(), String>, PortError>>;
}

/// Keeps one secret, so that others find it.
///
/// Every adapter passes the contract in [`contract`](crate::store::contract).
pub trait SecretStore: Send + Sync {
    /// Where that is, for a person: `.env.local, SALEOR_TOKEN`. It holds no secret.
    fn place(&self) -> String;

    /// The secret and its version; nothing if there is none yet.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    fn read(&self) -> BoxFuture<'_, Result<Option<Stored>, PortError>>;

    /// Puts a secret in the place of the one with this version, or where there is none if it is `None`.
    ///
    /// # Errors
    ///
    /// [`Fault::Conflict`](storeward_core::Fault::Conflict) when another version stands there; nothing is changed then. A
    /// store whose medium cannot compare and replace in one step looks first and says so in its documentation.
    /// After [`Fault::TimedOut`](storeward_core::Fault::TimedOut) and
    /// [`Fault::Unreachable`](storeward_core::Fault::Unreachable) it may or may not be there: read it.
    fn write<'a>(
        &'a self,
        secret: &'a SecretString,
        over: Option<&'a Version>,
    ) -> BoxFuture<'a, Result<Version, PortError>>;
}

/// A secret as a store has it.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by every store")]
pub struct Stored {
    /// The secret.
    pub secret: SecretString,
    /// Its version.
    pub version: Version,
}

/// What tells one content of a store from the next: a number, a hash, an id; whatever the store has. It holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version(String);

impl Version {
    /// A version, as the store names it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// As the store names it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
