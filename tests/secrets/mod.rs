//! `storeward secrets …` in directories and repositories of its own. Secrets are drawn when the tests run.

mod formats;
mod git;
mod hook;
mod known;
mod rules;
mod scan;
mod verify;

use std::{collections::BTreeMap, path::Path, process::Command};

use serde_json::Value;
use storeward_secrets::rule::example::expand;

use crate::program::{Run, storeward};

/// A line that gives a Saleor app its token, and the token.
fn saleor(seed: &str) -> (String, String) {
    let line = expand("SALEOR_TOKEN={alnum:30}", seed);
    let token = line.trim_start_matches("SALEOR_TOKEN=").to_owned();
    (line, token)
}

/// `storeward secrets …` in a directory.
fn secrets(directory: &Path, arguments: &[&str]) -> Run {
    let mut all = vec!["secrets"];
    all.extend(arguments);
    storeward(directory, &all, &BTreeMap::new())
}

/// The findings of `secrets scan … --format jsonl`.
fn scan(directory: &Path, arguments: &[&str]) -> (i32, Vec<Value>) {
    let mut all = vec!["scan", "--format", "jsonl"];
    all.extend(arguments);
    let run = secrets(directory, &all);
    let lines = run.stdout.lines();
    (run.exit, lines.map(|line| serde_json::from_str(line).unwrap()).collect())
}

/// Runs git as nobody in particular, with no configuration but the repository's.
fn git(directory: &Path, arguments: &[&str]) -> (bool, String) {
    let output = Command::new("git")
        .current_dir(directory)
        .args([
            "-c",
            "user.name=A. Example",
            "-c",
            "user.email=a@example.test",
            "-c",
            "init.defaultBranch=main",
        ])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .env("PATH", path())
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

/// A search path on which the program under test comes first, for hooks.
fn path() -> std::ffi::OsString {
    let own = Path::new(env!("CARGO_BIN_EXE_storeward")).parent().unwrap().to_owned();
    let rest = option_env!("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(rest))).unwrap()
}

/// A repository with nothing in it.
fn repository() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    assert!(git(directory.path(), &["init", "-q"]).0);
    directory
}
