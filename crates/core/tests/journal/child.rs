//! A runner in a process of its own: this test binary, started again, which is told over its standard input what to
//! do and says over its standard output what came of it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::{
    io::{self, BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
};

use storeward_core::{JournalStore, PortError, SecretString, journal::SqlJournal};

use crate::entry;

/// How the child's own lines are told apart from those of the test harness around it.
const MARK: &str = "child says ";

/// The child, which is killed when it is dropped.
pub(crate) struct Runner {
    process: Child,
    lines: io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Runner {
    /// Starts it on a journal, given as `sqlite <path>` or `postgres <url>`.
    pub(crate) fn start(journal: &str) -> Self {
        Self::spawn(Command::new(std::env::current_exe().unwrap()), journal)
    }

    /// Starts it as the user `nobody`, who has a copy of it in this directory.
    #[cfg(unix)]
    pub(crate) fn start_as_nobody(directory: &Path, journal: &str) -> Self {
        use std::os::unix::process::CommandExt;
        let copy = directory.join("runner");
        if !copy.exists() {
            std::fs::copy(std::env::current_exe().unwrap(), &copy).unwrap();
        }
        let mut command = Command::new(copy);
        command.uid(crate::server::NOBODY).gid(crate::server::NOBODY);
        Self::spawn(command, journal)
    }

    fn spawn(mut command: Command, journal: &str) -> Self {
        let mut process = command
            .args(["--exact", "child::child", "--ignored", "--nocapture", "--test-threads=1"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut runner = Self { process, lines };
        runner.tell(journal);
        runner
    }

    fn tell(&mut self, line: &str) {
        writeln!(self.process.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    /// What it says next.
    pub(crate) fn says(&mut self) -> String {
        let own = |line: io::Result<String>| Some(line.unwrap().split_once(MARK)?.1.to_owned());
        self.lines.find_map(own).unwrap_or_else(|| panic!("the child has died"))
    }

    /// Tells it to claim a run, and how many entries to write to it.
    pub(crate) fn claim(&mut self, run: &str, entries: usize) -> String {
        self.tell(&format!("{entries} {run}"));
        self.says()
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Kills it, as `kill -9` does, and waits until it is dead.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        // It may be dead already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
#[ignore = "it is what `Runner` starts, and does nothing by itself"]
fn child() {
    let mut lines = io::stdin().lines().map(Result::unwrap);
    let Some(journal) = lines.next() else { return };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let say = |result: Result<String, PortError>| {
        let line = result.unwrap_or_else(|error| format!("{:?} {error}", error.fault()));
        let mut out = io::stdout();
        writeln!(out, "\n{MARK}{line}").unwrap();
        out.flush().unwrap();
    };
    runtime.block_on(async {
        let store = match open(&journal).await {
            Ok(store) => store,
            Err(error) => return say(Err(error)),
        };
        say(Ok("open".to_owned()));
        for line in lines {
            let (entries, run) = line.split_once(' ').unwrap();
            say(write(&store, run, entries.parse().unwrap()).await);
        }
    });
}

async fn open(journal: &str) -> Result<SqlJournal, PortError> {
    match journal.split_once(' ').unwrap() {
        ("sqlite", path) => SqlJournal::sqlite(Path::new(path)).await,
        (_, url) => SqlJournal::postgres(&SecretString::from(url)).await,
    }
}

async fn write(store: &SqlJournal, run: &str, entries: usize) -> Result<String, PortError> {
    let fence = store.claim(run).await?.fence;
    for number in 0..entries {
        store.append(run, fence, entry(&format!("step {number}"), 0)).await?;
    }
    Ok(format!("claimed {fence}"))
}
