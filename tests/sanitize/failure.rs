//! What cannot be sanitized: a clear error with its place, and no output.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Child, Command, Stdio},
};

use super::{home, piped, sanitize};
use crate::program::write;

#[test]
fn bad_documents_say_where_and_leave_nothing() {
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    let bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n\
                d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n\
                g: [*f,*f,*f,*f,*f,*f,*f,*f,*f,*f]\n";
    for (name, text, expected) in [
        ("a.json", b"{\"a\": 1,\n \"a\": 2}".to_vec(), "a.json:2:2: this object has this key already"),
        ("a.json", b"{\"a\": NaN}".to_vec(), "a.json:1:7: "),
        ("a.json", b"{\"a\": 01}".to_vec(), "a.json:1:7: "),
        ("a.json", b"[1, 2".to_vec(), "a.json:1:6: the text ends within a value"),
        ("a.json", b"[1,]".to_vec(), "a.json:1:4: a value is expected here"),
        ("a.json", b"{\"a\": \"\xff\"}".to_vec(), "a.json:1:8: the text is not valid UTF-8"),
        ("a.json", b"[\"\\ud800\"]".to_vec(), "a.json:1:2: "),
        ("a.json", b"[\"a\nb\"]".to_vec(), "a.json:1:4: a control character"),
        ("a.json", deep.clone().into_bytes(), "a.json:1:129: it nests deeper than 128 levels"),
        ("a.json", format!("[\"{}\"]", "x".repeat(17 << 20)).into_bytes(), "longer than 16 MiB"),
        ("a.yml", b"a: 1\na: 2\n".to_vec(), "a.yml:2:1: "),
        ("a.yml", b"a: [1\n".to_vec(), "a.yml:"),
        ("a.yml", b"a: \xff\n".to_vec(), "a.yml:1:4: the text is not valid UTF-8"),
        ("a.yml", deep.into_bytes(), "128 levels"),
        ("a.yml", bomb.as_bytes().to_vec(), "aliases stand for more than"),
        ("a.toml", b"a = 1\na = 2\n".to_vec(), "a.toml:2:"),
        ("a.env", b"A='x\n".to_vec(), "a.env:1:"),
    ] {
        let directory = tempfile::tempdir().unwrap();
        write(directory.path(), name, &text);
        let run = sanitize(directory.path(), &[name, "--audience", "public", "-o", "out"]);
        assert_eq!((run.exit, run.stdout.as_str()), (2, ""), "{name}: {}", run.stderr);
        assert!(run.stderr.contains(expected), "{expected}: {}", run.stderr);
        let left: Vec<_> =
            fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, [name], "nothing is left behind");
        let run = sanitize(directory.path(), &[name, "--audience", "public", "--in-place"]);
        assert_eq!(run.exit, 2);
        assert!(fs::read(directory.path().join(name)).unwrap() == text, "the file is as it was");
    }
}

#[test]
fn wrong_usage_is_explained() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "a.json", b"{}");
    for (arguments, expected) in [
        (vec!["a.json"], "--audience"),
        (vec!["a.json", "--audience", "organization"], "did you mean `organisation`"),
        (vec!["a.json", "--audience", "public", "--unclassified", "hide"], "unknown"),
        (vec!["b.json", "--audience", "public"], "cannot read b.json"),
        (vec![".", "--audience", "public"], "is a directory"),
        (vec!["a.json", "--audience", "public", "--rules", "none.toml"], "cannot read none.toml"),
        (vec!["--audience", "public", "--in-place"], "FILE"),
        (vec!["a.json", "--audience", "public", "-o", "no/such/place"], "cannot write the result"),
    ] {
        let run = sanitize(directory.path(), &arguments);
        assert_ne!((run.exit, run.exit), (0, 1), "{arguments:?}");
        assert!(run.exit == 2 || run.exit == 3, "{arguments:?}: {}", run.exit);
        assert!(run.stderr.contains(expected), "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn nothing_at_all_is_a_document_too() {
    let directory = tempfile::tempdir().unwrap();
    for input in ["", " \n", "# only a comment\n", "[]", "{}", "0", "\"x\"", "null"] {
        let run = piped(directory.path(), &["--audience", "public", "-q"], input.as_bytes());
        assert_eq!((run.exit, run.stdout.as_str()), (0, input), "{}", run.stderr);
    }
}

/// A run that has read the beginning of a document and waits for the rest.
#[cfg(unix)]
fn waiting(directory: &Path) -> Child {
    let mut child = Command::new(env!("CARGO_BIN_EXE_storeward"))
        .args(["sanitize", "-", "--audience", "public", "--input-format", "json", "-o", "out.json"])
        .current_dir(directory)
        .env_clear()
        .envs(home(directory))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // More than a pipe holds, so it is reading when this returns.
    let row = b"{\"mail\": \"anna@example.com\"}\n".repeat(40_000);
    child.stdin.as_mut().unwrap().write_all(&row).unwrap();
    child
}

#[cfg(unix)]
#[test]
fn ctrl_c_writes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "out.json", b"the old one");
    let mut child = waiting(directory.path());
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    // Its reading ends with the next byte, or with the interrupted call.
    let _ = child.stdin.take().unwrap().write_all(b"{}");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "interrupted: nothing was written\n");
    assert_eq!(fs::read(directory.path().join("out.json")).unwrap(), b"the old one");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "nothing else is left");
}

#[cfg(unix)]
#[test]
fn a_run_that_is_killed_leaves_the_old_file() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "out.json", b"the old one");
    let mut child = waiting(directory.path());
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(fs::read(directory.path().join("out.json")).unwrap(), b"the old one");
    for entry in fs::read_dir(directory.path()).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        assert!(!text.contains("anna@"), "what is left behind is sanitized");
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "a.json", "[1]\n".repeat(200_000).as_bytes());
    let mut child = Command::new(env!("CARGO_BIN_EXE_storeward"))
        .args(["sanitize", "a.json", "--audience", "public", "-q"])
        .current_dir(directory.path())
        .env_clear()
        .envs(home(directory.path()))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}
