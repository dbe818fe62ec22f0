//! `storeward token …`

use std::{collections::BTreeMap, path::Path};

use serde_json::Value;

use crate::program::{Run, storeward, write};

fn token(directory: &Path, arguments: &[&str]) -> Run {
    let all: Vec<&str> = ["token"].iter().chain(arguments).copied().collect();
    storeward(directory, &all, &BTreeMap::new())
}

#[test]
fn a_new_name_is_taken_apart_again() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "storeward.toml", b"[environments.eu-live]\ninherits = \"production\"\n");
    let new = ["name", "new", "-e", "eu-live", "--purpose", "stock-import", "--team", "ops"];
    let first = token(directory.path(), &new);
    assert_eq!(first.exit, 0, "{}", first.stderr);
    let name = first.stdout.trim_end();
    let again: Vec<&str> = new.iter().copied().chain(["--taken", name]).collect();
    let second = token(directory.path(), &again);
    assert_eq!(second.stdout.trim_end(), format!("{name}-2"));
    for name in [name, second.stdout.trim_end()] {
        let run = token(directory.path(), &["name", "parse", name, "--format", "json"]);
        let parts: Value = serde_json::from_str(&run.stdout).unwrap();
        for (part, expected) in [
            ("schema", "storeward.token.name/1"),
            ("name", name),
            ("environment", "eu-live"),
            ("tier", "production"),
            ("purpose", "stock-import"),
            ("team", "ops"),
        ] {
            assert_eq!(parts[part], expected, "{part}");
        }
        assert!(name.contains(parts["date"].as_str().unwrap()));
    }
}

#[test]
fn a_wrong_name_is_a_no_and_a_wrong_question_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let run = token(directory.path(), &["name", "parse", "prod-configurator-2026-11-24"]);
    assert_eq!((run.exit, run.stdout.as_str()), (1, ""));
    assert!(run.stderr.starts_with("error: prod-configurator-2026-11-24: "), "{}", run.stderr);
    for arguments in [
        ["name", "new", "-e", "prodd", "--purpose", "x", "--team", "ops"],
        ["name", "new", "-e", "production", "--purpose", "X y", "--team", "ops"],
    ] {
        assert_eq!(token(directory.path(), &arguments).exit, 2);
    }
}
