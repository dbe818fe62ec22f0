//! TOML 1.1: tables, arrays of tables, inline tables, dotted keys, and the places of all of them.
//!
//! toml_parser says where each key, value and comment is (`events`); which table a key belongs to is worked out here
//! (`build`, `headers`), since a table may be written in many places. A table's span is the path of keys where it is written
//! first, and an array of tables has that with one pair of brackets.

mod build;
mod events;
mod headers;
mod layout;
mod read;
mod scalar;
mod sections;
mod write;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use super::tree::{Edit, FormatError, Stream};

/// Reads a file: one document, a mapping.
///
/// # Errors
///
/// What is no TOML, a key that is repeated, and a value that nests deeper than 128 levels.
pub(crate) fn read(text: &str) -> Result<Stream, FormatError> {
    read::read(text)
}

/// Makes the edits and leaves all else as it is. A null is written as an empty text: TOML has none.
///
/// # Errors
///
/// An edit of what is not there, a number that TOML does not know, a scalar in the place of the root or of one table
/// of an array of tables, and a file that could not be edited in place.
pub(crate) fn write(text: &str, stream: &Stream, edits: &[Edit]) -> Result<String, FormatError> {
    write::write(text, stream, edits)
}
