//! Where lines and the blanks in them begin and end. All of these look at the line alone, or at the blanks.

use super::text::part;

fn byte(text: &str, at: usize) -> Option<u8> {
    text.as_bytes().get(at).copied()
}

/// Where the spaces and tabs that end at `at` begin.
pub(super) fn blanks_before(text: &str, at: usize) -> usize {
    let before = part(text, 0..at);
    before.trim_end_matches([' ', '\t']).len()
}

/// Where the spaces and tabs that begin at `at` end.
pub(super) fn blanks_after(text: &str, at: usize) -> usize {
    let after = part(text, at..text.len());
    text.len() - after.trim_start_matches([' ', '\t']).len()
}

/// Whether a line begins at `at`.
pub(super) fn is_line_start(text: &str, at: usize) -> bool {
    at.checked_sub(1).is_none_or(|before| matches!(byte(text, before), Some(b'\n' | b'\r')))
}

/// Whether a line or the text ends at `at`.
pub(super) fn is_line_end(text: &str, at: usize) -> bool {
    matches!(byte(text, at), None | Some(b'\n' | b'\r'))
}

/// Where the line that `at` is on ends, its break not included.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    part(text, at..text.len()).find(['\n', '\r']).map_or(text.len(), |length| at + length)
}

/// Where the line after the one that ends at `end` begins.
pub(super) fn after_break(text: &str, end: usize) -> usize {
    match (byte(text, end), byte(text, end + 1)) {
        (Some(b'\r'), Some(b'\n')) => end + 2,
        (Some(b'\r' | b'\n'), _) => end + 1,
        _ => end,
    }
}

/// Where the line begins that `at` is on, if only blanks stand between.
pub(super) fn own_line(text: &str, at: usize) -> Option<usize> {
    let start = blanks_before(text, at);
    is_line_start(text, start).then_some(start)
}

/// Where the rest of a line ends if it is empty or a comment, its break not included.
pub(super) fn rest_of_line(text: &str, at: usize) -> Option<usize> {
    let start = blanks_after(text, at);
    match byte(text, start) {
        Some(b'#') => Some(line_end(text, start)),
        _ => is_line_end(text, start).then_some(start),
    }
}

/// How lines end in this text.
pub(super) fn line_break(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if at.checked_sub(1).and_then(|before| byte(text, before)) == Some(b'\r') => "\r\n",
        _ => "\n",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_break_is_one() {
        let text = "a\r\n  b\rc\n";
        assert_eq!(line_end(text, 0), 1);
        assert_eq!(after_break(text, 1), 3);
        assert_eq!((own_line(text, 5), own_line(text, 6)), (Some(3), None));
        assert_eq!(after_break(text, line_end(text, 5)), 7);
        assert!(is_line_start(text, 7) && is_line_end(text, 8) && is_line_end(text, 9));
        assert_eq!((line_break(text), line_break("a\rb\nc\r\n"), line_break("a")), ("\r\n", "\n", "\n"));
    }

    #[test]
    fn the_rest_of_a_line_may_be_a_comment() {
        assert_eq!(rest_of_line("a  # b\nc", 1), Some(6));
        assert_eq!(rest_of_line("a  \nc", 1), Some(3));
        assert_eq!(rest_of_line("a  b", 1), None);
        assert_eq!(rest_of_line("a", 1), Some(1));
    }
}
