//! A finding and all that a report says of it.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::Serialize;
use storeward_core::{Fingerprint, Masked, SecretString, Severity};
use storeward_secrets::{Confidence, Finding, port::Verdict};

use super::snippet::Snippet;

/// What to do about any of them.
pub(crate) const REMEDY: &str = "Treat it as known to others: revoke it where it was issued, use a new one from a secret \
                                 store or an environment variable, and take it out of the text";

/// One finding in one place. Its fields are the public form of `--format jsonl`.
#[derive(Debug, Serialize)]
pub(crate) struct Leak {
    pub(crate) rule: Cow<'static, str>,
    pub(crate) description: Cow<'static, str>,
    pub(crate) severity: Severity,
    pub(crate) confidence: Confidence,
    pub(crate) path: String,
    pub(crate) line: u64,
    pub(crate) column: u64,
    pub(crate) end_line: u64,
    pub(crate) end_column: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) key_path: Option<String>,
    #[serde(flatten)]
    pub(crate) commit: Option<Commit>,
    pub(crate) masked: Masked,
    pub(crate) fingerprint: Option<Fingerprint>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) decoded_from: Option<String>,
    /// What its vendor says, if it was to be asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) verification: Option<Verdict>,
    /// What its vendor is asked with.
    #[serde(skip)]
    pub(crate) kept: Option<Kept>,
    /// When it stops working, if it says so; for people.
    #[serde(skip)]
    pub(crate) expires: Option<DateTime<Utc>>,
    /// Its line, the secret masked, for people.
    #[serde(skip)]
    pub(crate) snippet: Snippet,
}

/// A secret that is kept from the scan until its vendor was asked, and no longer.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) secret: SecretString,
    /// A number of the text that it was found in, which is the same for all that was found there.
    pub(crate) text: u64,
}

/// The commit that brought it in.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Commit {
    pub(crate) commit: String,
    pub(crate) author: String,
    pub(crate) date: String,
}

impl Leak {
    pub(crate) fn new(finding: Finding, path: String, snippet: Snippet) -> Self {
        let place = finding.place;
        Self {
            rule: finding.rule,
            description: finding.description,
            severity: finding.severity,
            confidence: finding.confidence,
            path,
            line: place.line,
            column: place.column,
            end_line: place.end_line,
            end_column: place.end_column,
            key_path: finding.key_path,
            expires: finding.expires,
            commit: None,
            masked: finding.masked,
            fingerprint: finding.fingerprint,
            decoded_from: finding.decoded_from,
            verification: None,
            kept: None,
            snippet,
        }
    }

    /// By place, so that a report is the same however many threads made it.
    pub(crate) fn order(&self, other: &Self) -> std::cmp::Ordering {
        let of = |leak: &Self| (leak.line, leak.column, leak.end_line, leak.end_column);
        let commit =
            |leak: &Self| leak.commit.as_ref().map(|commit| (commit.date.clone(), commit.commit.clone()));
        self.path
            .cmp(&other.path)
            .then_with(|| of(self).cmp(&of(other)))
            .then_with(|| self.rule.cmp(&other.rule))
            .then_with(|| commit(self).cmp(&commit(other)))
            .then_with(|| self.fingerprint.cmp(&other.fingerprint))
    }
}
