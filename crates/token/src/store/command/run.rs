//! One run of a program on threads of its own, with bounds on its time and its output.

use std::{
    ffi::OsString,
    future::poll_fn,
    io::{self, Read, Write},
    path::PathBuf,
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

use super::EXPECTED_VERSION;

/// The longest output, in bytes. A token has some hundreds.
const LONGEST: usize = 64 << 10;
/// How often it is looked whether a program that has closed its output has ended.
const PAUSE: Duration = Duration::from_millis(5);

/// Why a program was not run to its end, in words that follow its name.
pub(super) type Failed = (Fault, String);

pub(super) struct Job {
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<OsString>,
    pub(super) input: Option<SecretString>,
    pub(super) expected: Option<String>,
    pub(super) limit: Duration,
}

/// How a program ended.
pub(super) struct Ended {
    /// Nothing if a signal ended it.
    pub(super) code: Option<i32>,
    pub(super) output: Vec<u8>,
    pub(super) errors: Vec<u8>,
}

/// What the thread hands over, and whom it wakes for it.
#[derive(Default)]
struct Handover {
    result: Option<Result<Ended, Failed>>,
    waker: Option<Waker>,
}

impl Job {
    pub(super) async fn run(self) -> Result<Ended, Failed> {
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
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).env_remove(EXPECTED_VERSION);
        if let Some(expected) = &self.expected {
            command.env(EXPECTED_VERSION, expected);
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
            thread::spawn(move || sender.send((true, whole(pipe))));
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
