//! What a run has tried to make.

use serde::{Deserialize, Serialize};
use storeward_core::Fingerprint;

/// One attempt to make a token.
#[derive(Debug, Clone)]
pub(super) struct Attempt {
    /// The token's name, which was written down before it was made.
    pub(super) name: String,
    /// The token, if the journal knows that it was made.
    pub(super) made: Option<Made>,
}

impl Attempt {
    pub(super) fn is(&self, fingerprint: Fingerprint) -> bool {
        self.made.as_ref().is_some_and(|made| made.fingerprint == fingerprint)
    }

    pub(super) fn id(&self) -> Option<&String> {
        self.made.as_ref().and_then(|made| made.id.as_ref())
    }
}

/// A token that this run made.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Made {
    pub(super) id: Option<String>,
    pub(super) fingerprint: Fingerprint,
}
