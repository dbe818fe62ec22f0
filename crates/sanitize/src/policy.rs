//! What a walk through a document goes by.

use crate::{Audience, Masks, RuleSet};

storeward_core::vocabulary! {
    /// What is done with a value that no rule classifies.
    #[non_exhaustive]
    pub enum Unclassified: "treatment of unclassified fields" {
        /// All of it is hidden.
        Redact = "redact",
        /// It is shown, and nobody looks at it.
        Keep = "keep",
        /// The detectors look at it, and what they recognise is hidden.
        Detect = "detect",
    }
}

/// Rules, who will read the result, and how values are hidden.
#[derive(Debug)]
pub(crate) struct Policy {
    pub(crate) rules: RuleSet,
    pub(crate) audience: Audience,
    pub(crate) unclassified: Unclassified,
    pub(crate) masks: Masks,
}
