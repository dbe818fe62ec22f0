//! The formats: each reads a file, knows where its values stand, and changes them in place, so that all else keeps
//! its bytes.

#[cfg(feature = "documents")]
mod brackets;
#[cfg(feature = "documents")]
mod cut;
#[cfg(feature = "documents")]
mod dotenv;
#[cfg(feature = "documents")]
mod edits;
pub(crate) mod json;
#[cfg(feature = "documents")]
mod lines;
pub(crate) mod log;
#[cfg(all(test, feature = "documents"))]
mod testing;
#[cfg(feature = "documents")]
mod text;
#[cfg(feature = "documents")]
mod toml;
pub(crate) mod tree;
#[cfg(feature = "documents")]
mod verify;
#[cfg(feature = "documents")]
pub(crate) mod whole;
#[cfg(feature = "documents")]
mod yaml;

use std::io::{Read, Write};

pub use tree::FormatError;

use crate::{SanitizeError, walk::Walker};

/// How a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// JSON (RFC 8259), one document or several one after the other, as in JSON Lines.
    Json,
    /// Plain text such as a log. Each line is examined as an unclassified field.
    Text,
    /// YAML 1.2.
    #[cfg(feature = "documents")]
    Yaml,
    /// TOML 1.0.
    #[cfg(feature = "documents")]
    Toml,
    /// `NAME=value` lines.
    #[cfg(feature = "documents")]
    Env,
}

/// Walks through a document and writes it with its changes.
pub(crate) async fn pass(
    format: Format,
    walker: &mut Walker<'_>,
    input: &mut dyn Read,
    output: &mut dyn Write,
) -> Result<(), SanitizeError> {
    match format {
        Format::Json => json::pass(walker, input, output).await,
        Format::Text => log::pass(walker, input, output).await,
        #[cfg(feature = "documents")]
        Format::Yaml => whole::pass(walker, &whole::YAML, input, output).await,
        #[cfg(feature = "documents")]
        Format::Toml => whole::pass(walker, &whole::TOML, input, output).await,
        #[cfg(feature = "documents")]
        Format::Env => whole::pass(walker, &whole::ENV, input, output).await,
    }
}
