//! User names and passwords in addresses.

use super::value;
use crate::{
    engine::{assign::peek, compile::Span},
    judge::{Strictness, placeholder},
};

/// The password in `scheme://user:password@host`, where `at` is the position of `://`.
pub(super) fn password(bytes: &[u8], at: usize) -> Option<Span> {
    let start = at + 3;
    // Most addresses end the matter at their first `/`.
    let authority = bytes.get(start..bytes.len().min(start + 320))?;
    let mut colon = None;
    let mut host = None;
    for (offset, byte) in authority.iter().enumerate() {
        match byte {
            b':' if colon.is_none() => colon = Some(offset),
            // A password may hold an `@`: the last one before the path counts.
            b'@' => host = Some(offset),
            b'/' | b'?' | b'#' | b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\' | b'|' | b',' | 0..=b' ' => break,
            _ => {}
        }
    }
    let (colon, host) = (colon?, host?);
    let secret = authority.get(colon + 1..host)?;
    let user = authority.get(..colon)?;
    let next = peek(authority, host + 1);
    if secret.len() < 3 || !(next.is_ascii_alphanumeric() || next == b'[') {
        return None;
    }
    // A port, not a password: `https://url:8000@x` is none either way.
    if secret.iter().all(u8::is_ascii_digit) && secret.len() <= 5 {
        return None;
    }
    if !user.iter().all(u8::is_ascii_graphic) || !secret.iter().all(u8::is_ascii_graphic) {
        return None;
    }
    if placeholder::is_template(secret)
        || placeholder::is_template(user)
        || secret.iter().any(|byte| matches!(byte, b'{' | b'}' | b'$' | b'%')) && placeholder_like(secret)
    {
        return None;
    }
    // `user:password@` is how manuals write it; before a host that exists it may still be one. Before a host that does
    // not, or that only means something at home, it has to look drawn.
    let typed = placeholder::is_placeholder(secret, 0, Strictness::Generic);
    if !is_real_host(authority.get(host + 1..)?) && (typed || !value::is_strong(secret)) {
        return None;
    }
    if typed && placeholder::is_placeholder(secret, 0, Strictness::Known) && secret.len() < 6 {
        return None;
    }
    let start = start + colon + 1;
    Some(Span { start, end: start + secret.len() })
}

/// A host with a top-level domain that is not one of those kept for examples.
fn is_real_host(text: &[u8]) -> bool {
    let length = text
        .iter()
        .position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_')))
        .unwrap_or(text.len());
    let Some(host) = text.get(..length) else { return false };
    let mut labels = host.rsplit(|byte| *byte == b'.');
    let (Some(top), Some(second)) = (labels.next(), labels.next()) else { return false };
    const RESERVED: [&[u8]; 7] =
        [b"example", b"test", b"invalid", b"local", b"localhost", b"localdomain", b"internal"];
    top.len() >= 2
        && top.iter().all(u8::is_ascii_alphabetic)
        && !RESERVED.iter().any(|word| top.eq_ignore_ascii_case(word) || second.eq_ignore_ascii_case(word))
        && !placeholder::is_placeholder(second, 0, Strictness::Generic)
}

/// `${…}`, `{…}`, `%s`: filled in elsewhere, even where only a part is.
fn placeholder_like(secret: &[u8]) -> bool {
    let holds = |text: &[u8]| secret.windows(text.len()).any(|window| window == text);
    holds(b"{")
        || holds(b"$(")
        || holds(b"%s")
        || secret.starts_with(b"$")
        || secret.starts_with(b"%") && secret.ends_with(b"%")
}
