//! Rules that a user brings in a file.
//!
//! ```toml
//! [[rule]]
//! path = "shop.customerServiceEmail"     # or paths = ["…", "…"], dotted or JSONPath
//! class = "internal"                     # public, internal, confidential, secret
//! handling = "mask_domain_only"          # see `Handling`; also no_masking, redact, generalize
//! reason = "an address that partners write to"
//! name = "customer service"              # what reports call it; the first path unless given
//! show_to = "partner"                    # this audience and those above it see the value
//! ```
//!
//! In YAML the same stands under `rule:`, as a list.

mod item;
mod read;
mod toml;
#[cfg(feature = "documents")]
mod yaml;

use storeward_core::{BoxFuture, Fault, PortError};

use crate::{Rule, RuleSource};

/// A rule file's text, which whoever has the file gives.
#[derive(Debug, Clone)]
pub struct RuleFile {
    name: String,
    text: String,
    syntax: Syntax,
}

/// How a rule file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Syntax {
    /// TOML 1.0.
    Toml,
    /// YAML 1.2.
    #[cfg(feature = "documents")]
    Yaml,
}

impl RuleFile {
    /// A file of this name and text. It is YAML if its name ends so, and else TOML.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let (name, text) = (name.into(), text.into());
        let syntax = Syntax::of(&name);
        Self { name, text, syntax }
    }

    /// The same file, written in this syntax whatever its name says.
    #[must_use]
    pub const fn written_in(mut self, syntax: Syntax) -> Self {
        self.syntax = syntax;
        self
    }

    /// Reads the rules.
    ///
    /// # Errors
    ///
    /// When the text is not of its syntax, has a key or a word that nobody knows, a path that is none, a rule that would
    /// show a secret, or no rule at all.
    pub fn parse(&self) -> Result<Vec<Rule>, RuleFileError> {
        let item = match self.syntax {
            Syntax::Toml => toml::parse(&self.text),
            #[cfg(feature = "documents")]
            Syntax::Yaml => yaml::parse(&self.text),
        };
        item.and_then(|item| read::rules(&item)).map_err(|fault| {
            let before = self.text.get(..fault.at).unwrap_or(&self.text);
            RuleFileError {
                file: self.name.clone(),
                line: before.matches('\n').count() + 1,
                column: before.rsplit('\n').next().unwrap_or_default().chars().count() + 1,
                message: fault.message,
            }
        })
    }
}

impl Syntax {
    #[cfg(feature = "documents")]
    fn of(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        if name.ends_with(".yml") || name.ends_with(".yaml") { Self::Yaml } else { Self::Toml }
    }

    #[cfg(not(feature = "documents"))]
    const fn of(_: &str) -> Self {
        Self::Toml
    }
}

impl RuleSource for RuleFile {
    fn rules(&self) -> BoxFuture<'_, Result<Vec<Rule>, PortError>> {
        Box::pin(async {
            self.parse().map_err(|error| {
                PortError::new("rule source", Fault::Invalid, error.to_string()).with_source(error)
            })
        })
    }
}

/// Why a file holds no rules, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
#[non_exhaustive]
pub struct RuleFileError {
    /// The file's name as it was given.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// What is wrong, and the known word that was probably meant.
    pub message: String,
}

#[cfg(test)]
mod tests;
