//! Whatever a configuration of gitleaks says, reading it ends well and its rules find what their patterns match.
#![cfg(feature = "rule-files")]
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::fmt::Write as _;

use proptest::{collection::vec, prelude::*, sample::select};
use regex_automata::{
    meta::{Config, Regex},
    util::syntax,
};
use storeward_secrets::{
    Scanner,
    port::{Origin, Piece},
    rule::gitleaks,
};

/// Pieces of patterns, some of which are none.
fn piece() -> impl Strategy<Value = String> {
    let known = [
        "acme",
        "(acme_|shop-)",
        "[a-f0-9]{8}",
        "[0-9]{2,3}",
        "(?i)KEY",
        "\\b",
        "=",
        "\\s*",
        "(\\w+)",
        "{",
        "}",
        "[^a]",
        "[",
        "]",
        "(",
        ")",
        "|",
        "*",
        "+?",
        "{3}",
        "{,2}",
        ".",
        "^",
        "$",
        "\\z",
        "\\",
        "\\x41",
        "\\Q.",
        "[[:alpha:]]",
        "[a-",
        "\\w-",
        "é",
        "[é]",
        "(?P<n>a)",
        "(?=a)",
        "(?i",
        "x?",
    ];
    prop_oneof![8 => select(known.to_vec()).prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)]
}

fn pattern() -> impl Strategy<Value = String> {
    vec(piece(), 0..6).prop_map(|pieces| pieces.concat())
}

/// Text in which such patterns match now and then.
fn text() -> impl Strategy<Value = String> {
    let words = [
        "acme", "ACME_", "shop-", "deadbeef", "12345678", "key", "=", " ", "\n", "a", "b", "{3}", "A", ".",
        "é", "x", "user",
    ];
    vec(select(words.to_vec()), 0..400).prop_map(|words| words.concat())
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        write!(out, "\\U{:08X}", u32::from(character)).unwrap();
    }
    out.push('"');
    out
}

/// All matches of a rule's pattern in a whole text, one after the other.
fn matches(pattern: &str, text: &str) -> Vec<(u64, u64)> {
    let mut builder = Regex::builder();
    builder
        .configure(Config::new().utf8_empty(false))
        .syntax(syntax::Config::new().unicode(false).utf8(false));
    let regex = builder.build(pattern).unwrap();
    let found = regex.find_iter(text).filter(|found| !found.is_empty());
    found.map(|found| (found.start() as u64, found.end() as u64)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_text_is_too_strange_to_be_read(text in "\\PC{0,80}|(\\[\\[?(rules|allowlists|extend)\\]?\\]|[a-zA-Z]{1,12} ?= ?['\"\\[]?[^\n]{0,12}|\n){0,12}") {
        let _ = gitleaks::is_gitleaks(&text);
        let _ = gitleaks::from_toml(&text);
        let _ = gitleaks::from_toml_with(&text, |_| Ok(text.clone()));
    }

    #[test]
    fn no_rule_is_too_strange_to_be_used(
        regex in pattern(), path in pattern(), allowed in pattern(), stop in "\\PC{0,3}",
        keywords in vec("[A-Za-zé=~]{0,5}", 0..3), group in 0..3_u32, lines in 0..3_u32, text in text(),
    ) {
        let words: Vec<String> = keywords.iter().map(|word| quoted(word)).collect();
        let written = format!(
            "[[rules]]\nid = 'a'\nregex = {}\npath = {}\nkeywords = [{}]\nsecretGroup = {group}\nentropy = {lines}\n\
             [[rules.required]]\nid = 'b'\nwithinLines = {lines}\n\
             [[rules]]\nid = 'b'\nregex = 'user'\n[[allowlists]]\nregexTarget = 'line'\nregexes = [{}]\nstopwords = [{}]",
            quoted(&regex), quoted(&path), words.join(","), quoted(&allowed), quoted(&stop),
        );
        if let Ok(config) = gitleaks::from_toml(&written) {
            let scanner = Scanner::builder().gitleaks(&config).build();
            scanner.scan_piece(Piece::new(Origin::path("acme/key"), text.as_bytes()), |_| ()).unwrap();
            let _ = config.at_path("acme/key", None).count();
        }
    }

    /// Whether keywords lead to a pattern's matches or the whole text is read, the same is found.
    #[test]
    fn a_rule_finds_what_its_pattern_matches(regex in pattern(), text in text()) {
        let written = format!("[[rules]]\nid = 'a'\nregex = {}", quoted(&regex.replace("(?P<n>", "(").replace('(', "(?:").replace("(?:?", "(?")));
        let Ok(config) = gitleaks::from_toml(&written) else { return Ok(()) };
        let Some(rule) = config.rules.first() else { return Ok(()) };
        let scanner = Scanner::builder().gitleaks(&config).build();
        let mut found: Vec<(u64, u64)> =
            scanner.scan(text.as_bytes()).iter().filter(|f| f.decoded_from.is_none()).map(|f| (f.place.start, f.place.end)).collect();
        found.dedup();
        // A line's end at either end of a match is not part of the secret.
        let trimmed = |(start, end): (u64, u64)| {
            let part = &text.as_bytes()[usize::try_from(start).unwrap()..usize::try_from(end).unwrap()];
            let front = part.iter().take_while(|byte| **byte == b'\n').count() as u64;
            let back = part.iter().rev().take_while(|byte| **byte == b'\n').count() as u64;
            (start + front, end.saturating_sub(back))
        };
        let expected: Vec<(u64, u64)> =
            matches(rule.pattern(), &text).into_iter().map(trimmed).filter(|(start, end)| start < end).collect();
        prop_assert_eq!(found, expected, "{} {:?}", rule.pattern(), rule.search());
    }
}
