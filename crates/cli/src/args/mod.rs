//! The command line. Parsing touches nothing; what it yields are plain values.

mod access;
mod mfa;
mod sanitize;
mod secrets;
mod token;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use self::access::{
    AboutGlassArgs, AccessCommand, BreakGlassCommand, CheckAccessArgs, DiffArgs, DiffFormat, Identity,
    IdentityArgs, LintArgs, ListGlassArgs, MatrixArgs, MatrixFormat, TakeGlassArgs,
};
pub(crate) use self::mfa::{
    AppArgs, EnrollArgs, LogoutArgs, MfaCommand, Provider, RecoverArgs, ResetArgs, StatusArgs, VerifyArgs,
    WhoArgs,
};
pub(crate) use self::sanitize::{CoverageArgs, InputFormat, RulesArgs, SanitizeArgs, SanitizeCommand};
pub(crate) use self::secrets::{
    BaselineCommand, Hook, HookCommand, HowArgs, RulesCommand, ScanArgs, ScanFormat, SecretsCommand,
    WaiversArgs, WhatArgs,
};
pub(crate) use self::token::{ListArgs, NameCommand, RevokeArgs, RotateArgs, TokenCommand, ValidateArgs};
use crate::exit;

/// Security guardrails for a store run as code.
#[derive(Debug, Parser)]
#[command(name = "storeward", version, about, after_help = exit::HELP, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show what is wrong with a store's directory
    #[command(visible_alias = "security-check", after_help = exit::HELP)]
    Check(CheckArgs),
    /// Write a storeward.toml and keep .env files and state out of git
    #[command(after_help = exit::HELP)]
    Init(InitArgs),
    /// Find leaked secrets, and keep them out
    #[command(subcommand, after_help = exit::HELP)]
    Secrets(SecretsCommand),
    /// Hide in a document what its readers may not see, and prove it
    #[command(after_help = sanitize::FORMATS)]
    Sanitize(Box<SanitizeArgs>),
    /// Validate, rotate, list and end the tokens of a store
    #[command(subcommand, after_help = exit::HELP)]
    Token(TokenCommand),
    /// Say who may do what where
    #[command(subcommand, after_help = exit::HELP)]
    Access(AccessCommand),
    /// Set up and verify second factors
    #[command(subcommand, after_help = exit::HELP)]
    Mfa(MfaCommand),
    /// Look at the configuration
    #[command(subcommand, after_help = exit::HELP)]
    Config(ConfigCommand),
    /// Print a completion script for a shell
    Completions {
        /// The shell to complete for
        shell: clap_complete::Shell,
    },
    /// Write the manual pages, one for each command
    Man {
        /// The directory to write them to; without it, the main page goes to standard output
        #[arg(long, value_name = "DIR")]
        output: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The store's directory, or a single file
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// The environment to check for: development, staging, production, or one that storeward.toml declares
    #[arg(long, short, value_name = "ENVIRONMENT", default_value = "development")]
    pub(crate) environment: String,
    /// Let warnings fail, except advice about development
    #[arg(long)]
    pub(crate) strict: bool,
    /// Make no network call. No check makes one yet, so this only states the wish
    #[arg(long)]
    pub(crate) offline: bool,
    /// The form of the report
    #[arg(long, value_enum, default_value_t = CheckFormat::Human)]
    pub(crate) format: CheckFormat,
    /// Write the report to a file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// For reading
    Human,
    /// For programs: one object, see its `schema`
    Json,
    /// For code scanning: SARIF 2.1.0
    Sarif,
    /// For a pull request's comment
    Markdown,
}

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// The store's directory
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// Do it without asking, for scripts and CI
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print each value in force and where it comes from
    Show(ConfigShowArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ConfigShowArgs {
    /// The store's directory
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// The environment whose values to show
    #[arg(long, short, value_name = "ENVIRONMENT", default_value = "development")]
    pub(crate) environment: String,
    /// The form of the list
    #[arg(long, value_enum, default_value_t = ListFormat::Human)]
    pub(crate) format: ListFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// For reading
    Human,
    /// For programs
    Json,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
