//! A path of keys as text.

use std::{collections::HashSet, fmt::Write as _};

use crate::decode;

/// The longest path that is given.
const LONGEST: usize = 512;
/// The longest key that is shown.
const LONGEST_KEY: usize = 128;

/// The path of the place where a walk is, kept as text so that a finding's costs one copy.
#[derive(Debug, Default)]
pub(super) struct Path(String);

impl Path {
    /// Its length, to come back to with [`truncate`](Self::truncate).
    pub(super) const fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn truncate(&mut self, length: usize) {
        self.0.truncate(length);
    }

    /// Goes to an item of a list.
    pub(super) fn item(&mut self, number: u64) {
        // Writing to a string does not fail.
        let _ = write!(self.0, "[{number}]");
    }

    /// Goes to the value of a key.
    pub(super) fn key(&mut self, key: &str) {
        if key.len() > LONGEST_KEY {
            return self.unnamed();
        }
        if is_plain(key) {
            if !self.0.is_empty() {
                self.0.push('.');
            }
            self.0.push_str(key);
        } else {
            self.0.push_str("['");
            escape(key, &mut self.0);
            self.0.push_str("']");
        }
    }

    /// Goes to the value of a key that must not be shown.
    pub(super) fn hidden(&mut self) {
        self.0.push_str("[****]");
    }

    /// Goes to the value of a key that has no short name.
    pub(super) fn unnamed(&mut self) {
        self.0.push_str("[…]");
    }

    /// The path of a finding, where there is one that can be shown beside it. `secret` is what stands in the document.
    pub(super) fn of(&self, secret: &[u8], encoded: bool) -> Option<&str> {
        if self.0.is_empty() || self.0.len() > LONGEST || self.shows(secret) {
            return None;
        }
        (!encoded || !self.shows_part_of(secret)).then_some(&self.0)
    }

    /// Whether a text can be read in it, escaped or not.
    fn shows(&self, secret: &[u8]) -> bool {
        let holds = |text: &[u8]| memchr::memmem::find(self.0.as_bytes(), text).is_some();
        if secret.len() > self.0.len() {
            return false;
        }
        let mut escaped = String::new();
        escape(&String::from_utf8_lossy(secret), &mut escaped);
        holds(secret) || holds(escaped.as_bytes())
    }

    /// Whether it has eight bytes in common with what a text says once it is decoded. Which of it is the secret is not
    /// known any more.
    fn shows_part_of(&self, encoded: &[u8]) -> bool {
        let mut own = HashSet::new();
        own.extend(self.0.as_bytes().windows(8));
        let mut shows = false;
        decode::texts(encoded, |text| shows = shows || text.windows(8).any(|eight| own.contains(eight)));
        shows
    }
}

/// Whether a key can stand after a dot.
fn is_plain(key: &str) -> bool {
    key.starts_with(|first: char| first.is_alphabetic() || first == '_')
        && key.chars().all(|character| character.is_alphanumeric() || matches!(character, '_' | '-'))
}

/// Escapes what would end a quoted key, or what a terminal would act on or not show.
fn escape(key: &str, out: &mut String) {
    for character in key.chars() {
        match character {
            '\'' | '\\' => out.extend(['\\', character]),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // Besides controls: spaces of no width, and marks that turn the direction of writing.
            _ if character.is_control()
                || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}') =>
            {
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
            _ => out.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_show_is_not_given() {
        let mut path = Path::default();
        path.key("shops");
        path.item(2);
        path.key("it's a key");
        path.key("b");
        assert_eq!(path.of(b"else", false), Some("shops[2]['it\\'s a key'].b"));
        for secret in ["a key", "it's a", "shops", "b"] {
            assert_eq!(path.of(secret.as_bytes(), false), None, "{secret}");
        }
        let encoded = decode::base64::encode_url(b"what is said: it's no key of yours, nor is it mine");
        assert_eq!(path.of(encoded.as_bytes(), true), path.of(b"else", false));
        path.key("is it mine?");
        assert_eq!(path.of(encoded.as_bytes(), true), None);
        assert!(path.of(encoded.as_bytes(), false).is_some());
        assert_eq!(Path::default().of(b"else", false), None);
    }
}
