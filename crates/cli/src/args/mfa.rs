//! `storeward mfa …`

use clap::{Args, Subcommand, ValueEnum};

use super::ListFormat;
use crate::exit;

#[derive(Debug, Subcommand)]
pub(crate) enum MfaCommand {
    /// Set up somebody's app; the first code that is verified makes it count
    #[command(after_help = exit::HELP)]
    Enroll(EnrollArgs),
    /// Verify a code, and open a session for what it was shown for
    #[command(after_help = VERIFY)]
    Verify(VerifyArgs),
    /// Show who has a second factor, and how it is
    #[command(after_help = exit::HELP)]
    Status(StatusArgs),
    /// Set up another app with a recovery code, for who has lost theirs
    #[command(after_help = exit::HELP)]
    Recover(RecoverArgs),
    /// Forget somebody's app, recovery codes, failures and sessions
    #[command(after_help = exit::HELP)]
    Reset(ResetArgs),
    /// End somebody's sessions
    #[command(after_help = exit::HELP)]
    Logout(LogoutArgs),
}

const VERIFY: &str = "\
Where a code is read from (SOURCE): stdin, env:NAME, file:PATH, command:PROGRAM ARG…

Providers, and the variables by which they know us:
  okta   OKTA_ORG_URL, OKTA_API_TOKEN
  duo    DUO_API_HOST, DUO_INTEGRATION_KEY, DUO_SECRET_KEY
  auth0  AUTH0_DOMAIN, AUTH0_CLIENT_ID, AUTH0_CLIENT_SECRET, AUTH0_MFA_TOKEN

Exit codes:
  0  verified
  1  not verified: wrong, used before, refused, or too many failures
  2  the question was wrong: usage or configuration
  3  nobody could tell: treat it as a no";

/// Who, and in which form it is told.
#[derive(Debug, Args)]
pub(crate) struct WhoArgs {
    /// Who: the name that roles know them by
    #[arg(long, value_name = "ID")]
    pub(crate) actor: String,
    /// The form of the result
    #[arg(long, value_enum, default_value_t = ListFormat::Human)]
    pub(crate) format: ListFormat,
}

#[derive(Debug, Args)]
pub(crate) struct EnrollArgs {
    #[command(flatten)]
    pub(crate) who: WhoArgs,
    #[command(flatten)]
    pub(crate) app: AppArgs,
}

/// How an app makes its codes. All apps know the usual ones.
#[derive(Debug, Args)]
pub(crate) struct AppArgs {
    /// What the app shows it under
    #[arg(long, value_name = "NAME", default_value = "storeward")]
    pub(crate) issuer: String,
    /// The hash of the codes: sha1, sha256 or sha512. Some apps take sha1 whatever they are told
    #[arg(long, value_name = "HASH", default_value = "sha1")]
    pub(crate) algorithm: String,
    /// How long a code is: 6 to 8 digits
    #[arg(long, value_name = "NUMBER", default_value_t = 6)]
    pub(crate) digits: u8,
    /// How many seconds a code holds
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    pub(crate) period: u16,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) who: WhoArgs,
    /// Where the code is read from; without it, it is asked for, unseen. A recovery code is taken too
    #[arg(long, value_name = "SOURCE")]
    pub(crate) code_from: Option<String>,
    /// What it is shown for, such as deploy
    #[arg(long, value_name = "OPERATION")]
    pub(crate) operation: String,
    /// Where
    #[arg(long, short, value_name = "ENVIRONMENT")]
    pub(crate) environment: String,
    /// The digest of the change it is shown for: 64 hexadecimal digits
    #[arg(long, value_name = "DIGEST")]
    pub(crate) change: Option<String>,
    /// Let a provider verify it instead
    #[arg(long, value_enum, value_name = "PROVIDER")]
    pub(crate) provider: Option<Provider>,
    /// Let the provider ask on the person's device
    #[arg(long, requires = "provider", conflicts_with = "code_from")]
    pub(crate) push: bool,
}

/// Who else verifies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Provider {
    /// Okta
    Okta,
    /// Duo
    Duo,
    /// Auth0
    Auth0,
}

#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// Only this one
    #[arg(long, value_name = "ID")]
    pub(crate) actor: Option<String>,
    /// The form of the list
    #[arg(long, value_enum, default_value_t = ListFormat::Human)]
    pub(crate) format: ListFormat,
}

#[derive(Debug, Args)]
pub(crate) struct RecoverArgs {
    #[command(flatten)]
    pub(crate) who: WhoArgs,
    /// Where the recovery code is read from; without it, it is asked for, unseen
    #[arg(long, value_name = "SOURCE")]
    pub(crate) code_from: Option<String>,
    #[command(flatten)]
    pub(crate) app: AppArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ResetArgs {
    #[command(flatten)]
    pub(crate) who: WhoArgs,
    /// Forget the failures alone, so that codes are taken again
    #[arg(long)]
    pub(crate) failures: bool,
    /// Do it without asking, for scripts
    #[arg(long, short)]
    pub(crate) yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct LogoutArgs {
    #[command(flatten)]
    pub(crate) who: WhoArgs,
}
