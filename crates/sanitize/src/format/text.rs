//! Parts of a text, and errors that say where.

use std::ops::Range;

use super::tree::FormatError;

/// The text of a span; nothing where the span is none of this text.
pub(super) fn part(text: &str, span: Range<usize>) -> &str {
    text.get(span).unwrap_or_default()
}

/// An error at a byte of a text.
pub(super) fn error(text: &str, at: usize, message: impl Into<String>) -> FormatError {
    let (line, column) = position(text, at);
    FormatError { line, column, message: message.into() }
}

/// The line and column of a byte, both from 1. Lines end with LF, CRLF or a lone CR.
pub(super) fn position(text: &str, at: usize) -> (usize, usize) {
    let (mut line, mut column, mut previous) = (1, 1, '\0');
    for (offset, c) in text.char_indices() {
        if offset >= at {
            break;
        }
        match c {
            '\n' if previous == '\r' => {}
            '\n' | '\r' => (line, column) = (line + 1, 1),
            '\u{feff}' if offset == 0 => {}
            _ => column += 1,
        }
        previous = c;
    }
    (line, column)
}

/// A text as a comment on one line. What may not stand in a comment becomes a space.
pub(super) fn comment(text: &str) -> String {
    let flat = |c: char| {
        c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
    };
    let line: String = text.chars().map(|c| if flat(c) { ' ' } else { c }).collect();
    let space = if line.is_empty() || line.starts_with(' ') { "" } else { " " };
    format!("#{space}{}", line.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_and_every_line_break() {
        let text = "\u{feff}aé\r\nb\rc\nd";
        let at = |part: &str| position(text, text.find(part).unwrap());
        assert_eq!(at("a"), (1, 1));
        assert_eq!(at("é"), (1, 2));
        assert_eq!(at("b"), (2, 1));
        assert_eq!(at("c"), (3, 1));
        assert_eq!(at("d"), (4, 1));
        assert_eq!(position(text, text.len()), (4, 2));
    }

    #[test]
    fn comments_stay_on_one_line() {
        for (text, expected) in [
            ("", "#"),
            ("x", "# x"),
            (" x ", "# x"),
            ("a\nb\r\u{7}c", "# a b  c"),
            ("#x", "# #x"),
            (" ", "#"),
        ] {
            assert_eq!(comment(text), expected, "{text:?}");
        }
    }
}
