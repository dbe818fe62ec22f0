//! What a role may be granted.

use storeward_core::{Operation, Tier};

storeward_core::vocabulary! {
    /// A word that a role is granted, for operations in environments of some tiers.
    ///
    /// What a deployment can consist of (mass updates, deletions, schema migrations, going back) comes with the
    /// permission to deploy to that tier. To withhold a part of it, deny that part: a deny wins.
    #[non_exhaustive]
    pub enum Permission: "permission" {
        /// Read a store's configuration.
        ReadConfig = "read_config",
        /// Change a store's configuration, in the development tier.
        DeployDev = "deploy_dev",
        /// Change a store's configuration, in the staging tier.
        DeployStaging = "deploy_staging",
        /// Change a store's configuration, in the production tier.
        DeployProduction = "deploy_production",
        /// Change a store's configuration, in all tiers.
        DeployAll = "deploy_all",
        /// Change many entities in one go, and nothing else.
        MassUpdate = "mass_update",
        /// Delete entities, and nothing else.
        DeleteEntities = "delete_entities",
        /// Change the shape of stored data, and nothing else.
        SchemaMigration = "schema_migration",
        /// Bring a store back to an earlier state, and nothing else.
        Restore = "restore",
        /// Issue, rotate, store and end tokens.
        ManageTokens = "manage_tokens",
        /// End tokens, and nothing else.
        RevokeTokens = "revoke_tokens",
        /// Read the audit trail.
        AuditAccess = "audit_access",
        /// Agree or object to somebody's change.
        Approve = "approve",
        /// Change who may do what, who approves, or which second factor a person has.
        ManageAccess = "manage_access",
        /// Open, answer and close incidents.
        RespondToIncidents = "respond_to_incidents",
        /// Prove an identity.
        Login = "login",
    }
}

/// What a deployment can consist of.
const DEPLOYMENT: &[Operation] = &[
    Operation::Deploy,
    Operation::MassUpdate,
    Operation::DeleteEntities,
    Operation::SchemaMigration,
    Operation::Restore,
];

impl Permission {
    /// The operations it grants.
    #[must_use]
    pub const fn operations(self) -> &'static [Operation] {
        match self {
            Self::ReadConfig => &[Operation::ReadConfig],
            Self::DeployDev | Self::DeployStaging | Self::DeployProduction | Self::DeployAll => DEPLOYMENT,
            Self::MassUpdate => &[Operation::MassUpdate],
            Self::DeleteEntities => &[Operation::DeleteEntities],
            Self::SchemaMigration => &[Operation::SchemaMigration],
            Self::Restore => &[Operation::Restore],
            Self::ManageTokens => &[Operation::TokenManagement, Operation::RevokeTokens],
            Self::RevokeTokens => &[Operation::RevokeTokens],
            Self::AuditAccess => &[Operation::AuditAccess],
            Self::Approve => &[Operation::Approve],
            Self::ManageAccess => &[Operation::AccessManagement],
            Self::RespondToIncidents => &[Operation::IncidentResponse],
            Self::Login => &[Operation::Login],
        }
    }

    /// The tiers it grants them in. The role's environments narrow that further.
    #[must_use]
    pub const fn tiers(self) -> &'static [Tier] {
        match self {
            Self::DeployDev => &[Tier::Development],
            Self::DeployStaging => &[Tier::Staging],
            Self::DeployProduction => &[Tier::Production],
            _ => &Tier::ALL,
        }
    }

    /// Whether it grants this operation in environments of this tier.
    #[must_use]
    pub fn grants(self, operation: Operation, tier: Tier) -> bool {
        self.operations().contains(&operation) && self.tiers().contains(&tier)
    }
}

/// Whether the operation changes a store's configuration. What is not known to leave it alone counts as a change.
#[must_use]
pub const fn changes_configuration(operation: Operation) -> bool {
    !matches!(
        operation,
        Operation::ReadConfig
            | Operation::TokenManagement
            | Operation::RevokeTokens
            | Operation::AuditAccess
            | Operation::Approve
            | Operation::AccessManagement
            | Operation::IncidentResponse
            | Operation::Login
    )
}

/// Whether the operation changes anything that others rely on: a store's configuration, its tokens, or who may do what.
#[must_use]
pub const fn changes_something(operation: Operation) -> bool {
    changes_configuration(operation)
        || matches!(
            operation,
            Operation::TokenManagement | Operation::RevokeTokens | Operation::AccessManagement
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_granted_by_some_permission() {
        for &operation in Operation::ALL {
            for tier in Tier::ALL {
                assert!(Permission::ALL.iter().any(|p| p.grants(operation, tier)), "{operation} in {tier}");
            }
        }
    }

    #[test]
    fn the_permissions_to_deploy_keep_to_their_tier() {
        for (permission, tiers) in [
            ("DEPLOY_DEV", vec![Tier::Development]),
            ("DEPLOY_STAGING", vec![Tier::Staging]),
            ("DEPLOY_PRODUCTION", vec![Tier::Production]),
            ("DEPLOY_ALL", Tier::ALL.to_vec()),
        ] {
            let permission: Permission = permission.parse().unwrap();
            for tier in Tier::ALL {
                let granted = Operation::ALL.iter().filter(|o| permission.grants(**o, tier)).count();
                assert_eq!(granted, if tiers.contains(&tier) { 5 } else { 0 }, "{permission} in {tier}");
            }
        }
    }

    #[test]
    fn what_changes_is_what_is_not_only_looked_at_or_said() {
        use Operation::{AccessManagement, Approve, AuditAccess, IncidentResponse, Login, ReadConfig};
        use Operation::{RevokeTokens, TokenManagement};
        for &operation in Operation::ALL {
            let deployment = DEPLOYMENT.contains(&operation);
            assert_eq!(changes_configuration(operation), deployment, "{operation}");
            let quiet = [ReadConfig, AuditAccess, Approve, IncidentResponse, Login].contains(&operation);
            let other = [TokenManagement, RevokeTokens, AccessManagement].contains(&operation);
            assert_eq!((changes_something(operation), deployment || other), (!quiet, !quiet), "{operation}");
        }
    }

    #[test]
    fn other_words_grant_nothing() {
        for word in ["", "all", "*", "DEPLOY", "constructor", "__proto__"] {
            assert!(word.parse::<Permission>().is_err(), "{word}");
        }
    }
}
