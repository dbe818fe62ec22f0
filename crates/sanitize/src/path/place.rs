//! A place in a document.

use std::{fmt, str::FromStr};

use super::{PatternError, Step, dotted};

/// The keys and indices from a document's root to a field.
///
/// It is written `warehouses.0.email`. A key that holds a dot, a bracket, a quote, a star or a space, one that is
/// empty, and one that would be read as an index, is written in quotes: `a."b.c"`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct FieldPath(Vec<Segment>);

/// A step from a value to one that it holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "what holds values is either a mapping or a sequence")]
pub enum Segment {
    /// To a mapping's value by its key.
    Key(String),
    /// To a sequence's item, counted from 0.
    Index(u64),
}

impl FieldPath {
    /// The path made of these keys and indices. Text is always a key; an index is a number.
    pub fn of<I: IntoIterator<Item = T>, T: Into<Segment>>(segments: I) -> Self {
        Self(segments.into_iter().map(Into::into).collect())
    }

    /// The same path, one key or index deeper.
    #[must_use]
    pub fn child(&self, segment: impl Into<Segment>) -> Self {
        let mut segments = self.0.clone();
        segments.push(segment.into());
        Self(segments)
    }

    /// The keys and indices, outermost first.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// Goes one key or index deeper.
    pub fn push(&mut self, segment: impl Into<Segment>) {
        self.0.push(segment.into());
    }

    /// Goes back up by one; gives nothing at the root.
    pub fn pop(&mut self) -> Option<Segment> {
        self.0.pop()
    }
}

impl From<&str> for Segment {
    fn from(key: &str) -> Self {
        Self::Key(key.to_owned())
    }
}

impl From<String> for Segment {
    fn from(key: String) -> Self {
        Self::Key(key)
    }
}

impl From<&String> for Segment {
    fn from(key: &String) -> Self {
        Self::Key(key.clone())
    }
}

impl From<u64> for Segment {
    fn from(index: u64) -> Self {
        Self::Index(index)
    }
}

impl From<usize> for Segment {
    fn from(index: usize) -> Self {
        Self::Index(index as u64)
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, segment) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(".")?;
            }
            match segment {
                Segment::Key(key) => dotted::write_key(key, f)?,
                Segment::Index(index) => write!(f, "{index}")?,
            }
        }
        Ok(())
    }
}

impl FromStr for FieldPath {
    type Err = PatternError;

    /// Reads what `Display` writes: `0` and `[0]` are indices, `"0"` is a key, and nothing is the document itself.
    fn from_str(text: &str) -> Result<Self, PatternError> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let pattern = dotted::pattern(text)?;
        let segments = pattern.steps().iter().map(|step| match step {
            Step::Key(key) => Ok(Segment::Key(key.clone())),
            Step::Index(index) | Step::Either(index) => Ok(Segment::Index(*index)),
            other => Err(PatternError::at(1, format!("`{other}` names no single place"))),
        });
        segments.collect::<Result<_, _>>().map(Self)
    }
}
