//! The scalars of TOML: what they are, and how one is written.

use toml_parser::{ParseError, Raw, Span, decoder::ScalarKind};

use crate::Scalar;

/// What a scalar is. A date is its text: nobody computes with it here.
pub(super) fn resolve(raw: Raw<'_>, error: &mut Option<ParseError>) -> Scalar<'static> {
    let mut decoded = std::borrow::Cow::Borrowed("");
    match raw.decode_scalar(&mut decoded, error) {
        ScalarKind::String => Scalar::Text(decoded.into_owned().into()),
        ScalarKind::Boolean(truth) => Scalar::Bool(truth),
        ScalarKind::DateTime => Scalar::Text(raw.as_str().to_owned().into()),
        ScalarKind::Float | ScalarKind::Integer(_) => Scalar::Number(raw.as_str().to_owned().into()),
    }
}

/// What a scalar is once it is written: TOML has no null, and an empty text is the nearest to it.
pub(super) fn kept(scalar: &Scalar<'_>) -> Scalar<'static> {
    match scalar {
        Scalar::Text(text) => Scalar::Text(text.clone().into_owned().into()),
        Scalar::Number(number) => Scalar::Number(number.clone().into_owned().into()),
        Scalar::Bool(truth) => Scalar::Bool(*truth),
        Scalar::Null => Scalar::Text("".into()),
    }
}

/// A scalar as TOML has it; `None` for a number that TOML does not know.
pub(super) fn written(scalar: &Scalar<'_>) -> Option<String> {
    match scalar {
        Scalar::Text(text) => Some(quoted(text)),
        Scalar::Number(number) => is_number(number).then(|| number.clone().into_owned()),
        Scalar::Bool(truth) => Some(truth.to_string()),
        Scalar::Null => Some("\"\"".to_owned()),
    }
}

fn is_number(text: &str) -> bool {
    let known = |b: u8| b.is_ascii_alphanumeric() || b"+-._".contains(&b);
    let mut error = None;
    let raw = Raw::new_unchecked(text, None, Span::new_unchecked(0, text.len()));
    text.bytes().all(known) && matches!(resolve(raw, &mut error), Scalar::Number(_)) && error.is_none()
}

/// A key, bare where it can be.
pub(super) fn key(key: &str) -> String {
    let bare = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if !key.is_empty() && key.bytes().all(bare) { key.to_owned() } else { quoted(key) }
}

/// A text as a basic string, on one line.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
