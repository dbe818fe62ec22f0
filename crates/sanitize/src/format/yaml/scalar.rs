//! The scalars of YAML: what they are, and how one is written.

use std::borrow::Cow;

use granit_parser::Tag;

use crate::Scalar;

/// What a tag says of a scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// No tag, or an application's own, which says nothing about text and numbers.
    Any,
    /// `!!str` or `!`.
    Text,
    Number,
    Bool,
    Null,
    /// Another of YAML's own, such as `!!binary`: its text has a form of which we know nothing.
    Other,
}

impl Kind {
    pub(super) fn of(tag: &Tag) -> Self {
        let (handle, suffix) = tag.parts();
        match format!("{handle}{suffix}").strip_prefix("tag:yaml.org,2002:") {
            Some("str") => Self::Text,
            Some("int" | "float") => Self::Number,
            Some("bool") => Self::Bool,
            Some("null") => Self::Null,
            Some(_) => Self::Other,
            None if (handle, suffix) == ("", "!") || (handle, suffix) == ("!", "") => Self::Text,
            None => Self::Any,
        }
    }

    /// Whether a scalar under such a tag, as [`written`], is read as what it is.
    pub(super) fn fits(self, scalar: &Scalar<'_>) -> bool {
        match self {
            Self::Any => true,
            Self::Text => matches!(scalar, Scalar::Text(_)),
            // `!!int 1.5` is wrong, and which of the two stands here is not kept.
            Self::Number | Self::Other => false,
            Self::Bool => matches!(scalar, Scalar::Bool(_)),
            Self::Null => *scalar == Scalar::Null,
        }
    }
}

/// What a scalar is, by the core schema of YAML 1.2, section 10.3.2.
pub(super) fn resolve(text: Cow<'_, str>, plain: bool, kind: Kind) -> Scalar<'static> {
    let found = match kind {
        Kind::Text | Kind::Other => None,
        Kind::Any if !plain => None,
        Kind::Any => null(&text).or_else(|| bool(&text)).or_else(|| number(&text)),
        Kind::Number => number(&text),
        Kind::Bool => bool(&text),
        Kind::Null => null(&text),
    };
    found.unwrap_or_else(|| Scalar::Text(text.into_owned().into()))
}

fn null(text: &str) -> Option<Scalar<'static>> {
    matches!(text, "" | "~" | "null" | "Null" | "NULL").then_some(Scalar::Null)
}

fn bool(text: &str) -> Option<Scalar<'static>> {
    match text {
        "true" | "True" | "TRUE" => Some(Scalar::Bool(true)),
        "false" | "False" | "FALSE" => Some(Scalar::Bool(false)),
        _ => None,
    }
}

fn number(text: &str) -> Option<Scalar<'static>> {
    is_number(text).then(|| Scalar::Number(text.to_owned().into()))
}

fn is_number(text: &str) -> bool {
    let all = |digits: &str, is: fn(&u8) -> bool| !digits.is_empty() && digits.bytes().all(|b| is(&b));
    if let Some(digits) = text.strip_prefix("0o") {
        return all(digits, |b| (b'0'..=b'7').contains(b));
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return all(digits, u8::is_ascii_hexdigit);
    }
    if matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(text, ".inf" | ".Inf" | ".INF") {
        return true;
    }
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))),
        None => (text, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let any = !whole.is_empty() || !fraction.is_empty();
    any && digits(whole) && digits(fraction) && exponent.is_none_or(|digits| all(digits, u8::is_ascii_digit))
}

/// A scalar on one line, safe in every place where one may stand; `None` for a number that YAML does not know.
pub(super) fn written(scalar: &Scalar<'_>) -> Option<String> {
    match scalar {
        Scalar::Text(text) => Some(quoted(text)),
        Scalar::Number(number) => is_number(number).then(|| number.clone().into_owned()),
        Scalar::Bool(truth) => Some(truth.to_string()),
        Scalar::Null => Some("null".to_owned()),
    }
}

/// A text in double quotes, on one line: YAML 1.2, section 5.7.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\0' => quoted.push_str("\\0"),
            c if c.is_control() => quoted.push_str(&format!("\\x{:02X}", u32::from(c))),
            '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                quoted.push_str(&format!("\\u{:04X}", u32::from(c)));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_have_the_types_of_the_core_schema() {
        for text in [
            "0", "-12", "+3", "007", "0o17", "0xfF", "1.", ".5", "-1.5e+3", "1E3", ".inf", "-.INF", "+.Inf",
            ".nan",
        ] {
            assert!(matches!(resolve(text.into(), true, Kind::Any), Scalar::Number(_)), "{text}");
            assert!(matches!(resolve(text.into(), false, Kind::Any), Scalar::Text(_)), "{text}");
        }
        for text in [
            "1_000",
            "0b1",
            "0o8",
            "0x",
            "0xg",
            "-0x1",
            ".",
            "-",
            "+",
            "e3",
            "1e",
            "1e+",
            "..5",
            "1.2.3",
            "-.nan",
            ".iNf",
            "yes",
            "no",
            "tRue",
            "nuLL",
            "2020-01-01",
            "1:30",
            "١",
        ] {
            assert!(matches!(resolve(text.into(), true, Kind::Any), Scalar::Text(_)), "{text}");
        }
        for text in ["", "~", "null", "Null", "NULL"] {
            assert_eq!(resolve(text.into(), true, Kind::Any), Scalar::Null, "{text}");
        }
        assert_eq!(resolve("TRUE".into(), true, Kind::Any), Scalar::Bool(true));
        assert_eq!(resolve("False".into(), true, Kind::Any), Scalar::Bool(false));
    }

    #[test]
    fn a_tag_decides() {
        assert_eq!(resolve("1".into(), true, Kind::Text), Scalar::Text("1".into()));
        assert_eq!(resolve("1".into(), false, Kind::Number), Scalar::Number("1".into()));
        assert_eq!(resolve("true".into(), false, Kind::Bool), Scalar::Bool(true));
        assert_eq!(resolve("1234".into(), true, Kind::Other), Scalar::Text("1234".into()));
    }
}
