//! What the program's exit code says.

use std::{error::Error, fmt};

use storeward_core::PortError;

/// The exit codes, the same for every command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done, or the answer is yes.
    Yes = 0,
    /// The answer is no: something was found, denied or blocked.
    No = 1,
    /// The question was wrong: usage or configuration.
    Usage = 2,
    /// No answer could be had; treat it as a no.
    Unanswered = 3,
    /// Done so far; a person must finish a step.
    Step = 4,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// The world did not answer. A command that ends with this error ends with [`Exit::Unanswered`].
#[derive(Debug)]
pub(crate) struct NoAnswer(Box<dyn Error + Send + Sync>);

impl NoAnswer {
    pub(crate) fn because(why: &str) -> Self {
        Self(why.into())
    }
}

impl From<PortError> for NoAnswer {
    fn from(error: PortError) -> Self {
        Self(error.into())
    }
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for NoAnswer {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

/// For `--help`.
pub(crate) const HELP: &str = "\
Exit codes:
  0  done, or the answer is yes
  1  the answer is no: something was found, denied or blocked
  2  the question was wrong: usage or configuration
  3  no answer could be had: treat it as a no
  4  done so far; a person must finish a step";
