//! Matrix files in YAML.

use granit_parser::{Event, Parser, ScalarStyle, Span};

use super::item::{Entry, Fault, Item, Value};

/// How deep a file may nest. A matrix needs six levels.
const MAX_DEPTH: usize = 32;

pub(super) fn parse(text: &str) -> Result<Item, Fault> {
    let mut documents = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let at = error.marker().byte_offset().unwrap_or(0);
            Fault::new(at, format!("is not valid YAML: {}", error.info()))
        })?;
        let at = at(span);
        let item = match event {
            Event::Scalar(text, style, ..) => {
                // What is not quoted may be a number or a truth value.
                let nothing = matches!(style, ScalarStyle::Plain) && matches!(&*text, "" | "~" | "null");
                let plain = matches!(style, ScalarStyle::Plain);
                let text = text.into_owned();
                let value = match (nothing, plain) {
                    (true, _) => Value::Nothing,
                    (false, true) => Value::Plain(text),
                    (false, false) => Value::Text(text),
                };
                Item { at, value }
            }
            Event::Alias(_) => return Err(Fault::new(at, "a matrix file has no aliases: write it out")),
            Event::SequenceStart(..) | Event::MappingStart(..) if open.len() == MAX_DEPTH => {
                return Err(Fault::new(at, format!("nests deeper than {MAX_DEPTH} levels")));
            }
            Event::SequenceStart(..) => {
                open.push(Open { key: None, item: Item { at, value: Value::List(Vec::new()) } });
                continue;
            }
            Event::MappingStart(..) => {
                open.push(Open { key: None, item: Item { at, value: Value::Table(Vec::new()) } });
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some(done) => done.item,
                None => continue,
            },
            _ => continue,
        };
        match open.last_mut() {
            Some(parent) => parent.take(item)?,
            None => documents.push(item),
        }
    }
    match documents.get(1) {
        Some(second) => Err(Fault::new(second.at, "a matrix file is one document, not several")),
        None => Ok(documents.pop().unwrap_or(Item { at: 0, value: Value::Nothing })),
    }
}

fn at(span: Span) -> usize {
    span.start.byte_offset().unwrap_or(0)
}

/// A collection whose end has not come yet.
struct Open {
    item: Item,
    /// The key whose value is to come.
    key: Option<(String, usize)>,
}

impl Open {
    fn take(&mut self, item: Item) -> Result<(), Fault> {
        match &mut self.item.value {
            Value::Table(entries) => match (self.key.take(), item) {
                (Some((key, at)), value) => entries.push(Entry { key, at, value }),
                (None, Item { at, value: Value::Text(key) | Value::Plain(key) }) => {
                    if entries.iter().any(|entry| entry.key == key) {
                        return Err(Fault::new(at, format!("`{key}` is given twice")));
                    }
                    self.key = Some((key, at));
                }
                (None, Item { at, .. }) => return Err(Fault::new(at, "a key is a word")),
            },
            Value::List(items) => items.push(item),
            _ => {}
        }
        Ok(())
    }
}
