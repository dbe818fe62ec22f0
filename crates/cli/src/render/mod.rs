//! What a person or a program gets to see. Reports go to standard output or a file, everything else to standard error.

pub(crate) mod human;
pub(crate) mod markdown;
pub(crate) mod sarif;

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use anyhow::Context;
use serde::Serialize;

/// Where a report goes. A file appears whole or not at all: it is written beside its place and then renamed.
pub(crate) enum Output {
    Stdout(Box<anstream::AutoStream<io::StdoutLock<'static>>>),
    File { file: io::BufWriter<fs::File>, written: PathBuf, wanted: PathBuf },
}

impl Output {
    pub(crate) fn to(path: Option<&Path>) -> anyhow::Result<Self> {
        let Some(wanted) = path else {
            // Decides by itself: colours on a terminal only, and never with NO_COLOR.
            let stdout = anstream::AutoStream::auto(io::stdout().lock());
            return Ok(Self::Stdout(Box::new(stdout)));
        };
        let mut written = wanted.as_os_str().to_owned();
        written.push(".partial");
        let written = PathBuf::from(written);
        let file =
            fs::File::create(&written).with_context(|| format!("cannot write {}", wanted.display()))?;
        Ok(Self::File { file: io::BufWriter::new(file), written, wanted: wanted.to_owned() })
    }

    /// Puts a finished file in its place.
    pub(crate) fn keep(self) -> anyhow::Result<()> {
        match self {
            Self::Stdout(_) => Ok(()),
            Self::File { file, written, wanted } => {
                drop(file);
                fs::rename(&written, &wanted).with_context(|| format!("cannot write {}", wanted.display()))
            }
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(stdout) => stdout.write(bytes),
            Self::File { file, .. } => {
                // A file is no terminal.
                anstream::StripStream::new(file).write(bytes)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(stdout) => stdout.flush(),
            Self::File { file, .. } => file.flush(),
        }
    }
}

/// Pretty JSON and a line end.
pub(crate) fn json(out: &mut Output, value: &impl Serialize) -> anyhow::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value).map_err(io::Error::from)?;
    out.write_all(b"\n")?;
    Ok(())
}

/// A line on standard error. Where that is closed, there is nobody to tell.
pub(crate) fn note(message: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", printable(message));
}

/// The text without what would steer a terminal: file names and keys are strangers' words.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
