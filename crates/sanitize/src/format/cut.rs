//! Changes to a text, collected in any order and made at once.

use std::{cmp::Reverse, ops::Range};

/// What is to be replaced by what.
#[derive(Debug, Default)]
pub(super) struct Cuts(Vec<(Range<usize>, String)>);

/// A changed text.
#[derive(Debug)]
pub(super) struct Changed {
    pub(super) text: String,
    /// What of the old text is no longer there as it was, in order.
    pub(super) gone: Vec<Range<usize>>,
}

impl Cuts {
    pub(super) fn replace(&mut self, span: Range<usize>, by: impl Into<String>) {
        self.0.push((span, by.into()));
    }

    pub(super) fn remove(&mut self, span: Range<usize>) {
        self.replace(span, "");
    }

    /// Of two insertions at one place, the first stays first.
    #[cfg(any(test, feature = "documents", feature = "documents"))]
    pub(super) fn insert(&mut self, at: usize, what: impl Into<String>) {
        self.replace(at..at, what);
    }

    /// Makes the changes. One inside another is not made: the larger takes all with it. Two that overlap in part
    /// are nothing that anyone can have meant; the error is where the second begins.
    pub(super) fn apply(mut self, text: &str) -> Result<Changed, usize> {
        self.0.sort_by_key(|(span, _)| (span.start, !span.is_empty(), Reverse(span.end)));
        let mut changed = Changed { text: String::with_capacity(text.len()), gone: Vec::new() };
        let mut done = 0;
        for (span, by) in self.0 {
            if span.start < done {
                if span.end <= done {
                    continue;
                }
                return Err(span.start);
            }
            changed.text.push_str(text.get(done..span.start).ok_or(span.start)?);
            changed.text.push_str(&by);
            done = span.end;
            if !span.is_empty() {
                changed.gone.push(span);
            }
        }
        changed.text.push_str(text.get(done..).ok_or(done)?);
        Ok(changed)
    }
}

impl Changed {
    /// Whether this part of the old text went with something that holds it.
    pub(super) fn took(&self, span: &Range<usize>) -> bool {
        let next = self.gone.partition_point(|gone| gone.end < span.end);
        self.gone.get(next).is_some_and(|gone| gone.start <= span.start && span.end <= gone.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_larger_takes_the_smaller_with_it() {
        let mut cuts = Cuts::default();
        cuts.replace(2..3, "X");
        cuts.replace(1..4, "-");
        cuts.insert(2, "never");
        cuts.insert(1, "<");
        cuts.insert(1, "=");
        cuts.insert(4, ">");
        let changed = cuts.apply("abcdef").unwrap();
        assert_eq!(changed.text, "a<=->ef");
        assert!(
            changed.took(&(1..4))
                && changed.took(&(2..3))
                && !changed.took(&(0..1))
                && !changed.took(&(3..5))
        );
    }

    #[test]
    fn a_partial_overlap_is_refused() {
        let mut cuts = Cuts::default();
        cuts.remove(1..3);
        cuts.remove(2..4);
        assert_eq!(cuts.apply("abcdef").unwrap_err(), 2);
    }

    #[test]
    fn a_span_that_is_none_of_the_text_is_refused() {
        let mut cuts = Cuts::default();
        cuts.remove(1..30);
        assert!(cuts.apply("aé").is_err());
        let mut cuts = Cuts::default();
        cuts.remove(0..2);
        assert!(cuts.apply("aé").is_err());
    }
}
