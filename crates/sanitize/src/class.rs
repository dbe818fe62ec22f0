//! How sensitive a value is.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The classes of data, from what everybody may see to what nobody may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "every audience must say which of them it sees")]
pub enum Class {
    /// May be shown to anybody.
    Public,
    /// Stays within the organisation.
    Internal,
    /// For those who need it: personal data, prices paid.
    Confidential,
    /// Opens something. Shown to nobody.
    Secret,
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Public => "public",
            Self::Internal => "internal",
            Self::Confidential => "confidential",
            Self::Secret => "secret",
        })
    }
}
