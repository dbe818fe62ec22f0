//! The edits of a file, found by the span they name.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

use super::{
    text,
    tree::{Change, Edit, FormatError, Node, Stream, Value},
};
use crate::Scalar;

type Span = (usize, usize);

fn key(span: &Range<usize>) -> Span {
    (span.start, span.end)
}

/// What is to happen to each node, key and comment.
#[derive(Debug, Default)]
pub(super) struct Edits<'a> {
    values: HashMap<Span, &'a Scalar<'static>>,
    drops: HashSet<Span>,
    keys: HashMap<Span, &'a str>,
    comments: HashMap<Span, &'a str>,
}

impl<'a> Edits<'a> {
    /// Sorts the edits. Each names a node, key or comment of the stream, and names it once.
    ///
    /// # Errors
    ///
    /// An edit of something that is not there.
    pub(super) fn of(text: &str, stream: &Stream, edits: &'a [Edit]) -> Result<Self, FormatError> {
        let mut known = Known::default();
        stream.documents.iter().for_each(|node| known.node(node));
        known.comments.extend(stream.comments.iter().map(key));
        let mut sorted = Self::default();
        for edit in edits {
            let span = key(&edit.span);
            let is_known = match &edit.change {
                Change::Value(_) | Change::Drop => known.nodes.contains(&span),
                Change::Key(_) => known.keys.contains(&span),
                Change::Comment(_) => known.comments.contains(&span),
            };
            if !is_known {
                return Err(text::error(text, edit.span.start, "nothing that an edit names stands here"));
            }
            match &edit.change {
                Change::Value(scalar) => drop(sorted.values.insert(span, scalar)),
                Change::Drop => drop(sorted.drops.insert(span)),
                Change::Key(name) => drop(sorted.keys.insert(span, name)),
                Change::Comment(words) => drop(sorted.comments.insert(span, words)),
            }
        }
        Ok(sorted)
    }

    /// What shall stand in a node's place, unless it goes.
    pub(super) fn value(&self, span: &Range<usize>) -> Option<&'a Scalar<'static>> {
        self.values.get(&key(span)).copied().filter(|_| !self.drops(span))
    }

    /// Whether a node goes.
    pub(super) fn drops(&self, span: &Range<usize>) -> bool {
        self.drops.contains(&key(span))
    }

    /// The new text of a key.
    pub(super) fn key(&self, span: &Range<usize>) -> Option<&'a str> {
        self.keys.get(&key(span)).copied()
    }

    /// The new text of a comment, `#` included.
    pub(super) fn comment(&self, span: &Range<usize>) -> Option<String> {
        self.comments.get(&key(span)).map(|words| text::comment(words))
    }
}

/// The spans that a stream has.
#[derive(Default)]
struct Known {
    nodes: HashSet<Span>,
    keys: HashSet<Span>,
    comments: HashSet<Span>,
}

impl Known {
    fn node(&mut self, node: &Node) {
        self.nodes.insert(key(&node.span));
        match &node.value {
            Value::Scalar(_) | Value::Alias(_) => {}
            Value::Sequence(items) => items.iter().for_each(|item| self.node(item)),
            Value::Mapping(entries) => {
                for entry in entries {
                    self.keys.insert(key(&entry.key_span));
                    self.node(&entry.value);
                }
            }
        }
    }
}
