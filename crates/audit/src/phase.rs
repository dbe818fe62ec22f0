//! The moments of an operation that are recorded.

use serde::{Deserialize, Serialize};

/// Where an operation stood when its event was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "whoever reads a trail must handle each of them")]
pub enum Phase {
    /// It was allowed and is about to begin. Without this event, a guarded operation does not run.
    Intent,
    /// It has ended, well or badly.
    Outcome,
    /// It was not allowed, and nothing was done.
    Refused,
}

impl Phase {
    /// Whether the event must be durable before anything is done.
    #[must_use]
    pub const fn comes_before_the_act(self) -> bool {
        matches!(self, Self::Intent)
    }
}
