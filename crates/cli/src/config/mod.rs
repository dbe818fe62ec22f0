//! The configuration: defaults, then `storeward.toml`, then the environment. Each value knows where it comes from.

pub(crate) mod file;
pub(crate) mod keys;
pub(crate) mod layer;

use figment::{
    Figment, Metadata, Profile, Provider,
    value::{Dict, Map},
};
use serde::Deserialize;
use storeward_core::Environment;

use self::layer::{Origin, Problem, Setting};

/// The values in force in one environment. A control that nobody has set is `None`, which no check takes for a yes.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Values {
    pub(crate) saleor: Saleor,
    pub(crate) token: Token,
    pub(crate) access: Access,
    pub(crate) mfa: Mfa,
    pub(crate) deployment: Deployment,
    pub(crate) audit: Enabled,
    pub(crate) monitoring: Enabled,
    pub(crate) log: Log,
    pub(crate) check: Check,
    pub(crate) secrets: Secrets,
    pub(crate) sanitize: Sanitize,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Saleor {
    pub(crate) url: Option<String>,
    pub(crate) config: Vec<String>,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Token {
    pub(crate) name: Option<String>,
    pub(crate) from: Option<String>,
    pub(crate) store: Option<String>,
    pub(crate) admin_from: Option<String>,
    pub(crate) app: Option<String>,
    pub(crate) required_permissions: Option<Vec<String>>,
    pub(crate) max_age: Option<String>,
    pub(crate) refused: Vec<String>,
    pub(crate) smoke_tests: Vec<String>,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Access {
    pub(crate) matrix: Option<String>,
    pub(crate) issuer: Option<String>,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Mfa {
    pub(crate) key_from: Option<String>,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Deployment {
    pub(crate) require_approval: Option<bool>,
    pub(crate) require_mfa: Option<bool>,
    pub(crate) require_security_review: Option<bool>,
    pub(crate) max_size: Option<u32>,
    pub(crate) window: Option<String>,
    pub(crate) require_backup: Option<bool>,
    pub(crate) rollback: Option<bool>,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Enabled {
    pub(crate) enabled: Option<bool>,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Log {
    pub(crate) level: Option<String>,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Check {
    pub(crate) exclude: Vec<String>,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Secrets {
    pub(crate) rules: Vec<String>,
    pub(crate) baseline: Option<String>,
    pub(crate) waivers: Option<String>,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Sanitize {
    pub(crate) rules: Vec<String>,
}

/// The configuration of one environment.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) values: Values,
    pub(crate) problems: Vec<Problem>,
    settings: Vec<Setting>,
    merged: Figment,
}

impl Config {
    /// Lays the settings over each other, the weightiest last.
    pub(crate) fn merge(settings: Vec<Setting>, mut problems: Vec<Problem>) -> Self {
        let merged = settings.iter().fold(Figment::new(), |figment, setting| figment.merge(setting));
        let values = merged.extract().unwrap_or_else(|error| {
            // Each setting was checked against its key, so this is a key that `Values` does not have.
            let origin = Origin::Variable(error.path.join("."));
            problems.push(Problem { message: "has no place in the configuration".to_owned(), origin });
            Values::default()
        });
        Self { values, problems, settings, merged }
    }

    /// The setting in force for a key.
    pub(crate) fn setting(&self, key: &str) -> Option<&Setting> {
        self.settings.iter().rev().find(|setting| setting.key.name == key)
    }

    /// The merged value of a key, for showing.
    pub(crate) fn value(&self, key: &str) -> Option<figment::value::Value> {
        self.merged.find_value(key).ok()
    }

    /// The switches that are turned off where they must not be.
    pub(crate) fn below_floor(&self, environment: &Environment) -> impl Iterator<Item = &Setting> {
        keys::KEYS.iter().filter_map(move |key| {
            let floor = key.floor.filter(|floor| *floor <= environment.tier())?;
            let setting = self.setting(key.name)?;
            let off = setting.value.to_bool() == Some(false);
            (off && floor <= environment.tier()).then_some(setting)
        })
    }
}

/// A setting is a figment provider of one value, so figment merges them one by one.
impl Provider for Setting {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.origin.to_string())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        let nested = figment::util::nest(self.key.name, self.value.clone());
        Ok(nested.into_dict().map_or_else(Map::new, |dict| Profile::Default.collect(dict)))
    }
}

#[cfg(test)]
mod tests {
    use storeward_core::Tier;

    use super::*;

    fn config(variables: &[(&str, &str)]) -> Config {
        let named =
            variables.iter().map(|(name, value)| (*name, *value, Origin::Variable((*name).to_owned())));
        let (settings, problems) = layer::from_variables(named);
        Config::merge(settings, problems)
    }

    #[test]
    fn the_last_layer_wins_and_is_named() {
        let config =
            config(&[("ENABLE_DEPLOYMENT_APPROVAL", "false"), ("REQUIRE_APPROVAL_FOR_DEPLOYMENT", "true")]);
        assert_eq!(config.values.deployment.require_approval, Some(true));
        let origin = &config.setting("deployment.require_approval").unwrap().origin;
        assert_eq!(origin.to_string(), "environment variable REQUIRE_APPROVAL_FOR_DEPLOYMENT");
    }

    #[test]
    fn every_key_has_a_place_in_the_values() {
        for key in keys::KEYS {
            let example: toml::Value =
                format!("x = {}", key.example).parse::<toml::Table>().unwrap()["x"].clone();
            let text = match example {
                toml::Value::String(text) => text,
                toml::Value::Array(items) => items[0].as_str().unwrap().to_owned(),
                toml::Value::Boolean(on) => on.to_string(),
                toml::Value::Integer(number) => number.to_string(),
                other => panic!("{other:?}"),
            };
            let config = config(&[(&key.variable(), &text)]);
            assert_eq!(config.problems, [], "{}", key.name);
            assert!(config.value(key.name).is_some(), "{}", key.name);
        }
    }

    #[test]
    fn a_switch_below_its_floor_is_found() {
        let config = config(&[("REQUIRE_MFA_FOR_DEPLOYMENT", "off"), ("ENABLE_AUDIT_LOGGING", "off")]);
        let below = |tier: Tier| config.below_floor(&tier.into()).map(|s| s.key.name).collect::<Vec<_>>();
        assert_eq!(below(Tier::Development), Vec::<&str>::new());
        assert_eq!(below(Tier::Staging), ["audit.enabled"]);
        assert_eq!(below(Tier::Production), ["deployment.require_mfa", "audit.enabled"]);
    }

    #[test]
    fn a_bad_variable_is_named_but_not_quoted() {
        let config = config(&[("REQUIRE_MFA_FOR_DEPLOYMENT", "EXAMPLE"), ("STOREWARD_AUDIT_ENABLD", "1")]);
        let problems: Vec<String> = config.problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            problems,
            [
                "environment variable REQUIRE_MFA_FOR_DEPLOYMENT: `REQUIRE_MFA_FOR_DEPLOYMENT` takes `true` or `false`",
                "environment variable STOREWARD_AUDIT_ENABLD: unknown variable `STOREWARD_AUDIT_ENABLD`; did you mean \
                 `STOREWARD_AUDIT_ENABLED`?",
            ]
        );
    }
}
