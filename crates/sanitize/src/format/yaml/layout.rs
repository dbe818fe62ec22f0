//! The tree of a file with every token in its place.

use std::ops::Range;

use super::scalar::Kind;
use crate::Scalar;

/// How deep a document may nest.
pub(super) const MAX_DEPTH: usize = 128;

/// A file.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) documents: Vec<Item>,
    pub(super) comments: Vec<Range<usize>>,
    /// Where the text ends of the block scalars whose header says that empty lines after it are theirs.
    pub(super) keepers: Vec<usize>,
}

/// A node.
#[derive(Debug)]
pub(super) struct Item {
    /// From its first token, an anchor or tag included, to its last.
    pub(super) outer: Range<usize>,
    /// Without anchor and tag.
    pub(super) span: Range<usize>,
    /// Where the token before its content ends; a document may begin with its content.
    pub(super) after: Option<usize>,
    pub(super) anchor: Option<usize>,
    pub(super) tag: Option<(Kind, Range<usize>)>,
    /// Where its anchor and tag are.
    pub(super) properties: Vec<Range<usize>>,
    pub(super) content: Content,
}

#[derive(Debug)]
pub(super) enum Content {
    /// The header is a block scalar's: the `|` or `>` and what follows at once.
    Scalar {
        value: Scalar<'static>,
        header: Option<Range<usize>>,
    },
    Alias(usize),
    Collection {
        mapping: bool,
        style: Style,
        children: Vec<Child>,
    },
}

/// How a collection is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Style {
    Block,
    /// In brackets or braces, and what is inside of them.
    Flow(Range<usize>),
    /// A single entry in a flow sequence, with no braces: `[a: 1]`.
    Pair,
}

/// An item or entry.
#[derive(Debug)]
pub(super) struct Child {
    /// From its first token, a `-` or `?` included, to its last, the comma not included.
    pub(super) span: Range<usize>,
    pub(super) key: Option<Key>,
    pub(super) value: Item,
    pub(super) comma: Option<usize>,
}

#[derive(Debug)]
pub(super) struct Key {
    pub(super) text: String,
    pub(super) item: Item,
    pub(super) question: Option<usize>,
    pub(super) colon: Option<usize>,
}
