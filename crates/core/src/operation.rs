//! What is done: one vocabulary for access rules, second factors and risk.

crate::vocabulary! {
    /// Something an [`Actor`](crate::Actor) wants to do to a store or to storeward's own records.
    ///
    /// Where it is done is said by the [`Environment`](crate::Environment) beside it: there is one `Deploy`,
    /// not one per environment.
    #[non_exhaustive]
    pub enum Operation: "operation" {
        /// Read a store's configuration.
        ReadConfig = "read_config",
        /// Apply a configuration to a store.
        Deploy = "deploy",
        /// Change many entities in one go.
        MassUpdate = "mass_update",
        /// Delete entities from a store.
        DeleteEntities = "delete_entities",
        /// Change the shape of stored data: attribute types, product types, currencies.
        SchemaMigration = "schema_migration",
        /// Bring a store back to an earlier state.
        Restore = "restore",
        /// Issue, rotate or store tokens.
        TokenManagement = "token_management",
        /// Make tokens useless.
        RevokeTokens = "revoke_tokens",
        /// Read the audit trail.
        AuditAccess = "audit_access",
        /// Agree or object to somebody's change.
        Approve = "approve",
        /// Change who may do what, who approves, or which second factor a person has.
        AccessManagement = "access_management",
        /// Open, answer or close an incident.
        IncidentResponse = "incident_response",
        /// Prove an identity.
        Login = "login",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back_in_each_spelling() {
        for &operation in Operation::ALL {
            let name = operation.as_str();
            for spelling in [name.to_owned(), name.to_uppercase(), name.replace('_', "-")] {
                assert_eq!(spelling.parse(), Ok(operation));
            }
            let json = serde_json::to_string(&operation).unwrap();
            assert_eq!(json, format!("\"{name}\""));
            assert_eq!(serde_json::from_str::<Operation>(&json).unwrap(), operation);
        }
    }

    #[test]
    fn an_unknown_word_is_an_error() {
        let error = "delete_entitys".parse::<Operation>().unwrap_err();
        assert_eq!(error.to_string(), "unknown operation `delete_entitys`; did you mean `delete_entities`?");
        for word in ["", "all", "DEPLOY_ALL", "constructor", "deploy "] {
            assert_eq!(word.parse::<Operation>().is_ok(), word == "deploy ", "{word}");
        }
        assert!(serde_json::from_str::<Operation>("\"root\"").is_err());
    }
}
