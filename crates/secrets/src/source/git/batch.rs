//! Many objects from one `git cat-file`.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    process::ChildStdout,
    thread,
};

use storeward_core::PortError;

use super::run::{Git, finish};
use crate::{port::Flow, source::unreadable};

/// Ids of objects in hexadecimal, one a line: the form in which git takes them.
#[derive(Debug, Default)]
pub(crate) struct Ids(Vec<u8>);

impl Ids {
    pub(crate) fn push(&mut self, id: &str) {
        self.0.extend_from_slice(id.as_bytes());
        self.0.push(b'\n');
    }

    #[cfg(test)]
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// What comes for an id.
pub(crate) struct Object<'a> {
    pub(crate) id: &'a str,
    pub(crate) size: u64,
    /// Exactly the object's bytes.
    pub(crate) content: &'a mut dyn Read,
}

/// Reads blobs in the order of their ids. Ids of which there is no object are left out.
pub(crate) fn blobs(
    git: &Git,
    ids: &Ids,
    mut receive: impl FnMut(Object<'_>) -> io::Result<Flow>,
) -> Result<(), PortError> {
    if ids.0.is_empty() {
        return Ok(());
    }
    ask(git, &["cat-file", "--batch", "--buffer"], ids, |output| read_all(output, &mut receive))
}

/// Starts git, writes the ids to its input and has its output read. What reads says whether it stopped before the end.
pub(crate) fn ask(
    git: &Git,
    arguments: &[&str],
    ids: &Ids,
    read: impl FnOnce(&mut BufReader<ChildStdout>) -> io::Result<bool>,
) -> Result<(), PortError> {
    let (mut child, mut output) = git.start(arguments, true)?;
    let stopped = thread::scope(|scope| {
        if let Some(mut input) = child.stdin.take() {
            // Git answers while it is asked, so asking has a thread of its own. It ends when git does.
            scope.spawn(move || {
                let _ = input.write_all(&ids.0);
            });
        }
        let stopped = read(&mut output);
        if !matches!(stopped, Ok(false)) {
            let _ = child.kill();
        }
        drop(output);
        stopped
    })
    .map_err(|error| unreadable("git broke off", error))?;
    if stopped {
        let _ = child.wait();
        return Ok(());
    }
    finish(child)
}

/// Whether it was stopped.
fn read_all(
    output: &mut impl BufRead,
    receive: &mut impl FnMut(Object<'_>) -> io::Result<Flow>,
) -> io::Result<bool> {
    let mut header = String::new();
    loop {
        header.clear();
        if output.read_line(&mut header)? == 0 {
            return Ok(false);
        }
        let mut words = header.split_whitespace();
        let (Some(id), Some(kind)) = (words.next(), words.next()) else { continue };
        let Some(size) = words.next().and_then(|size| size.parse::<u64>().ok()) else { continue };
        let mut content = output.by_ref().take(size);
        let flow = if kind == "blob" {
            receive(Object { id, size, content: &mut content })?
        } else {
            Flow::Continue
        };
        io::copy(&mut content, &mut io::sink())?;
        output.read_exact(&mut [0])?;
        if flow == Flow::Stop {
            return Ok(true);
        }
    }
}
