//! What satisfies an obligation: a statement about one operation, by somebody whom the engine was told to believe.
//!
//! Nobody makes a [`Proof`] from a truth value. It comes from an [`Issuer`], and an engine believes only the issuers
//! it was given with [`Engine::trusting`](crate::Engine::trusting). Whoever wires a program makes one issuer for each kind
//! of obligation and hands it to the part that does the checking: the one for second factors to what verifies codes, the
//! one for approvals to what counts votes, the one for audit events to what writes them. Code that has no issuer can
//! make requests, but no proof; code that makes an issuer of its own makes proofs that no engine believes.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use storeward_core::{Actor, ChangeDigest, Operation};

use crate::{
    ObligationKind, Request,
    permission::{changes_configuration, changes_something},
};

/// What an issuer has seen, and for what it stands.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_structs, reason = "built by every issuer; a new binding is a breaking change")]
pub struct Evidence {
    /// The id of the actor who may use it.
    pub actor: String,
    /// The operation it is for.
    pub operation: Operation,
    /// The canonical name of the environment it is for.
    pub environment: String,
    /// The change it is for. Without one it is for operations that apply none.
    pub change: Option<ChangeDigest>,
    /// Since when it holds. A clock that goes back behind this ends it.
    pub from: DateTime<Utc>,
    /// Until when it holds, that moment excluded.
    pub until: DateTime<Utc>,
    /// Who said so: needed where another person's word is asked for.
    pub by: Option<Actor>,
    /// Where it can be looked up: the id of a session, an approval, an event.
    pub reference: String,
}

/// The right to state that one kind of obligation is met. It cannot be copied: whoever holds it was given it.
#[derive(Debug)]
pub struct Issuer {
    id: u64,
    kind: ObligationKind,
}

impl Issuer {
    /// An issuer that no engine believes yet.
    #[must_use]
    pub fn new(kind: ObligationKind) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self { id: NEXT.fetch_add(1, Ordering::Relaxed), kind }
    }

    pub(crate) const fn id(&self) -> u64 {
        self.id
    }

    /// States that the evidence was seen.
    ///
    /// # Errors
    ///
    /// [`InvalidEvidence`] when it is about nobody, never holds, lacks the person who said so, or names the actor as that
    /// person.
    pub fn issue(&self, evidence: Evidence) -> Result<Proof, InvalidEvidence> {
        if !self.kind.is_before() {
            return Err(InvalidEvidence::NotBefore);
        }
        if evidence.actor.is_empty() {
            return Err(InvalidEvidence::NoActor);
        }
        if evidence.until <= evidence.from {
            return Err(InvalidEvidence::NeverHolds);
        }
        if self.kind.is_by_another() {
            match &evidence.by {
                None => return Err(InvalidEvidence::NoOther(self.kind)),
                Some(by) if by.id.is_empty() => return Err(InvalidEvidence::NoOther(self.kind)),
                Some(by) if by.id == evidence.actor => return Err(InvalidEvidence::Own(self.kind)),
                Some(_) => {}
            }
        }
        Ok(Proof { issuer: self.id, kind: self.kind, evidence })
    }
}

/// Why evidence proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidEvidence {
    /// The actor has no id.
    #[error("evidence about nobody")]
    NoActor,
    /// It ends before it begins.
    #[error("evidence that ends before it begins")]
    NeverHolds,
    /// Nobody else is named.
    #[error("evidence of `{0}` names nobody else who said so")]
    NoOther(ObligationKind),
    /// The actor is named as the other person.
    #[error("evidence of `{0}` is the actor's own word")]
    Own(ObligationKind),
    /// The kind is met after the operation only.
    #[error("a review afterwards cannot be proved beforehand")]
    NotBefore,
}

/// States that an obligation of one kind is met, for one actor, operation, environment and change, until an end.
#[derive(Debug)]
pub struct Proof {
    issuer: u64,
    kind: ObligationKind,
    evidence: Evidence,
}

impl Proof {
    /// The kind of obligation that it meets.
    #[must_use]
    pub const fn kind(&self) -> ObligationKind {
        self.kind
    }

    /// What was seen.
    #[must_use]
    pub const fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// Whether it meets this obligation of the request, and if not, what it lacks.
    pub(crate) fn meets(
        &self,
        kind: ObligationKind,
        request: &Request<'_>,
        trusted: &[u64],
    ) -> Result<(), Lack> {
        let evidence = &self.evidence;
        if !self.kind.includes(kind) {
            Err(Lack::Kind)
        } else if !trusted.contains(&self.issuer) {
            Err(Lack::Trust)
        } else if evidence.actor != request.actor.id {
            Err(Lack::Actor)
        } else if evidence.operation != request.operation {
            Err(Lack::Operation)
        } else if evidence.environment != request.environment.name() {
            Err(Lack::Environment)
        } else if evidence.change.as_ref() != request.change {
            Err(Lack::Change)
        } else if request.change.is_none() && kind.is_by_another() && changes_configuration(request.operation)
        {
            Err(Lack::NoChange)
        } else if request.now < evidence.from || request.now >= evidence.until {
            Err(Lack::Time)
        } else {
            Ok(())
        }
    }
}

/// Why a proof does not meet an obligation of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lack {
    Kind,
    Trust,
    Actor,
    Operation,
    Environment,
    Change,
    NoChange,
    Time,
    Role,
}

impl Lack {
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Kind => "none was presented",
            Self::Trust => "the one presented comes from an issuer that is not trusted",
            Self::Actor => "the one presented is for another actor",
            Self::Operation => "the one presented is for another operation",
            Self::Environment => "the one presented is for another environment",
            Self::Change => "the one presented is for another change",
            Self::NoChange => "the request does not say which change it applies",
            Self::Time => "the one presented does not hold at this time",
            Self::Role => "whoever gave the one presented holds no role that reviews security",
        }
    }
}

/// Whether this kind of obligation has a meaning for the operation. `restriction` says which restriction asks for what.
pub(crate) const fn is_asked(kind: ObligationKind, operation: Operation) -> bool {
    match kind {
        ObligationKind::CodeReview => changes_configuration(operation),
        ObligationKind::Approval | ObligationKind::SecurityReview => changes_something(operation),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence() -> Evidence {
        let from = DateTime::UNIX_EPOCH;
        Evidence {
            actor: "maria".into(),
            operation: Operation::Deploy,
            environment: "staging".into(),
            change: None,
            from,
            until: from + chrono::TimeDelta::minutes(15),
            by: None,
            reference: "session 1".into(),
        }
    }

    #[test]
    fn evidence_that_proves_nothing_is_refused() {
        let mfa = Issuer::new(ObligationKind::Mfa);
        assert!(mfa.issue(evidence()).is_ok());
        let nobody = Evidence { actor: String::new(), ..evidence() };
        assert_eq!(mfa.issue(nobody).unwrap_err(), InvalidEvidence::NoActor);
        let never = Evidence { until: DateTime::UNIX_EPOCH, ..evidence() };
        assert_eq!(mfa.issue(never).unwrap_err(), InvalidEvidence::NeverHolds);
        let after = Issuer::new(ObligationKind::ReviewAfter);
        assert_eq!(after.issue(evidence()).unwrap_err(), InvalidEvidence::NotBefore);
    }

    #[test]
    fn another_persons_word_is_not_ones_own() {
        for kind in [ObligationKind::Approval, ObligationKind::CodeReview, ObligationKind::SecurityReview] {
            let issuer = Issuer::new(kind);
            assert_eq!(issuer.issue(evidence()).unwrap_err(), InvalidEvidence::NoOther(kind));
            let own = Evidence { by: Some(Actor::local("maria")), ..evidence() };
            assert_eq!(issuer.issue(own).unwrap_err(), InvalidEvidence::Own(kind));
            let nameless = Evidence { by: Some(Actor::local("")), ..evidence() };
            assert!(issuer.issue(nameless).is_err());
            let other = Evidence { by: Some(Actor::local("jonas")), ..evidence() };
            assert!(issuer.issue(other).is_ok());
        }
    }
}
