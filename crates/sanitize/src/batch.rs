//! What a piece of a document asks of the detectors, and what comes of the answers.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    ops::Range,
};

use storeward_core::PortError;

use crate::{
    Class, Handling, Scalar,
    format::tree::{Change, Edit},
    known::Known,
    mask::{self, REDACTED},
    port::{Detector, Field},
    report::Tally,
};

/// The changes and the questions of a piece.
#[derive(Default)]
pub(crate) struct Batch<'p> {
    pub(crate) edits: Vec<Edit>,
    questions: Vec<Asked<'p>>,
    /// The keys and paths of the questions, one after the other.
    names: String,
}

/// A text that may have to be changed.
pub(crate) struct Question<'p> {
    pub(crate) text: Cow<'p, str>,
    pub(crate) span: Range<usize>,
    pub(crate) place: Place,
    /// What was recognised already.
    pub(crate) found: Vec<Found>,
    /// Whether the detector is to be asked.
    pub(crate) ask: bool,
    /// Whether a rule says what the field is; then it counts as classified, not as detected or unknown.
    pub(crate) classified: bool,
}

/// What kind of text it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The key of a member. The number tells objects apart.
    Key {
        object: u64,
    },
    Text,
    Number,
    #[cfg(feature = "documents")]
    Comment,
}

/// Something recognised in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) range: Range<usize>,
    pub(crate) rule: Cow<'static, str>,
    pub(crate) class: Class,
}

/// A question with its names' places.
struct Asked<'p> {
    question: Question<'p>,
    key: Range<usize>,
    path: Range<usize>,
}

/// What the answers change beyond the piece itself.
pub(crate) struct Ledger<'a> {
    pub(crate) tally: &'a mut Tally,
    /// Takes the secrets that are hidden.
    pub(crate) hidden: &'a mut Known,
    pub(crate) renamed: &'a mut Renamed,
}

impl<'p> Batch<'p> {
    /// Adds a question about a text under a key; `path` writes where it stands.
    pub(crate) fn push(&mut self, question: Question<'p>, key: &str, path: impl FnOnce(&mut String)) {
        let start = self.names.len();
        self.names.push_str(key);
        let middle = self.names.len();
        path(&mut self.names);
        let (key, path) = (start..middle, middle..self.names.len());
        self.questions.push(Asked { question, key, path });
    }

    /// Asks the detector, turns all that was recognised into changes, and hands out the changes in the order of the
    /// document.
    pub(crate) async fn answer(
        mut self,
        detector: Option<&dyn Detector>,
        ledger: &mut Ledger<'_>,
    ) -> Result<Vec<Edit>, PortError> {
        if let Some(detector) = detector {
            self.ask(detector).await?;
        }
        for Asked { question, path, .. } in self.questions {
            let span = question.span.clone();
            if let Some(change) =
                ledger.change(question, || self.names.get(path).unwrap_or_default().to_owned())
            {
                self.edits.push(Edit { span, change });
            }
        }
        self.edits.sort_by_key(|edit| edit.span.start);
        Ok(self.edits)
    }

    async fn ask(&mut self, detector: &dyn Detector) -> Result<(), PortError> {
        let mut fields = Vec::new();
        let mut asked = Vec::new();
        for (index, Asked { question, key, .. }) in self.questions.iter().enumerate() {
            if question.ask {
                let key = self.names.get(key.clone()).unwrap_or_default();
                fields.push(Field { key, text: &question.text });
                asked.push(index);
            }
        }
        if fields.is_empty() {
            return Ok(());
        }
        for hit in detector.detect(&fields).await? {
            let asked = asked.get(hit.field).and_then(|index| self.questions.get_mut(*index));
            if let Some(Asked { question, .. }) = asked {
                question.found.push(Found { range: hit.range, rule: hit.rule, class: Class::Secret });
            }
        }
        Ok(())
    }
}

impl Ledger<'_> {
    /// What becomes of a text, if it does not stay.
    fn change(&mut self, question: Question<'_>, path: impl FnOnce() -> String) -> Option<Change> {
        let Question { text, span, place, mut found, classified, .. } = question;
        let Some(first) = found.first() else {
            return match place {
                Place::Key { object } => {
                    let name = self.renamed.name(object, &text);
                    (name != text).then_some(Change::Key(name))
                }
                _ => {
                    self.tally.coverage.unknown += u64::from(!classified);
                    None
                }
            };
        };
        let class = found.iter().map(|found| found.class).max();
        self.tally.changed(span.start, class, Handling::FullRedaction, &first.rule, path);
        for found in found.iter().filter(|found| found.class == Class::Secret) {
            self.hidden.add(text.get(found.range.clone()).unwrap_or(&text));
        }
        let change = match place {
            Place::Key { object } => Change::Key(self.renamed.name(object, &blot(&text, &mut found))),
            #[cfg(feature = "documents")]
            Place::Comment => Change::Comment(blot(&text, &mut found)),
            Place::Text => {
                self.tally.coverage.detected += u64::from(!classified);
                Change::Value(Scalar::Text(blot(&text, &mut found).into()))
            }
            Place::Number => {
                self.tally.coverage.detected += u64::from(!classified);
                Change::Value(mask::redacted(&Scalar::Number(text.as_ref().into())))
            }
        };
        Some(change)
    }
}

/// The text with what was found replaced.
fn blot(text: &str, found: &mut [Found]) -> String {
    found.sort_by_key(|found| found.range.start);
    if found.iter().any(|found| text.get(found.range.clone()).is_none()) {
        return REDACTED.to_owned();
    }
    let mut out = String::new();
    let mut done = 0;
    for Found { range, .. } in found {
        if range.start < done {
            // It begins within the last one, and may end beyond it.
            done = done.max(range.end);
            continue;
        }
        let Some(between) = text.get(done..range.start) else { return REDACTED.to_owned() };
        out.push_str(between);
        out.push_str(REDACTED);
        done = range.end;
    }
    match text.get(done..) {
        Some(rest) => out + rest,
        None => REDACTED.to_owned(),
    }
}

/// The names given to keys that were hidden, so that no two members of an object get the same one.
#[derive(Debug, Default)]
pub(crate) struct Renamed {
    taken: HashMap<u64, HashSet<String>>,
}

impl Renamed {
    /// A name that no other hidden key of the object has: the text, or with a number after it.
    fn name(&mut self, object: u64, text: &str) -> String {
        let taken = self.taken.entry(object).or_default();
        let mut name = text.to_owned();
        for number in 2_u64.. {
            if !taken.contains(&name) {
                break;
            }
            name = format!("{text} {number}");
        }
        taken.insert(name.clone());
        name
    }

    /// Forgets the objects that are closed.
    pub(crate) fn keep(&mut self, open: impl Fn(u64) -> bool) {
        self.taken.retain(|object, _| open(*object));
    }
}
