//! A user's own rules.

use std::fs;

use super::{report, sanitize};
use crate::program::write;

fn with(rules: &str, document: &str, arguments: &[&str]) -> (i32, String, String) {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "rules.toml", rules.as_bytes());
    write(directory.path(), "in.json", document.as_bytes());
    let all: Vec<&str> = ["in.json", "--audience", "public", "--rules", "rules.toml", "-q"]
        .iter()
        .chain(arguments)
        .copied()
        .collect();
    let run = sanitize(directory.path(), &all);
    (run.exit, run.stdout, run.stderr)
}

fn rule(path: &str, class: &str, handling: &str) -> String {
    format!(
        "[[rule]]\npath = {path:?}\nclass = \"{class}\"\nhandling = \"{handling}\"\nreason = \"a test\"\n"
    )
}

#[test]
fn every_handling_does_what_it_is_called() {
    for (handling, value, expected) in [
        ("keep", "\"x\"", "\"x\""),
        ("mask_domain", "\"admin@shop.example.com\"", "\"*****@*****.com\""),
        ("mask_domain_only", "\"admin@shop.example.com\"", "\"admin@*****.com\""),
        ("mask_domain", "\"a@b@c.com\"", "\"[REDACTED]\""),
        ("mask_partial", "\"acme-corporation-berlin-42\"", "\"acme*****42\""),
        ("mask_partial", "\"short\"", "\"[REDACTED]\""),
        ("full_redaction", "\"anything\"", "\"[REDACTED]\""),
        ("full_redaction", "1234", "0"),
        ("full_redaction", "{\"deep\": [1, \"x\"]}", "{\"deep\": [0, \"[REDACTED]\"]}"),
        ("generalise", "\"2026-11-24T10:00:00Z\"", "\"2026-11\""),
        ("generalise", "1234", "\"1000 to 1999\""),
    ] {
        let (exit, out, err) =
            with(&rule("x", "confidential", handling), &format!("{{\"x\": {value}, \"y\": 1}}"), &[]);
        assert_eq!(
            (exit, out.as_str()),
            (0, format!("{{\"x\": {expected}, \"y\": 1}}").as_str()),
            "{handling}: {err}"
        );
    }
}

#[test]
fn a_dropped_field_leaves_a_document_behind() {
    for (path, document, expected) in [
        ("x", r#"{"x": 1, "y": 2}"#, r#"{"y": 2}"#),
        ("y", r#"{"x": 1, "y": 2}"#, r#"{"x": 1}"#),
        ("x", r#"{"x": {"deep": [1]}}"#, "{}"),
        ("a", "{\n  \"a\": [1, {\"b\": 2}],\n  \"c\": [1, {\"d\": 2}]\n}", "{\n  \"c\": [1, {\"d\": 2}]\n}"),
        // Items of a list stay, or those behind them would move up.
        ("a.*", r#"{"a": [1, [2], {"b": 3}]}"#, r#"{"a": [0, [0], {}]}"#),
        ("a.1", r#"{"a": [1, "x", 3]}"#, r#"{"a": [1, "[REDACTED]", 3]}"#),
        ("**", r#"{"a": 1}"#, "{}"),
        ("**", "1", "0"),
    ] {
        let (exit, out, err) = with(&rule(path, "secret", "drop"), document, &[]);
        assert_eq!((exit, out.as_str()), (0, expected), "{path} of {document}: {err}");
    }
}

#[test]
fn pseudonyms_keep_equal_values_equal_under_one_key() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "rules.toml", rule("*.who", "confidential", "pseudonym").as_bytes());
    write(directory.path(), "in.json", br#"[{"who": "anna"}, {"who": "bert"}, {"who": "anna"}]"#);
    let arguments = ["in.json", "--audience", "public", "--rules", "rules.toml"];
    report(directory.path(), &arguments);
    let first = fs::read_to_string(directory.path().join("out")).unwrap();
    let names: serde_json::Value = serde_json::from_str(&first).unwrap();
    assert_eq!(names[0], names[2]);
    assert_ne!(names[0], names[1]);
    report(directory.path(), &arguments);
    assert_eq!(fs::read_to_string(directory.path().join("out")).unwrap(), first, "the key is kept");
    fs::remove_dir_all(directory.path().join(".local")).unwrap();
    report(directory.path(), &arguments);
    assert_ne!(fs::read_to_string(directory.path().join("out")).unwrap(), first, "another key");
}

#[test]
fn the_most_specific_rule_wins_and_equals_must_agree() {
    let both = rule("**.note", "public", "keep") + &rule("shop.note", "secret", "redact");
    let (exit, out, _) = with(&both, r#"{"shop": {"note": "a"}, "x": {"note": "b"}}"#, &[]);
    assert_eq!((exit, out.as_str()), (0, r#"{"shop": {"note": "[REDACTED]"}, "x": {"note": "b"}}"#));
    let both = rule("a.*.c", "public", "keep") + &rule("*.b.c", "secret", "redact");
    let (exit, out, err) = with(&both, "{}", &[]);
    assert_eq!((exit, out.as_str()), (2, ""));
    assert!(err.contains("a.*.c") && err.contains("*.b.c") && err.contains("a.b.c"), "{err}");
}

#[test]
fn jsonpath_is_understood() {
    let (exit, out, err) = with(
        &rule("$..['key','other']", "secret", "redact"),
        r#"{"a": [{"key": "x", "other": "y", "z": "z"}]}"#,
        &[],
    );
    assert_eq!(
        (exit, out.as_str()),
        (0, r#"{"a": [{"key": "[REDACTED]", "other": "[REDACTED]", "z": "z"}]}"#),
        "{err}"
    );
    let (exit, _, err) = with(&rule("$.a[?@.b]", "secret", "redact"), "{}", &[]);
    assert_eq!(exit, 2);
    assert!(err.contains("rules.toml:2:"), "{err}");
}

#[test]
fn a_wrong_rule_says_where() {
    for (rules, expected) in [
        (rule("x", "secrt", "redact"), "did you mean `secret`"),
        (rule("x", "secret", "redacted"), "rules.toml:4:"),
        (rule("x", "secret", "keep"), "rules.toml:"),
        (rule("x..y", "secret", "redact"), "rules.toml:2:"),
        ("[[rule]]\npath = \"x\"\n".to_owned(), "rules.toml:"),
        (String::new(), "no rule"),
    ] {
        let (exit, out, err) = with(&rules, "{\"x\": 1}", &[]);
        assert_eq!((exit, out.as_str()), (2, ""), "{rules}");
        assert!(err.contains(expected), "{rules}{err}");
    }
}

#[test]
fn a_project_names_its_rules_once() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "storeward.toml", b"[default]\nsanitize.rules = [\"mine.yml\"]\n");
    let rules = "rule:\n  - path: x\n    class: secret\n    handling: redact\n    reason: mine\n";
    write(directory.path(), "mine.yml", rules.as_bytes());
    write(directory.path(), "in.json", br#"{"x": "a"}"#);
    let run = sanitize(directory.path(), &["in.json", "--audience", "security", "-q"]);
    assert_eq!((run.exit, run.stdout.as_str()), (0, r#"{"x": "[REDACTED]"}"#), "{}", run.stderr);
}
