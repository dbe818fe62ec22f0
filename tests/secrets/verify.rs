//! Asking a store whether tokens work. The store is a fake on this machine.

use std::{
    collections::BTreeMap,
    path::Path,
    process::{Command, Stdio},
    sync::mpsc,
};

use serde_json::Value;
use storeward_core::testing::{Fake, Reply};

use super::saleor;
use crate::program::{Run, storeward, write};

const APP: &str = r#"{"data":{"app":{"id":"QXBwOjM="},"me":null}}"#;
const NOBODY: &str =
    r#"{"errors":[{"extensions":{"exception":{"code":"PermissionDenied"}}}],"data":{"app":null,"me":null}}"#;

/// A directory with a token that works, one that does not, and one that brings the store down.
fn three() -> (tempfile::TempDir, Fake) {
    let directory = tempfile::tempdir().unwrap();
    let tokens = ["works", "refused", "fails"].map(saleor);
    for ((line, _), path) in tokens.iter().zip(["a.env", "b.env", "c.env"]) {
        write(directory.path(), path, line.as_bytes());
    }
    let [works, refused, _] = tokens.map(|(_, token)| format!("authorization: Bearer {token}\r\n"));
    let fake = Fake::new(move |request| {
        if request.contains(&works) {
            Reply::new(200, APP)
        } else if request.contains(&refused) {
            Reply::new(200, NOBODY)
        } else {
            Reply::Raw(b"HTTP/1.1 503 Down\r\ncontent-length: 0\r\n\r\n".to_vec())
        }
    });
    (directory, fake)
}

fn verify(directory: &Path, store: &str, arguments: &[&str]) -> Run {
    let mut all = vec!["secrets", "scan"];
    all.extend(arguments);
    let variables = BTreeMap::from([("SALEOR_URL".to_owned(), store.to_owned())]);
    storeward(directory, &all, &variables)
}

#[test]
fn a_report_says_what_the_store_says() {
    let (directory, fake) = three();
    let run =
        verify(directory.path(), &format!("{}/graphql/", fake.url()), &["--verify", "--format", "jsonl"]);
    let findings: Vec<Value> = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let said: Vec<&Value> = findings.iter().map(|finding| &finding["verification"]).collect();
    assert_eq!(said, ["verified", "refused", "unknown"], "{}", run.stderr);
    assert_eq!(run.exit, 1);
    assert!(run.stderr.contains("note: secret verifier unreachable: Saleor: HTTP 503\n"), "{}", run.stderr);
    for seed in ["works", "refused", "fails"] {
        let token = &saleor(seed).1;
        assert!(!run.stdout.contains(&token[4..]) && !run.stderr.contains(&token[4..]));
    }
    assert_eq!(fake.seen().len(), 3);
}

#[test]
fn people_and_other_programs_are_told_as_well() {
    let (directory, fake) = three();
    let store = format!("{}/graphql/", fake.url());
    let human = verify(directory.path(), &store, &["--verify"]).stdout;
    for word in ["verified", "refused", "unknown"] {
        assert!(human.contains(&format!("saleor-app-token, high confidence, {word}\n")), "{human}");
    }
    let sarif = verify(directory.path(), &store, &["--verify", "--format", "sarif"]).stdout;
    let sarif: Value = serde_json::from_str(&sarif).unwrap();
    assert_eq!(sarif["runs"][0]["results"][1]["properties"]["verification"], "refused");
    let table = verify(directory.path(), &store, &["--verify", "--format", "csv"]).stdout;
    let mut table = csv::Reader::from_reader(table.as_bytes());
    let column = table.headers().unwrap().iter().position(|name| name == "verification").unwrap();
    let words: Vec<String> = table.records().map(|row| row.unwrap()[column].to_owned()).collect();
    assert_eq!(words, ["verified", "refused", "unknown"]);
}

#[test]
fn nobody_is_asked_unasked() {
    let (directory, fake) = three();
    let run = verify(directory.path(), &format!("{}/graphql/", fake.url()), &["--format", "jsonl"]);
    assert_eq!((run.exit, run.stdout.lines().count()), (1, 3));
    assert!(!run.stdout.contains("verification"), "{}", run.stdout);
    assert!(fake.seen().is_empty());
}

#[test]
fn what_is_let_stand_is_not_asked_about() {
    let directory = tempfile::tempdir().unwrap();
    let fake = Fake::saying(200, APP);
    let line = format!("{} # storeward:allow because it is a fixture\n", saleor("stands").0);
    write(directory.path(), "a.env", line.as_bytes());
    let run =
        verify(directory.path(), &format!("{}/graphql/", fake.url()), &["--verify", "--format", "json"]);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&report["waived"], run.exit), (&Value::from(1), 0), "{}", run.stderr);
    assert!(fake.seen().is_empty());
}

#[test]
fn a_store_without_an_address_is_not_asked_and_none_in_clear() {
    let (directory, _) = three();
    let run = verify(directory.path(), "", &["--verify", "--format", "jsonl"]);
    assert_eq!(run.stdout.matches(r#""verification":"unknown""#).count(), 3, "{}", run.stdout);
    assert!(run.stderr.contains("note: saleor.url is not set"), "{}", run.stderr);
    let run = verify(directory.path(), "http://store.example/graphql/", &["--verify"]);
    assert_eq!((run.exit, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    assert!(run.stderr.contains("the address for Saleor is not https"), "{}", run.stderr);
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_the_asking_and_lets_the_findings_be_told() {
    let (directory, _) = three();
    let (send, asked) = mpsc::channel();
    let fake = Fake::new(move |_| {
        send.send(()).unwrap();
        Reply::Silence
    });
    let program = Command::new(env!("CARGO_BIN_EXE_storeward"))
        .args(["secrets", "scan", "--verify", "--format", "jsonl"])
        .current_dir(directory.path())
        .env_clear()
        .env("SALEOR_URL", format!("{}/graphql/", fake.url()))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    asked.recv().unwrap();
    let signal = Command::new("kill").args(["-INT", &program.id().to_string()]).status().unwrap();
    assert!(signal.success());
    let output = program.wait_with_output().unwrap();
    let (out, said) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(out.matches(r#""verification":"unknown""#).count(), 3, "{out}");
    assert!(said.contains("interrupted: not all vendors were asked"), "{said}");
    assert_eq!(fake.seen().len(), 1);
}
