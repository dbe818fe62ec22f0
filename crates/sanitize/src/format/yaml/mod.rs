//! YAML 1.2: several documents, every style of scalar, anchors and aliases that are never expanded.
//!
//! What granit-parser says of the structure is laid over the file's tokens (`lex`), so that each byte of the file is
//! accounted for (`layout`, which `build` makes): a comment cannot hide between two events, and an edit knows the dash, the colon, the
//! comma, the anchor and the tag that belong to its node.

mod block;
mod build;
mod layout;
mod lex;
mod read;
mod scalar;
mod write;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use super::tree::{Edit, FormatError, Stream};

/// Reads all documents of a file. A file of comments alone has none.
///
/// # Errors
///
/// What is no YAML, a key that is repeated or no scalar, an alias with no anchor or within it, and a document that
/// nests deeper than 128 levels.
pub(crate) fn read(text: &str) -> Result<Stream, FormatError> {
    read::read(text)
}

/// Makes the edits and leaves all else as it is.
///
/// # Errors
///
/// An edit of what is not there, a number that YAML does not know, an anchor that would go while an alias of it
/// stays, and a file that could not be edited in place.
pub(crate) fn write(text: &str, stream: &Stream, edits: &[Edit]) -> Result<String, FormatError> {
    write::write(text, stream, edits)
}
