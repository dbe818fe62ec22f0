//! The walk through a document: where it stands, and what is to be done with the value found there.

mod stack;

use std::{borrow::Cow, fmt::Write as _, ops::Range};

use crate::{
    Class, Handling, Kind, Scalar,
    automaton::{Machine, State},
    batch::{Batch, Found, Place, Question},
    detect,
    format::tree::{Change, Edit},
    known::Known,
    mask::{self, REDACTED},
    policy::{Policy, Unclassified},
    port::Detector,
    report::{Gaps, Tally},
    shape::{Refused, Seen},
};

pub(crate) use self::stack::Container;
use self::stack::Stack;

/// Whether a number has as many digits as cards do (ISO/IEC 7812-1), the only thing that is recognised in a number.
fn may_be_card(number: &str) -> bool {
    (12..=19).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// The path of a comment.
#[cfg(feature = "documents")]
const COMMENT: &str = "#";

/// What becomes of a member of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It stays, or another value takes the place of its own.
    Stays,
    /// It goes, with all it holds.
    Goes,
}

/// One walk through a document.
pub(crate) struct Walker<'s> {
    pub(crate) policy: &'s Policy,
    pub(crate) detector: Option<&'s dyn Detector>,
    /// Secrets hidden in an earlier pass: they are hidden wherever they show.
    pub(crate) known: &'s Known,
    /// Secrets hidden in this pass.
    pub(crate) hidden: Known,
    pub(crate) tally: Tally,
    /// The fields that no rule classifies, where somebody wants to know.
    pub(crate) gaps: Option<Gaps>,
    machine: Machine<'s>,
    stack: Stack,
    /// The class of what goes.
    dropping: Class,
}

impl<'s> Walker<'s> {
    pub(crate) fn new(policy: &'s Policy, detector: Option<&'s dyn Detector>, known: &'s Known) -> Self {
        Self {
            policy,
            detector,
            known,
            hidden: Known::default(),
            tally: Tally::default(),
            gaps: None,
            machine: Machine::new(&policy.rules),
            stack: Stack::default(),
            dropping: Class::Public,
        }
    }

    /// Enters a container.
    pub(crate) fn open(&mut self, container: Container) {
        let state = self.step();
        self.stack.push(container, state, false);
    }

    /// Enters a mapping whose entries stand in the one that is open.
    #[cfg(feature = "documents")]
    pub(crate) fn open_merged(&mut self) {
        if let Some(frame) = self.stack.top() {
            self.stack.push(Container::Object, frame.state, true);
        }
    }

    /// Leaves the innermost container.
    pub(crate) fn close(&mut self) {
        self.stack.pop();
    }

    /// Whether the object with this number is open.
    pub(crate) fn is_open(&self, object: u64) -> bool {
        self.stack.is_open(object)
    }

    /// The key of the value that comes next. If that goes, it is not to be walked.
    pub(crate) fn key<'p>(
        &mut self,
        key: Cow<'p, str>,
        span: Range<usize>,
        batch: &mut Batch<'p>,
    ) -> Result<Fate, Refused> {
        let Some(frame) = self.stack.top_mut() else {
            return Ok(Fate::Stays);
        };
        frame.key.clear();
        frame.key.push_str(&key);
        let expected = frame.shape.expected(&key);
        if let Some(Seen { next, quiet: true }) = expected {
            frame.next = next;
            frame.doubtful = false;
            return Ok(self.fate(next, span.start));
        }
        let (next, object) = (self.machine.key(frame.state, &key), frame.number);
        // A key of letters alone is a name.
        let ask = key.bytes().any(|byte| !byte.is_ascii_alphabetic() && byte != b'_' && byte != b'-');
        let look = self.look(&key, &key, false, ask);
        // A key that looks like one of ours may be the name that another one gets.
        let doubtful = look.is_some() || key.starts_with(REDACTED);
        if let Some(frame) = self.stack.top_mut() {
            frame.next = next;
            frame.doubtful = doubtful;
            if expected.is_none() {
                frame.shape.add(&key, Seen { next, quiet: !doubtful && next.lasts() })?;
            }
        }
        if self.fate(next, span.start) == Fate::Goes {
            return Ok(Fate::Goes);
        }
        if doubtful {
            let (found, ask) = look.unwrap_or_default();
            let place = Place::Key { object };
            self.push(Question { text: key, span, place, found, ask, classified: true }, batch);
        }
        Ok(Fate::Stays)
    }

    /// A value that holds no others.
    pub(crate) fn scalar<'p>(&mut self, scalar: Scalar<'p>, span: Range<usize>, batch: &mut Batch<'p>) {
        let state = self.step();
        let policy = self.policy;
        match self.machine.decision(state) {
            Some(rule) if rule.shows(policy.audience) => {
                self.tally.coverage.classified += 1;
                self.examine(scalar, span, true, batch);
            }
            Some(rule) => {
                self.tally.coverage.classified += 1;
                // The sanitizer was not made without a key that a rule needs; if it were, nothing would be shown.
                let masked = policy.masks.apply(rule.handling, &scalar);
                if let Some(masked) = masked.unwrap_or_else(|_| Some(mask::redacted(&scalar))) {
                    if rule.class == Class::Secret {
                        self.conceal(&scalar);
                    }
                    self.changed(span.start, Some(rule.class), rule.handling, &rule.name);
                    batch.edits.push(Edit { span, change: Change::Value(masked) });
                }
            }
            None if self.gaps.is_some() => {
                self.tally.coverage.unknown += 1;
                let place = self.stack.general_path();
                if let Some(gaps) = &mut self.gaps {
                    gaps.add(place);
                }
            }
            None if policy.unclassified == Unclassified::Redact => {
                self.tally.coverage.unknown += 1;
                let masked = mask::redacted(&scalar);
                if masked != scalar {
                    self.changed(span.start, None, Handling::FullRedaction, "unclassified");
                    batch.edits.push(Edit { span, change: Change::Value(masked) });
                }
            }
            None => self.examine(scalar, span, false, batch),
        }
    }

    /// A line of plain text.
    pub(crate) fn line<'p>(
        &mut self,
        number: usize,
        text: &'p str,
        span: Range<usize>,
        batch: &mut Batch<'p>,
    ) {
        if self.policy.unclassified == Unclassified::Redact {
            self.tally.coverage.unknown += 1;
            if !matches!(text, REDACTED | "") {
                let place = || format!("line {number}");
                self.tally.changed(span.start, None, Handling::FullRedaction, "unclassified", place);
                let change = Change::Value(Scalar::Text(REDACTED.into()));
                batch.edits.push(Edit { span, change });
            }
        } else if let Some((found, ask)) = self.look("", text, false, true) {
            let place = Place::Text;
            batch.push(
                Question { text: text.into(), span, place, found, ask, classified: false },
                "",
                |path| {
                    // Writing to a string cannot fail.
                    let _ = write!(path, "line {number}");
                },
            );
        } else {
            self.tally.coverage.unknown += 1;
        }
    }

    /// A comment: free text that no rule classifies.
    #[cfg(feature = "documents")]
    pub(crate) fn comment<'p>(&mut self, text: &'p str, span: Range<usize>, batch: &mut Batch<'p>) {
        if self.policy.unclassified == Unclassified::Redact {
            if !matches!(text.trim(), REDACTED | "") {
                let path = || COMMENT.to_owned();
                self.tally.changed(span.start, None, Handling::FullRedaction, "unclassified", path);
                batch.edits.push(Edit { span, change: Change::Comment(REDACTED.to_owned()) });
            }
        } else if let Some((found, ask)) = self.look("", text, false, true) {
            let question =
                Question { text: text.into(), span, place: Place::Comment, found, ask, classified: true };
            batch.push(question, "", |path| path.push_str(COMMENT));
        }
    }

    /// A scalar within something that goes: if that is secret, it must not show elsewhere either.
    pub(crate) fn dropped(&mut self, scalar: &Scalar<'_>) {
        if self.dropping == Class::Secret {
            self.conceal(scalar);
        }
    }

    /// Has a value that is shown looked at.
    fn examine<'p>(
        &mut self,
        scalar: Scalar<'p>,
        span: Range<usize>,
        classified: bool,
        batch: &mut Batch<'p>,
    ) {
        let (text, place) = match scalar {
            Scalar::Text(text) => (text, Place::Text),
            Scalar::Number(number)
                if (may_be_card(&number) || !self.known.is_empty())
                    && !self.policy.masks.made_number(&number) =>
            {
                (number, Place::Number)
            }
            Scalar::Number(_) | Scalar::Bool(_) | Scalar::Null => {
                self.tally.coverage.unknown += u64::from(!classified);
                return;
            }
        };
        match self.look(self.stack.nearest_key(), &text, classified, place == Place::Text) {
            Some((found, ask)) => self.push(Question { text, span, place, found, ask, classified }, batch),
            None => self.tally.coverage.unknown += u64::from(!classified),
        }
    }

    /// What is recognised in a text at once, and whether the detector must be asked, which it may be if `ask`; nothing
    /// if neither. In a field that a rule shows only secrets are looked for.
    fn look(&self, key: &str, text: &str, shown: bool, ask: bool) -> Option<(Vec<Found>, bool)> {
        let mut found: Vec<Found> = Vec::new();
        let detecting = self.policy.unclassified != Unclassified::Keep;
        if !detecting && self.known.is_empty() {
            return None;
        }
        let ask = ask && detecting && self.detector.is_some_and(|detector| detector.may_find(key, text));
        if detecting {
            let mut hits = Vec::new();
            detect::secrets(text, &mut hits);
            if !shown {
                detect::personal(text, &mut hits);
            }
            found.extend(hits.into_iter().map(|hit| Found {
                range: hit.range,
                rule: Cow::Borrowed(hit.kind.as_str()),
                class: if hit.kind == Kind::Secret { Class::Secret } else { Class::Confidential },
            }));
        }
        let elsewhere = self.known.find(text);
        found.extend(elsewhere.map(|range| Found {
            range,
            rule: Cow::Borrowed("hidden elsewhere"),
            class: Class::Secret,
        }));
        // What we made ourselves may look like something.
        ((ask || !found.is_empty()) && !self.policy.masks.made(text)).then_some((found, ask))
    }

    fn push<'p>(&self, question: Question<'p>, batch: &mut Batch<'p>) {
        batch.push(question, self.stack.nearest_key(), |path| {
            if !self.tally.is_full() {
                self.stack.write_path(path);
            }
        });
    }

    /// The state of the value that comes now.
    fn step(&mut self) -> State {
        let Some(frame) = self.stack.top_mut() else {
            return self.machine.root();
        };
        match frame.container {
            Container::Object => frame.next,
            Container::Array => {
                let state = self.machine.element(frame.state, frame.items);
                frame.items += 1;
                state
            }
        }
    }

    /// What becomes of the member at this state. An item of an array cannot go, or those behind it would move up; it is
    /// redacted, and the members of an object that is one go.
    fn fate(&mut self, state: State, at: usize) -> Fate {
        match self.machine.decision(state) {
            Some(rule) if rule.handling == Handling::Drop && !rule.shows(self.policy.audience) => {
                self.tally.coverage.classified += 1;
                self.dropping = rule.class;
                self.changed(at, Some(rule.class), Handling::Drop, &rule.name);
                Fate::Goes
            }
            _ => Fate::Stays,
        }
    }

    fn changed(&mut self, at: usize, class: Option<Class>, handling: Handling, rule: &str) {
        let mut path = String::new();
        if !self.tally.is_full() {
            self.stack.write_path(&mut path);
        }
        self.tally.changed(at, class, handling, rule, || path);
    }

    /// Remembers a secret.
    fn conceal(&mut self, scalar: &Scalar<'_>) {
        if let Scalar::Text(text) | Scalar::Number(text) = scalar {
            self.hidden.add(text);
        }
    }
}
