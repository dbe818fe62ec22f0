//! Patterns as Go writes them (RE2), in the words of our engine.
//!
//! The two are nearly one language. They differ in which escapes exist, in what a brace or a bracket means where it opens
//! nothing, and in that our engine works on bytes: a character beyond ASCII becomes its UTF-8 bytes.

use regex_syntax::{ParserBuilder, ast, hir::Hir};

use super::class;

/// Why a pattern cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Problem {
    /// It is no pattern.
    Malformed(String),
    /// It is, or is one elsewhere, and means something that this engine does not do.
    Unsupported(String),
}

/// Which groups are the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Groups {
    /// None: nothing but whether it matches is asked.
    None,
    /// The first that is not empty, or the whole match.
    First,
    /// This one, counted from 1.
    Number(usize),
}

/// A pattern in our syntax.
#[derive(Debug)]
pub(super) struct Translated {
    pub(super) pattern: String,
    pub(super) hir: Hir,
    /// How many groups the original captures.
    pub(super) groups: usize,
}

/// Translates a pattern. Where a secret is asked for, the whole match is the group `match`, and the secret's groups have
/// names that begin with `secret`; all other groups only group.
pub(super) fn translate(regex: &str, wanted: Groups) -> Result<Translated, Problem> {
    let mut cursor = Cursor { text: regex.chars().collect(), at: 0 };
    let mut out = String::with_capacity(regex.len() + 32);
    let mut groups = 0;
    while let Some(next) = cursor.next() {
        match next {
            '\\' => escape(&mut cursor, &mut out)?,
            '[' => class::translate(&mut cursor, &mut out)?,
            '(' => open(&mut cursor, &mut out, &mut groups, wanted)?,
            '{' => brace(&mut cursor, &mut out)?,
            '.' | '*' | '+' | '?' | '|' | ')' | '^' | '$' => out.push(next),
            _ => literal(next, &mut out),
        }
    }
    if wanted != Groups::None {
        out = format!("(?P<match>{out})");
    }
    let hir = parse(&out)?;
    Ok(Translated { pattern: out, hir, groups })
}

/// Parses a pattern as the engine does.
fn parse(pattern: &str) -> Result<Hir, Problem> {
    let mut parser = ParserBuilder::new().unicode(false).utf8(false).build();
    parser.parse(pattern).map_err(|error| match error {
        regex_syntax::Error::Parse(error) => match error.kind() {
            ast::ErrorKind::UnsupportedLookAround => Problem::Unsupported("look-around".into()),
            ast::ErrorKind::UnsupportedBackreference => Problem::Unsupported("a back-reference".into()),
            kind => Problem::Malformed(kind.to_string()),
        },
        regex_syntax::Error::Translate(error) => Problem::Unsupported(error.kind().to_string()),
        _ => Problem::Malformed("it does not parse".into()),
    })
}

/// A place in a pattern.
pub(super) struct Cursor {
    pub(super) text: Vec<char>,
    pub(super) at: usize,
}

impl Cursor {
    pub(super) fn next(&mut self) -> Option<char> {
        let next = self.peek(0);
        self.at += usize::from(next.is_some());
        next
    }

    pub(super) fn peek(&self, ahead: usize) -> Option<char> {
        self.text.get(self.at + ahead).copied()
    }

    /// Passes a text if it stands here.
    pub(super) fn take(&mut self, text: &str) -> bool {
        let stands = text.chars().enumerate().all(|(ahead, wanted)| self.peek(ahead) == Some(wanted));
        if stands {
            self.at += text.chars().count();
        }
        stands
    }

    /// Passes everything up to a text and the text itself; without it, everything.
    fn until(&mut self, end: &str) -> Vec<char> {
        let mut passed = Vec::new();
        while self.at < self.text.len() && !self.take(end) {
            passed.extend(self.next());
        }
        passed
    }
}

/// After `(`.
fn open(cursor: &mut Cursor, out: &mut String, groups: &mut usize, wanted: Groups) -> Result<(), Problem> {
    if !cursor.take("?") {
        return capture(out, groups, wanted);
    }
    if ["=", "!", "<=", "<!"].iter().any(|look| cursor.take(look)) {
        return Err(Problem::Unsupported("look-around".into()));
    }
    if cursor.take("P<") || cursor.take("<") {
        let name = cursor.until(">");
        if name.is_empty() || !name.iter().all(|c| c.is_alphanumeric() || *c == '_') {
            return Err(Problem::Malformed("a group has no proper name".into()));
        }
        return capture(out, groups, wanted);
    }
    out.push_str("(?");
    while let Some(flag) = cursor.next() {
        match flag {
            'i' | 'm' | 's' | 'U' | '-' => out.push(flag),
            ':' | ')' => {
                out.push(flag);
                return Ok(());
            }
            _ => return Err(Problem::Malformed(format!("unknown flag `{flag}`"))),
        }
    }
    Err(Problem::Malformed("a group is never closed".into()))
}

fn capture(out: &mut String, groups: &mut usize, wanted: Groups) -> Result<(), Problem> {
    *groups += 1;
    match wanted {
        Groups::First => out.push_str(&format!("(?P<secret{groups}>")),
        Groups::Number(number) if number == *groups => out.push_str("(?P<secret>"),
        _ => out.push_str("(?:"),
    }
    Ok(())
}

/// After `{`: a count, or else a brace.
fn brace(cursor: &mut Cursor, out: &mut String) -> Result<(), Problem> {
    let rest = cursor.text.get(cursor.at..).unwrap_or_default();
    let count: String = rest.iter().take(12).take_while(|c| c.is_ascii_digit() || **c == ',').collect();
    let closed = rest.get(count.len()) == Some(&'}');
    let (least, most) = count.split_once(',').unwrap_or((&count, &count));
    // A number with a leading zero is none for Go, and neither is a missing lower bound.
    let number =
        |text: &str| text == "0" || (!text.is_empty() && !text.starts_with('0') && !text.contains(','));
    if !closed || !number(least) || !(most.is_empty() || number(most)) {
        literal('{', out);
        return Ok(());
    }
    // The same bound as Go's. Ours would be that of memory.
    if [least, most]
        .iter()
        .any(|bound| bound.parse::<u32>().is_ok_and(|bound| bound > 1000) || bound.len() > 4)
    {
        return Err(Problem::Malformed(format!("the count {{{count}}} is above 1000")));
    }
    cursor.at += count.len() + 1;
    out.push('{');
    out.push_str(&count);
    out.push('}');
    Ok(())
}

/// After a backslash outside of a class.
fn escape(cursor: &mut Cursor, out: &mut String) -> Result<(), Problem> {
    match cursor.peek(0) {
        Some('Q') => {
            cursor.at += 1;
            cursor.until("\\E").into_iter().for_each(|character| literal(character, out));
        }
        Some(class @ ('A' | 'b' | 'B' | 'z' | 'd' | 'D' | 's' | 'S' | 'w' | 'W')) => {
            cursor.at += 1;
            out.push('\\');
            out.push(class);
        }
        _ => literal(escaped(cursor)?, out),
    }
    Ok(())
}

/// The character that an escape stands for, in a class and outside.
pub(super) fn escaped(cursor: &mut Cursor) -> Result<char, Problem> {
    let Some(next) = cursor.next() else {
        return Err(Problem::Malformed("it ends in a backslash".into()));
    };
    let digit = |character: Option<char>| character.and_then(|c| c.to_digit(8));
    Ok(match next {
        'a' => '\x07',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        'p' | 'P' => return Err(Problem::Unsupported("a class of Unicode (`\\p`)".into())),
        '1'..='7' if digit(cursor.peek(0)).is_none() => {
            return Err(Problem::Unsupported("a back-reference".into()));
        }
        '0'..='7' => {
            let mut value = next.to_digit(8).unwrap_or(0);
            for _ in 0..2 {
                let Some(more) = digit(cursor.peek(0)) else { break };
                value = value * 8 + more;
                cursor.at += 1;
            }
            char::from_u32(value).unwrap_or('\0')
        }
        'x' => hexadecimal(cursor)?,
        _ if next.is_ascii() && !next.is_ascii_alphanumeric() => next,
        _ => return Err(Problem::Malformed(format!("unknown escape `\\{next}`"))),
    })
}

/// After `\x`.
fn hexadecimal(cursor: &mut Cursor) -> Result<char, Problem> {
    let digits: String = if cursor.take("{") {
        cursor.until("}").into_iter().collect()
    } else {
        (0..2).filter_map(|_| cursor.next()).collect()
    };
    let value = digits.chars().all(|c| c.is_ascii_hexdigit()).then(|| u32::from_str_radix(&digits, 16).ok());
    let known = value.flatten().and_then(char::from_u32);
    known.ok_or_else(|| Problem::Malformed(format!("unknown escape `\\x{digits}`")))
}

/// Writes a character that stands for itself outside of a class.
pub(super) fn literal(character: char, out: &mut String) {
    if character.is_ascii() {
        ascii(character, out);
        return;
    }
    let mut buffer = [0; 4];
    let bytes: String =
        character.encode_utf8(&mut buffer).bytes().map(|byte| format!("\\x{byte:02X}")).collect();
    out.push_str("(?:");
    out.push_str(&bytes);
    out.push(')');
}

/// Writes an ASCII character that stands for itself, in a class or outside.
pub(super) fn ascii(character: char, out: &mut String) {
    match character {
        // `\<` and `\>` are the bounds of a word.
        '<' | '>' | ' ' => out.push(character),
        _ if character.is_ascii_control() => out.push_str(&format!("\\x{:02X}", u32::from(character))),
        _ if character.is_ascii_punctuation() && character != '_' => {
            out.push('\\');
            out.push(character);
        }
        _ => out.push(character),
    }
}

#[cfg(test)]
mod tests {
    use regex_automata::meta::Regex;
    use regex_automata::util::syntax::Config;

    use super::*;

    fn matches(regex: &str, text: &str) -> bool {
        let pattern =
            translate(regex, Groups::None).map_err(|error| format!("{regex}: {error:?}")).unwrap().pattern;
        let mut builder = Regex::builder();
        builder.syntax(Config::new().unicode(false).utf8(false));
        builder.build(&pattern).unwrap().is_match(text)
    }

    #[test]
    fn go_is_read_as_go_means_it() {
        for (regex, yes, no) in [
            (r"^\$(?:\d+|{\d+})$", "${12}", "$12}"),
            (r"^\${(?:[A-Z_]+)}$", "${ABC}", "$ABC"),
            (r"import[ \t]+{[ \t\w,]+}", "import {a, b}", "import a"),
            (r"^a{,3}$", "a{,3}", "aaa"),
            (r"^a{2,3}$", "aaa", "a"),
            (r"^a{02}$", "a{02}", "aa"),
            (r"^[^]]+]$", "abc]", "]"),
            (r"^[[a]+$", "[a[", "]"),
            (r"^[a&&b]+$", "a&b", "c"),
            (r"^[\w-.]+$", "a-b.c", "a b"),
            (r"^[+--]+$", "+,-", "."),
            (r"^[a-]+$", "a-a", "b"),
            (r"^[[:alpha:][:digit:]_]+$", "a1_", "-"),
            (r"^[[:^alpha:]]+$", "123", "a"),
            (r"^\Qa.b\E.c$", "a.bxc", "axbxc"),
            (r"^\<\>\_\-\/$", "<>_-/", "_-/"),
            (r"^\x41\x{42}\103\n?$", "ABC", "ABc"),
            (r"^é+$", "éé", "e"),
            (r"^[aéü]{3}$", "aéü", "xéü"),
            (r"^[À-ÿ]+$", "éü", "eu"),
            (r"^(?i)abc(?-i)d\z", "ABCd", "ABCD"),
            (r"(?m)^b$", "a\nb\nc", "ab"),
            (r"^(?P<1a>x)(?<b>y)$", "xy", "x"),
        ] {
            assert!(matches(regex, yes), "{regex} on {yes}");
            assert!(!matches(regex, no), "{regex} on {no}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_apart() {
        let problem = |regex: &str| translate(regex, Groups::First).unwrap_err();
        for regex in ["a(?=b)", "(?<!a)b", r"(a)\1", r"\pL+", r"[\p{Greek}]", "[^é]"] {
            assert!(matches!(problem(regex), Problem::Unsupported(_)), "{regex}");
        }
        for regex in
            ["a(b", "[a", "*a", r"\y", "a)", "(?x)a", "a{2000}", r"a\", r"[z-a]", "(?P<>a)", "[[:foo:]]"]
        {
            assert!(matches!(problem(regex), Problem::Malformed(_)), "{regex}: {:?}", problem(regex));
        }
    }

    #[test]
    fn the_secret_is_a_named_group() {
        let pattern = |groups| translate("(a)(?P<x>b)", groups).unwrap().pattern;
        assert_eq!(pattern(Groups::None), "(?:a)(?:b)");
        assert_eq!(pattern(Groups::First), "(?P<match>(?P<secret1>a)(?P<secret2>b))");
        assert_eq!(pattern(Groups::Number(2)), "(?P<match>(?:a)(?P<secret>b))");
        assert_eq!(translate("(a)(?:b)(c)", Groups::First).unwrap().groups, 2);
    }
}
