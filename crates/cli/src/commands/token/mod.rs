//! `storeward token …`

mod list;
mod name;
mod revoke;
mod rotate;
mod validate;

use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::bail;

use crate::{args::TokenCommand, env::Env, exit::Exit};

pub(crate) fn run(command: &TokenCommand, env: &Env) -> anyhow::Result<Exit> {
    match command {
        TokenCommand::Name(command) => name::run(command, env),
        TokenCommand::Validate(args) => validate::run(args, env),
        TokenCommand::Rotate(args) => rotate::run(args, env),
        TokenCommand::List(args) => list::run(args, env),
        TokenCommand::Revoke(args) => revoke::run(args, env),
    }
}

/// Asks a person at a terminal whether to go on.
///
/// # Errors
///
/// When nobody is there to be asked.
fn confirmed(question: &str) -> anyhow::Result<bool> {
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
