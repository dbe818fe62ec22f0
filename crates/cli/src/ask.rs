//! Asking: a person at the terminal, and others over the network.

use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::bail;
use tokio::runtime::{Builder, Runtime};

/// What drives questions to others.
///
/// # Errors
///
/// When the system gives no way to wait for answers.
pub(crate) fn runtime() -> anyhow::Result<Runtime> {
    Ok(Builder::new_current_thread().enable_all().build()?)
}

/// Asks a person at a terminal whether to go on.
///
/// # Errors
///
/// When nobody is there to be asked.
pub(crate) fn confirmed(question: &str) -> anyhow::Result<bool> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        bail!(
            "nobody is there to be asked: give --yes to do it without asking, or --dry-run to see what would be done"
        );
    }
    write!(io::stderr().lock(), "{question} [y/N] ")?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes" | "Yes"))
}
