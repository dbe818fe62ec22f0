//! What a person or a program gets to see. Reports go to standard output or a file, everything else to standard error.

pub(crate) mod access;
pub(crate) mod human;
pub(crate) mod markdown;
pub(crate) mod mfa;
pub(crate) mod sarif;
pub(crate) mod secrets;
pub(crate) mod token;

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use anyhow::Context;
use serde::Serialize;

/// Hands a finished report over. A file appears whole or not at all: it is written beside its place, then renamed.
pub(crate) fn deliver(report: &[u8], path: Option<&Path>) -> anyhow::Result<()> {
    let Some(path) = path else {
        // Decides by itself: colours on a terminal only, and never with NO_COLOR.
        let mut stdout = anstream::AutoStream::auto(io::stdout().lock());
        stdout.write_all(report)?;
        stdout.flush()?;
        return Ok(());
    };
    replace(path, &anstream::adapter::strip_bytes(report).into_vec())
}

/// Writes a file beside its place and renames it, so that a crash leaves the old one or the new one.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let written = fs::write(&partial, bytes).and_then(|()| fs::rename(&partial, path));
    if written.is_err() {
        // What cannot be written may not be removable either; the first error is the one to tell.
        let _ = fs::remove_file(&partial);
    }
    written.with_context(|| format!("cannot write {}", path.display()))
}

/// Pretty JSON and a line end.
pub(crate) fn json(out: &mut Vec<u8>, value: &impl Serialize) -> anyhow::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    out.push(b'\n');
    Ok(())
}

/// A line on standard error. Where that is closed, there is nobody to tell.
pub(crate) fn note(message: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", printable(message));
}

/// Several lines of our own making on standard error; a stranger's words in them are made printable line by line.
pub(crate) fn lines(message: &str) {
    message.lines().for_each(note);
}

/// `1 file`, `2 files`.
pub(crate) fn counted(number: u64, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}

/// An error and what caused it, on one line.
pub(crate) fn error(error: &anyhow::Error) {
    let mut message = String::from("error");
    for cause in error.chain() {
        message.push_str(": ");
        message.push_str(&cause.to_string());
    }
    note(&message);
}

/// The text without what would steer a terminal: file names and keys are strangers' words.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
