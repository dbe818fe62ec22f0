//! What a scan says.

use std::{borrow::Cow, ops::Range};

use chrono::{DateTime, Utc};
use serde::Serialize;
use storeward_core::{Fingerprint, Masked, SecretString, Severity};

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
    /// When it stops working, where it says so: the claim `exp` of a JSON Web Token (RFC 7519 §4.1.4).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<DateTime<Utc>>,
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

/// How far from a secret the text of its line is looked at: a minified file is one long line.
const LINE: usize = 4096;

/// A finding while its text is still at hand: for what masks it, waives it, shows it or asks its vendor about it. Whoever
/// receives one lets go of the secret.
#[derive(Debug)]
#[non_exhaustive]
pub struct Sighting<'a> {
    /// What was found.
    pub finding: Finding,
    /// The secret, decoded.
    pub secret: &'a SecretString,
    text: Text<'a>,
}

/// A text and where in it the secret stands.
struct Text<'a> {
    bytes: &'a [u8],
    at: Range<usize>,
}

impl std::fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Text(…)") // it holds the secret
    }
}

impl<'a> Sighting<'a> {
    pub(crate) const fn new(
        finding: Finding,
        secret: &'a SecretString,
        bytes: &'a [u8],
        at: Range<usize>,
    ) -> Self {
        Self { finding, secret, text: Text { bytes, at } }
    }

    /// The text before the secret on its line, at most 4 KiB of it.
    #[must_use]
    pub fn before(&self) -> &'a [u8] {
        let (bytes, start) = (self.text.bytes, self.text.at.start);
        let near = bytes.get(start.saturating_sub(LINE)..start).unwrap_or_default();
        near.rsplit(|byte| *byte == b'\n').next().unwrap_or_default()
    }

    /// The secret as it stands there, encoded or not.
    #[must_use]
    pub fn matched(&self) -> &'a [u8] {
        self.text.bytes.get(self.text.at.clone()).unwrap_or_default()
    }

    /// Where that is: its bytes in the text that was scanned, or in the window of a stream.
    #[must_use]
    pub const fn range(&self) -> Range<usize> {
        self.text.at.start..self.text.at.end
    }

    /// The text after the secret on its last line, at most 4 KiB of it.
    #[must_use]
    pub fn after(&self) -> &'a [u8] {
        let (bytes, end) = (self.text.bytes, self.text.at.end);
        let near = bytes.get(end..bytes.len().min(end.saturating_add(LINE))).unwrap_or_default();
        near.split(|byte| *byte == b'\n').next().unwrap_or_default()
    }

    /// All of that: the lines that the secret stands on.
    #[must_use]
    pub fn lines(&self) -> &'a [u8] {
        let at = &self.text.at;
        self.text.bytes.get(at.start - self.before().len()..at.end + self.after().len()).unwrap_or_default()
    }

    /// The line above those, at most 4 KiB of it; empty where there is none.
    #[must_use]
    pub fn above(&self) -> &'a [u8] {
        let begin = self.text.at.start - self.before().len();
        let Some(end) = begin.checked_sub(1).filter(|at| self.text.bytes.get(*at) == Some(&b'\n')) else {
            return &[];
        };
        let near = self.text.bytes.get(end.saturating_sub(LINE)..end).unwrap_or_default();
        near.rsplit(|byte| *byte == b'\n').next().unwrap_or_default()
    }
}
