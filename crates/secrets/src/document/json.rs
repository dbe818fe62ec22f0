//! JSON, token by token.
//!
//! A YAML parser reads most of JSON, but not all (lone surrogates, control characters), and stumbles over the comments
//! that editors' configurations hold. Nothing but the structure is of interest here.

use std::{borrow::Cow, ops::Range};

use super::walk::{Collection, Walk};

/// What may come next.
#[derive(Clone, Copy)]
enum Expected {
    Value,
    /// A value, or the list's end.
    Item,
    /// A key, or the mapping's end.
    Key,
    Colon,
    /// A comma, or the collection's end.
    Comma,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Token {
    Open(Collection),
    Close(Collection),
    Colon,
    Comma,
    /// A string, a number, a word.
    Scalar,
}

pub(super) fn walk(bytes: &[u8], walk: &mut Walk<'_>) {
    let mut expected = Expected::Value;
    // A byte-order mark at the front is passed as a word.
    let mut at = 0;
    while let Some((token, place)) = next(bytes, at) {
        at = place.end;
        match (expected, token) {
            (Expected::Value | Expected::Item, Token::Open(collection)) => walk.open(collection),
            (Expected::Value | Expected::Item, Token::Scalar) => walk.scalar(&place, ""),
            (Expected::Key, Token::Scalar) => {
                walk.scalar(&place, &text(bytes.get(place.clone()).unwrap_or_default()));
            }
            (Expected::Item | Expected::Key | Expected::Comma, Token::Close(collection))
                if walk.inside() == Some(collection) =>
            {
                walk.close();
            }
            (Expected::Colon, Token::Colon) | (Expected::Comma, Token::Comma) => {}
            _ => return,
        }
        if walk.is_done() {
            return;
        }
        expected = match (token, walk.inside()) {
            (Token::Scalar, _) if matches!(expected, Expected::Key) => Expected::Colon,
            // One value after another is how logs are written.
            (Token::Colon, _) | (_, None) => Expected::Value,
            (Token::Open(_) | Token::Comma, Some(Collection::Sequence)) => Expected::Item,
            (Token::Open(_) | Token::Comma, Some(Collection::Mapping)) => Expected::Key,
            (Token::Close(_) | Token::Scalar, Some(_)) => Expected::Comma,
        };
    }
}

/// The next token; none at the end, or where a string is not closed.
fn next(bytes: &[u8], from: usize) -> Option<(Token, Range<usize>)> {
    let start = blanks(bytes, from)?;
    let rest = bytes.get(start..)?;
    let (token, length) = match rest.first()? {
        b'{' => (Token::Open(Collection::Mapping), 1),
        b'[' => (Token::Open(Collection::Sequence), 1),
        b'}' => (Token::Close(Collection::Mapping), 1),
        b']' => (Token::Close(Collection::Sequence), 1),
        b':' => (Token::Colon, 1),
        b',' => (Token::Comma, 1),
        b'"' => (Token::Scalar, string(rest)?),
        _ => (Token::Scalar, rest.iter().position(|byte| ends_word(*byte)).unwrap_or(rest.len())),
    };
    Some((token, start..start + length))
}

const fn ends_word(byte: u8) -> bool {
    matches!(byte, b'{' | b'}' | b'[' | b']' | b':' | b',' | b'"') || byte.is_ascii_whitespace()
}

/// Passes blanks and comments.
fn blanks(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let rest = bytes.get(at..)?;
        let blank = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        at += blank;
        at += match rest.get(blank..)? {
            comment @ [b'/', b'/', ..] => memchr::memchr(b'\n', comment)?,
            [b'/', b'*', comment @ ..] => memchr::memmem::find(comment, b"*/")? + 4,
            _ => return Some(at),
        };
    }
}

/// The length of a string with its quotes.
fn string(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            _ => at += 2,
        }
    }
}

/// What a key says.
fn text(key: &[u8]) -> Cow<'_, str> {
    serde_json::from_slice::<String>(key).map_or_else(
        |_| {
            let inner = key.strip_prefix(b"\"").and_then(|key| key.strip_suffix(b"\""));
            String::from_utf8_lossy(inner.unwrap_or(key))
        },
        Cow::Owned,
    )
}
