//! Tells what merely stands in a secret's place.
//!
//! The question is always the same: how much of the value is left once templates, well-known filler words, repeats
//! and sequences are taken away? A real secret leaves most of itself, whatever words happen to be in it.

use std::sync::LazyLock;

/// Filler words by their first byte, longest first: every place of every value is compared with them.
static WORDS: LazyLock<Vec<Vec<&'static [u8]>>> = LazyLock::new(|| {
    let mut words = vec![Vec::new(); 256];
    for line in include_str!("../../data/placeholders.txt").lines().map(str::trim) {
        if let Some(first) = line.bytes().next().filter(|first| *first != b'#')
            && let Some(list) = words.get_mut(usize::from(first.to_ascii_lowercase()))
        {
            list.push(line.as_bytes());
        }
    }
    for list in &mut words {
        list.sort_by_key(|word| std::cmp::Reverse(word.len()));
    }
    words
});

/// How readily a value is taken for a placeholder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strictness {
    /// The form or the context already says that it is a secret: somebody must have written a placeholder on purpose.
    Known,
    /// Nothing but its name speaks for it: anything that was typed rather than drawn is refused.
    Generic,
}

/// Whether a value is a placeholder. `prefix` bytes at its start are the vendor's and say nothing.
pub(crate) fn is_placeholder(value: &[u8], prefix: usize, strictness: Strictness) -> bool {
    let body = value.get(prefix.min(value.len())..).unwrap_or_default();
    if body.is_empty() || is_cut_off(value) {
        return true;
    }
    let left = left_over(body, strictness, prefix == 0);
    if strictness == Strictness::Generic && left.typed * 3 >= body.len() {
        return true;
    }
    // A stray character or two between the words is how people write them.
    let made_up = left.nothing <= body.len() / 8 || left.alphabet * 2 > body.len();
    made_up && (strictness == Strictness::Generic || left.purpose * 2 >= body.len())
}

/// `sk_live_51H…`, `ops_eyJ...`: the rest was left out.
fn is_cut_off(value: &[u8]) -> bool {
    value.ends_with(b"...") || value.ends_with("…".as_bytes())
}

/// Whether a value is filled in elsewhere: by a shell, a template engine, a formatter, the environment.
pub(crate) fn is_template(value: &[u8]) -> bool {
    let mut at = 0;
    let mut covered = 0;
    while at < value.len() {
        let step = template(value, at);
        covered += step;
        at += step.max(1);
    }
    covered > 0 && value.len() - covered <= value.len() / 3
}

/// Whether a value is an expression that looks the secret up: `process.env.TOKEN`, `os.environ["TOKEN"]`.
pub(crate) fn is_lookup(value: &[u8]) -> bool {
    const LOOKUPS: [&[u8]; 14] = [
        b"process.env",
        b"os.environ",
        b"os.getenv",
        b"getenv(",
        b"system.getenv",
        b"import.meta.env",
        b"env[",
        b"env.",
        b"deno.env",
        b"config.get",
        b"secrets.",
        b"settings.",
        b"vault:",
        b"var.",
    ];
    LOOKUPS
        .iter()
        .any(|lookup| value.get(..lookup.len()).is_some_and(|front| front.eq_ignore_ascii_case(lookup)))
}

/// What a value is made of, in bytes.
struct Left {
    /// Explained by nothing.
    nothing: usize,
    /// Written on purpose: words, templates, masks, the whole alphabet.
    purpose: usize,
    /// Repeats and sequences too long for chance.
    typed: usize,
    /// Long runs of the alphabet.
    alphabet: usize,
}

fn left_over(body: &[u8], strictness: Strictness, templates: bool) -> Left {
    let mut at = 0;
    let mut left = Left { nothing: 0, purpose: 0, typed: 0, alphabet: 0 };
    while at < body.len() {
        let rest = body.get(at..).unwrap_or_default();
        let repeat = repeat(body, at);
        let sequence = sequence(body, at);
        let first = rest.first().copied().unwrap_or(0);
        let mask = if matches!(first, b'x' | b'X' | b'*' | b'.' | b'0' | b'#' | b'-' | b'_' | b'?') {
            repeat
        } else {
            0
        };
        let alphabet = if sequence >= 13 && first.is_ascii_alphabetic() { sequence } else { 0 };
        let template = if templates { template(body, at) } else { 0 };
        let purpose = template.max(word(body, at)).max(mask).max(alphabet);
        left.alphabet += alphabet;
        if mask >= 8 && first != b'0' {
            left.typed = body.len();
        }
        let step = purpose.max(repeat).max(sequence);
        if step > 0 {
            if step >= 6 && step == repeat.max(sequence) {
                left.typed += step;
            }
            if purpose == step {
                left.purpose += step;
                // `secret123`: a number that only sets one word from another.
                let number = digits(body, at + step);
                if strictness == Strictness::Generic && template == 0 && number <= 4 {
                    at += number;
                }
            } else if strictness == Strictness::Known && repeat == 0 {
                // Somebody counted; that may still be a password, or a test of a scanner.
                left.nothing += step / 2;
            }
            at += step;
            continue;
        }
        let separator = matches!(
            first,
            b'-' | b'_' | b'.' | b' ' | b'/' | b':' | b'+' | b'=' | b'*' | b'!' | b'@' | b',' | b'"' | b'\''
        );
        left.nothing += usize::from(!separator);
        left.purpose += usize::from(separator);
        at += 1;
    }
    left
}

/// The length of a template at a place: `${…}`, `{{…}}`, `<…>`, `$(…)`, `%(…)s`, `#{…}`, `[…]`, `$NAME`, `%NAME%`, `%s`.
fn template(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let closed = |open: usize, close: &[u8]| {
        let found = rest.get(open..).and_then(|inner| memchr::memmem::find(inner, close));
        // An opening without its end is where a pattern stopped reading.
        found.map_or(rest.len(), |length| open + length + close.len())
    };
    match rest {
        [b'$', b'{', b'{', ..] => closed(3, b"}}"),
        [b'$' | b'#' | b'%' | b'@', b'{', ..] => closed(2, b"}"),
        [b'$', b'(', b'(', ..] => closed(3, b"))"),
        [b'$' | b'%', b'(', ..] => closed(2, b")"),
        [b'{', b'{', ..] => closed(2, b"}}"),
        [b'{', b'%', ..] => closed(2, b"%}"),
        [b'<', ..] if rest.contains(&b'>') => closed(1, b">"),
        [b'[', ..] if rest.contains(&b']') => closed(1, b"]"),
        [b'{', ..] if rest.contains(&b'}') && closed(1, b"}") <= 48 => closed(1, b"}"),
        [b'&', b'l', b't', b';', ..] => closed(4, b"&gt;"),
        // Within a word a dollar is a letter: `super$ecret`.
        [b'$', byte, ..]
            if (byte.is_ascii_alphabetic() || *byte == b'_')
                && variable(rest, 1) > 0
                && !follows_letter(text, at) =>
        {
            1 + variable(rest, 1)
        }
        [b'%', byte, ..] if byte.is_ascii_alphabetic() => {
            let name = variable(rest, 1);
            match rest.get(1 + name) {
                Some(b'%') => name + 2,
                _ if name <= 2 => 1 + name,
                _ => 0,
            }
        }
        _ => 0,
    }
}

fn follows_letter(text: &[u8], at: usize) -> bool {
    at.checked_sub(1).and_then(|before| text.get(before)).is_some_and(u8::is_ascii_alphabetic)
}

fn digits(text: &[u8], at: usize) -> usize {
    text.get(at..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count()
}

fn variable(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    // Longer, and it is what happens to follow a dollar.
    if length <= 40 { length } else { 0 }
}

/// Three or more of the same.
fn repeat(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let Some(first) = rest.first() else { return 0 };
    let length = rest.iter().take_while(|byte| *byte == first).count();
    if length >= 3 { length } else { 0 }
}

/// Four or more that count up or down: `1234`, `abcdef`, `fedc`.
fn sequence(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let run = |step: i16| {
        let pairs = rest.windows(2).take_while(|pair| match pair {
            [a, b] => {
                let next = i16::from(*a) + step;
                a.is_ascii_alphanumeric()
                    && (i16::from(*b) == next || (*a == b'9' && *b == b'0' && step == 1))
            }
            _ => false,
        });
        pairs.count() + 1
    };
    let length = run(1).max(run(-1));
    if length >= 4 { length } else { 0 }
}

fn word(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let fits = |word: &&&[u8]| rest.get(..word.len()).is_some_and(|front| front.eq_ignore_ascii_case(word));
    let first = rest.first().copied().unwrap_or(0).to_ascii_lowercase();
    WORDS.get(usize::from(first)).and_then(|list| list.iter().find(fits)).map_or_else(
        || {
            // The short ones that only stand between separators.
            let short = rest.iter().take(3).take_while(|byte| byte.is_ascii_alphabetic()).count();
            let alone = at == 0 || text.get(at - 1).is_some_and(|byte| !byte.is_ascii_alphanumeric());
            let known: [&[u8]; 12] =
                [b"my", b"id", b"in", b"to", b"of", b"is", b"a", b"me", b"sk", b"pk", b"xx", b"yy"];
            let fits = alone && rest.get(short).is_none_or(|byte| !byte.is_ascii_alphanumeric());
            match rest.get(..short) {
                Some(word) if fits && known.iter().any(|known| word.eq_ignore_ascii_case(known)) => short,
                _ => 0,
            }
        },
        |word| word.len(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, prefix: usize, expected: bool) {
        let judged =
            is_placeholder(value.as_bytes(), prefix, Strictness::Generic) || is_template(value.as_bytes());
        assert_eq!(judged, expected, "{value}");
    }

    #[test]
    fn what_stands_in_a_secrets_place_is_told() {
        for value in [
            "changeme",
            "your-api-key-here",
            "xxxxxxxxxxxx",
            "XXXXXXXX-XXXX",
            "<token>",
            "${VAR}",
            "{{ var }}",
            "$(cmd arg)",
            "example",
            "MY_SECRET_TOKEN",
            "insert_key_here",
            "****************",
            "abcdefghijklmnop",
            "1234567890",
            "0000000000000000000",
            "YOUR_ACCESS_TOKEN",
            "${{ secrets.TOKEN }}",
            "%s",
            "$TOKEN",
            "<%= @token %>",
            "super-secret-password",
            "test_key_123456",
            "#{token}",
            "%TOKEN%",
            "[REDACTED]",
            "&lt;YOURPASS&gt;",
        ] {
            check(value, 0, true);
        }
        check("sk_live_xxxxxxxxxxxxxxxxxxxxxxxx", 8, true);
        check("AKIAXXXXXXXXXXXXXXXX", 4, true);
    }

    #[test]
    fn where_the_form_is_known_only_purpose_makes_a_placeholder() {
        for (value, expected) in [
            ("xxxxxxxxxxxxxxxxxxxx", true),
            ("your-token-goes-here", true),
            ("abcdefghijklmnopqrstuvwxyz1234567", true),
            ("ZZZZZZZZZZZZZZZZ", false),
            ("abcd1234abcd1234abcd1234ABCD1234ABCD1234--__", false),
            ("1234567890abcdef1234567890abcdef1234567890abcdef", false),
        ] {
            assert_eq!(is_placeholder(value.as_bytes(), 0, Strictness::Known), expected, "{value}");
        }
    }

    #[test]
    fn a_word_beside_random_characters_excuses_nothing() {
        for value in [
            "EXAMPLE8fQ2mZ0xR7tLw3",
            "EXAMPLEk3Jq9ZpT2vLw8RxYb5Nc1Md",
            "p4ssw0rdTq8Zk",
            "correct-h0rse-b4ttery",
        ] {
            check(value, 0, false);
        }
    }
}
