//! `storeward token …`

use clap::{Args, Subcommand};

use super::ListFormat;
use crate::exit;

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make and take apart the names of tokens
    #[command(subcommand, after_help = exit::HELP)]
    Name(NameCommand),
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
