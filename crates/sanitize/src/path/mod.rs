//! Where a field stands in a document, and patterns over such places.
//!
//! Both are written with dots: `warehouses.0.email` is a place, `warehouses.*.email` a pattern. A pattern may also be
//! JSONPath (RFC 9535), which begins with `$`, when the crate is built with the feature `jsonpath`.

mod dotted;
#[cfg(feature = "jsonpath")]
mod jsonpath;
mod meet;
mod place;
mod step;

pub(crate) use dotted::write_key;
pub(crate) use meet::meeting;
pub use place::{FieldPath, Segment};
pub use step::{Slice, Step};

use std::{fmt, str::FromStr};

/// A pattern over places: which keys and indices lead from the document's root to the fields that are meant.
///
/// | dotted | JSONPath | means |
/// | --- | --- | --- |
/// | `shop.email` | `$.shop.email` | these keys, compared exactly |
/// | `a."b.c"` | `$.a['b.c']` | a key that holds what has a meaning here |
/// | `a[0]`, `a[0:10:2]` | `$.a[0]`, `$.a[0:10:2]` | an item, or some items, of an array |
/// | `a.0` | none | the item 0, or the key `0` |
/// | `a.*` | `$.a.*` | one key or index |
/// | `**.email` | `$..email` | any number of levels before, none included |
///
/// The document itself is `$`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pattern {
    steps: Vec<Step>,
}

impl Pattern {
    /// The pattern made of these steps.
    #[must_use]
    pub const fn new(steps: Vec<Step>) -> Self {
        Self { steps }
    }

    /// Reads a pattern in either form. It is several patterns where JSONPath has several selectors in one bracket.
    ///
    /// ```
    /// use storeward_sanitize::Pattern;
    ///
    /// assert_eq!(Pattern::parse("warehouses.*.email")?.len(), 1);
    /// # #[cfg(feature = "jsonpath")]
    /// assert_eq!(Pattern::parse("$.warehouses[*]['email', 'address']")?.len(), 2);
    /// let error = Pattern::parse("warehouses..email").unwrap_err();
    /// assert_eq!(error.to_string(), "column 12: a key is missing here; any number of levels is written `**`");
    /// # Ok::<(), storeward_sanitize::path::PatternError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the text is no pattern, or one that needs more than a single walk over a document.
    pub fn parse(text: &str) -> Result<Vec<Self>, PatternError> {
        if text.starts_with('$') && text != "$" {
            #[cfg(feature = "jsonpath")]
            return jsonpath::parse(text);
            #[cfg(not(feature = "jsonpath"))]
            return Err(PatternError::at(
                1,
                "`$` begins a JSONPath, which this program is built without; write the path with dots, \
                 and a key that begins with `$` in quotes",
            ));
        }
        dotted::pattern(text).map(|pattern| vec![pattern])
    }

    /// The steps, outermost first.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Whether no place can match, because a slice holds no index: `[2:2]`.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Slice(slice) if slice.first_from(0).is_none()))
    }

    /// Whether the pattern describes this very place, not one above it.
    #[must_use]
    pub fn matches(&self, path: &FieldPath) -> bool {
        self.matched_depths(path).last() == Some(&path.segments().len())
    }

    /// How many segments long the beginnings of the path are that the pattern describes, shortest first.
    pub(crate) fn matched_depths(&self, path: &FieldPath) -> Vec<usize> {
        let last = self.steps.len();
        // `reached[i]`: the first `i` steps describe the segments so far. A list of steps is a small automaton,
        // so that no pattern takes exponential time.
        let mut reached = vec![false; last + 1];
        if let Some(first) = reached.first_mut() {
            *first = true;
        }
        self.pass_deep(&mut reached);
        let mut depths = Vec::new();
        if reached.last() == Some(&true) {
            depths.push(0);
        }
        for (depth, segment) in path.segments().iter().enumerate() {
            let mut next = vec![false; last + 1];
            for (at, step) in self.steps.iter().enumerate().filter(|(at, _)| reached.get(*at) == Some(&true))
            {
                let to = if matches!(step, Step::Deep) { at } else { at + 1 };
                if let Some(flag) = next.get_mut(to).filter(|_| step.takes(segment)) {
                    *flag = true;
                }
            }
            self.pass_deep(&mut next);
            reached = next;
            if reached.last() == Some(&true) {
                depths.push(depth + 1);
            }
        }
        depths
    }

    /// `**` includes no level at all.
    fn pass_deep(&self, reached: &mut [bool]) {
        for (at, _) in self.steps.iter().enumerate().filter(|(_, step)| matches!(step, Step::Deep)) {
            if reached.get(at) == Some(&true)
                && let Some(next) = reached.get_mut(at + 1)
            {
                *next = true;
            }
        }
    }
}

impl FromStr for Pattern {
    type Err = PatternError;

    /// Reads a text that is one pattern; [`Pattern::parse`] also takes one that is several.
    fn from_str(text: &str) -> Result<Self, PatternError> {
        let mut all = Self::parse(text)?;
        match (all.pop(), all.is_empty()) {
            (Some(only), true) => Ok(only),
            _ => Err(PatternError::at(1, "these are several patterns, and one is wanted")),
        }
    }
}

impl fmt::Display for Pattern {
    /// Writes the dotted form, whatever the pattern was read from.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.steps.is_empty() {
            return f.write_str("$");
        }
        for (at, step) in self.steps.iter().enumerate() {
            if at > 0 && !matches!(step, Step::Index(_) | Step::Slice(_)) {
                f.write_str(".")?;
            }
            write!(f, "{step}")?;
        }
        Ok(())
    }
}

/// A text that is no pattern, or no place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {message}")]
#[non_exhaustive]
pub struct PatternError {
    /// Where, from 1, in characters.
    pub column: usize,
    /// What is wrong, and what to write instead.
    pub message: String,
    /// Whether the text means something, but nothing that one walk over a document can decide.
    pub unsupported: bool,
}

impl PatternError {
    pub(crate) fn at(column: usize, message: impl Into<String>) -> Self {
        Self { column, message: message.into(), unsupported: false }
    }
}

#[cfg(test)]
mod tests;
