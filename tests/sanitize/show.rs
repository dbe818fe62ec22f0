//! Who sees what, and what the report says.

use std::fs;

use serde_json::{Value, json};

use super::{piped, report, sanitize, shown};
use crate::program::write;

const STORE: &str = r#"shop:
  defaultMailSenderAddress: admin@shop.example.com # answered by Anna
  defaultMailSenderName: Example Shop
warehouses:
  - name: Main
    email: depot@shop.example.com
    address: { city: Berlin, phone: "+49 30 5550 1234" }
products:
  - slug: cup
    variants:
      - channelListings: [{ channel: eu, price: 12.5, costPrice: 4.2 }]
integrations:
  pay: { apiKey: <key> }
notes: the key <key> is kept by anna@example.com
"#;

/// The key in it, in two halves for scanners of this file.
const KEY: [&str; 2] = ["abcEXAMPLE", "9876zyxw"];

fn store() -> String {
    STORE.replace("<key>", &KEY.concat())
}

#[test]
fn each_audience_sees_its_classes_and_nobody_a_secret() {
    for (audience, sees, misses) in [
        ("public", vec!["cup"], vec!["admin@", "Example Shop", "Berlin", "depot@", "4.2"]),
        ("partner", vec!["cup"], vec!["admin@", "Berlin", "depot@", "4.2"]),
        ("organisation", vec!["cup", "admin@shop.example.com"], vec!["Berlin", "depot@", "4.2"]),
        ("security", vec!["cup", "admin@shop.example.com", "Berlin", "depot@", "4.2"], vec![]),
    ] {
        let out = shown(&["--audience", audience], &store());
        for text in sees {
            assert!(out.contains(text), "{audience} sees {text}:\n{out}");
        }
        for text in misses.iter().chain(&[KEY.concat().as_str(), "anna@example.com"]) {
            assert!(!out.contains(text), "{audience} must not see {text}:\n{out}");
        }
    }
}

#[test]
fn all_that_is_shown_keeps_its_bytes() {
    let out = shown(&["--audience", "public"], &store());
    assert_eq!(
        out,
        r#"shop:
  defaultMailSenderAddress: "*****@*****.com" # answered by Anna
  defaultMailSenderName: "[REDACTED]"
warehouses:
  - name: Main
    email: "*****@*****.com"
    address: { city: "[REDACTED]", phone: "[REDACTED]" }
products:
  - slug: cup
    variants:
      - channelListings: [{ channel: eu, price: 12.5, costPrice: "0 to 9" }]
integrations:
  pay: { apiKey: "[REDACTED]" }
notes: "the key [REDACTED] is kept by [REDACTED]"
"#
    );
    assert_eq!(shown(&["--audience", "public"], &out), out, "twice is once");
}

#[test]
fn a_report_has_its_fixed_fields() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "store.yml", store().as_bytes());
    let report = report(directory.path(), &["store.yml", "--audience", "public"]);
    let keys: Vec<&str> = report.as_object().unwrap().keys().map(String::as_str).collect();
    for key in ["schema", "audience", "input_sha256", "output_sha256", "fields", "coverage", "proof"] {
        assert!(keys.contains(&key), "{key}");
    }
    assert_eq!(report["schema"], "storeward.sanitize/1");
    assert_eq!(report["audience"], "public");
    let first = json!({
        "path": "shop.defaultMailSenderAddress",
        "class": "internal",
        "handling": "mask_domain",
        "rule": "shop.defaultMailSenderAddress",
    });
    assert_eq!(report["fields"][0], first);
    let paths: Vec<&str> =
        report["fields"].as_array().unwrap().iter().map(|one| one["path"].as_str().unwrap()).collect();
    assert!(paths.contains(&"warehouses.0.address.phone") && paths.contains(&"notes"), "{paths:?}");
    assert_eq!(report["proof"]["rescanned"], true);
    assert_eq!(report["proof"]["findings"], 0);
    assert_eq!(report["coverage"]["detected"], 1);
    for (name, field) in [("store.yml", "input_sha256"), ("out", "output_sha256")] {
        let digest =
            ring::digest::digest(&ring::digest::SHA256, &fs::read(directory.path().join(name)).unwrap());
        let hex: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(report[field], hex, "{name}");
    }
    assert!(!report.to_string().contains(&KEY.concat()));
}

#[test]
fn unclassified_fields_are_treated_as_asked() {
    let document = r#"{"free": "mail anna@example.com", "count": 7, "on": true, "none": null}"#;
    for (treatment, expected) in [
        ("keep", document),
        ("detect", r#"{"free": "mail [REDACTED]", "count": 7, "on": true, "none": null}"#),
        ("redact", r#"{"free": "[REDACTED]", "count": 0, "on": false, "none": null}"#),
    ] {
        assert_eq!(shown(&["--audience", "public", "--unclassified", treatment], document), expected);
    }
}

#[test]
fn a_secret_is_hidden_wherever_it_shows() {
    // Before and behind the place that tells that it is one, and encoded.
    let secret = ["zq9EXAMPLE", "f00ba7XKw"].concat();
    let encoded = "enE5RVhBTVBMRWYwMGJhN1hLdw";
    let document = format!(
        "{{\"before\": \"see {secret}!\", \"integrations\": {{\"x\": {{\"apiKey\": \"{secret}\"}}}}, \
         \"after\": [\"{encoded}==\", \"https://shop.example/?next={secret}&x=1\"], \"{secret}\": 1}}"
    );
    for treatment in ["keep", "detect", "redact"] {
        let out = shown(&["--audience", "security", "--unclassified", treatment], &document);
        assert!(!out.contains(&secret) && !out.contains(encoded), "{treatment}: {out}");
    }
}

#[test]
fn credentials_in_urls_are_hidden_and_the_urls_stay() {
    let document = "menus:\n- items:\n  - url: https://bob:pw@shop.example/a?page=2&access_token=x&sort=1\n    children:\n    \
                    - url: 'https://shop.example/#id_token=y'\n";
    assert_eq!(
        shown(&["--audience", "security"], document),
        "menus:\n- items:\n  - url: \"https://[REDACTED]:[REDACTED]@shop.example/a?page=2&access_token=[REDACTED]&sort=1\"\n    \
         children:\n    - url: \"https://shop.example/#id_token=[REDACTED]\"\n"
    );
}

#[test]
fn keys_are_examined_and_stay_apart() {
    let document = r#"{"anna@example.com": 1, "bert@example.com": {"carl@example.com": 2}, "plain": 3}"#;
    let out = shown(&["--audience", "public"], document);
    assert_eq!(out, r#"{"[REDACTED]": 1, "[REDACTED] 2": {"[REDACTED]": 2}, "plain": 3}"#);
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "keys.json", document.as_bytes());
    let report = report(directory.path(), &["keys.json", "--audience", "public"]);
    assert!(!report.to_string().contains("example.com"), "{report}");
}

#[test]
fn check_lists_and_refuses() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "store.yml", store().as_bytes());
    let run = sanitize(directory.path(), &["store.yml", "--audience", "public", "--check"]);
    assert_eq!(run.exit, 1);
    let line = "warehouses.0.email: confidential, mask_domain by warehouses.*.email\n";
    assert!(run.stdout.contains(line), "{}", run.stdout);
    assert!(!run.stdout.contains("depot@"));
    let run =
        sanitize(directory.path(), &["store.yml", "--audience", "public", "--check", "--format", "json"]);
    let listed: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((run.exit, listed["audience"].as_str()), (1, Some("public")));
    let clean = piped(directory.path(), &["--audience", "public", "--check"], b"{\"products\": []}");
    assert_eq!((clean.exit, clean.stdout.as_str()), (0, "nothing would be hidden for audience public\n"));
}

#[test]
fn coverage_lists_what_nobody_classified() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "store.yml", store().as_bytes());
    let run = sanitize(directory.path(), &["coverage", "store.yml"]);
    assert_eq!(run.exit, 0, "{}", run.stderr);
    assert!(run.stdout.contains("notes (1 field)\n"), "{}", run.stdout);
    assert!(!run.stdout.contains("warehouses.*.email"));
    let run = sanitize(directory.path(), &["coverage", "store.yml", "--format", "json"]);
    let listed: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(listed["fields"]["notes"], 1);
}

#[test]
fn explain_names_the_rule_that_decides() {
    let directory = tempfile::tempdir().unwrap();
    let run = sanitize(directory.path(), &["--explain", "warehouses.3.email"]);
    assert_eq!(run.exit, 0, "{}", run.stderr);
    assert!(run.stdout.starts_with("warehouses.3.email: confidential, mask_domain\n"), "{}", run.stdout);
    assert!(run.stdout.contains("organisation sees mask_domain"), "{}", run.stdout);
    let run = sanitize(directory.path(), &["--explain", "no.such.field", "--audience", "public"]);
    assert!(run.stdout.contains("no rule classifies it"), "{}", run.stdout);
    let run = sanitize(directory.path(), &["--explain", "a..b"]);
    assert_eq!(run.exit, 2);
}
