//! What is not reported: waivers and baselines.

use super::{saleor, scan, secrets};
use crate::program::write;

#[test]
fn waivers_have_reasons_and_an_end_and_are_listed() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    let line = |seed| saleor(seed).0;
    write(root, "inline.env", format!("{} # storeward:allow reason=test shop\n", line("a")).as_bytes());
    write(root, "over.env", format!("{} # storeward:allow until=2020-01-01\n", line("b")).as_bytes());
    write(root, "others.env", format!("# pragma: allowlist secret\n{}\n", line("c")).as_bytes());
    write(root, "unused.env", b"a = 1 # storeward:allow\n");
    write(root, "docs/listed.env", line("d").as_bytes());
    let list = |text: &str| write(root, "secrets-waivers.toml", text.as_bytes());
    list(
        "[[waiver]]\npath = \"docs/**\"\nreason = \"samples\"\n\n[[waiver]]\nrule = \"jwt\"\nreason = \"none left\"\n",
    );
    let (exit, found) = scan(root, &[]);
    assert_eq!((exit, found.len()), (1, 1), "{found:?}");
    assert_eq!(found[0]["path"], "over.env");
    let run = secrets(root, &["waivers", "--format", "json"]);
    let shown: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let states: Vec<String> = shown["waivers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{} {} {}", one["state"], one["path"], one["rule"]))
        .collect();
    assert_eq!(
        states,
        [
            r#""expired" "over.env" null"#,
            r#""unused" null "jwt""#,
            r#""unused" "unused.env" null"#,
            r#""used" "inline.env" null"#,
            r#""used" "others.env" null"#,
            r#""used" "docs/**" null"#,
        ]
    );
    let run = secrets(root, &["waivers"]);
    assert!(run.stdout.contains("test shop") && run.stdout.contains("1 expired, 2 unused"), "{}", run.stdout);
    for (wrong, named) in [
        ("[[waiver]]\npath = \"a\"\n", "reason"),
        ("[[waiver]]\nreason = \"a\"\n", "neither"),
        ("[[waiver]]\npath = \"a\"\nreason = \"b\"\nexpires = \"soon\"\n", "expires"),
        ("[[waiver]]\npaths = \"a\"\nreason = \"b\"\n", "paths"),
    ] {
        list(wrong);
        let run = secrets(root, &["scan"]);
        assert_eq!(run.exit, 2);
        assert!(run.stderr.contains("secrets-waivers.toml") && run.stderr.contains(named), "{}", run.stderr);
    }
}

#[test]
fn a_baseline_knows_what_was_there_wherever_it_moves() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    let (old, token) = saleor("old");
    write(root, "a.env", old.as_bytes());
    let run = secrets(root, &["baseline", "create"]);
    assert_eq!(run.exit, 0, "{}", run.stderr);
    let text = std::fs::read_to_string(root.join("secrets-baseline.json")).unwrap();
    assert!(!text.contains(&token));
    assert_eq!(scan(root, &[]), (0, vec![]));
    write(root, "a.env", b"");
    write(root, "moved/b.env", format!("# more\n\n  {old}\n").as_bytes());
    assert_eq!(scan(root, &[]), (0, vec![]));
    write(root, "new.env", saleor("new").0.as_bytes());
    let (exit, found) = scan(root, &[]);
    assert_eq!((exit, found.len()), (1, 1));
    assert_eq!(found[0]["path"], "new.env");
    let run = secrets(root, &["baseline", "create"]);
    assert_eq!(run.exit, 2);
    assert!(run.stderr.contains("update"), "{}", run.stderr);
    write(root, "moved/b.env", b"");
    let run = secrets(root, &["baseline", "update"]);
    assert!(run.exit == 0 && run.stderr.contains("1 secret, 1 new, 1 gone"), "{}", run.stderr);
    assert_eq!(scan(root, &[]), (0, vec![]));
    // The same report twice, and the same fingerprint on another machine: the baseline brings the key.
    write(root, "third.env", saleor("third").0.as_bytes());
    assert_eq!(scan(root, &[]), scan(root, &[]));
    // `check` goes by the same list.
    let run = crate::program::check(root, "development");
    assert_eq!(run.check("SW-SEC-001")["evidence"].as_array().unwrap().len(), 1, "{}", run.stdout);
}

#[test]
fn fingerprints_last_under_a_key_of_ones_own() {
    let directory = tempfile::tempdir().unwrap();
    let home = tempfile::tempdir().unwrap();
    write(directory.path(), "a.env", saleor("key").0.as_bytes());
    let of = |name: &str, value: &str| {
        let variables = std::iter::once((name.to_owned(), value.to_owned())).collect();
        let run =
            crate::program::storeward(directory.path(), &["secrets", "scan", "--format=jsonl"], &variables);
        (run.exit, run.stdout, run.stderr)
    };
    let home = home.path().to_str().unwrap();
    let (_, first, _) = of("HOME", home);
    assert_eq!(first, of("HOME", home).1);
    let key = "00112233445566778899aabbccddeeff".repeat(2);
    let (_, other, said) = of("STOREWARD_FINGERPRINT_KEY", &key);
    assert_ne!(first, other);
    assert!(!said.contains("note"), "{said}");
    assert_eq!(other, of("STOREWARD_FINGERPRINT_KEY", &key).1);
    let (exit, _, said) = of("STOREWARD_FINGERPRINT_KEY", "EXAMPLE");
    assert!(exit == 2 && said.contains("64 hexadecimal digits") && !said.contains("EXAMPLE"), "{said}");
    // Without a home there is a key for each run, and a word about it.
    let (_, _, said) = of("NOTHING", "x");
    assert!(said.contains("fingerprints will differ"), "{said}");
}
