//! The `storeward` program: parses, runs, prints, and says with its exit code what the answer was.

mod access;
mod args;
mod ask;
mod bridges;
mod check;
mod commands;
mod config;
mod env;
mod exit;
mod key;
mod mfa;
mod position;
mod progress;
mod project;
mod render;
mod secrets;
mod state;
mod stop;
mod token;
mod yaml;

use std::{io, process::ExitCode};

use clap::Parser;

use crate::{
    args::{Cli, Command},
    env::Env,
    exit::{Exit, NoAnswer},
};

fn main() -> ExitCode {
    leave_no_core();
    let cli = Cli::parse();
    let env = Env::of_process();
    let done = match cli.command {
        Command::Check(args) => commands::check::run(&args, &env),
        Command::Init(args) => commands::init::run(&args),
        Command::Secrets(command) => commands::secrets::run(&command, &env),
        Command::Sanitize(args) => commands::sanitize::run(&args, &env),
        Command::Token(command) => commands::token::run(&command, &env),
        Command::Access(command) => commands::access::run(&command, &env),
        Command::Mfa(command) => commands::mfa::run(&command, &env),
        Command::Config(command) => commands::config::run(&command, &env),
        Command::Completions { shell } => commands::shell::completions(shell),
        Command::Man { output } => commands::shell::man(output.as_deref()),
    };
    match done {
        Ok(exit) => exit.into(),
        // Whoever read the output has seen enough, as `head` does.
        Err(error) if is_broken_pipe(&error) => Exit::Yes.into(),
        Err(error) => {
            render::error(&error);
            let unanswered = error.downcast_ref::<NoAnswer>().is_some();
            if unanswered { Exit::Unanswered.into() } else { Exit::Usage.into() }
        }
    }
}

/// A crash writes no image of the memory, in which there may be tokens, to the disk; nor does one of a program that is run here.
fn leave_no_core() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let maximum = getrlimit(Resource::Core).maximum;
        // Where the system does not let it, nothing else suffers.
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum });
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}
