//! What limits a role.

storeward_core::vocabulary! {
    /// A condition on what a role was granted. A restriction that nobody understands restricts nobody, so an unknown
    /// one is an error.
    #[non_exhaustive]
    pub enum Restriction: "restriction" {
        /// Refuses every operation in an environment of the production tier.
        NoProductionAccess = "no_production_access",
        /// Refuses entity types that the role does not list.
        LimitedEntityTypes = "limited_entity_types",
        /// Asks for an approving review of the change by somebody else.
        RequireCodeReview = "require_code_review",
        /// Asks for a second factor.
        RequireMfa = "require_mfa",
        /// Asks for approval in an environment of the production tier.
        RequireApprovalForProduction = "require_approval_for_production",
        /// Asks for a durable audit event before the operation.
        AuditAllActions = "audit_all_actions",
        /// Refuses every operation that changes a store's configuration.
        ReadOnlyConfig = "read_only_config",
        /// Asks for a durable audit event before and after the operation, reads included.
        FullAuditTrail = "full_audit_trail",
        /// Asks for a review by a member of the security role.
        SecurityReviewRequired = "security_review_required",
        /// Refuses people: only automation may use the role.
        AutomatedOnly = "automated_only",
        /// Refuses sessions in which somebody can be asked something.
        NoInteractiveAccess = "no_interactive_access",
        /// Refuses times outside the role's window.
        LimitedTimeWindow = "limited_time_window",
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
}
