//! What kind of incident it is, and how far it has come.

use serde::{Deserialize, Serialize};

/// What happened; it decides which playbook answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Category {
    /// Somebody else may hold a token.
    TokenCompromise,
    /// Somebody else may use an account.
    AccountCompromise,
    /// Somebody reached what they should not.
    UnauthorizedAccess,
    /// Data left the organisation.
    DataExposure,
    /// A rule was broken without visible harm.
    PolicyViolation,
    /// A deployment did harm on purpose.
    MaliciousDeploy,
}

/// How far the answer has come. Nothing is closed by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Status {
    /// Somebody or something has noticed.
    Open,
    /// It is being looked into.
    Investigating,
    /// It can do no further harm.
    Contained,
    /// Its cause is gone.
    Eradicated,
    /// The store works as before.
    Recovered,
    /// The answer itself failed, and a person must take over.
    Failed,
    /// Handed to somebody with more authority.
    Escalated,
    /// A person has named the cause and ended it.
    Closed,
}

impl Status {
    /// Whether nothing more will happen.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Closed)
    }
}
