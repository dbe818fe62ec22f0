//! Who does something, and how we know.

use std::{collections::BTreeSet, net::IpAddr};

use serde::{Deserialize, Serialize};

/// Somebody or something that asks for an operation.
///
/// The fields are public on purpose: an actor is a statement, not a proof. What it is worth is said by its
/// [`Attestation`], and rules decide which attestation is enough.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    clippy::exhaustive_structs,
    reason = "built by every caller; a new fact about an actor is a breaking change"
)]
pub struct Actor {
    /// A stable name, unique within the organisation: a login, not a display name.
    pub id: String,
    /// The roles held; several are allowed.
    #[serde(default)]
    pub roles: BTreeSet<String>,
    /// Where the actor can be reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Where the request came from. Never taken from a header that the client can write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// Whether a person sits there.
    pub kind: ActorKind,
    /// How the identity was established.
    pub attestation: Attestation,
}

impl Actor {
    /// A person known only by what the local machine says.
    #[must_use]
    pub fn local(user: impl Into<String>) -> Self {
        Self {
            id: user.into(),
            roles: BTreeSet::new(),
            email: None,
            address: None,
            kind: ActorKind::Human,
            attestation: Attestation::Claimed,
        }
    }
}

/// Whether a person can be asked something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "rules must handle both; a third is a breaking change")]
pub enum ActorKind {
    /// A person who can be asked for a second factor.
    Human,
    /// A pipeline or a service.
    Automation,
}

/// How an identity was established, from the weakest to the strongest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "by", deny_unknown_fields)]
#[non_exhaustive]
pub enum Attestation {
    /// Nobody but the caller says so: the operating system's user, a flag.
    Claimed,
    /// The store answered for the token that was presented.
    Store {
        /// The store's address.
        url: String,
        /// The staff user's or the app's id there.
        id: String,
    },
    /// An issuer's signature over the identity was verified.
    Signed {
        /// Who signed: for a pipeline, the OIDC issuer.
        issuer: String,
        /// Whom the signature names.
        subject: String,
    },
}

impl Attestation {
    /// Whether somebody other than the caller vouches for the identity.
    #[must_use]
    pub const fn is_attested(&self) -> bool {
        !matches!(self, Self::Claimed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_local_claim_is_no_attestation() {
        let actor = Actor::local("maria");
        assert!(!actor.attestation.is_attested());
        let signed = Attestation::Signed { issuer: "https://ci.example".into(), subject: "repo:a/b".into() };
        assert!(signed.is_attested());
        assert!(signed > actor.attestation);
    }

    #[test]
    fn an_actor_reads_back_and_refuses_what_it_does_not_know() {
        let mut actor = Actor::local("maria");
        actor.roles.insert("devops".into());
        actor.address = Some("2001:db8::1".parse().unwrap());
        let json = serde_json::to_string(&actor).unwrap();
        assert_eq!(serde_json::from_str::<Actor>(&json).unwrap(), actor);
        let extra = json.replacen('{', "{\"admin\":true,", 1);
        assert!(serde_json::from_str::<Actor>(&extra).unwrap_err().to_string().contains("admin"));
    }
}
