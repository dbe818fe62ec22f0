//! Percent encoding and JSON's escapes.

use super::Layer;

/// How far an escaped text is followed in either direction.
const REACH: usize = 4096;

/// Runs of text without blanks or quotes that hold `%2F` and the like.
pub(super) fn find_percent(bytes: &[u8], found: &mut impl FnMut(Layer)) {
    let mut done = 0;
    for at in memchr::memchr_iter(b'%', bytes) {
        if at < done || pair(bytes, at + 1).is_none() {
            continue;
        }
        let inside =
            |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\');
        let floor = at.saturating_sub(REACH).max(done);
        let before = bytes.get(floor..at).unwrap_or_default();
        let start = at - before.iter().rev().take_while(|byte| inside(byte)).count();
        let after = bytes.get(at..bytes.len().min(at + REACH)).unwrap_or_default();
        let end = at + after.iter().take_while(|byte| inside(byte)).count();
        done = end;
        if end - start >= 16 {
            let text = percent(bytes.get(start..end).unwrap_or_default());
            found(Layer { start, end, encoding: "percent", text });
        }
    }
}

fn percent(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        match pair(text, at + 1) {
            Some(value) if byte == b'%' => {
                out.push(value);
                at += 3;
            }
            _ => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

/// Two hexadecimal digits.
fn pair(text: &[u8], at: usize) -> Option<u8> {
    let digit = |at: usize| char::from(*text.get(at)?).to_digit(16);
    u8::try_from(digit(at)? * 16 + digit(at + 1)?).ok()
}

/// Strings in which an escape hides a character or is glued to a word: `\u003d`, `\/`, `\nTOKEN`.
pub(super) fn find_json(bytes: &[u8], found: &mut impl FnMut(Layer)) {
    let mut done = 0;
    for at in memchr::memchr_iter(b'\\', bytes) {
        if at < done || !matters(bytes, at) {
            continue;
        }
        let floor = at.saturating_sub(REACH).max(done);
        let before = bytes.get(floor..at).unwrap_or_default();
        let start = at - before.iter().rev().take_while(|byte| !matches!(byte, b'"' | b'\n')).count();
        let (text, end) = unescape(bytes, start);
        done = end.max(at + 1);
        found(Layer { start, end, encoding: "json", text });
    }
}

fn matters(bytes: &[u8], at: usize) -> bool {
    let next = |offset: usize| bytes.get(at + offset).copied().unwrap_or(0);
    match next(1) {
        b'u' => next(2) == b'0' && next(3) == b'0' && pair(bytes, at + 4).is_some(),
        b'x' => pair(bytes, at + 2).is_some(),
        b'/' => next(2).is_ascii_alphanumeric(),
        // What is glued to the `n` of `\n` begins no word any more.
        b'n' | b't' | b'r' => {
            let rest = bytes.get(at + 2..bytes.len().min(at + 10)).unwrap_or_default();
            rest.len() == 8
                && rest.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
        }
        _ => false,
    }
}

/// The text of a string from `start` to its closing quote, and where that is.
fn unescape(bytes: &[u8], start: usize) -> (Vec<u8>, usize) {
    let mut out = Vec::new();
    let mut at = start;
    let stop = bytes.len().min(start + 2 * REACH);
    while at < stop {
        let next = |offset: usize| bytes.get(at + offset).copied().unwrap_or(0);
        match next(0) {
            b'"' | b'\n' => break,
            b'\\' => {
                let (byte, length) = match next(1) {
                    b'n' => (b'\n', 2),
                    b't' => (b'\t', 2),
                    b'r' => (b'\r', 2),
                    b'u' => (
                        pair(bytes, at + 4).filter(|_| next(2) == b'0' && next(3) == b'0').unwrap_or(b'?'),
                        6,
                    ),
                    b'x' => (pair(bytes, at + 2).unwrap_or(b'?'), 4),
                    other => (other, 2),
                };
                out.push(byte);
                at += length;
            }
            byte => {
                out.push(byte);
                at += 1;
            }
        }
    }
    (out, at.min(bytes.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_resolved_where_they_hide_something() {
        let all = |text: &str| {
            let mut layers = Vec::new();
            let mut push = |layer: Layer| {
                let encoded = text.get(layer.start..layer.end).unwrap().to_owned();
                layers.push((encoded, String::from_utf8(layer.text).unwrap()));
            };
            find_percent(text.as_bytes(), &mut push);
            find_json(text.as_bytes(), &mut push);
            layers
        };
        let pair = |a: &str, b: &str| vec![(a.to_owned(), b.to_owned())];
        assert_eq!(all("x url=a%2Fb%3Dcdefghijk y"), pair("url=a%2Fb%3Dcdefghijk", "url=a/b=cdefghijk"));
        assert_eq!(all(r#"{"a": "x\u003dy\/z"}"#), pair(r"x\u003dy\/z", "x=y/z"));
        assert_eq!(all(r#""first\nTOKEN_IS_HERE""#), pair(r"first\nTOKEN_IS_HERE", "first\nTOKEN_IS_HERE"));
        assert!(all(r#"100% of "a\n" and 5%2 "#).is_empty());
    }
}
