//! One run of a program on threads of its own, with bounds on its time and its output.

use std::{
    future::poll_fn,
    io::{self, Read, Write},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, RecvTimeoutError},
    },
    task::{Poll, Waker},
    thread,
    time::{Duration, Instant},
};

use storeward_core::{Fault, SecretString};

use super::{Program, mask};

/// The longest output, in bytes. A token has some hundreds.
const LONGEST: usize = 64 << 10;
/// How often it is looked whether a program that has closed its output has ended.
const PAUSE: Duration = Duration::from_millis(5);

/// Why a program was not run to its end, in words that follow its name.
pub(crate) type Failed = (Fault, String);

pub(crate) struct Job {
    program: Program,
    /// What it gets on its input; without it, nothing.
    pub(crate) input: Option<SecretString>,
    /// Variables beside this process's own; one without a value is taken away.
    pub(crate) environment: Vec<(&'static str, Option<SecretString>)>,
    pub(crate) kept: Kept,
    limit: Duration,
}

/// What is kept of a program's output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// All of it; one that prints too much is killed.
    All,
    /// The end of it.
    End,
}

/// How a program ended.
pub(crate) struct Ended {
    /// Nothing if a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) output: Vec<u8>,
    pub(crate) errors: Vec<u8>,
}

impl Ended {
    /// That it failed, and the end of its error output, in words that follow its name. What it printed and these secrets are
    /// masked in it.
    pub(crate) fn failure(&self, secrets: &[&SecretString]) -> String {
        let how = self
            .code
            .map_or("was ended by a signal".to_owned(), |code| format!("ends with exit code {code}"));
        let printed = SecretString::from(String::from_utf8_lossy(&self.output).into_owned());
        let secrets: Vec<&SecretString> = secrets.iter().copied().chain([&printed]).collect();
        let said = mask::tail(&String::from_utf8_lossy(&self.errors), &secrets);
        if said.is_empty() { how } else { format!("{how}: {said}") }
    }
}

/// What the thread hands over, and whom it wakes for it.
#[derive(Default)]
struct Handover {
    result: Option<Result<Ended, Failed>>,
    waker: Option<Waker>,
}

impl Job {
    pub(crate) fn new(program: &Program, limit: Duration) -> Self {
        Self { program: program.clone(), input: None, environment: Vec::new(), kept: Kept::All, limit }
    }

    pub(crate) async fn run(self) -> Result<Ended, Failed> {
        let handover = Arc::new(Mutex::new(Handover::default()));
        let theirs = Arc::clone(&handover);
        let thread = thread::Builder::new().name("storeward command".to_owned()).spawn(move || {
            let result = self.run_here();
            let mut handover = theirs.lock().unwrap_or_else(PoisonError::into_inner);
            handover.result = Some(result);
            if let Some(waker) = handover.waker.take() {
                waker.wake();
            }
        });
        thread.map_err(|cause| (Fault::Unreachable, format!("cannot be started: {cause}")))?;
        poll_fn(move |context| {
            let mut handover = handover.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(result) = handover.result.take() {
                return Poll::Ready(result);
            }
            handover.waker = Some(context.waker().clone());
            Poll::Pending
        })
        .await
    }

    fn run_here(self) -> Result<Ended, Failed> {
        let end = Instant::now() + self.limit;
        let mut command = Command::new(&self.program.path);
        command.args(&self.program.arguments);
        for (name, value) in &self.environment {
            match value {
                Some(value) => command.env(name, value.expose()),
                None => command.env_remove(name),
            };
        }
        command.stdin(if self.input.is_some() { Stdio::piped() } else { Stdio::null() });
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = child.map_err(|cause| {
            let fault = match cause.kind() {
                io::ErrorKind::NotFound => Fault::NotFound,
                io::ErrorKind::PermissionDenied => Fault::Refused,
                _ => Fault::Unreachable,
            };
            (fault, format!("cannot be started: {cause}"))
        })?;
        let result = self.follow(&mut child, end);
        if result.is_err() {
            let _ = child.kill();
            let _ = child.wait();
        }
        result
    }

    fn follow(&self, child: &mut Child, end: Instant) -> Result<Ended, Failed> {
        let late = || (Fault::TimedOut, format!("has not ended within {} ms", self.limit.as_millis()));
        if let (Some(mut pipe), Some(input)) = (child.stdin.take(), self.input.clone()) {
            // A program that does not read all of it has its reasons, and its exit code says which.
            thread::spawn(move || pipe.write_all(input.expose().as_bytes()));
        }
        let (sender, receiver) = mpsc::channel();
        let errors = sender.clone();
        if let Some(pipe) = child.stdout.take() {
            let kept = self.kept;
            thread::spawn(move || {
                let output = if kept == Kept::All { whole(pipe) } else { Some(last(pipe)) };
                sender.send((true, output))
            });
        }
        if let Some(pipe) = child.stderr.take() {
            thread::spawn(move || errors.send((false, Some(last(pipe)))));
        }
        let mut ended = Ended { code: None, output: Vec::new(), errors: Vec::new() };
        loop {
            match receiver.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok((true, Some(output))) => ended.output = output,
                Ok((true, None)) => {
                    return Err((Fault::Invalid, format!("prints more than {} KiB", LONGEST >> 10)));
                }
                Ok((false, errors)) => ended.errors = errors.unwrap_or_default(),
                Err(RecvTimeoutError::Timeout) => return Err(late()),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        loop {
            match child.try_wait() {
                Ok(Some(status)) => {
                    ended.code = status.code();
                    return Ok(ended);
                }
                Ok(None) if Instant::now() < end => thread::sleep(PAUSE),
                Ok(None) => return Err(late()),
                Err(cause) => return Err((Fault::Unreachable, format!("cannot be waited for: {cause}"))),
            }
        }
    }
}

/// All that comes, unless it is too long.
fn whole(pipe: impl Read) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    // What was cut off is no version, and a secret that a failed read cut would be a wrong one.
    let read = pipe.take(LONGEST as u64 + 1).read_to_end(&mut bytes).ok()?;
    (read <= LONGEST).then_some(bytes)
}

/// The end of what comes, however long it is.
fn last(mut pipe: impl Read) -> Vec<u8> {
    let (mut bytes, mut more) = (Vec::new(), [0; 4096]);
    while let Ok(read) = pipe.read(&mut more)
        && read > 0
    {
        bytes.extend_from_slice(more.get(..read).unwrap_or_default());
        let surplus = bytes.len().saturating_sub(LONGEST);
        bytes.drain(..surplus);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_errors_without_end_only_the_end_is_kept() {
        let long = io::repeat(b'x').take(10 * LONGEST as u64).chain(&b"the end"[..]);
        let kept = last(long);
        assert!(kept.len() == LONGEST && kept.ends_with(b"xthe end"));
    }
}
