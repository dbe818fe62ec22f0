//! A Saleor store, asked over GraphQL.
//!
//! [`Saleor`] tells whose a token is; [`SaleorAdmin`] makes and ends tokens, and shuts apps and people out. Both run in a
//! tokio runtime that has its input, output and time enabled.
//!
//! Measured with Saleor 3.23: a wrong token is taken for none, and public questions are answered to anybody with HTTP 200;
//! `app` without an id is the token's own app, and `me` the user of a user's token.
//!
//! ```no_run
//! use storeward_core::SecretString;
//! use storeward_token::{PermissionProbe, Saleor};
//!
//! # async fn ask(token: SecretString) -> Result<(), Box<dyn std::error::Error>> {
//! let store = Saleor::new("https://store.example/graphql/")?;
//! let identity = store.identify(&token).await?;
//! println!("{:?} may {:?}", identity.holder, identity.permissions);
//! # Ok(())
//! # }
//! ```

mod admin;
mod fault;
mod http;
mod itself;
mod limits;
mod queries;
#[cfg(feature = "testing")]
pub mod testing;

use std::collections::BTreeSet;

use cynic::QueryBuilder;
use storeward_core::{BoxFuture, PortError, SecretString, http::Failure};

pub use self::{
    admin::{App, Changed, SaleorAdmin},
    itself::Itself,
    limits::Limits,
};
use self::{
    fault::Said,
    http::{Http, Kind, nonsense},
    queries::{AppToken, Introspection, TokenApp, TokenUser},
};
use crate::port::{Holder, Identity, Listed, PermissionProbe, Refusal, SmokeTest};

/// A store that is asked with the token in question and nothing else.
#[derive(Debug, Clone)]
pub struct Saleor {
    http: Http,
}

impl Saleor {
    /// A store, by the address of its GraphQL: `https://store.example/graphql/`, with the slash at its end. If the process
    /// has no provider for rustls yet, ring becomes that.
    ///
    /// # Errors
    ///
    /// [`Fault::Invalid`](storeward_core::Fault::Invalid) for an address that tokens must not be sent to (not https and not
    /// this machine, or with a password or a query in it), or where the system's certificates cannot be read.
    pub fn new(address: &str) -> Result<Self, PortError> {
        Self::with_limits(address, Limits::default())
    }

    /// The same, within other limits.
    ///
    /// # Errors
    ///
    /// As of [`new`](Self::new).
    pub fn with_limits(address: &str, limits: Limits) -> Result<Self, PortError> {
        let http = Http::new(address, limits).map_err(|failure| failure.of(PROBE))?;
        Ok(Self { http })
    }

    /// The same store, asked in the name of an administrator: a member of the staff, or on Saleor 3.23 an app with
    /// `MANAGE_APPS`.
    #[must_use]
    pub fn as_admin(&self, token: SecretString) -> SaleorAdmin {
        SaleorAdmin::new(self.http.clone(), token)
    }

    async fn app(&self, token: &SecretString) -> Result<Found, Failure> {
        let reply = self.http.ask(Kind::Query, &TokenApp::build(()), token).await?;
        match (reply.errors.as_slice(), reply.data.and_then(|data| data.app)) {
            ([], Some(app)) => {
                let App { id, name, active, permissions, tokens } = App::try_from(app)?;
                Ok(Found::Somebody(Holder::App { id, name, active, tokens }, permissions))
            }
            ([], None) | ([Said::PermissionDenied], None) => Ok(Found::Nobody(None)),
            ([said, ..], _) => refusal(*said).map(Found::Nobody),
        }
    }

    async fn user(&self, token: &SecretString) -> Result<Found, Failure> {
        let reply = self.http.ask(Kind::Query, &TokenUser::build(()), token).await?;
        match (reply.errors.as_slice(), reply.data.and_then(|data| data.me)) {
            ([], Some(user)) if user.is_staff => {
                let permissions = user.user_permissions.ok_or_else(nonsense)?;
                let codes = permissions.into_iter().map(|permission| permission.code.into_code()).collect();
                let id = user.id.into_inner();
                Ok(Found::Somebody(Holder::Staff { id, email: user.email, active: user.is_active }, codes))
            }
            ([], Some(_)) => Ok(Found::Nobody(Some(Refusal::Customer))),
            ([], None) | ([Said::PermissionDenied], None) => Ok(Found::Nobody(None)),
            ([said, ..], _) => refusal(*said).map(Found::Nobody),
        }
    }
}

impl PermissionProbe for Saleor {
    fn identify<'a>(&'a self, token: &'a SecretString) -> BoxFuture<'a, Result<Identity, PortError>> {
        Box::pin(async move {
            let mut found = self.app(token).await.map_err(|failure| failure.of(PROBE))?;
            if matches!(found, Found::Nobody(None)) {
                found = self.user(token).await.map_err(|failure| failure.of(PROBE))?;
            }
            Ok(match found {
                Found::Somebody(holder, permissions) => Identity { holder, permissions, refusal: None },
                Found::Nobody(refusal) => {
                    Identity { holder: Holder::Nobody, permissions: BTreeSet::new(), refusal }
                }
            })
        })
    }
}

/// Asks for the names of the API's roots, as every tool that reads a schema does: the token must not be in its way.
impl SmokeTest for Saleor {
    fn name(&self) -> &str {
        "introspection"
    }

    fn run<'a>(&'a self, token: &'a SecretString) -> BoxFuture<'a, Result<Result<(), String>, PortError>> {
        Box::pin(async move {
            let failed = |failure: Failure| failure.of("smoke test");
            let reply = self.http.ask(Kind::Query, &Introspection::build(()), token).await.map_err(failed)?;
            let roots = reply.whole().map_err(failed)?.schema;
            let name = roots.query_type.name.as_deref();
            let mutations = roots.mutation_type.and_then(|root| root.name);
            Ok(if (name, mutations.as_deref()) == (Some("Query"), Some("Mutation")) {
                Ok(())
            } else {
                Err("the API has other roots than Saleor's: it is none".to_owned())
            })
        })
    }
}

/// What this port is called in errors.
const PROBE: &str = "permission probe";

/// Whose a token is, as far as one question tells.
enum Found {
    Somebody(Holder, BTreeSet<String>),
    Nobody(Option<Refusal>),
}

/// An error that says that a token opens nothing is an answer.
fn refusal(said: Said) -> Result<Option<Refusal>, Failure> {
    match said {
        Said::Token(refusal) => Ok(Some(refusal)),
        // Apps and the staff are let in even then.
        Said::Closed => Ok(Some(Refusal::Closed)),
        said => Err(said.failure()),
    }
}

impl From<AppToken> for Listed {
    fn from(token: AppToken) -> Self {
        Self {
            id: token.id.into_inner(),
            name: token.name.unwrap_or_default(),
            ending: token.auth_token.unwrap_or_default(),
        }
    }
}
