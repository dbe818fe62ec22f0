//! Where something happens.
//!
//! There are three tiers with a meaning of their own. A project may declare further environments, each
//! inheriting from one tier; rules ask for the tier, so a rule about production holds for all of them.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::nearest;

/// How much is at stake in an environment. Ordered: what production demands, staging may ask for, and
/// development advises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "rules must handle every tier; a fourth is a breaking change")]
pub enum Tier {
    /// Where people try things; nothing of value can be lost.
    Development,
    /// A copy of production in everything but its customers.
    Staging,
    /// The live store.
    Production,
}

impl Tier {
    /// All tiers, from the least to the most guarded.
    pub const ALL: [Self; 3] = [Self::Development, Self::Staging, Self::Production];

    /// The tier's name, which is also the name of its built-in environment.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Staging => "staging",
            Self::Production => "production",
        }
    }

    /// Other names people use for the built-in environment of this tier.
    #[must_use]
    pub const fn aliases(self) -> &'static [&'static str] {
        match self {
            Self::Development => &["dev", "develop", "local"],
            Self::Staging => &["stage", "stg", "preprod"],
            Self::Production => &["prod", "prd", "live"],
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An environment that has been looked up in [`Environments`], so it exists and its tier is known.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Environment {
    name: String,
    tier: Tier,
}

impl Environment {
    /// The canonical name: `production`, never `prod`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The tier whose rules hold here.
    #[must_use]
    pub const fn tier(&self) -> Tier {
        self.tier
    }

    /// Whether the rules for the live store hold here.
    #[must_use]
    pub const fn is_production(&self) -> bool {
        matches!(self.tier, Tier::Production)
    }
}

impl From<Tier> for Environment {
    fn from(tier: Tier) -> Self {
        Self { name: tier.as_str().to_owned(), tier }
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

#[derive(Debug, Clone)]
struct Declared {
    environment: Environment,
    aliases: Vec<String>,
}

/// The environments a project knows: the three built-in ones, and those it declares.
#[derive(Debug, Clone)]
pub struct Environments {
    declared: Vec<Declared>,
}

impl Default for Environments {
    fn default() -> Self {
        let declared = Tier::ALL
            .iter()
            .map(|&tier| Declared {
                environment: tier.into(),
                aliases: tier.aliases().iter().map(|&alias| alias.to_owned()).collect(),
            })
            .collect();
        Self { declared }
    }
}

impl Environments {
    /// Adds an environment that inherits the rules of `tier`.
    ///
    /// # Errors
    ///
    /// [`InvalidEnvironment`] when the name or an alias is taken (also by the aliases of a built-in one), or is
    /// not lower-case letters, digits and `-`, starting with a letter.
    pub fn declare(&mut self, name: &str, tier: Tier, aliases: &[String]) -> Result<(), InvalidEnvironment> {
        for word in std::iter::once(name).chain(aliases.iter().map(String::as_str)) {
            if !is_name(word) {
                return Err(InvalidEnvironment::Form { name: word.to_owned() });
            }
            if let Some(owner) = self.find(word) {
                return Err(InvalidEnvironment::Taken {
                    name: word.to_owned(),
                    owner: owner.environment.name.clone(),
                });
            }
        }
        let environment = Environment { name: name.to_owned(), tier };
        self.declared.push(Declared { environment, aliases: aliases.to_vec() });
        Ok(())
    }

    /// Looks up a name or an alias, whatever its case. For a caller that tries many words: it looks for no likeness.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Environment> {
        self.find(&normal(name)).map(|found| &found.environment)
    }

    /// Looks up a name or an alias, whatever its case.
    ///
    /// # Errors
    ///
    /// [`UnknownEnvironment`], which names the nearest known one. There is no default.
    pub fn resolve(&self, name: &str) -> Result<Environment, UnknownEnvironment> {
        if let Some(found) = self.get(name) {
            return Ok(found.clone());
        }
        let wanted = normal(name);
        let words = self
            .declared
            .iter()
            .flat_map(|d| std::iter::once(d.environment.name()).chain(d.aliases.iter().map(String::as_str)));
        Err(UnknownEnvironment {
            name: name.to_owned(),
            nearest: nearest::nearest(&wanted, words).map(str::to_owned),
            known: self.iter().map(|e| e.name.clone()).collect(),
        })
    }

    /// The known environments, built-in ones first.
    pub fn iter(&self) -> impl Iterator<Item = &Environment> {
        self.declared.iter().map(|declared| &declared.environment)
    }

    fn find(&self, word: &str) -> Option<&Declared> {
        self.declared.iter().find(|d| d.environment.name == word || d.aliases.iter().any(|a| a == word))
    }
}

fn normal(name: &str) -> String {
    name.trim().to_ascii_lowercase()
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_lowercase())
        && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// A name that no environment has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown environment `{name}`{} (known: {})", nearest::hint(.nearest.as_deref()), .known.join(", "))]
pub struct UnknownEnvironment {
    name: String,
    nearest: Option<String>,
    known: Vec<String>,
}

impl UnknownEnvironment {
    /// What was asked for.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// A declaration that cannot be taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidEnvironment {
    /// The name is not of the allowed form.
    #[error(
        "`{name}` cannot name an environment: use lower-case letters, digits and `-`, starting with a letter"
    )]
    Form {
        /// The name or alias as written.
        name: String,
    },
    /// The name or alias already means another environment.
    #[error("`{name}` already names the environment `{owner}`")]
    Taken {
        /// The name or alias as written.
        name: String,
        /// The environment that has it.
        owner: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_and_case_resolve_to_the_canonical_name() {
        let environments = Environments::default();
        for (word, name) in [
            ("prod", "production"),
            ("PROD", "production"),
            (" live ", "production"),
            ("stage", "staging"),
            ("dev", "development"),
            ("development", "development"),
        ] {
            assert_eq!(environments.resolve(word).unwrap().name(), name, "{word}");
            assert_eq!(environments.get(word).unwrap().name(), name, "{word}");
        }
    }

    #[test]
    fn unknown_names_are_errors_that_help() {
        let environments = Environments::default();
        let message = |word: &str| environments.resolve(word).unwrap_err().to_string();
        assert!(message("stagin").contains("did you mean `staging`?"));
        assert!(!message("qqqqqqqq").contains("did you mean"));
        for word in ["", "constructor", "__proto__", "all", "*"] {
            assert!(environments.resolve(word).is_err() && environments.get(word).is_none(), "{word}");
        }
    }

    #[test]
    fn declared_environments_inherit_a_tier() {
        let mut environments = Environments::default();
        environments.declare("eu-live", Tier::Production, &["eu".to_owned()]).unwrap();
        let eu = environments.resolve("EU").unwrap();
        assert_eq!((eu.name(), eu.tier(), eu.is_production()), ("eu-live", Tier::Production, true));
    }

    #[test]
    fn a_declaration_cannot_take_over_a_name() {
        let mut environments = Environments::default();
        for (name, alias) in [("prod", None), ("qa", Some("production")), ("development", None)] {
            let aliases: Vec<String> = alias.into_iter().map(str::to_owned).collect();
            let error = environments.declare(name, Tier::Development, &aliases).unwrap_err();
            assert!(matches!(error, InvalidEnvironment::Taken { .. }), "{name}: {error}");
        }
        for name in ["", "QA", "1st", "a b", "-a", "a/../b"] {
            let error = environments.declare(name, Tier::Development, &[]).unwrap_err();
            assert!(matches!(error, InvalidEnvironment::Form { .. }), "{name}: {error}");
        }
        assert_eq!(environments.iter().count(), 3);
    }
}
