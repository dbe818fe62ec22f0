//! Reads the groups of digits that a telephone number is written in.

use super::super::edge::{byte, word_after};

/// The most digits of an international number, ITU-T E.164 section 6.2.1. Nothing longer is one.
pub(super) const MOST: usize = 15;

/// What may stand between two groups. The longest come first.
const SEPARATORS: &[&str] = &[" - ", " / ", " ", "-", ".", "/", "\u{a0}", "\u{202f}", "\u{2010}", "\u{2011}"];

/// A number may have as many groups in parentheses: `+44 (0)(20)`.
const PARENTHESES: u8 = 2;

#[derive(Debug)]
pub(super) struct Number {
    digits: [u8; MOST],
    length: usize,
    /// Where it ends in the text.
    pub(super) end: usize,
}

impl Number {
    /// Reads whole groups, as long as they are `most` digits together. A group that a word follows is not one of them.
    pub(super) fn read(text: &str, from: usize, most: usize) -> Self {
        let mut number = Self { digits: [0; MOST], length: 0, end: from };
        let (mut at, mut length) = (from, 0);
        let (mut open, mut parentheses) = (false, 0);
        loop {
            if !open && byte(text, at) == b'(' && parentheses < PARENTHESES {
                open = true;
                parentheses += 1;
                at += 1;
            }
            let group = (at..).take(MOST + 1).take_while(|at| byte(text, *at).is_ascii_digit()).count();
            if group == 0 || length + group > most || is_word(text, at + group) {
                return number;
            }
            for (place, at) in number.digits.iter_mut().skip(length).zip(at..at + group) {
                *place = byte(text, at) - b'0';
            }
            at += group;
            length += group;
            if open && byte(text, at) == b')' {
                open = false;
                at += 1;
            }
            if !open {
                (number.length, number.end) = (length, at);
            }
            let rest = text.get(at..).unwrap_or_default();
            at += SEPARATORS
                .iter()
                .find(|separator| rest.starts_with(**separator))
                .map_or(0, |found| found.len());
        }
    }

    /// Its digits, as numbers.
    pub(super) fn digits(&self) -> &[u8] {
        self.digits.get(..self.length).unwrap_or_default()
    }
}

/// Whether a word goes on here. The number of an extension is none: `555-0123x45`.
fn is_word(text: &str, at: usize) -> bool {
    let extension = byte(text, at) == b'x' && byte(text, at + 1).is_ascii_digit();
    word_after(text, at) && !extension
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_read_whole() {
        for (text, expected) in [
            ("49 30 1234567, x", "49 30 1234567"),
            ("49 (0) 30/123-45.67", "49 (0) 30/123-45.67"),
            ("44 (0)(20) 7946", "44 (0)(20) 7946"),
            ("030 - 1234567 - x", "030 - 1234567"),
            ("030  1234567", "030"),
            ("49 30 (123", "49 30"),
            ("49 30 (123) (4) (5)", "49 30 (123) (4)"),
            ("49 30 1234567 8am", "49 30 1234567"),
            ("49 30 1234567x89", "49 30 1234567"),
            ("49 30 1234567 12345", "49 30 1234567"),
            ("1234567890123456", ""),
            ("", ""),
        ] {
            let number = Number::read(text, 0, MOST);
            assert_eq!(text.split_at(number.end).0, expected);
            let digits: Vec<u8> =
                expected.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
            assert_eq!(number.digits(), digits);
        }
    }
}
