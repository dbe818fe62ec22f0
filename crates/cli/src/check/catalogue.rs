//! Every check there is, in the order in which they are reported. The part between the dashes is the group.

use storeward_core::Severity::{Critical, High, Low, Medium};

use super::report::Definition;

macro_rules! catalogue {
    ($($NAME:ident = $id:literal, $severity:ident, $title:literal, $remedy:literal;)*) => {
        $(pub(crate) static $NAME: Definition =
            Definition { id: $id, title: $title, severity: $severity, remedy: $remedy };)*

        /// All of them.
        #[cfg(test)]
        pub(crate) static ALL: &[&Definition] = &[$(&$NAME),*];
    };
}

catalogue! {
    SOURCE_STORE = "SW-SRC-001", High, "There is a store to check",
        "Give the directory that holds the Configurator's YAML, a storeward.toml or an .env file";
    SOURCE_CONFIG = "SW-SRC-002", High, "storeward.toml is sound",
        "Correct the named line; `storeward config show` lists every key in force";
    SOURCE_READABLE = "SW-SRC-003", Medium, "Every file could be looked at",
        "Make the file readable, or exclude it; what was not looked at counts as not safe";

    SECRETS = "SW-SEC-001", Critical, "No secret stands in the files",
        "Revoke it where it was issued, then replace it by a reference to the environment or a secret store";

    ENV_IGNORED = "SW-ENV-001", High, ".env files are ignored by git",
        "Run `storeward init`, or add `.env*` to .gitignore";
    ENV_TRACKED = "SW-ENV-002", Critical, ".env files are not tracked by git",
        "`git rm --cached FILE`, then rotate every token that was in it: history keeps it";
    ENV_MODE = "SW-ENV-003", Medium, ".env files are readable by their owner only",
        "`chmod 600 FILE`";
    ENV_PRODUCTION_TOKEN = "SW-ENV-004", Critical, "No production token in a development file",
        "Give development a token of its own, and rotate the production token";
    ENV_PRODUCTION_URL = "SW-ENV-005", High, "No production address in a development file",
        "Point development at a store of its own";
    ENV_SYNTAX = "SW-ENV-006", Low, ".env files are well-formed",
        "Correct the named line: write NAME=value";

    URL_FORM = "SW-URL-001", High, "SALEOR_URL is HTTPS and ends in /graphql/",
        "Write https://HOST/graphql/, with the slash at its end; http is for the local machine only";
    URL_DISTINCT = "SW-URL-002", High, "Each environment has its own SALEOR_URL",
        "Give each environment a store of its own, or the one tries its changes on the other";

    TOKEN_FORM = "SW-TOK-001", High, "SALEOR_TOKEN has a sound form",
        "Make a token in the Saleor Dashboard (Apps), and keep it in a secret store";
    TOKEN_DEVELOPMENT = "SW-TOK-002", High, "No development token in production",
        "Make a token for production, held by nobody but the pipeline";
    TOKEN_NAME = "SW-TOK-003", Low, "The token's name says what it is for",
        "Name it {environment}-{purpose}-{team}-{date}, such as prod-configurator-devops-2026-11-24";
    TOKEN_DISTINCT = "SW-TOK-004", High, "Each environment has its own token",
        "Make one token for each environment, so that one leak is one environment's";

    CONTROL_APPROVAL = "SW-CTL-001", High, "Deployments need approval",
        "Set deployment.require_approval = true (or REQUIRE_APPROVAL_FOR_DEPLOYMENT)";
    CONTROL_AUDIT = "SW-CTL-002", High, "Deployments are recorded",
        "Set audit.enabled = true (or ENABLE_AUDIT_LOGGING)";
    CONTROL_SIZE = "SW-CTL-003", Medium, "Deployments are limited in size",
        "Set deployment.max_size (or MAX_DEPLOYMENT_SIZE), such as 100";
    CONTROL_MFA = "SW-CTL-004", High, "Deployments need a second factor",
        "Set deployment.require_mfa = true (or REQUIRE_MFA_FOR_DEPLOYMENT)";
    CONTROL_REVIEW = "SW-CTL-005", Medium, "Deployments are reviewed for security",
        "Set deployment.require_security_review = true (or REQUIRE_SECURITY_REVIEW)";
    CONTROL_MONITORING = "SW-CTL-006", Medium, "What is recorded is watched",
        "Set monitoring.enabled = true (or ENABLE_REAL_TIME_MONITORING)";
    CONTROL_WINDOW = "SW-CTL-007", Medium, "Deployments have their hours",
        "Set deployment.window (or MAX_DEPLOYMENT_WINDOW), such as \"02:00-04:00\"";
    CONTROL_BACKUP = "SW-CTL-008", High, "A backup comes before a deployment",
        "Set deployment.require_backup = true (or REQUIRE_BACKUP_BEFORE_DEPLOYMENT)";
    CONTROL_ROLLBACK = "SW-CTL-009", High, "A failed deployment is taken back",
        "Set deployment.rollback = true (or ENABLE_ROLLBACK_CAPABILITY)";
    CONTROL_LOG = "SW-CTL-010", Medium, "Requests are not written to the log",
        "Set LOG_LEVEL to `warn` or `info`: at `debug` the Configurator logs requests";

    CONFIG_PARSES = "SW-CFG-001", High, "The store's configuration can be read",
        "Correct the YAML at the named place";
    CONFIG_DUPLICATES = "SW-CFG-002", Medium, "No key is given twice",
        "Remove one of them: the Configurator refuses the file, other readers keep the last";
    CONFIG_KEYS = "SW-CFG-003", Low, "Every key is one the Configurator reads",
        "Correct or remove it: the Configurator accepts unknown keys in silence and ignores them";
    CONFIG_PERSONAL = "SW-CFG-004", Low, "No personal or internal data in the configuration",
        "Keep the repository private, or move the value out of the file";
    CONFIG_SECRETS = "SW-CFG-005", Critical, "No field that holds a secret is filled in",
        "Revoke the value where it was issued, and keep it in a secret store";

    WORKFLOW_PARSES = "SW-WF-001", Medium, "The workflows can be read",
        "Correct the YAML at the named place";
    WORKFLOW_ARGUMENT = "SW-WF-002", High, "No token is passed as an argument",
        "Pass it in `env:` as SALEOR_TOKEN; every process on the runner can read arguments";
    WORKFLOW_ECHO = "SW-WF-003", High, "No token is written to the log",
        "Remove the command; masking misses a token that is encoded or cut in two";
    WORKFLOW_PIN = "SW-WF-004", Medium, "Every action is pinned by digest",
        "Write owner/action@<40-digit commit> # v1.2.3: a tag can be moved to other code";
    WORKFLOW_PULL_REQUEST = "SW-WF-005", High, "Pull requests do not reach production",
        "Guard the job with `if: github.event_name == 'push'`, or move it to a workflow of its own";
    WORKFLOW_EXIT_CODE = "SW-WF-006", Medium, "No exit code is hidden",
        "Set `shell: bash` (or `set -o pipefail`) where a command is piped, and do not end it in `|| true`";
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_are_unique_and_well_formed() {
        let mut seen = HashSet::new();
        for definition in ALL {
            assert!(seen.insert(definition.id), "{}", definition.id);
            let parts: Vec<&str> = definition.id.split('-').collect();
            assert!(matches!(parts.as_slice(), ["SW", _, number] if number.len() == 3), "{}", definition.id);
        }
    }

    #[test]
    fn groups_stand_together() {
        let groups: Vec<&str> = ALL.iter().map(|d| d.id.rsplit_once('-').unwrap().0).collect();
        let mut runs = groups.clone();
        runs.dedup();
        assert_eq!(runs.len(), groups.into_iter().collect::<HashSet<_>>().len());
    }
}
