//! Where a number begins and ends: a part of a longer name, version or number is none.

use std::ops::Range;

/// The byte at a place, or zero outside the text, which is nothing that a rule asks for.
pub(super) fn byte(text: &str, at: usize) -> u8 {
    text.as_bytes().get(at).copied().unwrap_or(0)
}

/// The byte before a place.
pub(super) fn byte_before(text: &str, at: usize) -> u8 {
    at.checked_sub(1).map_or(0, |before| byte(text, before))
}

/// Whether what stands there is glued to a word before or behind it, directly or by a dash or dot.
///
/// One rule for all kinds of number, the same on both sides: of two that are glued to each other neither is one, or
/// the mask of the second would set the first free.
pub(super) fn glued(text: &str, range: &Range<usize>) -> bool {
    glued_before(text, range.start) || glued_after(text, range.end)
}

pub(super) fn glued_before(text: &str, at: usize) -> bool {
    word_before(text, at) || (is_joint(byte_before(text, at)) && word_before(text, at - 1))
}

fn glued_after(text: &str, at: usize) -> bool {
    word_after(text, at) || (is_joint(byte(text, at)) && word_after(text, at + 1))
}

const fn is_joint(byte: u8) -> bool {
    matches!(byte, b'-' | b'.')
}

/// Whether a word ends right before the place.
pub(super) fn word_before(text: &str, at: usize) -> bool {
    match byte_before(text, at) {
        byte if byte.is_ascii() => byte.is_ascii_alphanumeric() || byte == b'_',
        _ => text.get(..at).and_then(|text| text.chars().next_back()).is_some_and(char::is_alphanumeric),
    }
}

/// Whether a word begins at the place.
pub(super) fn word_after(text: &str, at: usize) -> bool {
    match byte(text, at) {
        byte if byte.is_ascii() => byte.is_ascii_alphanumeric() || byte == b'_',
        _ => text.get(at..).and_then(|text| text.chars().next()).is_some_and(char::is_alphanumeric),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_joints_glue() {
        for (text, expected) in [
            ("#", false),
            (" # ", false),
            ("(#)", false),
            ("x#", true),
            ("#x", true),
            ("_#", true),
            ("é#", true),
            ("#é", true),
            ("€#€", false),
            ("-#-", false),
            ("x-#", true),
            ("#.x", true),
            ("#. x", false),
            ("é-#", true),
            ("#.é", true),
            ("x/#", false),
            ("x:#", false),
        ] {
            let at = text.find('#').unwrap();
            assert_eq!(glued(text, &(at..at + 1)), expected, "{text}");
        }
    }
}
