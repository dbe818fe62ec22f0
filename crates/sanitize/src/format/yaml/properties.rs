//! Files made at random, in every style, read and edited.

use proptest::{collection::vec, prelude::*};

use super::{
    super::{
        testing::{Choices, as_it_is, shown_after, shown_all, some_edits},
        text::part,
        tree::{Change, Edit, Node, Stream, Value},
    },
    read, write,
};

/// Writes YAML, and beside it what that YAML says.
struct Maker {
    choices: Choices,
    text: String,
    names: usize,
    comments: usize,
    anchors: usize,
    /// The anchors that an alias may stand for now, by number.
    done: Vec<usize>,
}

fn make(bytes: Vec<u8>) -> (String, String, usize) {
    let mut maker = Maker {
        choices: Choices::new(bytes),
        text: String::new(),
        names: 0,
        comments: 0,
        anchors: 0,
        done: Vec::new(),
    };
    let mut said = Vec::new();
    if maker.choices.one_in(8) {
        maker.text.push('\u{feff}');
    }
    for document in 0..=maker.choices.below(3) {
        maker.done.clear();
        maker.lines(0);
        match maker.choices.below(3) {
            0 if document == 0 => said.push(maker.mapping(0, 0)),
            1 if document == 0 => said.push(maker.sequence(0, 0)),
            _ => {
                maker.text.push_str("---");
                said.push(maker.value(0, 0));
            }
        }
    }
    let text = if maker.choices.one_in(4) { maker.text.replace('\n', "\r\n") } else { maker.text };
    (text, said.join(" --- "), maker.comments)
}

impl Maker {
    fn name(&mut self) -> String {
        self.names += 1;
        format!("n{}", self.names)
    }

    fn comment(&mut self) -> String {
        self.comments += 1;
        format!("# c{}: [x", self.comments)
    }

    /// The end of a line, after a comment perhaps.
    fn end(&mut self) {
        if self.choices.one_in(4) {
            let comment = self.comment();
            self.text.push_str(&format!(" {comment}"));
        }
        self.text.push('\n');
    }

    /// Empty lines and comments before an entry.
    fn lines(&mut self, indent: usize) {
        while self.choices.one_in(5) {
            if self.choices.one_in(2) {
                let comment = self.comment();
                self.text.push_str(&format!("{}{comment}", " ".repeat(indent)));
            }
            self.text.push('\n');
        }
    }

    /// A value and the end of its line, after a `:`, `-` or `---` of what stands at this column.
    fn value(&mut self, indent: usize, depth: usize) -> String {
        if depth > 0 && !self.done.is_empty() && self.choices.one_in(6) {
            let anchor = self.done[usize::from(self.choices.below(250)) % self.done.len()];
            self.text.push_str(&format!(" *a{anchor}"));
            self.end();
            return format!("*{anchor}");
        }
        let mut anchor = None;
        if self.choices.one_in(6) {
            self.anchors += 1;
            anchor = Some(self.anchors);
            self.text.push_str(&format!(" &a{}", self.anchors));
        }
        if self.choices.one_in(8) {
            self.text.push_str(" !mine");
        }
        let said = match self.choices.below(10) {
            0..=4 => {
                let said = self.scalar(indent);
                self.end();
                said
            }
            5 => {
                let said = self.block_scalar(indent);
                self.text.push('\n');
                said
            }
            6 => {
                self.text.push(' ');
                let said = self.flow(depth);
                self.end();
                said
            }
            7 if depth < 4 => {
                self.end();
                self.sequence(indent + 2, depth + 1)
            }
            _ if depth < 4 => {
                self.end();
                let deeper = 1 + usize::from(self.choices.below(3));
                self.mapping(indent + deeper, depth + 1)
            }
            _ => {
                self.end();
                "null".to_owned()
            }
        };
        self.done.extend(anchor);
        anchor.map(|anchor| format!("&{anchor} ")).unwrap_or_default() + &said
    }

    /// A scalar after a blank, or nothing.
    fn scalar(&mut self, indent: usize) -> String {
        let name = self.name();
        let fold = format!("\n{}", " ".repeat(indent + 2));
        let (text, said) = match self.choices.below(9) {
            0 => (name.clone(), format!("{name:?}")),
            1 => (format!("'{name} ''# {name}'"), format!("\"{name} '# {name}\"")),
            2 => (format!("\"{name}\\n\\u00e9: \""), format!("\"{name}\\né: \"")),
            3 => ("-1.5e3".to_owned(), "-1.5e3".to_owned()),
            4 => ("True".to_owned(), "true".to_owned()),
            5 => ("~".to_owned(), "null".to_owned()),
            6 => return "null".to_owned(),
            7 => (format!("{name}{fold}x#y"), format!("\"{name} x#y\"")),
            _ => (format!("\"{name}{fold}# x\""), format!("\"{name} # x\"")),
        };
        self.text.push_str(&format!(" {text}"));
        said
    }

    fn block_scalar(&mut self, indent: usize) -> String {
        let (name, pad) = (self.name(), " ".repeat(indent + 2));
        let (header, said) = match self.choices.below(4) {
            0 => ("|", format!("{name}\n# x\n")),
            1 => ("|-", format!("{name}\n# x")),
            2 => (">", format!("{name} # x\n")),
            _ => (">-", format!("{name} # x")),
        };
        self.text.push_str(&format!(" {header}"));
        self.end();
        self.text.push_str(&format!("{pad}{name}\n{pad}# x"));
        if self.choices.one_in(3) {
            self.text.push('\n');
        }
        format!("{said:?}")
    }

    fn flow(&mut self, depth: usize) -> String {
        let kind = if depth < 4 { self.choices.below(4) } else { 0 };
        let gap = |this: &mut Self| match this.choices.below(6) {
            0 => String::new(),
            5 => format!(" {}\n      ", this.comment()),
            _ => " ".to_owned(),
        };
        let (open, close) = if kind == 3 { ('{', '}') } else { ('[', ']') };
        if kind < 2 {
            let name = self.name();
            self.text.push_str(&if kind == 0 { name.clone() } else { format!("\"{name}\"") });
            return format!("{name:?}");
        }
        self.text.push(open);
        let mut parts = Vec::new();
        let count = self.choices.below(4);
        for index in 0..count {
            let before = gap(self);
            self.text.push_str(&before);
            let key = if kind == 3 || self.choices.one_in(5) { Some(self.name()) } else { None };
            let said = match &key {
                None => self.flow(depth + 1),
                Some(key) if kind == 3 && self.choices.one_in(4) => {
                    self.text.push_str(key);
                    "null".to_owned()
                }
                Some(key) => {
                    self.text.push_str(&format!("{key}: "));
                    self.flow(depth + 1)
                }
            };
            parts.push(match key {
                Some(key) if kind == 3 => format!("{key}: {said}"),
                Some(key) => format!("{{{key}: {said}}}"),
                None => said,
            });
            let after = gap(self);
            self.text.push_str(&after);
            if index + 1 < count || self.choices.one_in(3) {
                self.text.push(',');
            }
        }
        let last = gap(self);
        self.text.push_str(&last);
        self.text.push(close);
        let parts = parts.join(", ");
        if kind == 3 { format!("{{{parts}}}") } else { format!("[{parts}]") }
    }

    /// What is at a line's start: the first entry may stand on the line of a dash.
    fn entries(&mut self, indent: usize, inline: bool, mut entry: impl FnMut(&mut Self) -> String) -> String {
        let mut said = Vec::new();
        for index in 0..=self.choices.below(3) {
            if index > 0 || !inline {
                self.lines(indent);
                self.text.push_str(&" ".repeat(indent));
            }
            said.push(entry(self));
        }
        said.join(", ")
    }

    fn sequence(&mut self, indent: usize, depth: usize) -> String {
        self.sequence_from(indent, depth, false)
    }

    fn sequence_from(&mut self, indent: usize, depth: usize, inline: bool) -> String {
        let said = self.entries(indent, inline, |this| {
            this.text.push('-');
            match this.choices.below(5) {
                3 if depth < 4 => {
                    this.text.push(' ');
                    this.mapping_from(indent + 2, depth + 1, true)
                }
                4 if depth < 4 => {
                    this.text.push(' ');
                    this.sequence_from(indent + 2, depth + 1, true)
                }
                _ => this.value(indent, depth),
            }
        });
        format!("[{said}]")
    }

    fn mapping(&mut self, indent: usize, depth: usize) -> String {
        self.mapping_from(indent, depth, false)
    }

    fn mapping_from(&mut self, indent: usize, depth: usize, inline: bool) -> String {
        let said = self.entries(indent, inline, |this| {
            let key = this.name();
            let written = match this.choices.below(6) {
                0 => format!("\"{key}\":"),
                1 => format!("'{key}' :"),
                2 => format!("? {key}\n{}:", " ".repeat(indent)),
                3 => format!("&k{key} {key}:"),
                _ => format!("{key}:"),
            };
            if written.starts_with('&') {
                this.anchors += 1;
            }
            this.text.push_str(&written);
            format!("{key}: {}", this.value(indent, depth))
        });
        format!("{{{said}}}")
    }
}

/// The text after edits of scalars, keys and comments that are written on one line: each stands where the old stood,
/// and no other byte changes.
fn splice(text: &str, edits: &[Edit]) -> String {
    let mut spliced = text.to_owned();
    let mut sorted: Vec<_> = edits.iter().collect();
    sorted.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
    for edit in sorted {
        let new = match &edit.change {
            Change::Value(scalar) => super::scalar::written(scalar).unwrap(),
            Change::Key(key) => super::scalar::quoted(key),
            Change::Comment(words) => format!("# {words}"),
            Change::Drop => String::new(),
        };
        spliced.replace_range(edit.span.clone(), &new);
    }
    spliced
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn what_is_written_is_read(bytes in vec(any::<u8>(), 0..300)) {
        let (text, said, comments) = make(bytes);
        let stream = read(&text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        prop_assert_eq!(shown_all(&stream), said, "{}", text);
        prop_assert_eq!(stream.comments.len(), comments, "{}", text);
        prop_assert_eq!(write(&text, &stream, &[]).unwrap(), text);
    }

    #[test]
    fn what_is_edited_says_what_was_asked(bytes in vec(any::<u8>(), 0..300), answers in vec(any::<u8>(), 0..200)) {
        let (text, _, _) = make(bytes);
        let stream = read(&text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        let edits = some_edits(&stream, &mut Choices::new(answers), true);
        let after = match write(&text, &stream, &edits) {
            Ok(after) => after,
            Err(error) => {
                prop_assert!(error.message.contains("used elsewhere"), "{}\n{}\n{:?}", error, text, edits);
                return Ok(());
            }
        };
        let expected = shown_after(&stream, &edits, as_it_is);
        let found = read(&after).unwrap();
        prop_assert_eq!(shown_after(&found, &[], as_it_is), expected, "{}\n{:?}\n{}", text, edits, after);
    }

    #[test]
    fn no_other_byte_changes(bytes in vec(any::<u8>(), 0..300), answers in vec(any::<u8>(), 0..200)) {
        let (text, _, _) = make(bytes);
        let stream = read(&text).unwrap();
        let mut edits = some_edits(&stream, &mut Choices::new(answers), false);
        edits.retain(|edit| {
            edit.change != Change::Drop && !edit.span.is_empty() && !part(&text, edit.span.clone()).starts_with(['|', '>'])
        });
        prop_assert_eq!(write(&text, &stream, &edits).unwrap(), splice(&text, &edits));
    }

    #[test]
    fn no_text_panics(text in "[ \\n\\r\\t:\\-\\[\\]{}&*a-c#|>'\"!?,%.0-2]{0,60}|.*", answers in vec(any::<u8>(), 0..60)) {
        if let Ok(stream) = read(&text) {
            check_spans(&text, &stream)?;
            let edits = some_edits(&stream, &mut Choices::new(answers), true);
            if let Ok(after) = write(&text, &stream, &edits) {
                let found = read(&after).unwrap();
                prop_assert_eq!(
                    shown_after(&found, &[], as_it_is),
                    shown_after(&stream, &edits, as_it_is),
                    "{}\n{:?}\n{}", text, edits, after
                );
            }
        }
    }
}

/// Every span is of the text, and a child's within its parent's.
fn check_spans(text: &str, stream: &Stream) -> Result<(), TestCaseError> {
    fn walk(text: &str, node: &Node) -> Result<(), TestCaseError> {
        prop_assert!(text.get(node.span.clone()).is_some(), "{:?}", text);
        let within =
            |span: &std::ops::Range<usize>| node.span.start <= span.start && span.end <= node.span.end;
        match &node.value {
            Value::Sequence(items) => items.iter().try_for_each(|item| {
                prop_assert!(within(&item.span), "{:?}", text);
                walk(text, item)
            }),
            Value::Mapping(entries) => entries.iter().try_for_each(|entry| {
                prop_assert!(within(&entry.key_span) && within(&entry.value.span), "{:?}", text);
                walk(text, &entry.value)
            }),
            _ => Ok(()),
        }
    }
    stream.documents.iter().try_for_each(|root| walk(text, root))?;
    stream.comments.iter().try_for_each(|span| {
        prop_assert!(text.get(span.clone()).is_some_and(|comment| comment.starts_with('#')), "{:?}", text);
        Ok(())
    })
}
