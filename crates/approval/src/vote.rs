//! What a person says about a change.

use serde::{Deserialize, Serialize};

/// Yes or no. Silence is neither, and counts as no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "whoever weighs votes must handle both")]
pub enum Vote {
    /// The change may run.
    Approve,
    /// The change must not run until this is withdrawn.
    Deny,
}
