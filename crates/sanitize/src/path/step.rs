//! The steps of a pattern.

use std::fmt;

use super::{Segment, dotted};

/// One step of a pattern.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the ways to say where to go; another changes what a match is")]
pub enum Step {
    /// To the value of this key.
    Key(String),
    /// To this item of an array.
    Index(u64),
    /// To this item, or to the value of the key with these digits: the dotted `0`.
    Either(u64),
    /// To any key or item: `*`.
    Any,
    /// To some items of an array.
    Slice(Slice),
    /// Any number of levels, none included: `**`.
    Deep,
}

/// Some items of an array: every `step`-th from `start` on and before `end` (RFC 9535 section 2.3.4, forwards only).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a slice has these three parts and no more")]
pub struct Slice {
    /// The first index.
    pub start: u64,
    /// The index before which it ends, or the array's end.
    pub end: Option<u64>,
    /// How far to the next one. With 0 nothing is selected.
    pub step: u64,
}

impl Slice {
    /// Whether the item with this index is meant.
    #[must_use]
    pub fn contains(self, index: u64) -> bool {
        self.first_from(index) == Some(index)
    }

    /// The first index from `least` on that is meant.
    pub(crate) fn first_from(self, least: u64) -> Option<u64> {
        let behind = least.saturating_sub(self.start);
        let steps = behind.checked_div(self.step)?; // none at all with a step of 0
        let steps = steps + u64::from(!behind.is_multiple_of(self.step));
        let index = steps.checked_mul(self.step)?.checked_add(self.start)?;
        self.end.is_none_or(|end| index < end).then_some(index)
    }
}

impl Step {
    /// Whether the step may lead over this segment.
    #[must_use]
    pub fn takes(&self, segment: &Segment) -> bool {
        match (self, segment) {
            (Self::Any | Self::Deep, _) => true,
            (Self::Key(wanted), Segment::Key(key)) => wanted == key,
            (Self::Index(wanted) | Self::Either(wanted), Segment::Index(index)) => wanted == index,
            (Self::Either(wanted), Segment::Key(key)) => dotted::index(key) == Some(*wanted),
            (Self::Slice(slice), Segment::Index(index)) => slice.contains(*index),
            (Self::Key(_), Segment::Index(_)) | (Self::Index(_) | Self::Slice(_), Segment::Key(_)) => false,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => dotted::write_key(key, f),
            Self::Index(index) => write!(f, "[{index}]"),
            Self::Either(index) => write!(f, "{index}"),
            Self::Any => f.write_str("*"),
            Self::Deep => f.write_str("**"),
            Self::Slice(Slice { start, end, step }) => match end {
                Some(end) => write!(f, "[{start}:{end}:{step}]"),
                None => write!(f, "[{start}::{step}]"),
            },
        }
    }
}
