//! The traits through which this crate reaches the world.

use std::{borrow::Cow, ops::Range};

use storeward_core::{BoxFuture, PortError};

use crate::Rule;

/// Recognises what must not be shown in a text that no rule classifies.
///
/// Personal data is recognised without a detector (see [`detect`](crate::detect)); this port is for what another
/// engine knows, first of all secrets.
pub trait Detector: Send + Sync {
    /// A quick look at one text: `false` only if [`detect`](Self::detect) would certainly find nothing in it.
    fn may_find(&self, key: &str, text: &str) -> bool {
        let _ = (key, text);
        true
    }

    /// Looks at many texts at once and returns what was found, in any order.
    ///
    /// # Errors
    ///
    /// When the detector cannot answer. Nothing is written then.
    fn detect<'a>(&'a self, fields: &'a [Field<'a>]) -> BoxFuture<'a, Result<Vec<Hit>, PortError>>;
}

/// A text and the key it stands under.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "callers of a detector make these")]
pub struct Field<'a> {
    /// The nearest key above the text; a list's items have the list's key. The key itself where a key is examined.
    pub key: &'a str,
    /// The text, decoded.
    pub text: &'a str,
}

/// Something recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "detectors make these")]
pub struct Hit {
    /// Which of the fields that were given, from 0.
    pub field: usize,
    /// Its bytes in the text. A range that splits a character, or leaves the text, stands for the whole text.
    pub range: Range<usize>,
    /// What recognised it, for the report.
    pub rule: Cow<'static, str>,
}

/// Where rules come from: a file, an organisation's service.
///
/// An implementer gives out all rules or none: a rule that cannot be read is an error, never left out, since what it was
/// meant to hide would be shown.
pub trait RuleSource: Send + Sync {
    /// The rules, in the order they were written.
    ///
    /// # Errors
    ///
    /// When they cannot be had, or one of them makes no sense.
    fn rules(&self) -> BoxFuture<'_, Result<Vec<Rule>, PortError>>;
}
