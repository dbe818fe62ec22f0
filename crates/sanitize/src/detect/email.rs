//! E-mail addresses, RFC 5321 section 4.1.2 and RFC 6531, as people have them: without quotes and comments.

mod domain;

use memchr::memchr_iter;

use super::{Hit, Kind, edge::byte};

pub(super) fn find(text: &str, found: &mut Vec<Hit>) {
    // What is before this is done. A person cannot hold an `@`, so each is looked at from the one before it.
    let mut from = 0;
    let mut in_url = false;
    for at in memchr_iter(b'@', text.as_bytes()) {
        let Some(before) = text.get(from..at) else { continue };
        in_url = is_userinfo(before, in_url);
        from = at + 1;
        if in_url {
            continue;
        }
        let Some(local) = local(before) else { continue };
        let Some(length) = text.get(from..).and_then(domain::length) else { continue };
        let range = at - local.len()..from + length;
        let is_remote = local == "git" && byte(text, range.end) == b':' && byte(text, range.end + 1) > b' ';
        if !is_remote {
            from = range.end;
            found.push(Hit::new(range, Kind::Email));
        }
    }
}

/// Whether the text ends in the userinfo of a URL (RFC 3986 section 3.2.1), or goes on with what was it.
///
/// Brackets are none of its letters, but a mask's.
fn is_userinfo(before: &str, was: bool) -> bool {
    let is_letter = |letter: char| {
        !letter.is_ascii() || letter.is_ascii_alphanumeric() || "!$&*+=~-._%:[]".contains(letter)
    };
    let url = before.trim_end_matches(is_letter);
    if url.is_empty() { was } else { url.ends_with("://") }
}

/// The person at the end of the text, if there is one. A server need not take one of more than 64 bytes, but may.
fn local(before: &str) -> Option<&str> {
    let others = before.trim_end_matches(is_local).len();
    let (_, local) = before.split_at_checked(others)?;
    // Dots come one by one between others, so what is before two of them is another sentence.
    let local = local.rsplit_once("..").map_or(local, |(_, local)| local);
    let local = local.trim_start_matches(['.', '-', '\'', '%']);
    (!local.ends_with('.') && local.contains(char::is_alphanumeric)).then_some(local)
}

/// The letters of a person that do not rather stand around an address, like the `=` and `&` of a URL.
fn is_local(letter: char) -> bool {
    is_letter(letter) || matches!(letter, '.' | '_' | '-' | '+' | '%' | '\'')
}

/// Letters and digits of any script, with the marks of those scripts that write vowels as marks.
fn is_letter(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{10ff}')
}

#[cfg(test)]
mod tests;
