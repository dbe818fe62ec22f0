//! The git sources, on repositories made here.
#![cfg(feature = "git")]
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::{fs, path::Path, process::Command, sync::Mutex};

use storeward_core::SecretString;
use storeward_secrets::{
    Scanner, Source,
    port::Flow,
    rule::example::expand,
    source::git::{HistorySource, Sought, StagedSource},
};

fn git(root: &Path, arguments: &[&str]) {
    let status = Command::new("git")
        .arg("-C")
        .arg(root)
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@store.example", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "git {arguments:?}");
}

fn repository() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    git(root.path(), &["init", "-q", "-b", "main"]);
    root
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Path, blob, rule and line of everything found, with the secrets.
fn found(source: &dyn Source) -> Vec<(String, String, String, u64, SecretString)> {
    let scanner = Scanner::builtin();
    let all = Mutex::new(Vec::new());
    source
        .visit(&|piece| {
            let origin = piece.origin.clone();
            scanner
                .scan_piece(piece, |seen| {
                    let blob = origin.blob.clone().unwrap();
                    let entry = (
                        origin.path.clone(),
                        blob,
                        seen.finding.rule.to_string(),
                        seen.finding.place.line,
                        seen.secret.clone(),
                    );
                    all.lock().unwrap().push(entry);
                })
                .unwrap();
            Flow::Continue
        })
        .unwrap();
    let mut all = all.into_inner().unwrap();
    all.sort_by(|a, b| (&a.0, a.3).cmp(&(&b.0, b.3)));
    all
}

#[test]
fn the_index_is_scanned_and_not_the_work_tree() {
    let root = repository();
    let root = root.path();
    let token = |seed| expand("SALEOR_TOKEN={alnum:30}\n", seed);
    // Before the first commit there is nothing to compare with, and everything is new.
    write(root, "a b/ü.env", &token("staged"));
    git(root, &["add", "."]);
    write(root, "a b/ü.env", "nothing any more\n");
    write(root, "untracked.env", &token("untracked"));
    let staged = found(&StagedSource::new(root));
    assert_eq!(staged.len(), 1);
    assert_eq!((staged[0].0.as_str(), staged[0].2.as_str()), ("a b/ü.env", "saleor-app-token"));

    git(root, &["commit", "-qm", "first"]);
    assert!(found(&StagedSource::new(root)).is_empty());
    write(root, "c.env", &format!("# more\n{}", token("second")));
    git(root, &["add", "c.env"]);
    let staged = found(&StagedSource::new(&root.join("a b")));
    assert_eq!(staged.iter().map(|entry| (entry.0.as_str(), entry.3)).collect::<Vec<_>>(), [("c.env", 2)]);
}

#[test]
fn history_is_scanned_once_and_the_first_commit_is_named() {
    let root = repository();
    let root = root.path();
    let filler: String = (0..300).map(|n| format!("# a line of text, number {n}\n")).collect();
    write(root, ".env", &filler);
    git(root, &["add", "."]);
    git(root, &["commit", "-qm", "one"]);
    let token = expand("SALEOR_TOKEN={alnum:30}\n", "history");
    for round in 0..6 {
        write(root, ".env", &format!("{filler}{token}# {round}\n"));
        git(
            root,
            &[
                "commit",
                "-qam",
                &format!("round {round}"),
                "--date",
                &format!("2026-01-0{}T10:00:00Z", round + 1),
            ],
        );
    }
    write(root, ".env", &filler);
    git(root, &["commit", "-qam", "removed"]);

    let history = HistorySource::new(root);
    let all = found(&history);
    assert_eq!(all.len(), 1, "{all:?}");
    assert_eq!(all[0].3, 301);
    let located = history.locate(&[Sought::new(all[0].1.clone(), all[0].4.clone())]).unwrap();
    let located = located[0].clone().unwrap();
    assert_eq!((located.path.as_str(), located.author.as_str()), (".env", "Ada <ada@store.example>"));
    assert_eq!(located.date, "2026-01-01T10:00:00Z");

    let range = HistorySource::new(root).revisions(["HEAD~1..HEAD"]).unwrap();
    assert!(found(&range).is_empty());
    let range = HistorySource::new(root).revisions(["HEAD~7..HEAD~3"]).unwrap();
    assert_eq!(found(&range).len(), 1);
    assert!(HistorySource::new(root).revisions(["--output=x"]).is_err());
    assert!(HistorySource::new(root).revisions(["nowhere"]).unwrap().visit(&|_| Flow::Continue).is_err());
    assert!(HistorySource::new(tempfile::tempdir().unwrap().path()).visit(&|_| Flow::Continue).is_err());
}

#[test]
#[cfg(unix)]
fn nothing_of_the_repository_is_executed() {
    use std::os::unix::fs::PermissionsExt;

    let root = repository();
    let root = root.path();
    let marker = root.join("executed");
    let script = root.join(".git/evil.sh");
    fs::write(&script, format!("#!/bin/sh\necho \"$0\" >> '{}'\ncat\n", marker.display())).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    write(root, "a.txt", "a\n");
    git(root, &["add", "."]);
    git(root, &["commit", "-qm", "one"]);
    write(root, "a.txt", "b\n");
    git(root, &["add", "."]);
    let evil = script.display();
    let config = format!(
        "[core]\n\tfsmonitor = {evil}\n\tpager = {evil}\n\thooksPath = {}\n[diff]\n\texternal = {evil}\n\
         [diff \"x\"]\n\ttextconv = {evil}\n\tcommand = {evil}\n[filter \"x\"]\n\tsmudge = {evil}\n\tclean = {evil}\n\
         [gpg]\n\tprogram = {evil}\n[log]\n\tshowSignature = true\n",
        root.display()
    );
    let path = root.join(".git/config");
    let before = fs::read_to_string(&path).unwrap();
    fs::write(&path, before + &config).unwrap();
    fs::write(root.join(".git/info/attributes"), "* diff=x filter=x\n").unwrap();

    found(&StagedSource::new(root));
    let history = HistorySource::new(root);
    found(&history);
    history.locate(&[Sought::new("0".repeat(40), "x".into())]).unwrap();
    assert!(!marker.exists(), "{}", fs::read_to_string(&marker).unwrap_or_default());
}
