//! `storeward access matrix`, `diff` and `lint`

use super::access;
use crate::program::write;

#[test]
fn the_matrix_is_shown_in_each_form() {
    let directory = tempfile::tempdir().unwrap();
    let show = |more: &[&str]| access(directory.path(), &[&["matrix"], more].concat());
    let human = show(&["--role", "ci_cd"]);
    assert!(human.stdout.contains("deploy") && !human.stdout.contains("devops"), "{}", human.stdout);
    let cells = show(&["--format", "json", "-e", "staging"]).json();
    let cells = cells["cells"].as_array().unwrap();
    assert!(cells.iter().all(|cell| cell["environment"] == "staging") && cells.len() > 10);
    let markdown = show(&["--format", "markdown"]).stdout;
    assert!(
        markdown.contains("| devops | production | deploy | yes | mfa, approval, audit_before"),
        "{markdown}"
    );
    let html = show(&["--format", "html"]).stdout;
    assert!(html.starts_with("<!doctype html>") && html.contains("<h2>security</h2>"));
    let unknown = show(&["--role", "devop"]);
    assert!(unknown.exit == 2 && unknown.stderr.contains("did you mean `devops`"), "{}", unknown.stderr);
}

#[test]
fn a_change_is_told_cell_by_cell() {
    let directory = tempfile::tempdir().unwrap();
    let built_in = access(directory.path(), &["matrix", "--built-in"]).stdout;
    write(directory.path(), "old.toml", built_in.as_bytes());
    let more = built_in.replace("\"DEPLOY_STAGING\"]", "\"DEPLOY_STAGING\", \"MANAGE_TOKENS\"]");
    let less = more.replace("\"require_mfa\", ", "");
    assert_ne!(more, less);
    write(directory.path(), "new.toml", less.as_bytes());
    let same = access(directory.path(), &["diff", "built-in", "old.toml"]);
    assert_eq!(same.exit, 0, "{}", same.stdout);
    let run = access(directory.path(), &["diff", "old.toml", "new.toml", "--format", "json"]);
    let diff = run.json();
    assert_eq!((run.exit, diff["schema"].as_str()), (1, Some("storeward.access.diff/1")));
    let text = access(directory.path(), &["diff", "old.toml", "new.toml"]).stdout;
    assert!(text.contains("ci_cd · staging · token_management: gained"), "{text}");
    assert!(text.contains("devops · staging · deploy: obligation `mfa` removed"), "{text}");
    let markdown = access(directory.path(), &["diff", "old.toml", "new.toml", "--format", "markdown"]).stdout;
    assert!(markdown.contains("| ci_cd | staging | token_management | gained |"), "{markdown}");
}

#[test]
fn lint_tells_what_is_wrong_from_what_is_suspicious() {
    let directory = tempfile::tempdir().unwrap();
    let lint = |text: &str| {
        write(directory.path(), "access.toml", text.as_bytes());
        access(directory.path(), &["lint", "--matrix", "access.toml", "--format", "json"])
    };
    assert_eq!(access(directory.path(), &["lint"]).exit, 0, "the built-in roles are sound");
    let cycle = lint("[roles.a]\ninherits = [\"b\"]\n[roles.b]\ninherits = [\"a\"]\n");
    assert_eq!((cycle.exit, cycle.json()["usable"].as_bool()), (2, Some(false)), "{}", cycle.stdout);
    let lowered = lint("extends = \"built-in\"\n[attestation]\nproduction = \"claimed\"\n");
    assert_eq!((lowered.exit, lowered.json()["usable"].as_bool()), (1, Some(true)), "{}", lowered.stdout);
}
