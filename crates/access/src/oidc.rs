//! Who a pipeline is, as its system signs it: tokens of [OpenID Connect](https://openid.net/specs/openid-connect-core-1_0.html),
//! verified.
//!
//! A token counts when one of the issuer's published keys has signed it, it is meant for our audience, it comes from the issuer
//! itself, and it holds now. The keys are asked for each time: they change within days, and a program that runs once has
//! nothing to keep.
//!
//! What is asked, at the issuer's address: `/.well-known/openid-configuration`, which names the address of the keys, and that.
//! Nothing of a token is quoted in errors. The futures run on tokio, with its I/O and time drivers.

mod github;
mod verify;

use std::{fmt, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::{Map, Value};
use storeward_core::{
    Actor, Attestation, Fault, PortError, SecretString,
    actor::ActorKind,
    http::{Address, Client, Limits, Method},
};

pub use self::github::{GITHUB, request};

/// What this port is called in errors.
const PORT: &str = "identity issuer";

/// How far two clocks may be apart.
pub const LEEWAY: TimeDelta = TimeDelta::seconds(60);

/// The longest answer that is read, in bytes. An issuer has a few keys of some 500 bytes each.
const LONGEST: usize = 1 << 18;

/// Whoever signs identities.
#[derive(Debug, Clone)]
pub struct Issuer {
    /// As it stands in `iss`.
    name: String,
    address: Address,
    audience: String,
    client: Client,
}

/// What a token says, and its issuer has signed.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Identity {
    /// Who signed it.
    pub issuer: String,
    /// Whom it names (`sub`), such as `repo:shop/store:environment:production`.
    pub subject: String,
    /// When it ends.
    pub expires: DateTime<Utc>,
    claims: Map<String, Value>,
}

impl Identity {
    /// What it says besides, if that is a text: of GitHub `repository`, `ref`, `environment`, `actor`, `event_name`,
    /// `job_workflow_ref` and others.
    #[must_use]
    pub fn claim(&self, name: &str) -> Option<&str> {
        self.claims.get(name)?.as_str()
    }

    /// An automation of this name, without roles.
    #[must_use]
    pub fn into_actor(self) -> Actor {
        let attestation = Attestation::Signed { issuer: self.issuer, subject: self.subject.clone() };
        Actor { kind: ActorKind::Automation, attestation, ..Actor::local(self.subject) }
    }
}

/// Why a token names nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// It is no signed token, or its claims are not those of an identity.
    Malformed,
    /// It is signed in a way that is not taken: only RS256 and ES256 are.
    Algorithm,
    /// It is signed with a key that the issuer does not have.
    UnknownKey,
    /// Its signature is not that of the key.
    Signature,
    /// Another issuer made it.
    Issuer,
    /// It is meant for somebody else.
    Audience,
    /// It has expired.
    Expired,
    /// It does not hold yet.
    NotYet,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "it is no identity token",
            Self::Algorithm => "it is signed in a way that is not taken (RS256 and ES256 are)",
            Self::UnknownKey => "it is signed with a key that the issuer does not have",
            Self::Signature => "its signature is wrong",
            Self::Issuer => "another issuer made it",
            Self::Audience => "it is meant for somebody else",
            Self::Expired => "it has expired",
            Self::NotYet => "it does not hold yet",
        })
    }
}

#[derive(Deserialize)]
struct Configuration {
    issuer: String,
    jwks_uri: String,
}

impl Issuer {
    /// An issuer by its address, as it stands in `iss`, and whom its tokens must be meant for. An answer may take ten seconds.
    ///
    /// # Errors
    ///
    /// [`Fault::Invalid`] for an address that is not https and not on this machine, or where the system's certificates cannot
    /// be read.
    pub fn new(address: &str, audience: impl Into<String>) -> Result<Self, PortError> {
        let failed = |failure: storeward_core::http::Failure| failure.of(PORT);
        let limits = Limits::within(Duration::from_secs(10), LONGEST);
        Ok(Self {
            name: address.to_owned(),
            address: Address::new("the issuer", address).map_err(failed)?,
            audience: audience.into(),
            client: Client::new(limits).map_err(failed)?,
        })
    }

    /// Whom a token names. `Ok(Err(…))` is a token that names nobody, and why.
    ///
    /// # Errors
    ///
    /// When the issuer does not answer, or with something else than its keys. Nobody is let in then.
    pub async fn verify(
        &self,
        token: &SecretString,
        now: DateTime<Utc>,
    ) -> Result<Result<Identity, Refusal>, PortError> {
        // What cannot be verified by any key needs no keys.
        let key = match verify::key_of(token) {
            Ok(key) => key,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let keys = self.keys().await?;
        Ok(verify::verify(token, &key, &keys, &self.name, &self.audience, now))
    }

    async fn keys(&self) -> Result<jsonwebtoken::jwk::JwkSet, PortError> {
        let address = self.address.below(".well-known/openid-configuration");
        let configuration: Configuration = self.get(address).await?;
        if configuration.issuer != self.name {
            return Err(PortError::new(PORT, Fault::Invalid, "the address is that of another issuer"));
        }
        let keys = Address::new("the issuer's keys", &configuration.jwks_uri);
        self.get(keys.map_err(|failure| failure.of(PORT))?.url().clone()).await
    }

    async fn get<T: serde::de::DeserializeOwned>(
        &self,
        url: storeward_core::http::Url,
    ) -> Result<T, PortError> {
        let request = self.client.request(Method::GET, url);
        let answer = self.client.send(request).await.map_err(|failure| failure.of(PORT))?;
        match answer.status {
            200 => answer.json().map_err(|failure| failure.of(PORT)),
            429 => Err(PortError::new(PORT, Fault::Limited, "it asks for patience (HTTP 429)")),
            500.. => Err(PortError::new(
                PORT,
                Fault::Unreachable,
                format!("it has failed (HTTP {})", answer.status),
            )),
            status => {
                Err(PortError::new(PORT, Fault::Invalid, format!("it has no keys there (HTTP {status})")))
            }
        }
    }
}

#[cfg(test)]
mod tests;
