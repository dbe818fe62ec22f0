//! What holds for every input, on inputs that nobody thought of.
#![expect(clippy::indexing_slicing, clippy::expect_used, reason = "helpers of tests")]

use std::{
    io::{self, Read},
    sync::LazyLock,
};

use proptest::{collection::vec, prelude::*, sample::select};
use storeward_core::{FingerprintKey, SecretString};
use storeward_secrets::{
    Baseline, Finding, Rule, Scanner,
    rule::example::expand,
    waiver::{self, inline::Inline},
};

/// Forms that say by themselves what they are, and the rules that know them.
const FORMS: [(&str, &str, &str); 5] = [
    ("github-pat", "", "ghp_{github:36}"),
    ("stripe-secret-key", "", "sk_live_EXAMPLE{alnum:24}"),
    ("saleor-app-token", "SALEOR_TOKEN=", "{alnum:30}"),
    ("saleor-app-token", "saleor_token: \"", "{alnum:30}"),
    ("jwt", "", "{jwt}"),
];

/// Pieces of the texts that a scanner meets: every keyword, every example, and what stands between.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let mut keywords: Vec<&str> = Rule::builtin().iter().flat_map(Rule::keywords).collect();
    keywords.sort_unstable();
    let examples: Vec<(&str, &str)> =
        Rule::builtin().iter().flat_map(|rule| rule.examples().map(|example| (example, rule.id()))).collect();
    let between = [
        "=",
        ":",
        ": ",
        " = ",
        "\"",
        "'",
        "`",
        "\\",
        "\\\"",
        "\\n",
        "\\u003d",
        "%3D",
        "%",
        ",",
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        "<",
        ">",
        "|",
        "->",
        "=>",
        ":=",
        "==",
        "://",
        "@",
        "/",
        " ",
        "\t",
        "\n",
        "\r\n",
        "\n  value: ",
        "Bearer ",
        "-----BEGIN ",
        "-----END ",
        "eyJ",
        "${",
        "{{",
        "...",
        "…",
        "# storeward:allow rule=",
        "reason=",
        "until=",
        "pragma: allowlist secret",
        "- ",
        "? ",
        "&a ",
        "*a ",
        "|\n",
        "---\n",
        "!x ",
        "//",
        "/*",
        "*/",
        "export ",
    ];
    prop_oneof![
        4 => select(between.as_slice().to_vec()).prop_map(|text| text.as_bytes().to_vec()),
        3 => select(keywords).prop_map(|text| text.as_bytes().to_vec()),
        2 => select(examples).prop_map(|(example, rule)| expand(example, rule).into_bytes()),
        2 => "[A-Za-z0-9+/_-]{1,80}".prop_map(String::into_bytes),
        1 => vec(any::<u8>(), 0..40),
        1 => ".{0,20}".prop_map(String::into_bytes),
        1 => (any::<u8>(), 0..600_usize).prop_map(|(byte, count)| vec![byte; count]),
    ]
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    vec(piece(), 0..40).prop_map(|pieces| pieces.concat())
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// Gives what it has in pieces of these sizes, over and over.
struct Pieces<'a> {
    rest: &'a [u8],
    sizes: &'a [usize],
    turn: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let size = self.sizes[self.turn % self.sizes.len()].min(self.rest.len()).min(out.len());
        self.turn += 1;
        let (now, later) = self.rest.split_at(size);
        out[..size].copy_from_slice(now);
        self.rest = later;
        Ok(size)
    }
}

fn streamed(text: &[u8], sizes: &[usize]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let reader = Pieces { rest: text, sizes, turn: 0 };
    SCANNER.scan_reader(reader, |finding| findings.push(finding)).expect("reading from memory");
    findings
}

/// One for all cases: patterns are compiled once.
static SCANNER: LazyLock<Scanner> =
    LazyLock::new(|| Scanner::builder().fingerprint_key(FingerprintKey::new(&[7; 32])).build());

/// What holds for the findings of any text.
fn check(text: &[u8]) -> Result<Vec<Finding>, TestCaseError> {
    let mut found: Vec<(Finding, SecretString)> = Vec::new();
    SCANNER.scan_revealing(text, |seen| found.push((seen.finding, seen.secret.clone())));
    for (finding, secret) in &found {
        let place = finding.place;
        prop_assert!(place.start < place.end && place.end <= text.len() as u64);
        prop_assert!((place.line, place.column) < (place.end_line, place.end_column));
        let before = &text[..place.start as usize];
        prop_assert_eq!(place.line, 1 + before.iter().filter(|byte| **byte == b'\n').count() as u64);
        if finding.decoded_from.is_none() {
            let said = &text[place.start as usize..place.end as usize];
            prop_assert_eq!(&*String::from_utf8_lossy(said), secret.expose());
        }
        let shown = format!("{finding:?} {}", serde_json::to_string(finding).expect("findings serialize"));
        prop_assert!(secret.expose().len() < 5 || !finding.masked.as_str().contains(secret.expose()));
        // Short ones may be a word that the rule's own description holds.
        prop_assert!(secret.expose().len() < 16 || !shown.contains(secret.expose()), "{}", finding.rule);
    }
    let findings: Vec<Finding> = found.into_iter().map(|(finding, _)| finding).collect();
    prop_assert!(findings.is_sorted_by_key(|finding| finding.place.start));
    prop_assert_eq!(&findings, &SCANNER.scan(text));
    Ok(findings)
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn findings_of_any_text_are_sound(text in text(), sizes in vec(1..5000_usize, 1..8)) {
        let findings = check(&text)?;
        prop_assert_eq!(findings, streamed(&text, &sizes));
    }

    #[test]
    fn any_bytes_are_read(bytes in vec(any::<u8>(), 0..2000)) {
        check(&bytes)?;
    }

    #[test]
    fn any_waiver_is_read(text in text()) {
        for waiver in Inline::all(&text) {
            prop_assert!(waiver.line > 0 && !waiver.covers("jwt", 0, "2026-01-01"));
        }
    }

    #[test]
    fn any_pattern_is_matched_and_a_plain_one_matches_itself(
        pattern in "[a-z/*?\\[\\]{}!\\\\.,]{0,12}",
        path in "[a-z/\\[\\]{}!\\\\.,]{0,12}",
    ) {
        let bare = |text: &str| text.strip_prefix("./").unwrap_or(text).to_owned();
        let last = bare(&path);
        let last = last.rsplit('/').next().unwrap_or_default();
        let same = if pattern.contains('/') { bare(&pattern) == bare(&path) } else { pattern == last };
        let open = pattern.contains(['*', '?']);
        let matched = waiver::matches_path(&pattern, &path);
        prop_assert!(matched == same || (open && matched));
        prop_assert!(waiver::matches_path(&path, &path));
    }

    #[test]
    fn any_baseline_is_read(
        text in prop_oneof![".*", "[\\[\\]{}\",:a-z0-9]{0,60}", r#"\[?\{"(storeward_baseline|results|Secret)": ?[\[{"1]?.*"#],
    ) {
        if let Ok(baseline) = Baseline::from_json(&text) {
            // What other tools know is not written again.
            prop_assert!(Baseline::from_json(&baseline.to_json()).is_ok());
        }
    }

    #[test]
    fn a_secret_is_found_wherever_it_stands(
        form in select(FORMS.as_slice().to_vec()),
        seed in any::<u32>(),
        before in "[ -~äß€\\n\\t]{0,300}",
        after in "[ -~äß€\\n\\t]{0,300}",
        (left, right) in select(vec![("\n", "\n"), ("\n\t", "\r\n"), ("\n  ", " \n"), ("\n", "")]),
    ) {
        let (rule, name, template) = form;
        let secret = expand(template, &seed.to_string());
        let close = if name.ends_with('"') { "\"" } else { "" };
        let after = if right.is_empty() { "" } else { &after };
        let start = before.len() + left.len() + name.len();
        let text = format!("{before}{left}{name}{secret}{close}{right}{after}");
        let column = 1 + left.trim_start_matches('\n').len() + name.len();
        let line = 1 + text.as_bytes()[..start].iter().filter(|byte| **byte == b'\n').count();

        let findings = check(text.as_bytes())?;
        let found = findings.iter().find(|finding| finding.place.start == start as u64);
        let found = found.map(|finding| {
            let place = finding.place;
            (&*finding.rule, place.end, place.line, place.column, place.end_line, place.end_column)
        });
        let (end, line, column) = ((start + secret.len()) as u64, line as u64, column as u64);
        prop_assert_eq!(found, Some((rule, end, line, column, line, column + secret.len() as u64)), "{}", text);
    }
}

proptest! {
    #![proptest_config(config(12))]

    /// Longer than the window that a stream is read through, with something at each of its edges.
    #[test]
    fn a_stream_gives_what_the_whole_gives(
        pieces in vec((piece(), 0..3000_usize), 60..200),
        filler in select(vec!["some text that fills a line\n", "never a line end; ", "ein längerer Text — "]),
        sizes in vec(1..300_000_usize, 1..8),
    ) {
        const EDGE: usize = 1 << 20;
        let mut text = Vec::with_capacity(3 * EDGE);
        let mut pieces = pieces.into_iter().cycle();
        while text.len() < 2 * EDGE + EDGE / 4 {
            let (piece, gap) = pieces.next().expect("it never ends");
            // Close together about the edges, and far between elsewhere.
            let near = (text.len() + 64 * 1024) % EDGE < 128 * 1024;
            text.extend_from_slice(&piece);
            text.extend_from_slice(&filler.as_bytes().repeat(if near { gap / 200 } else { gap })[..]);
            text.extend_from_slice(b"\n");
        }
        prop_assert_eq!(SCANNER.scan(&text), streamed(&text, &sizes));
    }
}

#[cfg(feature = "documents")]
mod documents {
    use serde_json::{Map, Value};
    use storeward_secrets::document::{Kind, key_paths};

    use super::*;

    /// One step of a path, with what stands beside it.
    #[derive(Debug, Clone)]
    enum Step {
        Key(String, Vec<(String, Value)>),
        Item(Vec<Value>, Vec<Value>),
    }

    fn beside() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i32>().prop_map(Value::from),
            ".{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 12, 4, |inner| {
            prop_oneof![
                vec(inner.clone(), 0..4).prop_map(Value::Array),
                vec((".{0,6}", inner), 0..4).prop_map(|entries| entries.into_iter().collect()),
            ]
        })
    }

    fn step() -> impl Strategy<Value = Step> {
        let key = prop_oneof!["[a-zA-Z_][a-zA-Z0-9_-]{0,9}", ".{0,9}", "[a-z.'\\\\\\[\\]\n\t0-9]{0,9}"];
        prop_oneof![
            2 => (key, vec((".{0,6}", beside()), 0..4)).prop_map(|(key, beside)| Step::Key(key, beside)),
            1 => (vec(beside(), 0..4), vec(beside(), 0..3)).prop_map(|(before, after)| Step::Item(before, after)),
        ]
    }

    /// The document in which the steps lead to a value, and the path that says so.
    fn build(steps: &[Step], value: &str) -> (Value, String) {
        let mut document = Value::from(value);
        let mut path = Vec::new();
        for step in steps.iter().rev() {
            document = match step {
                Step::Key(key, beside) => {
                    let mut map: Map<String, Value> = beside.iter().cloned().collect();
                    map.insert(key.clone(), document);
                    path.push(if is_plain(key) {
                        format!(".{key}")
                    } else {
                        format!("['{}']", escaped(key))
                    });
                    Value::Object(map)
                }
                Step::Item(before, after) => {
                    path.push(format!("[{}]", before.len()));
                    Value::Array(
                        before.iter().cloned().chain([document]).chain(after.iter().cloned()).collect(),
                    )
                }
            };
        }
        path.reverse();
        let path = path.concat();
        (document, path.strip_prefix('.').unwrap_or(&path).to_owned())
    }

    fn is_plain(key: &str) -> bool {
        let mut characters = key.chars();
        characters.next().is_some_and(|first| first == '_' || first.is_alphabetic())
            && characters.all(|next| next == '_' || next == '-' || next.is_alphanumeric())
    }

    fn escaped(key: &str) -> String {
        let mut out = String::new();
        for character in key.chars() {
            match character {
                '\u{8}' => out += "\\b",
                '\u{c}' => out += "\\f",
                '\n' => out += "\\n",
                '\r' => out += "\\r",
                '\t' => out += "\\t",
                '\'' => out += "\\'",
                '\\' => out += "\\\\",
                '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' => out += &format!("\\u{:04x}", character as u32),
                '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => {
                    out += &format!("\\u{:04x}", character as u32);
                }
                _ => out.push(character),
            }
        }
        out
    }

    proptest! {
        #![proptest_config(config(300))]

        #[test]
        fn a_path_leads_back_to_the_secret(steps in vec(step(), 1..8), pretty in any::<bool>(), seed in any::<u32>()) {
            let token = expand("ghp_{github:36}", &seed.to_string());
            let (document, path) = build(&steps, &token);
            let text = if pretty { serde_json::to_string_pretty(&document) } else { serde_json::to_string(&document) };
            let text = text.expect("values serialize");
            let mut kinds = vec![Kind::Json];
            // YAML asks for escapes that JSON does without.
            if !text.contains(|odd: char| odd.is_control() && odd != '\n' || matches!(odd, '\u{feff}' | '\u{fffe}' | '\u{ffff}')) {
                kinds.push(Kind::Yaml);
            }
            for kind in kinds {
                let mut findings = check(text.as_bytes())?;
                key_paths(kind, text.as_bytes(), &mut findings);
                let found = findings.iter().find(|finding| finding.rule == "github-pat");
                prop_assert_eq!(found.map(|finding| finding.key_path.as_deref()), Some(Some(&*path)), "{:?} {}", kind, text);
            }
        }

        #[test]
        fn any_text_is_followed_and_no_path_shows_what_was_found(text in text()) {
            for kind in [Kind::Yaml, Kind::Json, Kind::Env] {
                let mut findings = SCANNER.scan(&text);
                key_paths(kind, &text, &mut findings);
                for finding in &findings {
                    let Some(path) = &finding.key_path else { continue };
                    let secret = &text[finding.place.start as usize..finding.place.end as usize];
                    prop_assert!(!path.contains(&*String::from_utf8_lossy(secret)), "{}", path);
                }
            }
        }
    }
}
