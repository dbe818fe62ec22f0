//! What a rule noticed.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::Severity;

/// A rule's remark about what happened, passed on to whoever answers it.
///
/// A signal points at its evidence by event id; it holds no detail of an event, so nothing that was masked there
/// comes back here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "built by every rule; a new field is a breaking change")]
pub struct Signal {
    /// The rule that spoke, such as `failed_logins`.
    pub rule: String,
    /// How bad it is.
    pub severity: Severity,
    /// The time of the event that completed the pattern.
    pub at: DateTime<Utc>,
    /// Whom or what it is about: an actor's id, an address, a token's fingerprint.
    pub subject: String,
    /// One sentence for a person.
    pub description: String,
    /// The ids of the events that show it, oldest first.
    pub events: Vec<String>,
}
