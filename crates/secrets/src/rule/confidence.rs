//! How sure a match makes us.

use std::{fmt, str::FromStr};

/// How sure a match of the rule makes us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "three tiers that every reader shows and filters by")]
pub enum Confidence {
    /// A telling name beside a value that may be a secret.
    Low,
    /// The context names the provider, and the value has the right form.
    Medium,
    /// The value names itself, or carries a checksum that holds.
    High,
}

impl Confidence {
    /// The name, in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Confidence {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Low, Self::Medium, Self::High]
            .into_iter()
            .find(|known| known.as_str() == text)
            .ok_or_else(|| format!("confidence \"{text}\" is none of low, medium, high"))
    }
}
