//! Starting `git` safely.

use std::{
    io::{BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

use storeward_core::{Fault, PortError};

use crate::source::unreadable;

/// A repository, by any folder in it.
#[derive(Debug, Clone)]
pub(crate) struct Git {
    root: PathBuf,
}

/// Settings that a repository could use to have something run.
const HARMLESS: [&str; 6] = [
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.untrackedCache=false",
    "core.attributesFile=/dev/null",
    "diff.external=",
    "protocol.allow=never",
];

impl Git {
    pub(crate) fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.arg("--no-pager").arg("--no-optional-locks").arg("-C").arg(&self.root);
        for setting in HARMLESS {
            command.args(["-c", setting]);
        }
        command
            .args(arguments)
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("LC_ALL", "C")
            .env_remove("GIT_EXTERNAL_DIFF")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs to the end and returns what was written.
    pub(crate) fn output(&self, arguments: &[&str]) -> Result<Vec<u8>, PortError> {
        let output =
            self.command(arguments).output().map_err(|error| unreadable("git cannot be started", error))?;
        if output.status.success() { Ok(output.stdout) } else { Err(failed(&output.stderr)) }
    }

    /// The better error where the folder is in no repository: several commands say something else then.
    pub(crate) fn explain(&self, error: PortError) -> PortError {
        self.output(&["rev-parse", "--git-dir"]).err().unwrap_or(error)
    }

    /// Starts and gives the process with its output, and its input where `input` asks for one.
    pub(crate) fn start(
        &self,
        arguments: &[&str],
        input: bool,
    ) -> Result<(Child, BufReader<ChildStdout>), PortError> {
        let mut command = self.command(arguments);
        // What goes wrong is told by the status; nobody reads the other pipe until then.
        command.stderr(Stdio::null());
        if input {
            command.stdin(Stdio::piped());
        }
        let mut child = command.spawn().map_err(|error| unreadable("git cannot be started", error))?;
        let stdout = child.stdout.take().ok_or_else(|| failed(b"no output"))?;
        Ok((child, BufReader::with_capacity(256 << 10, stdout)))
    }
}

/// Waits for a process and says whether it did well.
pub(crate) fn finish(mut child: Child) -> Result<(), PortError> {
    let status = child.wait().map_err(|error| unreadable("git was lost", error))?;
    let mut said = Vec::new();
    if let Some(mut stderr) = child.stderr.take() {
        // What it said is a help only.
        let _ = stderr.read_to_end(&mut said);
    }
    if status.success() { Ok(()) } else { Err(failed(&said)) }
}

fn failed(said: &[u8]) -> PortError {
    let said = String::from_utf8_lossy(said);
    let line = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("git failed").to_owned();
    let fault = if ["not a git repository", "unknown revision", "bad revision"]
        .iter()
        .any(|said| line.contains(said))
    {
        Fault::NotFound
    } else {
        Fault::Unreachable
    };
    PortError::new("secret source", fault, line)
}
