//! `storeward access …`

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::ListFormat;
use crate::exit;

#[derive(Debug, Subcommand)]
pub(crate) enum AccessCommand {
    /// Say whether somebody may do something somewhere, and what they must prove first
    #[command(after_help = CHECK)]
    Check(CheckAccessArgs),
    /// Say which rules lead to a decision, one by one
    #[command(after_help = CHECK)]
    Explain(CheckAccessArgs),
    /// Show which role may do what where
    #[command(after_help = exit::HELP)]
    Matrix(MatrixArgs),
    /// Show what a change of a matrix file gives and takes
    #[command(after_help = DIFF)]
    Diff(DiffArgs),
    /// Say what is wrong or suspicious in a matrix file
    #[command(after_help = LINT)]
    Lint(LintArgs),
    /// Override in an emergency what the roles do not allow: recorded, limited in time, and reviewed
    #[command(subcommand, after_help = exit::HELP)]
    BreakGlass(BreakGlassCommand),
}

#[derive(Debug, Subcommand)]
pub(crate) enum BreakGlassCommand {
    /// Take an override; `access check --break-glass` uses it
    Take(TakeGlassArgs),
    /// Show all overrides, and which are to be reviewed
    List(ListGlassArgs),
    /// Review one that has ended: somebody else than who took it
    Review(AboutGlassArgs),
    /// End one before its time
    End(AboutGlassArgs),
}

#[derive(Debug, Args)]
pub(crate) struct TakeGlassArgs {
    #[command(flatten)]
    pub(crate) who: IdentityArgs,
    /// Why: at least a dozen characters, for whoever reviews it
    #[arg(long, value_name = "REASON")]
    pub(crate) reason: String,
    /// What it is for. May be repeated
    #[arg(long, value_name = "OPERATION", required = true)]
    pub(crate) operation: Vec<String>,
    /// Where
    #[arg(long, short, value_name = "ENVIRONMENT")]
    pub(crate) environment: String,
    /// How long, such as 2h; eight hours at most, or less as the roles' file says
    #[arg(long = "for", value_name = "SPAN", default_value = "1h")]
    pub(crate) span: String,
    #[command(flatten)]
    pub(crate) matrix: MatrixFileArgs,
    /// The form of the result
    #[arg(long, value_enum, default_value_t = ListFormat::Human)]
    pub(crate) format: ListFormat,
}

#[derive(Debug, Args)]
pub(crate) struct ListGlassArgs {
    /// Only those that have ended and that nobody reviewed. If there is one, the exit code is 1
    #[arg(long)]
    pub(crate) unreviewed: bool,
    /// The form of the list
    #[arg(long, value_enum, default_value_t = ListFormat::Human)]
    pub(crate) format: ListFormat,
}

#[derive(Debug, Args)]
pub(crate) struct AboutGlassArgs {
    /// Its number
    #[arg(value_name = "NUMBER")]
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) who: IdentityArgs,
    /// The environment whose store answers for the identity
    #[arg(long, short, value_name = "ENVIRONMENT", default_value = "production")]
    pub(crate) environment: String,
    #[command(flatten)]
    pub(crate) matrix: MatrixFileArgs,
    /// The form of the result
    #[arg(long, value_enum, default_value_t = ListFormat::Human)]
    pub(crate) format: ListFormat,
}

const CHECK: &str = "\
Exit codes:
  0  allowed
  1  refused, or something is still to be proved
  2  the question was wrong: usage or configuration
  3  the identity could not be verified: treat it as a no";

const DIFF: &str = "\
Exit codes:
  0  nobody may do more or less than before
  1  somebody may
  2  a file is wrong";

const LINT: &str = "\
Exit codes:
  0  nothing was found
  1  something is suspicious
  2  it cannot be used";

/// Who asks, and who vouches for that.
#[derive(Debug, Args)]
pub(crate) struct IdentityArgs {
    /// Who: a name that is unique in the organisation. Without it, the identity that was verified, or the user of this machine
    #[arg(long, value_name = "ID")]
    pub(crate) actor: Option<String>,
    /// The roles they hold, separated by commas; without it, those whose members they are
    #[arg(long, value_name = "ROLES", value_delimiter = ',')]
    pub(crate) roles: Vec<String>,
    /// How the identity is established: claimed, github (the token that GitHub Actions signs for this job) or saleor (the store
    /// answers for the token in --token-from)
    #[arg(long, value_enum, default_value_t = Identity::Claimed)]
    pub(crate) identity: Identity,
    /// With --identity saleor, where the token of a member of the staff is read from; see `storeward token validate --help`
    #[arg(long, value_name = "SOURCE")]
    pub(crate) token_from: Option<String>,
    /// With --identity saleor, the address of the store's GraphQL
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// Ask as a pipeline, not as a person
    #[arg(long)]
    pub(crate) automation: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CheckAccessArgs {
    #[command(flatten)]
    pub(crate) who: IdentityArgs,
    /// What they want to do, such as deploy or delete_entities
    #[arg(long, value_name = "OPERATION")]
    pub(crate) operation: String,
    /// Where
    #[arg(long, short, value_name = "ENVIRONMENT")]
    pub(crate) environment: String,
    /// A kind of entity that is touched, such as products. May be repeated
    #[arg(long, value_name = "TYPE")]
    pub(crate) entity_type: Vec<String>,
    /// The digest of the change that is to be applied: 64 hexadecimal digits
    #[arg(long, value_name = "DIGEST")]
    pub(crate) change: Option<String>,
    /// When, as in 2026-11-24T12:00:00Z; without it, now
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
    /// Nobody can be asked anything while it runs. A pipeline's are always so
    #[arg(long)]
    pub(crate) unattended: bool,
    /// A second factor that was verified: the session that `storeward mfa verify` gave, in the variable STOREWARD_MFA_SESSION or
    /// from here
    #[arg(long, value_name = "SOURCE")]
    pub(crate) mfa_session_from: Option<String>,
    /// The number of an override that was taken, to be used if the roles do not suffice
    #[arg(long, value_name = "NUMBER")]
    pub(crate) break_glass: Option<String>,
    #[command(flatten)]
    pub(crate) matrix: MatrixFileArgs,
    /// The form of the answer
    #[arg(long, value_enum, default_value_t = ListFormat::Human)]
    pub(crate) format: ListFormat,
}

/// Who vouches for an identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Identity {
    /// Nobody but the caller
    Claimed,
    /// GitHub Actions
    Github,
    /// The Saleor store
    Saleor,
}

#[derive(Debug, Args)]
pub(crate) struct MatrixFileArgs {
    /// The file with the roles, TOML or YAML; without it, access.matrix of the configuration, or the built-in ones
    #[arg(long, value_name = "FILE")]
    pub(crate) matrix: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct MatrixArgs {
    #[command(flatten)]
    pub(crate) matrix: MatrixFileArgs,
    /// Only this role. May be repeated
    #[arg(long, value_name = "ROLE")]
    pub(crate) role: Vec<String>,
    /// Only this environment
    #[arg(long, short, value_name = "ENVIRONMENT")]
    pub(crate) environment: Option<String>,
    /// Print the file of the built-in roles, to begin one of your own with
    #[arg(long, exclusive = true)]
    pub(crate) built_in: bool,
    /// The form of the matrix
    #[arg(long, value_enum, default_value_t = MatrixFormat::Human)]
    pub(crate) format: MatrixFormat,
    /// Write it to a file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum MatrixFormat {
    /// For reading
    Human,
    /// For programs
    Json,
    /// For a pull request or a wiki
    Markdown,
    /// For a browser: one page that needs nothing else
    Html,
}

#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// The file before; `built-in` for the built-in roles
    #[arg(value_name = "OLD")]
    pub(crate) old: PathBuf,
    /// The file after
    #[arg(value_name = "NEW")]
    pub(crate) new: PathBuf,
    /// The form of the difference
    #[arg(long, value_enum, default_value_t = DiffFormat::Human)]
    pub(crate) format: DiffFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// For reading
    Human,
    /// For programs
    Json,
    /// For a pull request's comment
    Markdown,
}

#[derive(Debug, Args)]
pub(crate) struct LintArgs {
    #[command(flatten)]
    pub(crate) matrix: MatrixFileArgs,
    /// The form of the findings
    #[arg(long, value_enum, default_value_t = ListFormat::Human)]
    pub(crate) format: ListFormat,
}
