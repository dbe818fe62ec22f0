//! `storeward token …`

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::ListFormat;
use crate::{
    exit,
    token::{place, source},
};

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make and take apart the names of tokens
    #[command(subcommand, after_help = exit::HELP)]
    Name(NameCommand),
    /// Say whether a token may be used in an environment, and ask the store about it
    #[command(after_help = validate_help())]
    Validate(ValidateArgs),
    /// Put a new token in the place of the old one, and end the old one
    #[command(after_help = rotate_help())]
    Rotate(Box<RotateArgs>),
    /// Show what is known of the tokens, and which are overdue
    #[command(after_help = list_help())]
    List(ListArgs),
    /// End tokens of an app, but not the one in use
    #[command(after_help = revoke_help())]
    Revoke(RevokeArgs),
}

#[derive(Debug, Subcommand)]
pub(crate) enum NameCommand {
    /// Make a name for a token that is made today: environment-purpose-team-date
    New(NewNameArgs),
    /// Take a name apart, or say what is wrong with it
    Parse(ParseNameArgs),
}

#[derive(Debug, Args)]
pub(crate) struct NewNameArgs {
    /// The environment that the token is for
    #[arg(long, short, value_name = "ENVIRONMENT")]
    pub(crate) environment: String,
    /// What it is used for: words of lower-case letters and digits, joined by -
    #[arg(long, value_name = "PURPOSE")]
    pub(crate) purpose: String,
    /// Who answers for it: one word
    #[arg(long, value_name = "TEAM")]
    pub(crate) team: String,
    /// A name that is taken already; the new one gets a number if it must. May be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) taken: Vec<String>,
    /// The form of the result
    #[arg(long, value_enum, default_value_t = ListFormat::Human)]
    pub(crate) format: ListFormat,
}

#[derive(Debug, Args)]
pub(crate) struct ParseNameArgs {
    /// The name
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// The form of the result
    #[arg(long, value_enum, default_value_t = ListFormat::Human)]
    pub(crate) format: ListFormat,
}

/// Which store, and what becomes of the report.
#[derive(Debug, Args)]
pub(crate) struct AboutArgs {
    /// The environment: development, staging, production, or one that storeward.toml declares
    #[arg(long, short, value_name = "ENVIRONMENT")]
    pub(crate) environment: String,
    /// The address of the store's GraphQL; without it, saleor.url of the configuration
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// The form of the report
    #[arg(long, value_enum, default_value_t = ListFormat::Human)]
    pub(crate) format: ListFormat,
    /// Write the report to a file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Say nothing beside the report
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ValidateArgs {
    #[command(flatten)]
    pub(crate) about: AboutArgs,
    /// Where the token is read from; without it, token.from of the configuration, or env:SALEOR_TOKEN
    #[arg(long, value_name = "SOURCE")]
    pub(crate) token_from: Option<String>,
    /// A permission that it must have, in place of those that are configured, or that the Configurator needs. May be
    /// repeated
    #[arg(long, value_name = "PERMISSION")]
    pub(crate) require: Vec<String>,
    /// How old it may be, such as 90d
    #[arg(long, value_name = "SPAN")]
    pub(crate) max_age: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct RotateArgs {
    #[command(flatten)]
    pub(crate) about: AboutArgs,
    /// Where the token is kept; without it, token.store of the configuration
    #[arg(long, value_name = "STORE")]
    pub(crate) store: Option<String>,
    /// Where an administrator's token is read from: of a member of the staff, or of an app with MANAGE_APPS. Without it
    /// a person makes the new token in the dashboard, and is asked for it
    #[arg(long, value_name = "SOURCE")]
    pub(crate) admin_from: Option<String>,
    /// The id of the app whose token it is; without it, the app of the stored token
    #[arg(long, value_name = "ID")]
    pub(crate) app: Option<String>,
    /// How long both tokens live, such as 10m, so that all who use the old one fetch the new one
    #[arg(long, value_name = "SPAN", default_value = "0s")]
    pub(crate) grace: String,
    /// End here while both tokens live, with exit code 4; --resume ends the old one when the time has come
    #[arg(long)]
    pub(crate) no_wait: bool,
    /// Go on with a rotation that was interrupted. If the last one ended, nothing is done
    #[arg(long)]
    pub(crate) resume: bool,
    /// Say what would be done, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do it without asking, for scripts and CI
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// A command that the new token must pass, which finds it in SALEOR_TOKEN; beside those of token.smoke_tests. May be
    /// repeated
    #[arg(long, value_name = "COMMAND")]
    pub(crate) smoke_test: Vec<String>,
    /// A permission that the new token must have, in place of those that are configured, or that the old one has. May be
    /// repeated
    #[arg(long, value_name = "PERMISSION")]
    pub(crate) require: Vec<String>,
    /// What the token is used for, as in its name; without it, as in token.name, or configurator
    #[arg(long, value_name = "PURPOSE")]
    pub(crate) purpose: Option<String>,
    /// Who answers for it, as in its name; without it, as in token.name, or ops
    #[arg(long, value_name = "TEAM")]
    pub(crate) team: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Only tokens of this environment
    #[arg(long, short, value_name = "ENVIRONMENT")]
    pub(crate) environment: Option<String>,
    /// How old a token may be, such as 90d. If one is older, the exit code is 1
    #[arg(long, value_name = "SPAN")]
    pub(crate) max_age: Option<String>,
    /// The form of the list
    #[arg(long, value_enum, default_value_t = ListFormat::Human)]
    pub(crate) format: ListFormat,
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("which").required(true).args(["id", "all"]))]
pub(crate) struct RevokeArgs {
    #[command(flatten)]
    pub(crate) about: AboutArgs,
    /// Where an administrator's token is read from
    #[arg(long, value_name = "SOURCE")]
    pub(crate) admin_from: Option<String>,
    /// The id of the app whose tokens they are; without it, the app of the token in use
    #[arg(long, value_name = "ID")]
    pub(crate) app: Option<String>,
    /// The id of a token to end. May be repeated
    #[arg(long, value_name = "TOKEN")]
    pub(crate) id: Vec<String>,
    /// End all tokens of the app but the one in use
    #[arg(long, conflicts_with = "id")]
    pub(crate) all: bool,
    /// Where the token in use is kept; without it, token.store of the configuration
    #[arg(long, value_name = "STORE")]
    pub(crate) store: Option<String>,
    /// Where the token in use is read from, instead of a store
    #[arg(long, value_name = "SOURCE", conflicts_with = "store")]
    pub(crate) token_from: Option<String>,
    /// End the one in use too
    #[arg(long)]
    pub(crate) force: bool,
    /// Say what would be done, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do it without asking, for scripts and CI
    #[arg(long, short)]
    pub(crate) yes: bool,
}

fn validate_help() -> String {
    format!(
        "{}\n\n{}\n\nExit codes:\n  0  it may be used\n  1  it may not\n  2  the question was wrong: usage or configuration\n  \
         3  nobody could be asked: treat it as a no",
        source::HELP,
        place::HELP
    )
}

fn rotate_help() -> String {
    format!(
        "{}\n\n{}\n\nExit codes:\n  0  rotated: the new token is stored, the old one is dead\n  1  not rotated: the old token is in force\n  \
         2  the question was wrong: usage or configuration\n  3  somebody did not answer: see the report, and run it again with --resume\n  \
         4  done so far: a person must finish it, or both tokens still live",
        source::HELP,
        place::HELP
    )
}

fn list_help() -> String {
    "Exit codes:\n  0  done\n  1  a token is older than --max-age\n  2  the question was wrong: usage or configuration\n  \
     3  what is known of the tokens cannot be read"
        .to_owned()
}

fn revoke_help() -> String {
    format!(
        "{}\n\n{}\n\nExit codes:\n  0  they are dead\n  1  not all are: one is in use, or not there\n  2  the question was wrong: usage \
         or configuration\n  3  somebody did not answer",
        source::HELP,
        place::HELP
    )
}
