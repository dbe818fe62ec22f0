//! Finds where digits stand close together.

use std::ops::Range;

/// A block of text. No number that we know spreads over more than this and one byte, so each touches two at most.
const BLOCK: usize = 64;

/// How many digits make a block worth reading: of the seven that each number has, four are in one of two blocks.
const ENOUGH: u8 = 4;

/// The fewest digits of a number that is sure to be found.
pub(super) const FEWEST: usize = 7;

/// The runs of digits that a number might begin with. Others may be passed over unread.
pub(super) const fn groups(text: &[u8]) -> Groups<'_> {
    Groups { text, at: 0, until: 0 }
}

#[derive(Debug)]
pub(super) struct Groups<'a> {
    text: &'a [u8],
    /// What is before this is done.
    at: usize,
    /// Up to here the text is worth reading.
    until: usize,
}

impl Iterator for Groups<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        loop {
            while let Some(start) = self.next_digit() {
                let run = self.text.iter().skip(start).take_while(|byte| byte.is_ascii_digit()).count();
                self.at = start + run;
                let whole = start.checked_sub(1).and_then(|before| self.text.get(before));
                if !whole.is_some_and(u8::is_ascii_digit) {
                    return Some(start..self.at);
                }
            }
            self.next_block()?;
        }
    }
}

impl Groups<'_> {
    fn next_digit(&mut self) -> Option<usize> {
        let start = self.text.get(self.at..self.until)?.iter().position(u8::is_ascii_digit);
        start.map(|start| self.at + start)
    }

    /// Goes on to the next block with enough digits, and to the one before it, where the number may begin.
    fn next_block(&mut self) -> Option<()> {
        let from = self.at.max(self.until);
        let (blocks, rest) = self.text.get(from..)?.as_chunks::<BLOCK>();
        let skipped = match blocks.iter().position(|block| digits(block) >= ENOUGH) {
            Some(block) => block,
            None if digits(rest) >= ENOUGH => blocks.len(),
            None => return None,
        };
        let block = from + skipped * BLOCK;
        self.at = from.max(block.saturating_sub(BLOCK));
        self.until = self.text.len().min(block + BLOCK);
        Some(())
    }
}

/// How many digits are in a block of at most 255 bytes.
pub(super) fn digits(block: &[u8]) -> u8 {
    block.iter().map(|byte| u8::from(byte.is_ascii_digit())).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn runs_are_whole() {
        let found: Vec<_> = groups(b"a12-34 5678x90123").collect();
        assert_eq!(found, [1..3, 4..6, 7..11, 12..17]);
        assert_eq!(groups(b"a 1 b 2 c 3").count(), 0);
        assert!(groups(&[b'1'; 100_000]).eq(std::iter::once(0..100_000)));
    }

    #[test]
    fn each_byte_is_read_a_fixed_number_of_times() {
        let text = "1-".repeat(100_000);
        let mut groups = groups(text.as_bytes());
        let mut last = 0;
        while let Some(group) = groups.next() {
            assert!(group.start >= last && groups.at == group.end, "it went back");
            last = group.end;
        }
        assert_eq!(last, text.len() - 1);
    }

    proptest! {
        #[test]
        fn no_number_is_passed_over(before in "[a-z ]{0,200}", number in "[0-9](.{0,6}[0-9]){6}", after in "[a-z ]{0,200}") {
            prop_assume!(number.len() <= BLOCK + 1);
            let text = format!("{before}{number}{after}");
            let first = number.bytes().take_while(u8::is_ascii_digit).count();
            let start = before.len();
            prop_assert!(groups(text.as_bytes()).any(|group| group == (start..start + first)));
        }
    }
}
