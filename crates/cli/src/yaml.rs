//! YAML as written: a tree with the position of every key and value, all entries of a mapping even where a key is
//! repeated, and scalars as text. Workflows and configurations are judged by what stands in the file, so nothing is
//! converted, and an alias is shared, never copied.

use std::{collections::HashMap, fmt, rc::Rc};

use granit_parser::{Event, Parser, ScalarStyle, Span};

use crate::position::Position;

/// How deep a document may nest.
const MAX_DEPTH: usize = 128;

/// How many nodes a document may have once its aliases are followed.
const MAX_NODES: u64 = 1_000_000;

impl From<Span> for Position {
    fn from(span: Span) -> Self {
        Self { line: span.start.line(), column: span.start.col() + 1 }
    }
}

/// A value and where it begins.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) value: Value,
    pub(crate) at: Position,
    /// Nodes below and including this one, aliases followed.
    size: u64,
}

#[derive(Debug)]
pub(crate) enum Value {
    Scalar { text: String, literal: bool },
    Sequence(Vec<Rc<Node>>),
    Mapping(Vec<Entry>),
}

/// A key and its value.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) at: Position,
    pub(crate) value: Rc<Node>,
}

/// A key that stands in its mapping already.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Duplicate {
    pub(crate) key: String,
    pub(crate) at: Position,
    pub(crate) first: Position,
}

/// What a file holds.
#[derive(Debug, Default)]
pub(crate) struct Stream {
    pub(crate) documents: Vec<Rc<Node>>,
    pub(crate) duplicates: Vec<Duplicate>,
}

/// Why a file is no YAML, or none that we take.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct YamlError {
    pub(crate) at: Position,
    pub(crate) message: String,
}

impl fmt::Display for YamlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Node {
    /// The text of a scalar.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// The entries of a mapping, those merged in by `<<` last; nothing of anything else.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        let own = match &self.value {
            Value::Mapping(entries) => entries.as_slice(),
            _ => &[],
        };
        let merged =
            own.iter().filter(|entry| entry.key == "<<").flat_map(|entry| match &entry.value.value {
                Value::Mapping(entries) => entries.iter().collect::<Vec<_>>(),
                Value::Sequence(items) => items.iter().flat_map(|item| item.own_entries()).collect(),
                Value::Scalar { .. } => Vec::new(),
            });
        own.iter().filter(|entry| entry.key != "<<").chain(merged)
    }

    fn own_entries(&self) -> &[Entry] {
        match &self.value {
            Value::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The value of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&Rc<Node>> {
        self.entries().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// The items of a sequence; nothing of anything else.
    pub(crate) fn items(&self) -> &[Rc<Node>] {
        match &self.value {
            Value::Sequence(items) => items,
            _ => &[],
        }
    }
}

/// Reads all documents of a file.
pub(crate) fn parse(text: &str) -> Result<Stream, YamlError> {
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let at = Position { line: error.marker().line(), column: error.marker().col() + 1 };
            YamlError { at, message: format!("is not valid YAML: {}", error.info()) }
        })?;
        builder.take(event, span)?;
    }
    Ok(builder.stream)
}

#[derive(Default)]
struct Builder {
    stream: Stream,
    open: Vec<Open>,
    anchors: HashMap<usize, Rc<Node>>,
}

/// A collection whose end has not come yet.
struct Open {
    at: Position,
    anchor: usize,
    kind: OpenKind,
}

enum OpenKind {
    Sequence(Vec<Rc<Node>>),
    Mapping { entries: Vec<Entry>, seen: HashMap<String, Position>, key: Option<(String, Position)> },
}

impl Builder {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), YamlError> {
        let at = Position::from(span);
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let literal = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                let value = Value::Scalar { text: text.into_owned(), literal };
                self.close(Node { value, at, size: 1 }, anchor)
            }
            Event::Alias(id) => match self.anchors.get(&id).cloned() {
                Some(node) => self.place(node, at),
                None => Err(YamlError { at, message: "an alias stands inside its own anchor".to_owned() }),
            },
            Event::SequenceStart(_, anchor, _) => self.open(at, anchor, OpenKind::Sequence(Vec::new())),
            Event::MappingStart(_, anchor, _) => {
                let kind = OpenKind::Mapping { entries: Vec::new(), seen: HashMap::new(), key: None };
                self.open(at, anchor, kind)
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open { at, anchor, kind }) => {
                    let (value, size) = kind.finish();
                    self.close(Node { value, at, size }, anchor)
                }
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    fn open(&mut self, at: Position, anchor: usize, kind: OpenKind) -> Result<(), YamlError> {
        if self.open.len() == MAX_DEPTH {
            return Err(YamlError { at, message: format!("nests deeper than {MAX_DEPTH} levels") });
        }
        self.open.push(Open { at, anchor, kind });
        Ok(())
    }

    fn close(&mut self, node: Node, anchor: usize) -> Result<(), YamlError> {
        let (at, node) = (node.at, Rc::new(node));
        if anchor != 0 {
            self.anchors.insert(anchor, Rc::clone(&node));
        }
        self.place(node, at)
    }

    /// Puts a finished node where it belongs. `at` is where it stands, which for an alias is not where it was made.
    fn place(&mut self, node: Rc<Node>, at: Position) -> Result<(), YamlError> {
        if node.size > MAX_NODES {
            let message = format!("its aliases expand to more than {MAX_NODES} values");
            return Err(YamlError { at, message });
        }
        match self.open.last_mut().map(|open| &mut open.kind) {
            None => self.stream.documents.push(node),
            Some(OpenKind::Sequence(items)) => items.push(node),
            Some(OpenKind::Mapping { entries, seen, key }) => match key.take() {
                Some((key, at)) => entries.push(Entry { key, at, value: node }),
                None => {
                    // A collection may be a key in YAML; nobody who reads these files can use one.
                    let name = node.text().map_or_else(|| "(a collection)".to_owned(), str::to_owned);
                    match seen.get(&name) {
                        Some(&first) if name != "<<" => {
                            self.stream.duplicates.push(Duplicate { key: name.clone(), at, first });
                        }
                        _ => drop(seen.insert(name.clone(), at)),
                    }
                    *key = Some((name, at));
                }
            },
        }
        Ok(())
    }
}

impl OpenKind {
    fn finish(self) -> (Value, u64) {
        match self {
            Self::Sequence(items) => {
                let size = items.iter().fold(1u64, |size, item| size.saturating_add(item.size));
                (Value::Sequence(items), size)
            }
            Self::Mapping { entries, .. } => {
                let size = entries.iter().fold(1u64, |size, entry| size.saturating_add(entry.value.size));
                (Value::Mapping(entries), size)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn positions_are_those_of_keys_and_values() {
        let stream = parse("# first\nshop:\n  name: Käse # a\n  url: \"x\"\n---\n- 1\n").unwrap();
        let [first, second] = stream.documents.as_slice() else { panic!("two documents") };
        let shop = first.get("shop").unwrap();
        let name = shop.entries().next().unwrap();
        assert_eq!((name.key.as_str(), name.at), ("name", Position { line: 3, column: 3 }));
        assert_eq!((name.value.text(), name.value.at), (Some("Käse"), Position { line: 3, column: 9 }));
        assert_eq!(second.items()[0].at, Position { line: 6, column: 3 });
    }

    #[test]
    fn repeated_keys_are_kept_and_told() {
        let stream = parse("a: 1\nb: 2\na: 3\n").unwrap();
        let expected = Duplicate {
            key: "a".into(),
            at: Position { line: 3, column: 1 },
            first: Position { line: 1, column: 1 },
        };
        assert_eq!(stream.duplicates, [expected]);
        assert_eq!(stream.documents[0].entries().count(), 3);
    }

    #[test]
    fn anchors_and_merges_are_followed() {
        let stream = parse("base: &b\n  x: 1\nuse:\n  <<: *b\n  y: 2\n").unwrap();
        let keys: Vec<_> =
            stream.documents[0].get("use").unwrap().entries().map(|e| e.key.as_str()).collect();
        assert_eq!(keys, ["y", "x"]);
    }

    #[test]
    fn a_bomb_is_refused_without_being_expanded() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..30 {
            let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
            bomb.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
        }
        let error = parse(&bomb).unwrap_err();
        assert!(error.message.contains("expand to more than"), "{error}");
        assert_eq!(error.at.line, 6);
    }

    #[test]
    fn bad_files_say_where() {
        for (text, line, part) in [
            ("a: [1, 2\nb: 3\n", 2, "not valid YAML"),
            ("a: *nowhere\n", 1, "not valid YAML"),
            ("a: &a [*a]\n", 1, "inside its own anchor"),
            (&"- ".repeat(200), 1, "deeper than 128"),
        ] {
            let error = parse(text).unwrap_err();
            assert_eq!(error.at.line, line, "{text}: {error}");
            assert!(error.message.contains(part), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[ \\n:\\-\\[\\]{}&*a-c#|>'\"]{0,60}|.*") {
            let _ = parse(&text);
        }
    }
}
