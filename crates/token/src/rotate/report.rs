//! What became of a rotation.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use storeward_core::{Fingerprint, PortError};

/// What became of a rotation. It holds nothing of any token.
#[derive(Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// The version of this report's shape.
    pub schema: String,
    /// Whether the new token is in the old one's place for good.
    pub rotated: bool,
    /// How it ended.
    pub outcome: Outcome,
    /// The token that was to be replaced; nothing when it could not be looked at.
    pub old: Option<OldToken>,
    /// The token that replaces it; nothing when there is none, or no longer one.
    pub new: Option<NewToken>,
    /// Until when the old token is left alive.
    pub until: Option<DateTime<Utc>>,
    /// What a person has to do, each in a sentence.
    pub by_hand: Vec<String>,
    /// The steps that were taken, in that order.
    pub steps: Vec<StepReport>,
    /// What a port answered, if that is why it ended.
    #[serde(skip)]
    pub cause: Option<PortError>,
}

/// How a rotation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// The new token is stored, and the old one is dead.
    Rotated,
    /// The new token is stored, and a person has to end the old one. Running it again looks whether they have.
    ByHand,
    /// The new token is stored, and the old one lives until the grace period is over. Running it again goes on.
    Waiting,
    /// The old token is in force, and there is no new one.
    Kept,
    /// It stopped halfway. What is stored is alive as far as could be seen; running it again goes on.
    Unfinished,
    /// Nothing was done, as asked.
    Planned,
}

/// The token that is replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OldToken {
    /// Its id in the API; nothing when that is not certain.
    pub id: Option<String>,
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// Whether it is dead.
    pub revoked: bool,
}

/// The token that replaces it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NewToken {
    /// Its id in the API; nothing when a person made it and that is not certain.
    pub id: Option<String>,
    /// Its name.
    pub name: String,
    /// Its fingerprint; nothing as long as it is only planned.
    pub fingerprint: Option<Fingerprint>,
}

/// What became of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StepReport {
    /// Its name, such as `read_back`.
    pub name: String,
    /// What became of it.
    pub status: Status,
    /// It, in words.
    pub detail: String,
}

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Status {
    /// It was done, now or by an earlier runner.
    Done,
    /// It failed.
    Failed,
    /// It has to wait.
    Waiting,
    /// A person has to do it.
    ByHand,
    /// It would be done.
    Planned,
}

impl Report {
    /// Nothing has been done yet.
    pub(super) fn new() -> Self {
        Self {
            schema: "storeward.token.rotate/1".to_owned(),
            rotated: false,
            outcome: Outcome::Unfinished,
            old: None,
            new: None,
            until: None,
            by_hand: Vec::new(),
            steps: Vec::new(),
            cause: None,
        }
    }

    pub(super) fn step(&mut self, name: &str, status: Status, detail: impl Into<String>) {
        self.steps.push(StepReport { name: name.to_owned(), status, detail: detail.into() });
    }
}
