//! Files made at random, read and edited; the `toml` crate says whether they were understood.

use std::collections::BTreeMap;

use proptest::{collection::vec, prelude::*};

use super::{
    super::{
        testing::{Choices, shown_after, some_edits},
        text::part,
        tree::{Change, Edit, Node, Value},
    },
    read,
    scalar::kept,
    write,
};
use crate::Scalar;

/// Writes TOML.
struct Maker {
    choices: Choices,
    text: String,
    names: usize,
}

fn make(bytes: Vec<u8>) -> String {
    let mut maker = Maker { choices: Choices::new(bytes), text: String::new(), names: 0 };
    if maker.choices.one_in(8) {
        maker.text.push('\u{feff}');
    }
    maker.lines();
    let mut opened: Vec<String> = Vec::new();
    for _ in 0..maker.choices.below(6) {
        // A table below one that is there already, or a new one.
        let name = maker.name();
        let path = match opened.len() {
            0 => name,
            many if maker.choices.one_in(2) => {
                let parent = &opened[usize::from(maker.choices.below(250)) % many];
                if maker.choices.one_in(2) {
                    format!("{parent}.{name}.{name}")
                } else {
                    format!("{parent}.{name}")
                }
            }
            _ => name,
        };
        let tables = if maker.choices.one_in(3) { 1 + maker.choices.below(3) } else { 0 };
        for _ in 0..tables {
            maker.text.push_str(&format!("[[{path}]]"));
            maker.end();
            maker.lines();
            if maker.choices.one_in(3) {
                maker.text.push_str(&format!("[{path}.sub]\n"));
                maker.lines();
            }
        }
        if tables == 0 {
            maker.text.push_str(&format!("[{path}]"));
            maker.end();
            maker.lines();
        }
        opened.push(path);
    }
    if maker.choices.one_in(4) { maker.text.replace('\n', "\r\n") } else { maker.text }
}

impl Maker {
    fn name(&mut self) -> String {
        self.names += 1;
        match self.choices.below(6) {
            4 => format!("\"n {}\"", self.names),
            5 => format!("'n{}'", self.names),
            _ => format!("n{}", self.names),
        }
    }

    fn end(&mut self) {
        if self.choices.one_in(4) {
            self.names += 1;
            self.text.push_str(&format!(" # c{}", self.names));
        }
        self.text.push('\n');
    }

    /// Statements, comments and empty lines.
    fn lines(&mut self) {
        for _ in 0..self.choices.below(5) {
            match self.choices.below(8) {
                0 => self.text.push('\n'),
                1 => self.text.push_str("  # alone\n"),
                2 => {
                    // Two that share a table made by dots.
                    let (table, first, second) = (self.name(), self.name(), self.name());
                    for key in [first, second] {
                        self.text.push_str(&format!("{table} . {key}.x = "));
                        self.value(0);
                        self.end();
                    }
                }
                _ => {
                    let key = self.name();
                    self.text.push_str(&format!("{key} = "));
                    self.value(0);
                    self.end();
                }
            }
        }
    }

    fn value(&mut self, depth: usize) {
        let name = self.name().replace(['"', '\''], "");
        let kind = self.choices.below(if depth < 3 { 12 } else { 8 });
        match kind {
            0 => self.text.push_str(&format!("'{name}'")),
            1 => self.text.push_str("-1.5e3"),
            2 => self.text.push_str("true"),
            3 => self.text.push_str("1979-05-27T07:32:00Z"),
            4 => self.text.push_str(&format!("'''\n{name}\n# x'''")),
            5 => self.text.push_str(&format!("\"\"\"{name}\\u00e9 \\\n   = x\"\"\"")),
            6 => self.text.push_str("17"),
            7 => self.text.push_str(&format!("\"{name}\\n\"")),
            8 | 9 => self.brackets(depth, '[', ']', |this| this.value(depth + 1)),
            _ => self.brackets(depth, '{', '}', |this| {
                let (table, key) = (this.name(), this.name());
                if this.choices.one_in(4) {
                    this.text.push_str(&format!("{table}.a = 1, {table}.b"));
                } else {
                    this.text.push_str(&key);
                }
                this.text.push_str(" = ");
                this.value(depth + 1);
            }),
        }
    }

    fn brackets(&mut self, depth: usize, open: char, close: char, mut item: impl FnMut(&mut Self)) {
        self.text.push(open);
        let broken = depth == 0 && self.choices.one_in(3);
        let count = self.choices.below(4);
        for index in 0..count {
            let before = if broken { "\n  " } else { ["", " "][usize::from(self.choices.below(2))] };
            self.text.push_str(before);
            item(self);
            if index + 1 < count || (broken && self.choices.one_in(2)) {
                self.text.push(',');
            }
            if broken && self.choices.one_in(3) {
                self.text.push_str(" # in");
            }
        }
        if broken {
            self.text.push('\n');
        }
        self.text.push(close);
    }
}

/// A tree as `toml` would have it, in the order of its keys.
fn sorted(node: &Node) -> String {
    match &node.value {
        Value::Scalar(Scalar::Text(text)) => format!("{text:?}"),
        Value::Scalar(Scalar::Number(number)) => number.parse::<f64>().unwrap().to_string(),
        Value::Scalar(Scalar::Bool(truth)) => truth.to_string(),
        Value::Sequence(items) => format!("[{}]", items.iter().map(sorted).collect::<Vec<_>>().join(", ")),
        Value::Mapping(entries) => {
            let entries: BTreeMap<_, _> = entries.iter().map(|e| (e.key.clone(), sorted(&e.value))).collect();
            format!("{entries:?}")
        }
        Value::Scalar(Scalar::Null) | Value::Alias(_) => "?".to_owned(),
    }
}

fn sorted_toml(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => format!("{text:?}"),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Float(number) => number.to_string(),
        toml::Value::Boolean(truth) => truth.to_string(),
        toml::Value::Datetime(date) => format!("{:?}", date.to_string()),
        toml::Value::Array(items) => {
            format!("[{}]", items.iter().map(sorted_toml).collect::<Vec<_>>().join(", "))
        }
        toml::Value::Table(table) => {
            let entries: BTreeMap<_, _> = table.iter().map(|(k, v)| (k.clone(), sorted_toml(v))).collect();
            format!("{entries:?}")
        }
    }
}

/// Whether the edits are ones that TOML can take: no scalar in the place of the root or of a table with a header.
fn possible(text: &str, edits: &mut Vec<Edit>) {
    edits.retain(|edit| match edit.change {
        Change::Value(_) if edit.span == (0..text.len()) => false,
        Change::Value(_) => !part(text, 0..edit.span.start).ends_with('['),
        _ => true,
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn what_is_written_is_read(bytes in vec(any::<u8>(), 0..300)) {
        let text = make(bytes);
        let other: toml::Table = toml::from_str(&text)
            .map_err(|error| TestCaseError::fail(format!("the test is wrong: {error}\n{text}")))?;
        let stream = read(&text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        prop_assert_eq!(sorted(&stream.documents[0]), sorted_toml(&toml::Value::Table(other)), "{}", text);
        prop_assert_eq!(stream.comments.len(), text.matches(" # ").count(), "{}", text);
        prop_assert_eq!(write(&text, &stream, &[]).unwrap(), text);
    }

    #[test]
    fn what_is_edited_says_what_was_asked(bytes in vec(any::<u8>(), 0..300), answers in vec(any::<u8>(), 0..200)) {
        let text = make(bytes);
        let stream = read(&text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        let mut edits = some_edits(&stream, &mut Choices::new(answers), true);
        possible(&text, &mut edits);
        let after = write(&text, &stream, &edits)
            .map_err(|error| TestCaseError::fail(format!("{error}\n{text}\n{edits:?}")))?;
        let found = read(&after).unwrap();
        // A table may have moved: the tree is compared in the order of its keys, that of the edits by itself.
        let mut expected: Vec<_> = shown_after(&stream, &edits, kept).chars().collect();
        let mut shown: Vec<_> = shown_after(&found, &[], kept).chars().collect();
        if edits.iter().any(|edit| edit.span == (0..text.len()) && edit.change == Change::Drop) {
            expected = "{}".chars().collect();
        }
        expected.sort_unstable();
        shown.sort_unstable();
        prop_assert_eq!(shown, expected, "{}\n{:?}\n{}", text, edits, after);
        prop_assert!(toml::from_str::<toml::Table>(&after).is_ok(), "{}\n{}", text, after);
    }

    #[test]
    fn no_other_byte_changes(bytes in vec(any::<u8>(), 0..300), answers in vec(any::<u8>(), 0..200)) {
        let text = make(bytes);
        let stream = read(&text).unwrap();
        let mut edits = some_edits(&stream, &mut Choices::new(answers), false);
        edits.retain(|edit| matches!(edit.change, Change::Value(_) | Change::Comment(_)));
        let mut expected = text.clone();
        let mut sorted: Vec<_> = edits.iter().collect();
        sorted.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
        for edit in sorted {
            expected.replace_range(edit.span.clone(), &match &edit.change {
                Change::Value(scalar) => super::scalar::written(scalar).unwrap(),
                Change::Comment(words) => format!("# {words}"),
                _ => String::new(),
            });
        }
        prop_assert_eq!(write(&text, &stream, &edits).unwrap(), expected);
    }

    #[test]
    fn no_text_panics(
        text in "[ \\n\\r\\[\\]{}.,=a-c#'\"\\\\0-2_e+-]{0,50}|(\\[a|\\]|\\.b|a|b|=1|=\\{|\\}|\\n|\\[|,|=){0,24}|.*",
        answers in vec(any::<u8>(), 0..60),
    ) {
        let other = toml::de::DeTable::parse(&text).map(|_| ()).map_err(|error| error.to_string());
        match read(&text) {
            Ok(stream) => {
                prop_assert_eq!(other, Ok(()), "{:?}", text);
                let mut edits = some_edits(&stream, &mut Choices::new(answers), true);
                possible(&text, &mut edits);
                write(&text, &stream, &edits)
                    .map_err(|error| TestCaseError::fail(format!("{error}\n{text:?}\n{edits:?}")))?;
            }
            Err(error) => prop_assert!(other.is_err(), "{:?}: {}", text, error),
        }
    }
}
