//! The index, the history, and what a push brings.

use std::fs;

use super::{git, repository, saleor, scan};
use crate::program::write;

#[test]
fn the_index_counts_and_not_the_work_tree() {
    let repository = repository();
    let root = repository.path();
    let (line, _) = saleor("staged");
    write(root, "a.env", line.as_bytes());
    assert!(git(root, &["add", "a.env"]).0);
    write(root, "a.env", b"clean now\n");
    write(root, "b.env", line.as_bytes());
    let (exit, found) = scan(root, &["--staged"]);
    assert_eq!((exit, found.len()), (1, 1));
    assert_eq!(found[0]["path"], "a.env");
    assert!(git(root, &["add", "a.env"]).0);
    assert_eq!(scan(root, &["--staged"]), (0, vec![]));
}

#[test]
fn a_history_is_reported_with_what_brought_it_in() {
    let repository = repository();
    let root = repository.path();
    let commit = |message| assert!(git(root, &["commit", "-qam", message]).0);
    write(root, "shop/a.env", b"first\n");
    git(root, &["add", "."]);
    commit("nothing yet");
    write(root, "shop/a.env", format!("first\n{}\n", saleor("history").0).as_bytes());
    commit("a leak");
    let leak = git(root, &["rev-parse", "HEAD"]).1.trim().to_owned();
    write(root, "shop/a.env", b"first\n");
    commit("taken out");
    assert_eq!(scan(root, &[]), (0, vec![]));
    for arguments in [
        &["--history"][..],
        &["--history", "HEAD~2..HEAD~1"],
        &["--since-commit", "HEAD~2"],
        &[".", "--history"],
    ] {
        let (exit, found) = scan(root, arguments);
        assert_eq!((exit, found.len()), (1, 1), "{arguments:?}");
        assert_eq!(found[0]["path"], "shop/a.env");
        assert_eq!(found[0]["line"], 2);
        assert_eq!(found[0]["commit"], leak.as_str());
        assert_eq!(found[0]["author"], "A. Example <a@example.test>");
        assert!(found[0]["date"].as_str().unwrap().contains('T'));
    }
    for arguments in
        [&["--history", "HEAD~1..HEAD"][..], &["--since-commit", "HEAD"], &["--history", "HEAD~2"]]
    {
        assert_eq!(scan(root, arguments), (0, vec![]), "{arguments:?}");
    }
    assert_eq!(scan(root, &["--history", "no-such-branch"]).0, 2);
    // A waiver's path is the one that the finding was brought in on.
    write(root, "secrets-waivers.toml", b"[[waiver]]\npath = \"shop/*.env\"\nreason = \"revoked\"\n");
    assert_eq!(scan(root, &["--history"]), (0, vec![]));
    fs::remove_file(root.join("secrets-waivers.toml")).unwrap();
    assert_eq!(scan(root, &["--history"]).0, 1);
}
