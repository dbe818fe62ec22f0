//! Reads assignments by hand: from the end of a name to the start of its value.
//!
//! One reader knows what the languages write between the two, so that no rule's pattern has to, and no pattern
//! has to run where there is nothing assigned.

/// What stood between a name and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    /// `=`, `:=`, `=>`, `?=` and their kin.
    Equals,
    /// A comparison: `==`, `!=`, `===`.
    Compare,
    /// `:`.
    Colon,
    /// `,` or `(`: arguments of a call.
    Argument,
    /// `>`: the end of a tag.
    Tag,
    /// White space: a flag, a `.netrc`.
    Space,
}

/// The value's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Assignment {
    pub(crate) operator: Operator,
    /// The quote that the value opened with.
    pub(crate) quote: Option<u8>,
    /// Where the value begins, after quotes.
    pub(crate) value: usize,
}

/// The longest run of white space that is read over.
const BLANKS: usize = 48;

pub(crate) fn peek(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or(0)
}

pub(crate) const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

pub(crate) const fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

/// Where the name that `at` is part of begins.
pub(crate) fn name_start(bytes: &[u8], at: usize) -> usize {
    let floor = at.saturating_sub(64);
    let before = bytes.get(floor..at).unwrap_or_default();
    at - before.iter().rev().take_while(|byte| is_name(**byte)).count()
}

/// Where it ends.
pub(crate) fn name_end(bytes: &[u8], at: usize) -> usize {
    let after = bytes.get(at..bytes.len().min(at + 64)).unwrap_or_default();
    let mut length = after.iter().take_while(|byte| is_name(**byte)).count();
    // `key->value` and `key.="x"`: what looks like the name's end belongs to the operator.
    while length > 0
        && matches!(peek(bytes, at + length - 1), b'-' | b'.')
        && matches!(peek(bytes, at + length), b'>' | b'=')
    {
        length -= 1;
    }
    at + length
}

/// Reads on from the end of a name.
pub(crate) fn read(bytes: &[u8], name_end: usize) -> Option<Assignment> {
    let closed = closers(bytes, name_end);
    paired(bytes, closed).or_else(|| direct(bytes, name_end, closed))
}

/// Passes quotes and brackets that close the name: `"name"`, `['name']`, `\"name\"`, `**name**`.
fn closers(bytes: &[u8], mut at: usize) -> usize {
    for _ in 0..6 {
        match peek(bytes, at) {
            b'"' | b'\'' | b'`' | b']' | b'*' => at += 1,
            b'\\' if matches!(peek(bytes, at + 1), b'"' | b'\'' | b'\\') => at += 1,
            _ => break,
        }
    }
    at
}

fn blanks(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..bytes.len().min(at + BLANKS)).unwrap_or_default();
    at + rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

fn blanks_and_lines(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..bytes.len().min(at + BLANKS)).unwrap_or_default();
    at + rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}

fn direct(bytes: &[u8], name_end: usize, closed: usize) -> Option<Assignment> {
    let at = blanks(bytes, closed);
    let (operator, after) = operator(bytes, at, closed > name_end || at > closed)?;
    let mut start = match operator {
        Operator::Tag => blanks_and_lines(bytes, after),
        _ => blanks(bytes, after),
    };
    if matches!(operator, Operator::Colon | Operator::Space)
        && let Some(typed) = type_annotation(bytes, start)
    {
        start = typed;
    }
    // A value may stand on the next line, but then only in quotes, or every heading would have one.
    if operator != Operator::Argument && matches!(peek(bytes, start), b'\n' | b'\r' | b'\\') {
        let next = blanks_and_lines(
            bytes,
            start + usize::from(peek(bytes, start) == b'\\' && peek(bytes, start + 1) == b'\n'),
        );
        if is_quote(peek(bytes, next)) {
            start = next;
        }
    }
    let (value, quote) = opening(bytes, start);
    if quote.is_none() && (operator == Operator::Argument || peek(bytes, value).is_ascii_whitespace()) {
        return None;
    }
    (value < bytes.len()).then_some(Assignment { operator, quote, value })
}

fn operator(bytes: &[u8], at: usize, spaced: bool) -> Option<(Operator, usize)> {
    let next = |offset: usize| peek(bytes, at + offset);
    match next(0) {
        b'=' => Some(match (next(1), next(2)) {
            (b'=', b'=') => (Operator::Compare, at + 3),
            (b'=', _) => (Operator::Compare, at + 2),
            (b'>' | b'~', _) => (Operator::Equals, at + 2),
            // `key=\u003d`, quoted-printable and URL forms are left to the decoders.
            _ => (Operator::Equals, at + 1),
        }),
        b':' => {
            let colons = (0..3).take_while(|offset| next(*offset) == b':').count();
            Some(match next(colons) {
                b'=' => (Operator::Equals, at + colons + 1),
                _ => (Operator::Colon, at + colons),
            })
        }
        b'!' if next(1) == b'=' => Some((Operator::Compare, at + if next(2) == b'=' { 3 } else { 2 })),
        b'?' | b'.' | b'+' if next(1) == b'=' => Some((Operator::Equals, at + 2)),
        b'?' if next(1) == b':' => Some((Operator::Colon, at + 2)),
        b'|' | b'?' if next(1) == next(0) => Some((Operator::Equals, at + 2 + usize::from(next(2) == b'='))),
        b'-' if next(1) == b'>' => Some((Operator::Equals, at + 2)),
        b',' if spaced => Some((Operator::Argument, at + 1)),
        b'(' | b'{' => Some((Operator::Argument, at + 1)),
        b'>' => Some((Operator::Tag, at + 1)),
        b'|' => Some((Operator::Colon, at + 1)),
        b'%' if next(1) == b'3' && matches!(next(2), b'D' | b'd' | b'A' | b'a') => {
            Some((Operator::Equals, at + 3))
        }
        _ if spaced => Some((Operator::Space, at)),
        _ => None,
    }
}

/// `: string = "…"`, `string = "…"`: passes a type and its equals sign.
fn type_annotation(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..bytes.len().min(at + 40))?;
    let is_type = |byte: &u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'_' | b'<' | b'>' | b'&' | b'[' | b']' | b'?' | b'*' | b'\'' | b':' | b'.')
    };
    if !rest.first().is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'&' | b'*' | b'[')) {
        return None;
    }
    let mut end = at + rest.iter().take_while(|byte| is_type(byte)).count();
    if peek(bytes, end) == b' ' && peek(bytes, end + 1).is_ascii_alphabetic() {
        // `&'static str`, `const char`: one more word.
        let word = bytes.get(end + 1..bytes.len().min(end + 24))?;
        end += 1 + word.iter().take_while(|byte| is_type(byte)).count();
    }
    let equals = blanks(bytes, end);
    let assigns = peek(bytes, equals) == b'=' && !matches!(peek(bytes, equals + 1), b'=' | b'>');
    (assigns && equals > end).then(|| blanks(bytes, equals + 1))
}

/// Passes what opens a value: quotes (escaped or nested), a parenthesis, a string prefix as in `b"…"`.
fn opening(bytes: &[u8], mut at: usize) -> (usize, Option<u8>) {
    let mut quote = None;
    if peek(bytes, at) == b'(' {
        at += 1;
    }
    // `b"`, `rb'`, `@"`, `L"`, `N'`.
    let prefix = (0..2)
        .take_while(|offset| matches!(peek(bytes, at + offset), b'a'..=b'z' | b'A'..=b'Z' | b'@'))
        .count();
    if prefix > 0 && is_quote(peek(bytes, at + prefix)) {
        at += prefix;
    }
    for _ in 0..5 {
        match peek(bytes, at) {
            // After another quote a backtick is what the value begins with.
            b'`' if quote.is_some() => break,
            byte if is_quote(byte) => {
                // An empty string: its closing quote opens nothing.
                if quote == Some(byte)
                    && !is_quote(peek(bytes, at + 1))
                    && peek(bytes, at.wrapping_sub(2)) != byte
                {
                    return (at, quote);
                }
                quote = Some(byte);
                at += 1;
            }
            b'\\' if matches!(peek(bytes, at + 1), b'"' | b'\'' | b'\\') => at += 1,
            _ => break,
        }
    }
    (at, quote)
}

/// `name="KEY" value="…"`, `- name: KEY⏎  value: …`, `variable "key" {⏎ default = "…"`: the value has a key of its own.
fn paired(bytes: &[u8], closed: usize) -> Option<Assignment> {
    const KEYS: [&[u8]; 3] = [b"value", b"default", b"content"];
    let mut at = blanks_and_lines(bytes, closed);
    for _ in 0..3 {
        match peek(bytes, at) {
            b',' | b'"' | b'\'' | b'{' | b'-' => at = blanks_and_lines(bytes, at + 1),
            b'\\' if peek(bytes, at + 1) == b'"' => at += 2,
            _ => break,
        }
    }
    let key = KEYS
        .iter()
        .find(|key| bytes.get(at..at + key.len()).is_some_and(|text| text.eq_ignore_ascii_case(key)))?;
    let end = at + key.len();
    if is_name(peek(bytes, end)) {
        return None;
    }
    let closed = closers(bytes, end);
    direct(bytes, end, closed).filter(|found| found.operator != Operator::Space)
}

/// `the password is 'V'`: prose, where the quotes say that the value is meant as it stands.
pub(crate) fn stated(bytes: &[u8], name_end: usize) -> Option<Assignment> {
    const VERBS: [&[u8]; 2] = [b" is ", b" was "];
    let rest = bytes.get(name_end..)?;
    let verb = VERBS.iter().find(|verb| rest.starts_with(verb))?;
    let quote = name_end + verb.len();
    let open = peek(bytes, quote);
    is_quote(open).then_some(Assignment { operator: Operator::Equals, quote: Some(open), value: quote + 1 })
}

/// Where the credential of an authentication scheme begins: `Bearer …`, `Basic …`.
pub(crate) fn after_scheme(bytes: &[u8], value: usize) -> Option<usize> {
    const SCHEMES: [&[u8]; 7] = [b"bearer", b"basic", b"token", b"apikey", b"api-key", b"api-token", b"key"];
    let scheme = SCHEMES.iter().find(|scheme| {
        bytes.get(value..value + scheme.len()).is_some_and(|text| text.eq_ignore_ascii_case(scheme))
    })?;
    let end = value + scheme.len();
    let start = match peek(bytes, end) {
        b' ' | b'+' => blanks(bytes, end + 1),
        b'%' if peek(bytes, end + 1) == b'2' && peek(bytes, end + 2) == b'0' => end + 3,
        b'=' => end + 1,
        _ => return None,
    };
    Some(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_where_languages_put_them() {
        for text in [
            "acmeToken=V",
            "acmeToken = \"V\"",
            "ACME_TOKEN=V\\n",
            "{\"acme_token\": \"V\"}",
            "{\\\"acme\\\":\\\"V\\\"}",
            "<acmeToken>\n    V\n</acmeToken>",
            "acme_token: 'V'",
            "var acme string = \"V\"",
            "acme := `V`",
            "$acme .= \"V\"",
            "setProperty(\"ACME_TOKEN\", \"V\")",
            "\"acme\" => \"V\"",
            "acme ::= \"V\"",
            "acme ?= V",
            "os.environ[\"ACME\"] = \"V\"",
            "let acme: &'static str = \"V\";",
            "acme: string = 'V'",
            "<add key=\"acme\" value=\"V\"/>",
            "- name: ACME_TOKEN\n  value: \"V\"",
            "variable \"acme\" {\n  default = \"V\"",
            "#define ACME_KEY   \"V\"",
            "--acme-token V",
            "--acme-token=V",
            "acme\n",
            "acme(\"V\")",
            "acme == \"V\"",
            "**acme:** V",
            "acme_key:\n    'V'",
            "acme = b\"V\"",
            "acme->V",
            "| acme | V |",
            "acme%3DV",
        ] {
            let at = text.to_ascii_lowercase().find("acme").unwrap();
            let end = name_end(text.as_bytes(), at);
            let found = read(text.as_bytes(), end).and_then(|found| text.get(found.value..));
            match text {
                "acme\n" => assert_eq!(found, None),
                "**acme:** V" => {}
                _ => assert!(found.is_some_and(|value| value.starts_with('V')), "{text}: {found:?}"),
            }
        }
    }
}
