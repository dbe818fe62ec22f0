//! A document read whole: what it holds and where each part stands, and the changes to be made there.

use std::ops::Range;

use crate::Scalar;

#[cfg(feature = "documents")]
/// What a file holds.
#[derive(Debug)]
pub(crate) struct Stream {
    /// One node for each document; a YAML file may hold several.
    pub(crate) documents: Vec<Node>,
    /// The comments, each from its `#` to the end of its text.
    pub(crate) comments: Vec<Range<usize>>,
}

#[cfg(feature = "documents")]
/// A value and where it stands.
#[derive(Debug)]
pub(crate) struct Node {
    /// Its bytes in the file: a string with its quotes, without an anchor or tag before it.
    pub(crate) span: Range<usize>,
    /// The number of its anchor, if it has one.
    pub(crate) anchor: Option<usize>,
    pub(crate) value: Value,
}

#[cfg(feature = "documents")]
#[derive(Debug)]
pub(crate) enum Value {
    Scalar(Scalar<'static>),
    Sequence(Vec<Node>),
    Mapping(Vec<Entry>),
    /// The node with this anchor, once more.
    Alias(usize),
}

#[cfg(feature = "documents")]
/// A key and its value.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    /// The key's bytes in the file, quotes included.
    pub(crate) key_span: Range<usize>,
    pub(crate) value: Node,
}

/// A change to a file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Edit {
    /// The span of the node, key or comment that changes.
    pub(crate) span: Range<usize>,
    pub(crate) change: Change,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Change {
    /// Another scalar stands here, quoted where the format needs it. Also replaces an alias.
    Value(Scalar<'static>),
    /// The key has another text.
    Key(String),
    /// The node goes: a mapping's entry with its key, a sequence's item; a document's root becomes null or nothing.
    Drop,
    #[cfg(feature = "documents")]
    /// The comment has this text after its `#`.
    Comment(String),
}

/// Why a file is not what it claims to be, or nothing that we take, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {message}")]
#[non_exhaustive]
pub struct FormatError {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// What is wrong, without quoting a value.
    pub message: String,
}
