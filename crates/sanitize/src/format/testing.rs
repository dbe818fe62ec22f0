//! What the tests of all formats use: an edit by where it stands, and a tree as one line.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::ops::Range;

use super::tree::{Change, Edit, FormatError, Node, Stream, Value};
use crate::Scalar;

pub(super) type Read = fn(&str) -> Result<Stream, FormatError>;
pub(super) type Write = fn(&str, &Stream, &[Edit]) -> Result<String, FormatError>;

/// How trees are told: the edits that were made on them, and whether anchors keep their numbers.
struct Teller<'a> {
    edits: &'a [Edit],
    written: fn(&Scalar<'_>) -> Scalar<'static>,
    numbers: bool,
}

impl Teller<'_> {
    fn change(&self, span: &Range<usize>, of: impl Fn(&Change) -> bool) -> Option<&Change> {
        self.edits
            .iter()
            .map(|edit| (edit, &edit.change))
            .find(|(e, c)| e.span == *span && of(c))
            .map(|found| found.1)
    }

    fn goes(&self, node: &Node) -> bool {
        self.change(&node.span, |change| *change == Change::Drop).is_some()
    }

    fn number(&self, anchor: usize) -> String {
        if self.numbers { anchor.to_string() } else { String::new() }
    }

    fn node(&self, node: &Node) -> String {
        let anchor = node.anchor.map(|anchor| format!("&{} ", self.number(anchor))).unwrap_or_default();
        if let Some(Change::Value(scalar)) =
            self.change(&node.span, |change| matches!(change, Change::Value(_)))
        {
            return anchor + &scalar_shown(&(self.written)(scalar));
        }
        let value = match &node.value {
            Value::Scalar(scalar) => scalar_shown(scalar),
            Value::Alias(anchor) => format!("*{}", self.number(*anchor)),
            Value::Sequence(items) => {
                let items = items.iter().filter(|item| !self.goes(item)).map(|item| self.node(item));
                format!("[{}]", items.collect::<Vec<_>>().join(", "))
            }
            Value::Mapping(entries) => {
                let entries = entries.iter().filter(|entry| !self.goes(&entry.value)).map(|entry| {
                    let key = match self.change(&entry.key_span, |change| matches!(change, Change::Key(_))) {
                        Some(Change::Key(key)) => key,
                        _ => &entry.key,
                    };
                    format!("{key}: {}", self.node(&entry.value))
                });
                format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
            }
        };
        anchor + &value
    }

    fn all(&self, stream: &Stream) -> String {
        let root = |node| if self.goes(node) { "null".to_owned() } else { self.node(node) };
        stream.documents.iter().map(root).collect::<Vec<_>>().join(" --- ")
    }
}

fn scalar_shown(scalar: &Scalar<'_>) -> String {
    match scalar {
        Scalar::Text(text) => format!("{text:?}"),
        Scalar::Number(number) => number.to_string(),
        Scalar::Bool(truth) => truth.to_string(),
        Scalar::Null => "null".to_owned(),
    }
}

pub(super) fn as_it_is(scalar: &Scalar<'_>) -> Scalar<'static> {
    match scalar {
        Scalar::Text(text) => Scalar::Text(text.clone().into_owned().into()),
        Scalar::Number(number) => Scalar::Number(number.clone().into_owned().into()),
        Scalar::Bool(truth) => Scalar::Bool(*truth),
        Scalar::Null => Scalar::Null,
    }
}

/// What the documents shall hold after the edits, without the anchors' numbers: those of anchors that went are free.
pub(super) fn shown_after(
    stream: &Stream,
    edits: &[Edit],
    written: fn(&Scalar<'_>) -> Scalar<'static>,
) -> String {
    Teller { edits, written, numbers: false }.all(stream)
}

/// All documents on one line, as the tests expect them: `{a: 1, b: ["x", true, null]} --- 2`, anchors as `&1`,
/// aliases as `*1`.
pub(super) fn shown_all(stream: &Stream) -> String {
    Teller { edits: &[], written: as_it_is, numbers: true }.all(stream)
}

/// What a generator of files asks, answered by bytes that proptest chose; the first answer when there are no more.
pub(super) struct Choices(std::vec::IntoIter<u8>);

impl Choices {
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        Self(bytes.into_iter())
    }

    /// A number below this one.
    pub(super) fn below(&mut self, end: u8) -> u8 {
        self.0.next().unwrap_or(0) % end
    }

    /// Yes once in so many times.
    pub(super) fn one_in(&mut self, times: u8) -> bool {
        self.below(times) == times - 1
    }
}

/// Edits of nodes, keys and comments, none of a node within one that an earlier edit takes away. Texts differ.
pub(super) fn some_edits(stream: &Stream, choices: &mut Choices, collections: bool) -> Vec<Edit> {
    fn walk(node: &Node, is_root: bool, collections: bool, choices: &mut Choices, edits: &mut Vec<Edit>) {
        let number = edits.len();
        let mut push = |change| edits.push(Edit { span: node.span.clone(), change });
        let is_scalar = !matches!(node.value, Value::Sequence(_) | Value::Mapping(_));
        match choices.below(12) {
            5 if collections || is_scalar => {
                return push(Change::Value(Scalar::Text(format!("new {number}: #\n'\"").into())));
            }
            6 if is_scalar => return push(Change::Value(Scalar::Number("-12.5".into()))),
            7 if is_scalar => return push(Change::Value(Scalar::Bool(true))),
            8 if is_scalar => return push(Change::Value(Scalar::Null)),
            9..=11 if !is_root => return push(Change::Drop),
            10 if collections && choices.one_in(4) => return push(Change::Drop),
            _ => {}
        }
        match &node.value {
            Value::Sequence(items) => {
                items.iter().for_each(|item| walk(item, false, collections, choices, edits));
            }
            Value::Mapping(entries) => {
                for entry in entries {
                    let number = edits.len();
                    if entry.key != "<<" && choices.one_in(5) {
                        let change = Change::Key(format!("new_{number}"));
                        edits.push(Edit { span: entry.key_span.clone(), change });
                    }
                    walk(&entry.value, false, collections, choices, edits);
                }
            }
            _ => {}
        }
    }
    let mut edits = Vec::new();
    stream.documents.iter().for_each(|root| walk(root, true, collections, choices, &mut edits));
    for span in &stream.comments {
        if choices.one_in(4) {
            edits.push(Edit { span: span.clone(), change: Change::Comment(format!("new {}", edits.len())) });
        }
    }
    edits
}

/// What an edit of a test does.
#[derive(Debug, Clone, Copy)]
pub(super) enum To<'a> {
    Text(&'a str),
    Number(&'a str),
    Bool(bool),
    Null,
    Key(&'a str),
    Drop,
    /// The comment with this text after its `#`, without the path.
    Comment(&'a str),
}

/// The edit of what stands at a path: keys and indices with `/` between, the document's number first unless it is 0:
/// `a/0/b`, `1:a`. Of a comment, the path is its text.
pub(super) fn edit(text: &str, stream: &Stream, path: &str, to: To<'_>) -> Edit {
    if let To::Comment(words) = to {
        let of = |span: &&Range<usize>| text.get((*span).clone()).unwrap() == path;
        let span = stream.comments.iter().find(of).unwrap().clone();
        return Edit { span, change: Change::Comment(words.to_owned()) };
    }
    let (document, path) = path.split_once(':').unwrap_or(("0", path));
    let mut node = stream.documents.get(document.parse::<usize>().unwrap()).unwrap();
    let mut key = 0..0;
    for step in path.split('/').filter(|_| !path.is_empty()) {
        node = match &node.value {
            Value::Sequence(items) => items.get(step.parse::<usize>().unwrap()).unwrap(),
            Value::Mapping(entries) => {
                let entry = entries.iter().find(|entry| entry.key == step).unwrap();
                key = entry.key_span.clone();
                &entry.value
            }
            _ => panic!("nothing at {path}"),
        };
    }
    let (span, change) = match to {
        To::Text(text) => (node.span.clone(), Change::Value(Scalar::Text(text.to_owned().into()))),
        To::Number(number) => (node.span.clone(), Change::Value(Scalar::Number(number.to_owned().into()))),
        To::Bool(truth) => (node.span.clone(), Change::Value(Scalar::Bool(truth))),
        To::Null => (node.span.clone(), Change::Value(Scalar::Null)),
        To::Key(name) => (key, Change::Key(name.to_owned())),
        To::Drop | To::Comment(_) => (node.span.clone(), Change::Drop),
    };
    Edit { span, change }
}

/// The text after edits by path.
pub(super) fn edited(
    (read, write): (Read, Write),
    text: &str,
    edits: &[(&str, To<'_>)],
) -> Result<String, FormatError> {
    let stream = read(text)?;
    let edits: Vec<_> = edits.iter().map(|(path, to)| edit(text, &stream, path, *to)).collect();
    write(text, &stream, &edits)
}

/// Every span that an edit may name: of nodes, of keys.
pub(super) fn spans(stream: &Stream) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
    fn walk(node: &Node, nodes: &mut Vec<Range<usize>>, keys: &mut Vec<Range<usize>>) {
        nodes.push(node.span.clone());
        match &node.value {
            Value::Sequence(items) => items.iter().for_each(|item| walk(item, nodes, keys)),
            Value::Mapping(entries) => {
                for entry in entries {
                    keys.push(entry.key_span.clone());
                    walk(&entry.value, nodes, keys);
                }
            }
            _ => {}
        }
    }
    let (mut nodes, mut keys) = (Vec::new(), Vec::new());
    stream.documents.iter().for_each(|node| walk(node, &mut nodes, &mut keys));
    (nodes, keys)
}
