//! The formats that are read whole: the walk through their tree, and the changes made in place.

use std::{
    collections::{BTreeMap, HashMap},
    io::{Read, Write},
    ops::Range,
};

use super::tree::{Change, Edit, Entry, FormatError, Node, Stream, Value};
use crate::{
    SanitizeError, Scalar,
    batch::{Batch, Ledger, Renamed},
    shape::{MOST_KEYS, Refused},
    walk::{Container, Fate, Walker},
};

/// How long a file that is read whole may be, in bytes.
pub(crate) const LONGEST: u64 = 256 << 20;

/// How many values aliases may stand for.
const MOST_ALIASED: u64 = 1_000_000;

/// How a format is read and written.
pub(crate) struct Codec {
    pub(crate) read: fn(&str) -> Result<Stream, FormatError>,
    pub(crate) write: fn(&str, &Stream, &[Edit]) -> Result<String, FormatError>,
    /// Whether `<<` brings the entries of other mappings.
    pub(crate) merges: bool,
}

/// YAML.
pub(crate) const YAML: Codec = Codec { read: super::yaml::read, write: super::yaml::write, merges: true };
/// TOML.
pub(crate) const TOML: Codec = Codec { read: super::toml::read, write: super::toml::write, merges: false };
/// `.env`.
pub(crate) const ENV: Codec = Codec { read: super::dotenv::read, write: super::dotenv::write, merges: false };

/// Reads a file, walks through its documents and writes it with their changes.
pub(crate) async fn pass(
    walker: &mut Walker<'_>,
    codec: &Codec,
    input: &mut dyn Read,
    output: &mut dyn Write,
) -> Result<(), SanitizeError> {
    let text = read_text(input)?;
    let stream = (codec.read)(&text)?;
    let batch = Tour::new(walker, codec, &text).take(&stream)?;
    let detector = walker.detector;
    let mut ledger =
        Ledger { tally: &mut walker.tally, hidden: &mut walker.hidden, renamed: &mut Renamed::default() };
    let edits = strictest(batch.answer(detector, &mut ledger).await?);
    let written = if edits.is_empty() { text } else { (codec.write)(&text, &stream, &edits)? };
    output.write_all(written.as_bytes()).map_err(SanitizeError::Write)
}

fn read_text(input: &mut dyn Read) -> Result<String, SanitizeError> {
    let mut bytes = Vec::new();
    input.take(LONGEST + 1).read_to_end(&mut bytes).map_err(SanitizeError::Read)?;
    if bytes.len() as u64 > LONGEST {
        let message = "the file is longer than the 256 MiB that can be read whole".to_owned();
        return Err(FormatError { line: 1, column: 1, message }.into());
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(error.as_bytes().get(..at).unwrap_or_default());
        at_byte(&before, before.len(), "the text is not valid UTF-8").into()
    })
}

/// An error at a byte of a text.
fn at_byte(text: &str, at: usize, message: &str) -> FormatError {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    FormatError { line, column, message: message.to_owned() }
}

/// Of several changes to one place, which only aliases bring about, the one that shows least.
fn strictest(edits: Vec<Edit>) -> Vec<Edit> {
    let mut places: BTreeMap<(usize, usize), Change> = BTreeMap::new();
    for Edit { span, change } in edits {
        places
            .entry((span.start, span.end))
            .and_modify(|first| {
                if *first != change {
                    *first = stricter(first, &change);
                }
            })
            .or_insert(change);
    }
    places.into_iter().map(|((start, end), change)| Edit { span: start..end, change }).collect()
}

fn stricter(one: &Change, other: &Change) -> Change {
    match (one, other) {
        (Change::Drop, _) | (_, Change::Drop) => Change::Drop,
        (Change::Value(Scalar::Number(_)), Change::Value(_)) => Change::Value(Scalar::Number("0".into())),
        (Change::Value(_), _) => Change::Value(Scalar::Text(crate::mask::REDACTED.into())),
        (Change::Key(_), _) => Change::Key(crate::mask::REDACTED.to_owned()),
        (Change::Comment(_), _) => Change::Comment(crate::mask::REDACTED.to_owned()),
    }
}

/// The walk through a tree.
struct Tour<'t, 'w, 's> {
    walker: &'w mut Walker<'s>,
    merges: bool,
    text: &'t str,
    batch: Batch<'t>,
    anchors: HashMap<usize, &'t Node>,
    /// How many values were met by way of aliases.
    aliased: u64,
    /// How many aliases the walk is within.
    within: usize,
}

impl<'t, 'w, 's> Tour<'t, 'w, 's> {
    fn new(walker: &'w mut Walker<'s>, codec: &Codec, text: &'t str) -> Self {
        Self {
            walker,
            merges: codec.merges,
            text,
            batch: Batch::default(),
            anchors: HashMap::new(),
            aliased: 0,
            within: 0,
        }
    }

    fn take(mut self, stream: &'t Stream) -> Result<Batch<'t>, FormatError> {
        for document in &stream.documents {
            self.node(document)?;
        }
        for comment in &stream.comments {
            let text = self.text.get(comment.clone()).unwrap_or_default();
            self.walker.comment(text.strip_prefix('#').unwrap_or(text), comment.clone(), &mut self.batch);
        }
        Ok(self.batch)
    }

    fn node(&mut self, node: &'t Node) -> Result<(), FormatError> {
        if let Some(anchor) = node.anchor {
            self.anchors.insert(anchor, node);
        }
        if self.within > 0 {
            self.aliased += 1;
            if self.aliased > MOST_ALIASED {
                let message = format!("aliases stand for more than {MOST_ALIASED} values");
                return Err(self.error(&node.span, &message));
            }
        }
        match &node.value {
            Value::Scalar(scalar) => {
                self.walker.scalar(lent(scalar), node.span.clone(), &mut self.batch);
                Ok(())
            }
            Value::Alias(anchor) => self.alias(*anchor, node),
            Value::Sequence(items) => {
                self.walker.open(Container::Array);
                items.iter().try_for_each(|item| self.node(item))?;
                self.walker.close();
                Ok(())
            }
            Value::Mapping(entries) => {
                self.walker.open(Container::Object);
                self.entries(entries)?;
                self.walker.close();
                Ok(())
            }
        }
    }

    fn entries(&mut self, entries: &'t [Entry]) -> Result<(), FormatError> {
        for Entry { key, key_span, value } in entries {
            if self.merges && key == "<<" {
                self.merged(value)?;
                continue;
            }
            let key = key.as_str().into();
            let fate = self.walker.key(key, key_span.clone(), &mut self.batch);
            match fate.map_err(|refused| self.refused(refused, key_span))? {
                Fate::Goes => self.goes(value),
                Fate::Stays => self.node(value)?,
            }
        }
        Ok(())
    }

    /// What a merge key brings stands in the mapping that has it.
    fn merged(&mut self, value: &'t Node) -> Result<(), FormatError> {
        match &value.value {
            Value::Mapping(entries) => {
                self.walker.open_merged();
                self.entries(entries)?;
                self.walker.close();
                Ok(())
            }
            Value::Sequence(items) => items.iter().try_for_each(|item| self.merged(item)),
            Value::Alias(anchor) => match self.anchors.get(anchor).copied() {
                Some(node) => self.through(|tour| tour.merged(node)),
                None => Ok(()),
            },
            Value::Scalar(_) => self.node(value),
        }
    }

    /// A value that is written elsewhere. It is shown here too, so what must be hidden here is hidden there.
    fn alias(&mut self, anchor: usize, alias: &'t Node) -> Result<(), FormatError> {
        let Some(node) = self.anchors.get(&anchor).copied() else { return Ok(()) };
        if let Value::Scalar(scalar) = &node.value {
            // A single value need not be hidden there: its mask takes the place of the alias.
            self.walker.scalar(lent(scalar), alias.span.clone(), &mut self.batch);
            return Ok(());
        }
        self.through(|tour| tour.node(node))
    }

    fn through(
        &mut self,
        walk: impl FnOnce(&mut Self) -> Result<(), FormatError>,
    ) -> Result<(), FormatError> {
        self.within += 1;
        let walked = walk(self);
        self.within -= 1;
        walked
    }

    /// A node goes, and what is secret in it must not show elsewhere either.
    fn goes(&mut self, node: &'t Node) {
        self.forget(node);
        // By way of an alias it is the alias that ought to go; hiding all that it stands for shows no more.
        self.batch.edits.push(Edit { span: node.span.clone(), change: Change::Drop });
    }

    fn forget(&mut self, node: &'t Node) {
        match &node.value {
            Value::Scalar(scalar) => self.walker.dropped(scalar),
            Value::Sequence(items) => items.iter().for_each(|item| self.forget(item)),
            Value::Mapping(entries) => entries.iter().for_each(|entry| self.forget(&entry.value)),
            Value::Alias(_) => {}
        }
    }

    fn refused(&self, refused: Refused, span: &Range<usize>) -> FormatError {
        match refused {
            Refused::Duplicate => self.error(span, "this mapping has this key already"),
            Refused::TooMany => self.error(span, &format!("this mapping has more than {MOST_KEYS} keys")),
        }
    }

    fn error(&self, span: &Range<usize>, message: &str) -> FormatError {
        at_byte(self.text, span.start, message)
    }
}

/// The same scalar, borrowed.
fn lent<'t>(scalar: &'t Scalar<'static>) -> Scalar<'t> {
    match scalar {
        Scalar::Text(text) => Scalar::Text(text.as_ref().into()),
        Scalar::Number(number) => Scalar::Number(number.as_ref().into()),
        Scalar::Bool(truth) => Scalar::Bool(*truth),
        Scalar::Null => Scalar::Null,
    }
}
