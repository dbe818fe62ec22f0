//! What is assigned, and whether it looks like a secret.

use super::Kind;
use crate::{
    engine::{
        assign::{self, Assignment, Operator, peek},
        compile::Span,
    },
    judge::{Strictness, entropy, placeholder, words},
};

/// The longest value that is looked at.
const LONGEST: usize = 512;

/// The values that an assignment may have: the one it begins with, and the fallback of a lookup
/// (`process.env.TOKEN || "…"`).
pub(super) fn candidates(bytes: &[u8], assignment: &Assignment) -> impl Iterator<Item = Span> {
    let first = extent(bytes, assignment);
    let scheme = assign::after_scheme(bytes, assignment.value)
        .and_then(|value| extent(bytes, &Assignment { value, ..*assignment }));
    let fallback = (assignment.quote.is_none()).then(|| fallback(bytes, assignment.value)).flatten();
    // After a scheme's name only the credential counts.
    let first = if scheme.is_some() { None } else { first };
    first.into_iter().chain(scheme).chain(fallback)
}

fn extent(bytes: &[u8], assignment: &Assignment) -> Option<Span> {
    let start = assignment.value;
    let rest = bytes.get(start..bytes.len().min(start + LONGEST))?;
    let length = match assignment.quote {
        // Quoted: to the same quote, which an escape may announce.
        Some(quote) => {
            let end = rest.iter().position(|byte| *byte == quote || *byte == b'\n')?;
            match rest.get(..end)?.last() {
                Some(b'\\') if peek(rest, end) == quote => end - 1,
                _ => end,
            }
        }
        None => rest
            .iter()
            .position(|byte| {
                matches!(
                    byte,
                    0..=b' '
                        | b'"'
                        | b'\''
                        | b'`'
                        | b'<'
                        | b'>'
                        | b'\\'
                        | b';'
                        | b','
                        | b')'
                        | b'}'
                        | b']'
                        | b'|'
                )
            })
            .unwrap_or(rest.len()),
    };
    (length > 0).then_some(Span { start, end: start + length })
}

/// `… || "…"`, `… ?? "…"`, `… or "…"`: the literal that stands in where a lookup finds nothing.
fn fallback(bytes: &[u8], value: usize) -> Option<Span> {
    let line = bytes.get(value..bytes.len().min(value + 120))?;
    let line = line.get(..line.iter().position(|byte| *byte == b'\n').unwrap_or(line.len()))?;
    let operator = line.windows(3).position(|window| matches!(window, b"|| " | b"?? " | b"or "))?;
    let mut start = operator + 3;
    while peek(line, start) == b' ' {
        start += 1;
    }
    let quote = peek(line, start);
    if !assign::is_quote(quote) {
        return None;
    }
    let text = line.get(start + 1..)?;
    let length = text.iter().position(|byte| *byte == quote)?;
    let start = value + start + 1;
    (length > 0).then_some(Span { start, end: start + length })
}

/// Whether a value looks like a secret of the kind.
pub(super) fn is_secret(value: &[u8], name: &[u8], assignment: &Assignment, kind: Kind) -> bool {
    if assignment.operator == Operator::Compare && assignment.quote.is_none() {
        return false;
    }
    // What costs least is asked first.
    let compared = assignment.operator == Operator::Compare && is_compared(value, name);
    let looks_secret = compared
        || match kind {
            Kind::Secret => {
                let thought_up = assignment.quote.is_some() && value.len() >= 12 && is_spelt_oddly(value);
                is_random(value) || thought_up
            }
            Kind::Password => is_password(value, assignment),
        };
    looks_secret
        && !repeats_name(value, name)
        && !is_number(value)
        && !value.windows(2).any(|pair| pair == b"::")
        && !placeholder::is_template(value)
        && !placeholder::is_lookup(value)
        && !placeholder::is_placeholder(value, 0, Strictness::Generic)
}

/// Whether a value was drawn by a machine.
pub(super) fn is_random(value: &[u8]) -> bool {
    if is_noise(value) {
        return true;
    }
    if !(12..=400).contains(&value.len()) || !value.iter().all(|byte| is_token_byte(*byte)) {
        return false;
    }
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let upper = value.iter().any(u8::is_ascii_uppercase);
    let lower = value.iter().any(u8::is_ascii_lowercase);
    let letters = value.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    if letters == 0 || (digits == 0 && !(upper && lower && value.len() >= 24)) {
        return false;
    }
    if is_uuid(value) || is_path(value) || is_dotted(value) || is_versioned(value) {
        return false;
    }
    // A short value is told from a word with a number by how much of it varies.
    let least = if value.len() < 16 {
        3.0
    } else if value.len() < 32 {
        2.9
    } else {
        3.0
    };
    if entropy::shannon(value) < least || (value.len() < 16 && digits < 2) {
        return false;
    }
    !words::is_wordy(value)
}

/// Whether a value is symbols, digits and letters at random, as some generators write them: no language looks like that.
fn is_noise(value: &[u8]) -> bool {
    let symbols = value.iter().filter(|byte| byte.is_ascii_punctuation()).count();
    (32..=128).contains(&value.len())
        && value.iter().all(u8::is_ascii_graphic)
        && symbols * 5 >= value.len()
        && symbols * 2 <= value.len()
        && [u8::is_ascii_digit, u8::is_ascii_lowercase, u8::is_ascii_uppercase]
            .iter()
            .all(|class| value.iter().any(class))
        && entropy::distinct(value) * 2 >= value.len() as u32
        && words::share(value) < 0.45
}

/// Whether a value may be a password that somebody uses.
fn is_password(value: &[u8], assignment: &Assignment) -> bool {
    if !(8..=64).contains(&value.len()) || !value.iter().all(u8::is_ascii_graphic) {
        return false;
    }
    let letters = value.iter().any(u8::is_ascii_alphabetic);
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let symbols = value.iter().filter(|byte| byte.is_ascii_punctuation()).count();
    if !letters || (digits == 0 && symbols == 0) || entropy::distinct(value) < 6 {
        return false;
    }
    // Code, not a value: a call, an access, an address, a path.
    let holds = |byte: u8| value.contains(&byte);
    if holds(b'(')
        || holds(b'{')
        || holds(b'<')
        || value.windows(3).any(|window| window == b"://")
        || value.starts_with(b"/")
    {
        return false;
    }
    if assignment.quote.is_none()
        && (is_path(value) || is_dotted(value) || value.windows(2).any(|w| w == b"->" || w == b"::"))
    {
        return false;
    }
    if is_path(value) || is_dotted(value) || is_uuid(value) || is_percent_encoded(value) {
        return false;
    }
    // What is only words joined by separators is a name of something.
    digits > 0 && !words::is_wordy(value)
        || (symbols_inside(value) && (assignment.quote.is_some() || !words::is_name(value)))
        || (assignment.quote.is_some() && is_spelt_oddly(value))
}

/// Who compares a password with a literal gives it away, however simple it is: `team10`, `open-sesame`. Of names, only those
/// that mean nothing else count.
fn is_compared(value: &[u8], name: &[u8]) -> bool {
    let telling = [&b"password"[..], b"passwd", b"secret"].iter().any(|word| {
        name.len()
            .checked_sub(word.len())
            .and_then(|at| name.get(at..))
            .is_some_and(|end| end.eq_ignore_ascii_case(word))
    });
    telling
        && (6..=64).contains(&value.len())
        && value.iter().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'!' | b'@' | b'#' | b'$')
        })
        && !value.iter().all(u8::is_ascii_alphabetic)
}

/// `super$ecret`, `Passw#rd!`: letters with a symbol that nothing but a password has within a word.
fn is_spelt_oddly(value: &[u8]) -> bool {
    let odd = |byte: u8| matches!(byte, b'$' | b'#' | b'!' | b'^');
    value.iter().all(|byte| byte.is_ascii_alphanumeric() || odd(*byte))
        && value
            .windows(2)
            .any(|pair| matches!(pair, [before, byte] if before.is_ascii_alphanumeric() && odd(*byte)))
}

fn is_percent_encoded(value: &[u8]) -> bool {
    value
        .windows(3)
        .any(|window| matches!(window, [b'%', a, b] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit()))
}

/// Whether a password is more than a word with a number.
pub(super) fn is_strong(value: &[u8]) -> bool {
    value.len() >= 8
        && entropy::distinct(value) >= 6
        && value.iter().any(u8::is_ascii_digit)
        && (!words::is_wordy(value) || value.iter().any(u8::is_ascii_punctuation))
}

/// A symbol that names do not hold.
fn symbols_inside(value: &[u8]) -> bool {
    value
        .iter()
        .any(|byte| matches!(byte, b'!' | b'@' | b'#' | b'$' | b'%' | b'^' | b'&' | b'*' | b'?' | b'~'))
        && value.iter().any(u8::is_ascii_digit)
}

const fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'_' | b'-'
                | b'.'
                | b'~'
                | b'+'
                | b'/'
                | b'='
                | b':'
                | b'@'
                | b'!'
                | b'$'
                | b'%'
                | b'*'
                | b'^'
                | b'#'
                | b'&'
                | b'?'
        )
}

/// `token = "my_token_2f"`: a value that spells its own name says where it comes from, not what it is.
fn repeats_name(value: &[u8], name: &[u8]) -> bool {
    name.len() >= 4
        && value.len() < name.len() * 2
        && value.windows(name.len()).any(|window| window.eq_ignore_ascii_case(name))
}

/// `0x8031_006C_u32`, `-2147217308i32`, `16384u32`: a number of some language.
fn is_number(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"-").unwrap_or(value);
    if let Some(hex) = value.strip_prefix(b"0x").or_else(|| value.strip_prefix(b"0X")) {
        return hex.len() <= 24
            && hex.iter().all(|byte| {
                byte.is_ascii_hexdigit() || matches!(byte, b'_' | b'u' | b'i' | b'U' | b'L' | b'l')
            });
    }
    let digits = value.iter().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'_' | b'.')).count();
    digits > 0
        && value.len() - digits <= 5
        && digits <= 20
        && value.get(digits..).is_some_and(|suffix| {
            suffix
                .first()
                .is_none_or(|byte| matches!(byte, b'u' | b'i' | b'f' | b'U' | b'L' | b'l' | b'n' | b'e'))
        })
}

fn is_uuid(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"{").unwrap_or(value);
    value.len() >= 36
        && value.get(..36).unwrap_or_default().iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// A path or an address: slashes between words.
fn is_path(value: &[u8]) -> bool {
    if value.starts_with(b"/") && value.get(1..).unwrap_or_default().contains(&b'/')
        || value.starts_with(b"./")
        || value.starts_with(b"../")
    {
        return words::share(value) > 0.4 || !value.iter().any(u8::is_ascii_digit);
    }
    let slashes = value.iter().filter(|byte| **byte == b'/').count();
    slashes > 0 && (words::share(value) > 0.5 || value.windows(3).any(|window| window == b"://"))
}

/// `module.member.other`: three or more names joined by dots, or a file's name.
fn is_dotted(value: &[u8]) -> bool {
    let mut parts = value.split(|byte| *byte == b'.').peekable();
    let mut count = 0;
    let all = parts.all(|part| {
        count += 1;
        !part.is_empty() && part.len() <= 40 && words::looks_named(part)
    });
    all && count >= 2
}

/// `1.2.3-beta+4`, `rc0.15.0_20231217`.
fn is_versioned(value: &[u8]) -> bool {
    value
        .split(|byte| *byte == b'.')
        .filter(|part| !part.is_empty() && part.iter().all(u8::is_ascii_digit) && part.len() <= 3)
        .count()
        >= 2
        || value.ends_with(b"SNAPSHOT")
}
