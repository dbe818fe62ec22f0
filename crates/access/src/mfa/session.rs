//! Step-up sessions: what a second factor was shown for, and until when it counts.
//!
//! A session is known by a random id, of which only a hash is kept. It holds for what it was made for and for nothing
//! else: another actor, operation, environment or change needs another code.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use ring::digest::{SHA256, digest};
use serde::Serialize;
use storeward_core::{ChangeDigest, Environment, Operation, SecretString};

use super::random::{self, NoRandomness, hex};

/// How long a session holds.
pub const LENGTH: TimeDelta = TimeDelta::minutes(15);

/// What a second factor is shown for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct Scope {
    /// Who shows it: the id of an [`Actor`](storeward_core::Actor).
    pub actor: String,
    /// For which class of operation.
    pub operation: Operation,
    /// In which environment, by its canonical name.
    pub environment: String,
    /// For which change, if there is one that can be told from others.
    pub change: Option<ChangeDigest>,
}

impl Scope {
    /// An operation by somebody somewhere, of no change in particular. A session for that holds for no change either.
    #[must_use]
    pub fn new(actor: impl Into<String>, operation: Operation, environment: &Environment) -> Self {
        Self { actor: actor.into(), operation, environment: environment.name().to_owned(), change: None }
    }

    /// The same for one change.
    #[must_use]
    pub fn of_change(self, change: ChangeDigest) -> Self {
        Self { change: Some(change), ..self }
    }
}

/// The id of a session: whoever has it has the session. 256 random bits, in base64.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionId(SecretString);

impl SessionId {
    pub(super) fn generate() -> Result<Self, NoRandomness> {
        Ok(Self(URL_SAFE_NO_PAD.encode(random::bytes::<32>()?).into()))
    }

    /// The id as somebody hands it in. Any text is one, though not of a session.
    #[must_use]
    pub fn read(text: &SecretString) -> Self {
        Self(text.expose().trim().into())
    }

    /// The id, to be handed out.
    #[must_use]
    pub const fn written(&self) -> &SecretString {
        &self.0
    }

    /// What is kept of it. A fast hash will do, since nobody finds 256 bits by trying.
    #[must_use]
    pub fn hash(&self) -> SessionHash {
        SessionHash(hex(digest(&SHA256, self.0.expose().as_bytes()).as_ref()))
    }
}

/// SHA-256 of a session's id, as 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionHash(String);

impl SessionHash {
    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

storeward_core::vocabulary! {
    /// What was shown.
    #[non_exhaustive]
    pub enum Method: "method" {
        /// A one-time code, verified here.
        Totp = "totp",
        /// A recovery code, verified here.
        Recovery = "recovery",
        /// A code, verified by a provider.
        ProviderCode = "provider_code",
        /// Agreement to a provider's question on a device.
        ProviderPush = "provider_push",
    }
}

/// What is kept of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "what stores keep; a new field is a breaking change for them")]
pub struct SessionRecord {
    /// By what it is found.
    pub hash: SessionHash,
    /// For what it holds.
    pub scope: Scope,
    /// What was shown.
    pub method: Method,
    /// When, to the microsecond.
    pub begins: DateTime<Utc>,
    /// From then on it no longer holds.
    pub ends: DateTime<Utc>,
    /// Whether it serves once.
    pub once: bool,
}

impl SessionRecord {
    pub(super) fn begin(
        id: &SessionId,
        scope: Scope,
        method: Method,
        once: bool,
        now: DateTime<Utc>,
    ) -> Self {
        let begins = now.trunc_subsecs(6);
        let ends = begins.checked_add_signed(LENGTH).unwrap_or(begins);
        Self { hash: id.hash(), scope, method, begins, ends, once }
    }

    /// Whether it holds for this now.
    ///
    /// # Errors
    ///
    /// Why it does not.
    pub fn judge(&self, scope: &Scope, now: DateTime<Utc>) -> Result<(), NoSession> {
        if self.scope != *scope {
            return Err(NoSession::OtherScope);
        }
        if now < self.begins {
            return Err(NoSession::ClockWentBack);
        }
        // A record that claims to be longer than any was made by somebody else.
        if now >= self.ends || self.ends.signed_duration_since(self.begins) > LENGTH {
            return Err(NoSession::Ended);
        }
        Ok(())
    }

    pub(super) fn verified(self) -> Verified {
        let Self { scope, method, begins, ends, .. } = self;
        Verified { scope, method, since: begins, until: ends }
    }
}

/// Why there is no session that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "an answer that callers must handle whole")]
pub enum NoSession {
    /// There is none with this id: it was used, ended by a logout or a reset, or there never was one.
    #[error("there is no such session, or no more")]
    Unknown,
    /// It was made for another actor, operation, environment or change.
    #[error("the session was made for something else")]
    OtherScope,
    /// It was made in what is now the future.
    #[error("the clock went back behind the session's beginning")]
    ClockWentBack,
    /// Its time is over.
    #[error("the session has ended")]
    Ended,
}

/// The proof that an actor has shown a second factor for an operation. It is made by
/// [`Mfa::check`](super::Mfa::check) alone, and cannot be copied: who needs it takes it.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "it is what the check was made for"]
pub struct Verified {
    scope: Scope,
    method: Method,
    since: DateTime<Utc>,
    until: DateTime<Utc>,
}

impl Verified {
    /// Whether it proves it for this, now.
    #[must_use]
    pub fn covers(&self, scope: &Scope, now: DateTime<Utc>) -> bool {
        self.scope == *scope && (self.since..self.until).contains(&now)
    }

    /// For what it was shown.
    #[must_use]
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// What was shown.
    #[must_use]
    pub const fn method(&self) -> Method {
        self.method
    }

    /// When it was shown.
    #[must_use]
    pub const fn since(&self) -> DateTime<Utc> {
        self.since
    }

    /// When it no longer counts.
    #[must_use]
    pub const fn until(&self) -> DateTime<Utc> {
        self.until
    }
}

#[cfg(test)]
mod tests {
    use storeward_core::{Environments, Tier};

    use super::*;

    fn scope() -> Scope {
        Scope::new("maria", Operation::Deploy, &Tier::Production.into())
            .of_change(ChangeDigest::of(b"change"))
    }

    fn begun() -> SessionRecord {
        let now = DateTime::UNIX_EPOCH + TimeDelta::nanoseconds(1_999);
        SessionRecord::begin(&SessionId::generate().unwrap(), scope(), Method::Totp, false, now)
    }

    #[test]
    fn it_holds_for_fifteen_minutes() {
        let session = begun();
        assert_eq!(session.begins, DateTime::UNIX_EPOCH + TimeDelta::microseconds(1), "as stores keep it");
        let micro = TimeDelta::microseconds(1);
        for (now, expected) in [
            (session.begins, Ok(())),
            (session.begins + LENGTH - micro, Ok(())),
            (session.begins + LENGTH, Err(NoSession::Ended)),
            (session.begins - micro, Err(NoSession::ClockWentBack)),
            (DateTime::<Utc>::MAX_UTC, Err(NoSession::Ended)),
            (DateTime::<Utc>::MIN_UTC, Err(NoSession::ClockWentBack)),
        ] {
            assert_eq!(session.judge(&scope(), now), expected, "{now}");
            let proof = session.clone().verified();
            assert_eq!(proof.covers(&scope(), now), expected.is_ok(), "{now}");
        }
        let longer = SessionRecord { ends: session.ends + micro, ..session.clone() };
        assert_eq!(longer.judge(&scope(), longer.begins), Err(NoSession::Ended), "nobody made that here");
    }

    #[test]
    fn it_holds_for_what_it_was_made_for() {
        let (session, scope) = (begun(), scope());
        let mut environments = Environments::default();
        environments.declare("eu", Tier::Production, &[]).unwrap();
        let eu = environments.resolve("eu").unwrap();
        for other in [
            Scope { actor: "mario".into(), ..scope.clone() },
            Scope { operation: Operation::MassUpdate, ..scope.clone() },
            Scope { environment: eu.name().to_owned(), ..scope.clone() },
            Scope { change: None, ..scope.clone() },
            scope.clone().of_change(ChangeDigest::of(b"changes")),
        ] {
            assert_eq!(session.judge(&other, session.begins), Err(NoSession::OtherScope), "{other:?}");
            assert!(!session.clone().verified().covers(&other, session.begins), "{other:?}");
        }
        let of_none = SessionRecord { scope: Scope { change: None, ..scope.clone() }, ..session };
        assert_eq!(of_none.judge(&scope, of_none.begins), Err(NoSession::OtherScope), "none is not any");
    }

    #[test]
    fn an_id_is_long_and_shows_nothing() {
        let (one, two) = (SessionId::generate().unwrap(), SessionId::generate().unwrap());
        assert_ne!(one.written().expose(), two.written().expose());
        assert_eq!(one.written().expose().len(), 43, "256 bits in base64");
        assert_eq!(SessionId::read(&format!("{}\n", one.written().expose()).into()).hash(), one.hash());
        assert!(!format!("{one:?} {:?}", one.hash()).contains(one.written().expose()));
        // `printf EXAMPLE | sha256sum`
        let hash = SessionId::read(&"EXAMPLE".into()).hash();
        assert_eq!(hash.as_str(), "f2e8378c30d317abfcddf9e67472c7569cfaf24573095ccead2969adae665cff");
    }
}
