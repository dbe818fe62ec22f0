//! When a second factor is needed.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use storeward_core::{Environment, Environments, Operation, Tier};

/// Which operations need a second factor, as data. In an environment of the production tier all of them do, whatever
/// a policy says.
///
/// The default is the rule for stores kept as code: production always, and what cannot easily be undone anywhere. A policy
/// that is read keeps the default of each key that it leaves out.
///
/// ```
/// use storeward_access::mfa::policy::{Need, Policy};
/// use storeward_core::{Environments, Operation};
///
/// let (policy, environments) = (Policy::default(), Environments::default());
/// let staging = environments.resolve("staging")?;
/// assert!(policy.need(Operation::DeleteEntities, &staging).is_needed());
/// assert_eq!(policy.need(Operation::Deploy, &staging), Need::No);
/// assert!(policy.need(Operation::Deploy, &environments.resolve("live")?).is_needed());
/// # Ok::<(), storeward_core::UnknownEnvironment>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::exhaustive_structs, reason = "data that callers write; a new key is a breaking change")]
pub struct Policy {
    /// Tiers, besides production, in which every operation needs one.
    pub tiers: BTreeSet<Tier>,
    /// Operations that need one in every environment.
    pub operations: BTreeSet<Operation>,
    /// Operations whose session serves once: the next such operation needs another code.
    pub once: BTreeSet<Operation>,
}

impl Default for Policy {
    fn default() -> Self {
        let operations = [
            Operation::DeleteEntities,
            Operation::MassUpdate,
            Operation::SchemaMigration,
            Operation::TokenManagement,
        ];
        Self {
            tiers: BTreeSet::new(),
            operations: operations.into(),
            // What is gone, or has changed its shape, does not come back by doing it again.
            once: [Operation::DeleteEntities, Operation::SchemaMigration].into(),
        }
    }
}

impl Policy {
    /// Whether this operation needs a second factor there, and why.
    #[must_use]
    pub fn need(&self, operation: Operation, environment: &Environment) -> Need {
        if environment.is_production() || self.tiers.contains(&environment.tier()) {
            Need::Tier(environment.tier())
        } else if self.operations.contains(&operation) {
            Need::Operation(operation)
        } else {
            Need::No
        }
    }

    /// The same by names as somebody wrote them. What nobody knows needs a second factor.
    #[must_use]
    pub fn need_named(&self, operation: &str, environment: &str, known: &Environments) -> Need {
        match (operation.parse(), known.get(environment)) {
            (Ok(operation), Some(environment)) => self.need(operation, environment),
            _ => Need::Unknown,
        }
    }

    /// Whether a session for this operation serves once.
    #[must_use]
    pub fn is_once(&self, operation: Operation) -> bool {
        self.once.contains(&operation)
    }
}

/// Whether a second factor is needed, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "an answer that callers must handle whole")]
pub enum Need {
    /// None is.
    No,
    /// Everything in this tier needs one.
    Tier(Tier),
    /// This operation needs one everywhere.
    Operation(Operation),
    /// Nobody knows such an operation or such an environment.
    Unknown,
}

impl Need {
    /// Whether one is needed.
    #[must_use]
    pub const fn is_needed(self) -> bool {
        !matches!(self, Self::No)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_the_whole_table() {
        let policy = Policy::default();
        for &operation in Operation::ALL {
            let anywhere = matches!(
                operation,
                Operation::DeleteEntities
                    | Operation::MassUpdate
                    | Operation::SchemaMigration
                    | Operation::TokenManagement
            );
            for tier in Tier::ALL {
                let needed = policy.need(operation, &tier.into()).is_needed();
                assert_eq!(needed, anywhere || tier == Tier::Production, "{operation} in {tier}");
            }
        }
    }

    #[test]
    fn production_is_a_tier_and_no_policy_lets_it_off() {
        let mut environments = Environments::default();
        environments.declare("eu", Tier::Production, &[]).unwrap();
        let none: Policy = serde_json::from_str(r#"{ "operations": [], "tiers": [], "once": [] }"#).unwrap();
        for name in ["production", "PROD", "live", "eu"] {
            let environment = environments.resolve(name).unwrap();
            assert_eq!(
                none.need(Operation::ReadConfig, &environment),
                Need::Tier(Tier::Production),
                "{name}"
            );
        }
        assert_eq!(none.need(Operation::DeleteEntities, &Tier::Staging.into()), Need::No);
    }

    #[test]
    fn the_unknown_needs_one() {
        let (policy, environments) = (Policy::default(), Environments::default());
        for (operation, environment, need) in [
            ("read_config", "dev", Need::No),
            ("DELETE-ENTITIES", "dev", Need::Operation(Operation::DeleteEntities)),
            ("delete_entitys", "dev", Need::Unknown),
            ("read_config", "constructor", Need::Unknown),
            ("__proto__", "production", Need::Unknown),
            ("", "", Need::Unknown),
        ] {
            let found = policy.need_named(operation, environment, &environments);
            assert_eq!(found, need, "{operation} {environment}");
        }
    }

    #[test]
    fn a_policy_is_read_over_the_default() {
        let policy: Policy = serde_json::from_str(r#"{ "tiers": ["staging"] }"#).unwrap();
        assert_eq!(policy, Policy { tiers: [Tier::Staging].into(), ..Policy::default() });
        assert!(policy.need(Operation::ReadConfig, &Tier::Staging.into()).is_needed());
        for wrong in [r#"{ "tier": [] }"#, r#"{ "operations": ["everything"] }"#, r#"{ "tiers": ["moon"] }"#]
        {
            assert!(serde_json::from_str::<Policy>(wrong).is_err(), "{wrong}");
        }
    }
}
