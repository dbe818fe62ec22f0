//! Decisions as data.

use serde::Serialize;
use storeward_core::Attestation;

use super::Decision;
use crate::ObligationKind;

/// A decision with all words made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DecisionReport {
    /// Whether the operation may run now, with nothing left to prove.
    pub allowed: bool,
    /// Why, in words.
    pub reason: String,
    /// What decided.
    pub decided_by: DecidedByReport,
    /// What is asked for.
    pub obligations: Vec<ObligationReport>,
    /// How the actor's identity was established.
    pub attestation: Attestation,
    /// Whether the roles did not suffice and an override decided.
    pub break_glass: bool,
}

/// What decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DecidedByReport {
    /// The role, if one did.
    pub role: Option<String>,
    /// The rule: see [`DecidedBy::rule`](crate::DecidedBy::rule).
    pub rule: &'static str,
    /// Where it is written: file, line and column.
    pub source: Option<String>,
}

/// Something that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ObligationReport {
    /// What is asked for.
    pub kind: ObligationKind,
    /// Who asks and, if it was not proved, what the proof lacks.
    pub reason: String,
    /// Whether it was proved.
    pub satisfied: bool,
}

impl DecisionReport {
    pub(super) fn of(decision: &Decision<'_>) -> Self {
        let by = decision.decided_by();
        Self {
            allowed: decision.is_allowed(),
            reason: decision.reason().to_string(),
            decided_by: DecidedByReport {
                role: by.role.map(str::to_owned),
                rule: by.rule,
                source: by.source.map(ToString::to_string),
            },
            obligations: decision
                .obligations()
                .map(|obligation| ObligationReport {
                    kind: obligation.kind,
                    reason: obligation.reason.to_string(),
                    satisfied: obligation.satisfied,
                })
                .collect(),
            attestation: decision.attestation().clone(),
            break_glass: decision.break_glass().is_some(),
        }
    }
}
