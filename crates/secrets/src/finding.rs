//! What a scan says.

use std::borrow::Cow;

use serde::Serialize;
use storeward_core::{Fingerprint, Masked, Severity};

use crate::rule::Confidence;

/// A secret that was found. It holds no part of the secret but what [`Masked`] leaves, and borrows nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The rule's stable id.
    pub rule: Cow<'static, str>,
    /// What its holder can do.
    pub description: Cow<'static, str>,
    /// How bad the leak is.
    pub severity: Severity,
    /// How sure we are that it is one.
    pub confidence: Confidence,
    /// Where it is.
    #[serde(flatten)]
    pub place: Place,
    /// The form in which people may see it.
    pub masked: Masked,
    /// The path of keys that leads to it in a document, where one is known: `production.saleor.token`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_path: Option<String>,
    /// How it was encoded, outermost first, where it was: `base64`, or `percent, json`. The place is then that of the
    /// encoded text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decoded_from: Option<String>,
    /// The keyed fingerprint of rule and secret, where the scanner has a key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<Fingerprint>,
}

/// A span of bytes, and the same span as people and editors count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[non_exhaustive]
pub struct Place {
    /// The offset of the first byte.
    #[serde(skip)]
    pub start: u64,
    /// The offset after the last byte.
    #[serde(skip)]
    pub end: u64,
    /// The line of the first character, from 1.
    pub line: u64,
    /// Its column, from 1, in characters (Unicode scalar values; a byte that is no UTF-8 counts as one).
    pub column: u64,
    /// The line of the last character.
    pub end_line: u64,
    /// The column after the last character.
    pub end_column: u64,
}
