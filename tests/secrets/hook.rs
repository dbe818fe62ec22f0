//! Hooks: they keep secrets out, leave alone what is not ours, and go without a trace.

use std::fs;

use super::{git, repository, saleor, secrets};
use crate::program::write;

fn commit(root: &std::path::Path, name: &str, text: &str) -> bool {
    write(root, name, text.as_bytes());
    assert!(git(root, &["add", "-f", name]).0);
    git(root, &["commit", "-qm", name]).0
}

#[test]
fn a_commit_with_a_secret_is_refused() {
    let repository = repository();
    let root = repository.path();
    let hook = root.join(".git/hooks/pre-commit");
    let _ = fs::remove_file(&hook);
    assert_eq!(secrets(root, &["hook", "install"]).exit, 0);
    let written = fs::read(&hook).unwrap();
    assert_eq!(secrets(root, &["hook", "install"]).exit, 0);
    assert_eq!(fs::read(&hook).unwrap(), written);
    assert!(commit(root, "a.txt", "fine\n"));
    assert!(!commit(root, "b.txt", &saleor("hook").0));
    assert!(git(root, &["reset", "-q"]).0);
    assert_eq!(secrets(root, &["hook", "uninstall"]).exit, 0);
    assert!(!hook.exists());
    assert!(commit(root, "b.txt", &saleor("hook").0));
}

#[test]
fn pushes_are_looked_at_on_both_sides() {
    let server = tempfile::tempdir().unwrap();
    assert!(git(server.path(), &["init", "-q", "--bare"]).0);
    let repository = repository();
    let root = repository.path();
    assert!(git(root, &["remote", "add", "origin", server.path().to_str().unwrap()]).0);
    assert!(commit(root, "a.txt", "fine\n"));
    assert_eq!(secrets(root, &["hook", "install", "pre-push"]).exit, 0);
    assert_eq!(secrets(server.path(), &["hook", "install", "pre-receive"]).exit, 0);
    // A hook that was there reads the same lines from its standard input.
    let hook = root.join(".git/hooks/pre-push");
    let text = fs::read_to_string(&hook).unwrap() + "read local id rest && echo \"$local\" > pushed\n";
    fs::write(&hook, text).unwrap();
    let push = |more: &[&str]| {
        let mut all = vec!["push", "-q", "origin", "HEAD:refs/heads/main"];
        all.extend(more);
        git(root, &all)
    };
    assert!(push(&[]).0);
    assert!(fs::read_to_string(root.join("pushed")).unwrap().starts_with("HEAD"));
    assert!(commit(root, "b.txt", &saleor("push").0));
    // In a later commit it is gone from the files, but not from what is pushed.
    assert!(commit(root, "b.txt", "gone\n"));
    let (pushed, said) = push(&[]);
    assert!(!pushed && said.contains("saleor-app-token"), "{said}");
    let (pushed, said) = push(&["--no-verify"]);
    assert!(!pushed && said.contains("pre-receive hook declined"), "{said}");
    assert!(git(root, &["reset", "-q", "--hard", "HEAD~2"]).0);
    assert!(commit(root, "c.txt", "fine\n"));
    assert!(push(&[]).0);
    let (deleted, said) = git(root, &["push", "-q", "origin", "HEAD:refs/heads/other"]);
    assert!(deleted, "{said}");
    let (deleted, said) = git(root, &["push", "-q", "origin", ":refs/heads/other"]);
    assert!(deleted, "{said}");
}

#[test]
fn what_is_there_stays() {
    let repository = repository();
    let root = repository.path();
    let own = "#!/bin/sh\n# ours\nexit 0\n";
    write(root, ".git/hooks/pre-commit", own.as_bytes());
    assert_eq!(secrets(root, &["hook", "install"]).exit, 0);
    let text = fs::read_to_string(root.join(".git/hooks/pre-commit")).unwrap();
    assert!(text.starts_with("#!/bin/sh\n") && text.ends_with("# ours\nexit 0\n"), "{text}");
    assert_eq!(secrets(root, &["hook", "uninstall"]).exit, 0);
    assert_eq!(fs::read_to_string(root.join(".git/hooks/pre-commit")).unwrap(), own);
    // What is no shell script is left alone, and said.
    let python = "#!/usr/bin/env python3\nprint()\n";
    write(root, ".git/hooks/pre-commit", python.as_bytes());
    let run = secrets(root, &["hook", "install"]);
    assert!(run.exit == 4 && run.stderr.contains("storeward secrets scan --staged"), "{}", run.stderr);
    assert_eq!(fs::read_to_string(root.join(".git/hooks/pre-commit")).unwrap(), python);
}

#[test]
fn other_managers_of_hooks_are_respected() {
    for (file, named) in [(".pre-commit-config.yaml", "stages: [pre-commit]"), ("lefthook.yml", "commands:")]
    {
        let repository = repository();
        write(repository.path(), file, b"{}\n");
        let run = secrets(repository.path(), &["hook", "install"]);
        assert!(run.exit == 4 && run.stderr.contains(file) && run.stderr.contains(named), "{}", run.stderr);
        assert!(!repository.path().join(".git/hooks/pre-commit").exists());
    }
    let husky = repository();
    write(husky.path(), ".husky/pre-commit", b"npm test\n");
    assert!(git(husky.path(), &["config", "core.hooksPath", ".husky/_"]).0);
    assert_eq!(secrets(husky.path(), &["hook", "install"]).exit, 0);
    let text = fs::read_to_string(husky.path().join(".husky/pre-commit")).unwrap();
    assert!(text.contains("--staged") && text.ends_with("npm test\n"), "{text}");

    let moved = repository();
    assert!(git(moved.path(), &["config", "core.hooksPath", "tools/hooks"]).0);
    assert_eq!(secrets(moved.path(), &["hook", "install"]).exit, 0);
    assert!(moved.path().join("tools/hooks/pre-commit").exists());
    assert!(!commit(moved.path(), "b.txt", &saleor("moved").0));

    let shared = tempfile::tempdir().unwrap();
    let one = repository();
    assert!(git(one.path(), &["config", "core.hooksPath", shared.path().to_str().unwrap()]).0);
    let run = secrets(one.path(), &["hook", "install"]);
    assert!(run.exit == 2 && run.stderr.contains("core.hooksPath"), "{}", run.stderr);
    assert!(fs::read_dir(shared.path()).unwrap().next().is_none());

    let run = secrets(shared.path(), &["hook", "install"]);
    assert!(run.exit == 2 && run.stderr.contains("not a git repository"), "{}", run.stderr);
}
