//! What limits a role.

use storeward_core::{Operation, Tier};

use crate::{ObligationKind, permission::changes_configuration, proof::is_asked};

storeward_core::vocabulary! {
    /// A condition on what a role was granted. A restriction that nobody understands restricts nobody, so an unknown
    /// one is an error.
    ///
    /// A restriction is on the grants of its own role and on those the role inherits, not on what a person was granted by
    /// another role: to take something away from a person for good there is the deny. Some restrictions refuse,
    /// the others ask for something that must be proved.
    #[non_exhaustive]
    pub enum Restriction: "restriction" {
        /// Refuses every operation in an environment of the production tier.
        NoProductionAccess = "no_production_access",
        /// Refuses an operation that changes a store's configuration unless the request names the entity types it touches,
        /// and the role's `entity_types` lists all of them.
        LimitedEntityTypes = "limited_entity_types",
        /// Asks for an approving review of the change by somebody else, for each operation that changes a store's
        /// configuration.
        RequireCodeReview = "require_code_review",
        /// Asks for a second factor, for every operation.
        RequireMfa = "require_mfa",
        /// Asks for an approval by somebody else in an environment of the production tier, for each operation that
        /// changes a store's configuration, its tokens or who may do what.
        RequireApprovalForProduction = "require_approval_for_production",
        /// Asks for a durable audit event before every operation, reads included.
        AuditAllActions = "audit_all_actions",
        /// Refuses every operation that changes a store's configuration. Tokens are no configuration.
        ReadOnlyConfig = "read_only_config",
        /// Asks for a durable audit event before and another one after every operation, reads included.
        FullAuditTrail = "full_audit_trail",
        /// Asks for a review by somebody else who holds one of the matrix's `security_review.roles`, for each operation that
        /// changes a store's configuration, its tokens or who may do what.
        SecurityReviewRequired = "security_review_required",
        /// Refuses people: only an actor that is automation may use the role.
        AutomatedOnly = "automated_only",
        /// Refuses sessions in which somebody can be asked something, whoever the actor is.
        NoInteractiveAccess = "no_interactive_access",
        /// Refuses times outside the role's `time_window`.
        LimitedTimeWindow = "limited_time_window",
    }
}

impl Restriction {
    /// Whether it refuses this operation in this tier whatever else is the case.
    #[must_use]
    pub const fn always_refuses(self, operation: Operation, tier: Tier) -> bool {
        match self {
            Self::NoProductionAccess => matches!(tier, Tier::Production),
            Self::ReadOnlyConfig => changes_configuration(operation),
            _ => false,
        }
    }

    /// Whether it refuses this operation or not by the facts of the request.
    #[must_use]
    pub const fn depends_on_facts(self, operation: Operation) -> bool {
        match self {
            Self::LimitedEntityTypes => changes_configuration(operation),
            Self::AutomatedOnly | Self::NoInteractiveAccess | Self::LimitedTimeWindow => true,
            _ => false,
        }
    }

    /// What it asks for before this operation in this tier.
    #[must_use]
    pub const fn asks_for(self, operation: Operation, tier: Tier) -> Option<ObligationKind> {
        let kind = match self {
            Self::RequireCodeReview => ObligationKind::CodeReview,
            Self::RequireMfa => ObligationKind::Mfa,
            Self::RequireApprovalForProduction if matches!(tier, Tier::Production) => {
                ObligationKind::Approval
            }
            Self::AuditAllActions => ObligationKind::AuditBefore,
            Self::FullAuditTrail => ObligationKind::AuditBeforeAndAfter,
            Self::SecurityReviewRequired => ObligationKind::SecurityReview,
            _ => return None,
        };
        if is_asked(kind, operation) { Some(kind) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_and_nothing_else_does() {
        for &restriction in Restriction::ALL {
            let json = serde_json::to_string(&restriction).unwrap();
            assert_eq!(json, format!("\"{restriction}\""));
            assert_eq!(serde_json::from_str::<Restriction>(&json).unwrap(), restriction);
        }
        for word in ["", "none", "mfa", "constructor", "__proto__"] {
            assert!(word.parse::<Restriction>().is_err(), "{word}");
        }
    }

    #[test]
    fn every_restriction_does_something_somewhere_and_one_thing_only() {
        for &restriction in Restriction::ALL {
            let mut kinds = [false; 3];
            for &operation in Operation::ALL {
                for tier in Tier::ALL {
                    kinds[0] |= restriction.always_refuses(operation, tier);
                    kinds[1] |= restriction.depends_on_facts(operation);
                    kinds[2] |= restriction.asks_for(operation, tier).is_some();
                }
            }
            assert_eq!(kinds.iter().filter(|kind| **kind).count(), 1, "{restriction}");
        }
    }
}
