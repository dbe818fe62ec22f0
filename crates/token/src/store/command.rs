//! A secret behind two programs, one that reads it and one that writes it: for places that this crate does not know.
//!
//! # What the programs do
//!
//! | | reads | writes |
//! | --- | --- | --- |
//! | on its input | nothing | the secret, without a line end after it |
//! | in `STOREWARD_EXPECTED_VERSION` | unset | the version that must stand there; unset if nothing may |
//! | on its output | the version, a line end, the secret; nothing if there is none | the version that stands there now |
//!
//! A version is one line of up to 256 visible ASCII characters: a number, an id. It is written down, so it must not be
//! made from the secret by a plain hash. One line end after what is printed does not count. The writing program compares and replaces in one step,
//! by whatever its place has for that; looking first and writing then lets two writers both win.
//!
//! ```sh
//! #!/bin/sh
//! # Reads from a place with a command line of its own.
//! version=$(place version shop/saleor-token) || exit 75
//! [ -z "$version" ] && exit 0
//! printf '%s\n' "$version"
//! place get shop/saleor-token --version "$version"
//! ```
//!
//! # How they end
//!
//! | exit code | means | fault |
//! | --- | --- | --- |
//! | 0 | done | |
//! | 3 | another version stands there; nothing was changed | [`Fault::Conflict`] |
//! | 75 (`EX_TEMPFAIL`) | the place does not answer | [`Fault::Unreachable`] |
//! | 77 (`EX_NOPERM`) | the place refuses | [`Fault::Refused`] |
//! | another | failed | [`Fault::Invalid`] |
//! | ended by a signal | unknown | [`Fault::Unreachable`] |
//!
//! A writing program that finds nothing on its input writes nothing: whoever called it was killed before it gave the secret.
//!
//! One that runs longer than its time limit is killed: [`Fault::TimedOut`]. One that prints more than 64 KiB is killed, and
//! its output is [`Fault::Invalid`]. What such a program has started itself goes on.
//!
//! # What is shown
//!
//! The secret goes through pipes, never through arguments or the environment, which other processes may see. The programs
//! get this process's environment. The last 400 characters that a failed program wrote to its error output are part of the
//! error; of them, whatever has six characters in a row from the secret is masked there, and so is all it printed. A program
//! that encodes the secret into its error output (in base64, say) gets past that, and so does a failed reading program that has
//! not printed it before: let such programs be silent.
//!
//! Programs run on threads of their own, so the futures need no runtime. A future that is dropped stops no program.

use std::time::Duration;

use storeward_core::{BoxFuture, Fault, PortError, SecretString};

use super::error;
use crate::{
    SecretStore,
    command::{Ended, Job, Program},
    port::{Stored, Version},
};

/// The variable with the version that must stand there.
pub const EXPECTED_VERSION: &str = "STOREWARD_EXPECTED_VERSION";
/// The exit code for another version than the expected one.
pub const CONFLICT: i32 = 3;
/// `EX_TEMPFAIL` of `sysexits.h`.
const UNREACHABLE: i32 = 75;
/// `EX_NOPERM` of `sysexits.h`.
const REFUSED: i32 = 77;

/// The longest version, in bytes.
const LONGEST_VERSION: usize = 256;

/// Asks programs for a secret.
#[derive(Debug)]
pub struct CommandStore {
    reader: Program,
    writer: Program,
    limit: Duration,
}

impl CommandStore {
    /// A store behind these programs, each of which may take thirty seconds.
    #[must_use]
    pub const fn new(reader: Program, writer: Program) -> Self {
        Self { reader, writer, limit: Duration::from_secs(30) }
    }

    /// How long a program may take.
    #[must_use]
    pub const fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Runs a program and gives what it printed.
    async fn run(
        &self,
        program: &Program,
        input: Option<&SecretString>,
        over: Option<&Version>,
    ) -> Result<SecretString, PortError> {
        let mut job = Job::new(program, self.limit);
        job.input = input.cloned();
        job.environment.push((EXPECTED_VERSION, over.map(|version| version.as_str().into())));
        let ended = job.run().await.map_err(|(fault, why)| error(fault, format!("{program} {why}")))?;
        if ended.code == Some(0) {
            let text = String::from_utf8(ended.output);
            return text.map(SecretString::from).map_err(|_| invalid(program, "prints no UTF-8"));
        }
        Err(failure(program, input, &ended))
    }
}

fn invalid(program: &Program, why: &str) -> PortError {
    error(Fault::Invalid, format!("{program} {why}"))
}

fn failure(program: &Program, input: Option<&SecretString>, ended: &Ended) -> PortError {
    let fault = match ended.code {
        Some(CONFLICT) => Fault::Conflict,
        Some(UNREACHABLE) | None => Fault::Unreachable,
        Some(REFUSED) => Fault::Refused,
        Some(_) => Fault::Invalid,
    };
    let secrets: Vec<&SecretString> = input.into_iter().collect();
    error(fault, format!("{program} {}", ended.failure(&secrets)))
}

fn version(program: &Program, line: &str) -> Result<Version, PortError> {
    if line.is_empty() || line.len() > LONGEST_VERSION || !line.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(invalid(program, "prints no version"));
    }
    Ok(Version::new(line))
}

fn without_line_end(text: &str) -> &str {
    text.strip_suffix('\n').unwrap_or(text)
}

impl SecretStore for CommandStore {
    fn place(&self) -> String {
        format!("behind {}", self.reader)
    }

    fn read(&self) -> BoxFuture<'_, Result<Option<Stored>, PortError>> {
        Box::pin(async {
            let printed = self.run(&self.reader, None, None).await?;
            if without_line_end(printed.expose()).is_empty() {
                return Ok(None);
            }
            let Some((line, secret)) = printed.expose().split_once('\n') else {
                return Err(invalid(&self.reader, "prints a version or a secret, but not both"));
            };
            let secret = without_line_end(secret);
            if secret.is_empty() {
                return Err(invalid(&self.reader, "prints a version or a secret, but not both"));
            }
            Ok(Some(Stored { version: version(&self.reader, line)?, secret: secret.into() }))
        })
    }

    fn write<'a>(
        &'a self,
        secret: &'a SecretString,
        over: Option<&'a Version>,
    ) -> BoxFuture<'a, Result<Version, PortError>> {
        Box::pin(async move {
            let printed = self.run(&self.writer, Some(secret), over).await?;
            let version = version(&self.writer, without_line_end(printed.expose()))?;
            if version.as_str() == secret.expose() {
                return Err(invalid(&self.writer, "prints the secret as its version"));
            }
            Ok(version)
        })
    }
}

#[cfg(all(test, unix))]
mod tests;
