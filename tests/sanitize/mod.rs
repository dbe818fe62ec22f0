//! `storeward sanitize` as its users run it.

mod failure;
mod formats;
mod rules;
mod show;

use std::{
    collections::BTreeMap,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::program::{Run, storeward};

/// Runs `storeward sanitize` with these arguments.
pub(crate) fn sanitize(directory: &Path, arguments: &[&str]) -> Run {
    let all: Vec<&str> = ["sanitize"].iter().chain(arguments).copied().collect();
    storeward(directory, &all, &home(directory))
}

/// The same with a document on standard input.
fn piped(directory: &Path, arguments: &[&str], input: &[u8]) -> Run {
    let mut child = Command::new(env!("CARGO_BIN_EXE_storeward"))
        .arg("sanitize")
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .envs(home(directory))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that refuses its arguments does not read.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    Run {
        exit: output.status.code().expect("not ended by a signal"),
        stdout: String::from_utf8(output.stdout).expect("output is UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("messages are UTF-8"),
    }
}

/// A document in, the shown one out; nothing on standard error.
fn shown(arguments: &[&str], input: &str) -> String {
    let directory = tempfile::tempdir().unwrap();
    let quiet: Vec<&str> = arguments.iter().chain(&["-q"]).copied().collect();
    let run = piped(directory.path(), &quiet, input.as_bytes());
    assert_eq!((run.exit, run.stderr.as_str()), (0, ""), "{input}");
    run.stdout
}

/// The report of sanitizing a file.
fn report(directory: &Path, arguments: &[&str]) -> Value {
    let all: Vec<&str> = arguments.iter().chain(&["--report", "report.json", "-o", "out"]).copied().collect();
    let run = sanitize(directory, &all);
    assert_eq!(run.exit, 0, "{}", run.stderr);
    serde_json::from_slice(&std::fs::read(directory.join("report.json")).unwrap()).unwrap()
}

fn home(directory: &Path) -> BTreeMap<String, String> {
    BTreeMap::from([("HOME".to_owned(), directory.display().to_string())])
}
