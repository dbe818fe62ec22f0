//! How bad something is.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Four steps and a remark, ordered from harmless to urgent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "every reader shows all of them; a sixth is a breaking change")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// A small departure from policy.
    Low,
    /// Should be looked at soon.
    Medium,
    /// Somebody may get in, or get more than they should.
    High,
    /// Act now.
    Critical,
}

impl Severity {
    /// All severities, from harmless to urgent.
    pub const ALL: [Self; 5] = [Self::Info, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The name, in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
