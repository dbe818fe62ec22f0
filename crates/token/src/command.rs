//! Programs that are run for their answer: one that prints a secret, one that [tries a token out](crate::smoke), a
//! [store](crate::store::command) behind two of them.
//!
//! No shell comes in between, and nothing secret is ever an argument. A program runs on a thread of its own, so the futures need
//! no runtime; it is killed when it takes too long or prints too much. A future that is dropped stops no program, and what
//! a program has started itself goes on.

mod mask;
mod run;

use std::{ffi::OsString, fmt, path::PathBuf, time::Duration};

use storeward_core::{Fault, PortError, SecretString};

pub(crate) use run::{Ended, Job, Kept};

/// A program and what it is called with. None of it is secret.
#[derive(Debug, Clone)]
pub struct Program {
    path: PathBuf,
    arguments: Vec<OsString>,
}

impl Program {
    /// A program by its path, or by its name in `PATH`. No shell comes in between.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), arguments: Vec::new() }
    }

    /// One more argument. Other processes can see it: no secret belongs here.
    #[must_use]
    pub fn argument(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }
}

/// Shows the program alone: an argument may hold what it should not.
impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.path.display().fmt(f)
    }
}

/// The secret that a program prints, such as a password manager's. One line end after it does not count.
///
/// # Errors
///
/// Of the port `secret source`: [`Fault::NotFound`] and [`Fault::Refused`] for a program that is not there or may not be run;
/// [`Fault::TimedOut`] after `limit`; [`Fault::Unreachable`] when it fails, with the end of what it wrote to its error
/// output; [`Fault::Invalid`] when it prints nothing, more than 64 KiB, or no UTF-8.
pub async fn printed(program: &Program, limit: Duration) -> Result<SecretString, PortError> {
    let error = |fault, why: &str| PortError::new("secret source", fault, format!("{program} {why}"));
    let ended = Job::new(program, limit).run().await.map_err(|(fault, why)| error(fault, &why))?;
    if ended.code != Some(0) {
        return Err(error(Fault::Unreachable, &ended.failure(&[])));
    }
    let text = String::from_utf8(ended.output).map_err(|_| error(Fault::Invalid, "prints no UTF-8"))?;
    let text = SecretString::from(text);
    let line = text.expose().strip_suffix('\n').unwrap_or(text.expose());
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.is_empty() { Err(error(Fault::Invalid, "prints nothing")) } else { Ok(line.into()) }
}

#[cfg(all(test, unix))]
mod tests {
    use pollster::block_on;

    use super::*;

    fn shell(script: &str) -> Program {
        Program::new("sh").argument("-c").argument(script)
    }

    fn printed_by(script: &str) -> Result<SecretString, PortError> {
        block_on(printed(&shell(script), Duration::from_secs(30)))
    }

    #[test]
    fn what_is_printed_is_the_secret() {
        for script in ["printf EXAMPLE", "echo EXAMPLE", r"printf 'EXAMPLE\r\n'"] {
            assert_eq!(printed_by(script).unwrap().expose(), "EXAMPLE", "{script}");
        }
        assert_eq!(printed_by("printf 'two\nlines\n\n'").unwrap().expose(), "two\nlines\n");
    }

    #[test]
    fn what_is_no_secret_is_an_error_that_shows_nothing() {
        for (script, fault, says) in [
            ("true", Fault::Invalid, "prints nothing"),
            ("echo", Fault::Invalid, "prints nothing"),
            (r"printf '\377'", Fault::Invalid, "no UTF-8"),
            ("echo locked >&2; exit 5", Fault::Unreachable, "exit code 5: locked"),
            (
                "echo EXAMPLE-123; echo got EXAMPLE-123 >&2; exit 1",
                Fault::Unreachable,
                "exit code 1: got ****",
            ),
            ("kill -9 $$", Fault::Unreachable, "signal"),
        ] {
            let error = printed_by(script).unwrap_err();
            assert_eq!(error.fault(), fault, "{script}");
            assert!(error.to_string().contains(says) && !error.to_string().contains("EXAMPLE"), "{error}");
        }
        let error =
            block_on(printed(&Program::new("/nonexistent/program"), Duration::from_secs(1))).unwrap_err();
        assert_eq!(error.fault(), Fault::NotFound);
        let error = block_on(printed(&shell("exec sleep 60"), Duration::from_millis(50))).unwrap_err();
        assert_eq!(error.fault(), Fault::TimedOut);
    }
}
