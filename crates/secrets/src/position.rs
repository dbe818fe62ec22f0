//! Lines and columns, counted only for what was found.

use crate::finding::Place;

/// Counts on from the last place asked for; places are asked for in ascending order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Position {
    /// The offset that has been counted up to.
    at: usize,
    /// Line ends before it.
    lines: u64,
    /// Characters between the last of them and it: a line may hold any number of findings, and is counted once.
    columns: u64,
    /// The last answer, and what it was to: many secrets may lie in one encoded text.
    last: Option<(usize, usize, Place)>,
    /// Where the buffer begins in what it is a piece of.
    base: u64,
}

/// Where a buffer begins in what it is a piece of.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Base {
    pub(crate) offset: u64,
    /// Line ends before the buffer.
    pub(crate) lines: u64,
    /// Characters of the buffer's first line that stand before the buffer.
    pub(crate) columns: u64,
}

impl Position {
    pub(crate) const fn new(base: Base) -> Self {
        Self { at: 0, lines: base.lines, columns: base.columns, last: None, base: base.offset }
    }

    /// The place of a span, which may not begin before an earlier one did.
    pub(crate) fn place(&mut self, bytes: &[u8], start: usize, end: usize) -> Place {
        if let Some((.., place)) = self.last.filter(|last| (last.0, last.1) == (start, end)) {
            return place;
        }
        self.advance(bytes, start);
        // The end is usually on the same line, and the next span may begin before it.
        let mut ahead = *self;
        ahead.advance(bytes, end);
        let offset = |at: usize| self.base + at as u64;
        let place = Place {
            start: offset(start),
            end: offset(end),
            line: self.lines + 1,
            column: self.columns + 1,
            end_line: ahead.lines + 1,
            end_column: ahead.columns + 1,
        };
        self.last = Some((start, end, place));
        place
    }

    fn advance(&mut self, bytes: &[u8], to: usize) {
        let Some(passed) = bytes.get(self.at..to) else { return };
        let mut tail = passed;
        for at in memchr::memchr_iter(b'\n', passed) {
            self.lines += 1;
            self.columns = 0;
            tail = passed.get(at + 1..).unwrap_or_default();
        }
        self.columns += characters(tail);
        self.at = to;
    }
}

/// How many characters there are: bytes that do not continue one.
pub(crate) fn characters(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| (**byte as i8) >= -0x40).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_in_lines_and_characters() {
        let text = "ab\nä=x\r\n\nend".as_bytes();
        let mut position = Position::new(Base::default());
        let mut check = |start, end, expected| {
            let place = position.place(text, start, end);
            assert_eq!(
                (place.line, place.column, place.end_line, place.end_column),
                expected,
                "{start}..{end}"
            );
        };
        check(0, 2, (1, 1, 1, 3));
        check(6, 7, (2, 3, 2, 4));
        check(6, 11, (2, 3, 4, 2));
        check(6, 11, (2, 3, 4, 2));
        check(7, 8, (2, 4, 2, 5));
        check(10, 13, (4, 1, 4, 4));
    }

    #[test]
    fn a_piece_counts_on_from_what_came_before() {
        let base = Base { offset: 100, lines: 7, columns: 5 };
        let mut position = Position::new(base);
        let place = position.place(b"ab\ncd", 1, 4);
        assert_eq!((place.start, place.line, place.column), (101, 8, 7));
        assert_eq!((place.end, place.end_line, place.end_column), (104, 9, 2));
    }
}
