//! A matrix as users write it.
//!
//! ```toml
//! extends = "built-in"                # takes over the built-in roles; one of the same name replaces it
//!
//! [attestation]                       # the weakest identity that may be used, by tier: see `AttestationLevel`
//! production = "signed"
//!
//! [security_review]
//! roles = ["security"]                # who reviews for `security_review_required`
//!
//! [break_glass]
//! roles = ["devops"]                  # who may override; nobody unless it is said
//! max_hours = 2
//! require_mfa = true
//! override_deny = false
//!
//! [roles.buyer]
//! description = "keeps the catalogue"
//! inherits = ["reader"]               # the grants and denies of others, under these restrictions too
//! permissions = ["DEPLOY_STAGING"]    # see `Permission`
//! environments = ["staging", "tier:production"]   # by name, by tier, or `all`
//! restrictions = ["limited_entity_types", "limited_time_window"]   # see `Restriction`
//! entity_types = ["products", "categories"]
//! time_window = { hours = "06:00-20:00", days = ["mon-fri"], zone = "Europe/Berlin" }
//! deny = ["DELETE_ENTITIES", { permissions = ["RESTORE"], environments = ["staging"], reason = "ask operations" }]
//! members = ["maria", "jonas"]        # anybody who is said to hold it, unless there is a list
//! ```
//!
//! In YAML the same stands under the same keys.

mod item;
mod read;
mod role;
mod toml;
mod value;
mod write;
#[cfg(feature = "yaml")]
mod yaml;

use std::sync::Arc;

use crate::{Matrix, Source};

pub use write::write;

/// A matrix file's text, which whoever has the file gives.
#[derive(Debug, Clone)]
pub struct MatrixFile {
    name: Arc<str>,
    text: String,
    syntax: Syntax,
}

/// How a matrix file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Syntax {
    /// TOML 1.0.
    Toml,
    /// YAML 1.2.
    #[cfg(feature = "yaml")]
    Yaml,
}

impl MatrixFile {
    /// A file of this name and text. It is YAML if its name ends so, and else TOML.
    #[must_use]
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<String>) -> Self {
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

    /// Reads the matrix. Whether its names name anything, an [`Engine`](crate::Engine) finds out.
    ///
    /// # Errors
    ///
    /// When the text is not of its syntax, or has a key or a word that nobody knows, or a value that cannot be meant.
    pub fn parse(&self) -> Result<Matrix, MatrixFileError> {
        let item = match self.syntax {
            Syntax::Toml => toml::parse(&self.text),
            #[cfg(feature = "yaml")]
            Syntax::Yaml => yaml::parse(&self.text),
        };
        let places = Places::new(&self.name, &self.text);
        item.and_then(|item| read::matrix(&item, &places)).map_err(|fault| {
            let source = places.source(fault.at);
            MatrixFileError {
                file: self.name.to_string(),
                line: source.line(),
                column: source.column(),
                message: fault.message,
            }
        })
    }
}

impl Syntax {
    #[cfg(feature = "yaml")]
    fn of(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        if name.ends_with(".yml") || name.ends_with(".yaml") { Self::Yaml } else { Self::Toml }
    }

    #[cfg(not(feature = "yaml"))]
    const fn of(_: &str) -> Self {
        Self::Toml
    }
}

/// Finds the line of a byte.
struct Places<'a> {
    name: &'a Arc<str>,
    text: &'a str,
    /// Where each line begins.
    lines: Vec<usize>,
}

impl<'a> Places<'a> {
    fn new(name: &'a Arc<str>, text: &'a str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Self { name, text, lines: std::iter::once(0).chain(breaks).collect() }
    }

    fn source(&self, at: usize) -> Source {
        let line = self.lines.partition_point(|begin| *begin <= at);
        let begin = line.checked_sub(1).and_then(|line| self.lines.get(line)).copied().unwrap_or(0);
        let column = self.text.get(begin..at).map_or(0, |text| text.chars().count()) + 1;
        let number = |number| u32::try_from(number).unwrap_or(u32::MAX);
        Source::new(Arc::clone(self.name), number(line), number(column))
    }
}

/// Why a file holds no matrix, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
#[non_exhaustive]
pub struct MatrixFileError {
    /// The file's name as it was given.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1, in characters.
    pub column: u32,
    /// What is wrong, and the known word that was probably meant.
    pub message: String,
}

#[cfg(test)]
mod tests;
