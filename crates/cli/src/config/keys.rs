//! Every configuration key there is. Reading, `config show`, `init` and the checks all go by this one table.

use storeward_core::Tier;

/// A key of `storeward.toml`.
#[derive(Debug)]
pub(crate) struct Key {
    /// Its dotted name.
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// Environment variables that set it besides `STOREWARD_…`.
    pub(crate) aliases: &'static [&'static str],
    /// From this tier on, a switch must not be turned off.
    pub(crate) floor: Option<Tier>,
    /// An example value, as TOML.
    pub(crate) example: &'static str,
    pub(crate) about: &'static str,
}

/// Variables that are no configuration because they hold a secret; they are read where it is needed.
pub(crate) const SECRET_VARIABLES: [&str; 4] =
    ["STOREWARD_FINGERPRINT_KEY", "STOREWARD_MFA_KEY", "STOREWARD_MFA_SESSION", "STOREWARD_PSEUDONYM_KEY"];

/// What a key's value may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Switch,
    /// A whole number from one up.
    Count,
    Text,
    Texts,
    /// A daily window such as `02:00-04:00`.
    Window,
    /// A span of time such as `90d`.
    Span,
}

impl Key {
    /// The environment variable that sets it: `STOREWARD_DEPLOYMENT_REQUIRE_MFA`.
    pub(crate) fn variable(&self) -> String {
        format!("STOREWARD_{}", self.name.replace('.', "_").to_ascii_uppercase())
    }
}

pub(crate) fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

pub(crate) const KEYS: &[Key] = &[
    Key {
        name: "saleor.url",
        kind: Kind::Text,
        aliases: &["SALEOR_URL"],
        floor: None,
        example: r#""https://shop.example/graphql/""#,
        about: "The store's GraphQL address; each environment has its own",
    },
    Key {
        name: "saleor.config",
        kind: Kind::Texts,
        aliases: &["SALEOR_CONFIG"],
        floor: None,
        example: r#"["config.yml"]"#,
        about: "The Configurator's files; without it they are recognised by their content",
    },
    Key {
        name: "token.name",
        kind: Kind::Text,
        aliases: &["SALEOR_TOKEN_NAME"],
        floor: None,
        example: r#""prod-configurator-devops-2026-11-24""#,
        about: "The token's name in Saleor: {environment}-{purpose}-{team}-{date}",
    },
    Key {
        name: "token.from",
        kind: Kind::Text,
        aliases: &[],
        floor: None,
        example: r#""env:SALEOR_TOKEN""#,
        about: "Where the token is read from; without it, the variable SALEOR_TOKEN",
    },
    Key {
        name: "token.store",
        kind: Kind::Text,
        aliases: &[],
        floor: None,
        example: r#""vault:secret/shop/saleor""#,
        about: "Where the token is kept, and a rotation puts the new one",
    },
    Key {
        name: "token.admin_from",
        kind: Kind::Text,
        aliases: &[],
        floor: None,
        example: r#""env:SALEOR_ADMIN_TOKEN""#,
        about: "Where the token is read from that may make and end tokens",
    },
    Key {
        name: "token.app",
        kind: Kind::Text,
        aliases: &[],
        floor: None,
        example: r#""QXBwOjE=""#,
        about: "The id of the app whose token it is; without it, the app that the stored token belongs to",
    },
    Key {
        name: "token.required_permissions",
        kind: Kind::Texts,
        aliases: &[],
        floor: None,
        example: r#"["MANAGE_PRODUCTS"]"#,
        about: "What the token must be allowed to do; without it, what the Configurator needs for all sections",
    },
    Key {
        name: "token.max_age",
        kind: Kind::Span,
        aliases: &[],
        floor: None,
        example: r#""90d""#,
        about: "How old a token may be",
    },
    Key {
        name: "token.refused",
        kind: Kind::Texts,
        aliases: &[],
        floor: None,
        example: r#"["0123456789abcdef0123456789abcdef"]"#,
        about: "Fingerprints of tokens that must not be used: those of other environments, and those that leaked",
    },
    Key {
        name: "token.smoke_tests",
        kind: Kind::Texts,
        aliases: &[],
        floor: None,
        example: r#"["npx saleor-configurator diff"]"#,
        about: "Commands that a new token must pass, with it in SALEOR_TOKEN",
    },
    Key {
        name: "access.matrix",
        kind: Kind::Text,
        aliases: &[],
        floor: None,
        example: r#""access.toml""#,
        about: "The file that says who may do what where; without it, the built-in roles",
    },
    Key {
        name: "access.issuer",
        kind: Kind::Text,
        aliases: &[],
        floor: None,
        example: r#""https://token.actions.githubusercontent.com""#,
        about: "Who signs the identities of pipelines; GitHub Enterprise Server has an issuer of its own",
    },
    Key {
        name: "mfa.key_from",
        kind: Kind::Text,
        aliases: &[],
        floor: None,
        example: r#""keyring:mfa""#,
        about: "Where the key that seals second factors is read from; without it, STOREWARD_MFA_KEY or this user's own",
    },
    Key {
        name: "deployment.require_approval",
        kind: Kind::Switch,
        aliases: &["REQUIRE_APPROVAL_FOR_DEPLOYMENT", "ENABLE_DEPLOYMENT_APPROVAL"],
        floor: Some(Tier::Staging),
        example: "true",
        about: "Somebody else must agree before a deployment runs",
    },
    Key {
        name: "deployment.require_mfa",
        kind: Kind::Switch,
        aliases: &["REQUIRE_MFA_FOR_DEPLOYMENT"],
        floor: Some(Tier::Production),
        example: "true",
        about: "A deployment needs a second factor",
    },
    Key {
        name: "deployment.require_security_review",
        kind: Kind::Switch,
        aliases: &["REQUIRE_SECURITY_REVIEW"],
        floor: Some(Tier::Production),
        example: "true",
        about: "The security team reviews a deployment",
    },
    Key {
        name: "deployment.max_size",
        kind: Kind::Count,
        aliases: &["MAX_DEPLOYMENT_SIZE"],
        floor: None,
        example: "100",
        about: "How many entities one deployment may change",
    },
    Key {
        name: "deployment.window",
        kind: Kind::Window,
        aliases: &["MAX_DEPLOYMENT_WINDOW"],
        floor: None,
        example: r#""02:00-04:00""#,
        about: "The hours in which a deployment may run",
    },
    Key {
        name: "deployment.require_backup",
        kind: Kind::Switch,
        aliases: &["REQUIRE_BACKUP_BEFORE_DEPLOYMENT"],
        floor: Some(Tier::Production),
        example: "true",
        about: "A backup is made before a deployment",
    },
    Key {
        name: "deployment.rollback",
        kind: Kind::Switch,
        aliases: &["ENABLE_ROLLBACK_CAPABILITY"],
        floor: Some(Tier::Production),
        example: "true",
        about: "A failed deployment is taken back",
    },
    Key {
        name: "audit.enabled",
        kind: Kind::Switch,
        aliases: &["ENABLE_AUDIT_LOGGING"],
        floor: Some(Tier::Staging),
        example: "true",
        about: "What is done is recorded",
    },
    Key {
        name: "monitoring.enabled",
        kind: Kind::Switch,
        aliases: &["ENABLE_REAL_TIME_MONITORING"],
        floor: Some(Tier::Production),
        example: "true",
        about: "What is recorded is watched",
    },
    Key {
        name: "log.level",
        kind: Kind::Text,
        aliases: &["LOG_LEVEL"],
        floor: None,
        example: r#""warn""#,
        about: "The Configurator's log level; `debug` writes requests to the log",
    },
    Key {
        name: "check.exclude",
        kind: Kind::Texts,
        aliases: &[],
        floor: None,
        example: r#"["docs/**"]"#,
        about: "Paths, as in .gitignore, that `check` does not look at",
    },
    Key {
        name: "secrets.rules",
        kind: Kind::Texts,
        aliases: &[],
        floor: None,
        example: r#"["rules.toml"]"#,
        about: "Files of further rules for secrets: ours, or gitleaks configurations",
    },
    Key {
        name: "secrets.baseline",
        kind: Kind::Text,
        aliases: &[],
        floor: None,
        example: r#""secrets-baseline.json""#,
        about: "The file of secrets that are known already; without it, secrets-baseline.json if there is one",
    },
    Key {
        name: "secrets.waivers",
        kind: Kind::Text,
        aliases: &[],
        floor: None,
        example: r#""secrets-waivers.toml""#,
        about: "The file of waivers for secrets; without it, secrets-waivers.toml if there is one",
    },
    Key {
        name: "sanitize.rules",
        kind: Kind::Texts,
        aliases: &[],
        floor: None,
        example: r#"["sanitize.toml"]"#,
        about: "Files of further rules for what may be shown to whom",
    },
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_and_variables_are_unique() {
        let mut seen = HashSet::new();
        for key in KEYS {
            assert!(seen.insert(key.name.to_owned()), "{}", key.name);
            assert!(seen.insert(key.variable()), "{}", key.name);
            for alias in key.aliases {
                assert!(seen.insert((*alias).to_owned()), "{alias}");
            }
        }
    }

    #[test]
    fn only_switches_have_floors() {
        for key in KEYS {
            assert!(key.floor.is_none() || key.kind == Kind::Switch, "{}", key.name);
        }
    }
}
