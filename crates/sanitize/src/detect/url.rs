//! What opens something in a URL, RFC 3986: a password or token before the host, and parameters with a name that says
//! so.

use std::ops::Range;

use super::{Hit, Kind};
use crate::mask::REDACTED;

/// Parts of the names of parameters that carry secrets, without case, `-` and `_`.
const NAMES: [&str; 12] = [
    "token",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "apikey",
    "accesskey",
    "signature",
    "credential",
    "session",
    "jwt",
    "authorization",
];

/// Names of such parameters that say so only as a whole.
const WHOLE: [&str; 8] = ["auth", "key", "otp", "pass", "pin", "pwd", "sig", "sid"];

/// Adds the secrets in the URLs of a text.
pub fn secrets(text: &str, found: &mut Vec<Hit>) {
    let mut from = 0;
    while let Some(colon) = text.as_bytes().get(from..).and_then(|rest| memchr::memchr(b':', rest)) {
        let start = from + colon + 3;
        from += colon + 1;
        if text.get(from..start) != Some("//") {
            continue;
        }
        let rest = text.get(start..).unwrap_or_default();
        let end = start + rest.find(ends).unwrap_or(rest.len());
        let host =
            text.get(start..end).unwrap_or_default().find(['/', '?', '#']).map_or(end, |at| start + at);
        user(text, start..host, found);
        parameters(text, host..end, found);
        from = end;
    }
}

/// Whether a character ends a URL in running text.
fn ends(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || matches!(character, '"' | '\'' | '<' | '>' | '`' | '|')
}

/// The user and the password before a host. A user alone is a token, except in `git@`.
fn user(text: &str, authority: Range<usize>, found: &mut Vec<Hit>) {
    let Some(at) = text.get(authority.clone()).and_then(|authority| authority.rfind('@')) else { return };
    let whole = authority.start..authority.start + at;
    let user = text.get(whole.clone()).unwrap_or_default();
    match user.find(':') {
        Some(colon) => {
            add(text, whole.start..whole.start + colon, found);
            add(text, whole.start + colon + 1..whole.end, found);
        }
        None if user != "git" => add(text, whole, found),
        None => {}
    }
}

/// The values of parameters, in the query or in the fragment, where OAuth 2.0 (RFC 6749 section 4.2.2) puts a token.
fn parameters(text: &str, path: Range<usize>, found: &mut Vec<Hit>) {
    let Some(first) = text.get(path.clone()).and_then(|path| path.find(['?', '#'])) else { return };
    let mut start = path.start + first + 1;
    while start < path.end {
        let rest = text.get(start..path.end).unwrap_or_default();
        let end = start + rest.find(['&', ';', '#', '?']).unwrap_or(rest.len());
        let parameter = text.get(start..end).unwrap_or_default();
        if let Some((name, value)) = parameter.split_once('=')
            && is_secret(name)
        {
            add(text, end - value.len()..end, found);
        }
        start = end + 1;
    }
}

fn is_secret(name: &str) -> bool {
    let plain = |letter: &char| !matches!(letter, '-' | '_' | '[' | ']' | '.');
    let name: String = name.chars().filter(plain).map(|letter| letter.to_ascii_lowercase()).collect();
    WHOLE.contains(&name.as_str()) || NAMES.iter().any(|part| name.contains(part))
}

/// Adds a range, unless it is empty, hidden already, or only refers to a secret that is kept elsewhere.
fn add(text: &str, range: Range<usize>, found: &mut Vec<Hit>) {
    let value = text.get(range.clone()).unwrap_or_default();
    let refers = value.starts_with('$')
        || value.starts_with("{{")
        || value.starts_with("%24")
        || value.starts_with("%7B%7B");
    if !value.is_empty() && !refers && !value.split(REDACTED).all(str::is_empty) {
        found.push(Hit::new(range, Kind::Secret));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hidden(text: &str) -> String {
        let mut found = Vec::new();
        secrets(text, &mut found);
        let mut out = text.to_owned();
        for hit in found.iter().rev() {
            out.replace_range(hit.range.clone(), "#");
        }
        out
    }

    #[test]
    fn what_opens_something_is_found() {
        for (text, expected) in [
            ("https://bob:pw@shop.example/x", "https://#:#@shop.example/x"),
            ("see postgres://u:p@ss@db:5432/x, ok", "see postgres://#:#@db:5432/x, ok"),
            ("https://ghp@example.com", "https://#@example.com"),
            ("https://a.example/?x=1&access_token=abc&y=2#z", "https://a.example/?x=1&access_token=#&y=2#z"),
            ("https://a.example/cb#id_token=abc", "https://a.example/cb#id_token=#"),
            ("<https://a.example/?X-Amz-Signature=0a>", "<https://a.example/?X-Amz-Signature=#>"),
            (
                "https://a.example?key=1 https://b.example?sig=2",
                "https://a.example?key=# https://b.example?sig=#",
            ),
        ] {
            assert_eq!(hidden(text), expected);
        }
    }

    #[test]
    fn what_opens_nothing_stays() {
        for text in [
            "https://shop.example/a?page=2&sort=key&keyboard=de",
            "ssh://git@github.com/org/repo",
            "https://user:[REDACTED]@shop.example",
            "https://${USER}:${PASSWORD}@shop.example/?token=$TOKEN",
            "https://a.example/?token=&key=[REDACTED]",
            "mail anna@example.com :// @",
            "https://shop.example/@anna?x=y",
        ] {
            assert_eq!(hidden(text).replace("#:[REDACTED]", "user:[REDACTED]"), text);
        }
    }

    proptest! {
        #[test]
        fn nothing_is_found_in_what_was_hidden(text in "(https://|[a-z:@/?&=#;$\\[\\] é]|token|key){0,30}") {
            let mut found = Vec::new();
            secrets(&text, &mut found);
            let mut out = text.clone();
            for hit in found.iter().rev() {
                out.replace_range(hit.range.clone(), REDACTED);
            }
            let mut again = Vec::new();
            secrets(&out, &mut again);
            prop_assert_eq!(again, Vec::new(), "{} of {}", out, text);
        }
    }
}
