//! What is said of a token.

use std::collections::BTreeSet;

use serde::Serialize;
use storeward_core::{Fingerprint, Severity};

use crate::{Form, form::Claims};

/// What was found out about a token. It holds nothing of the token itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Validation {
    /// The version of this report's shape.
    pub schema: &'static str,
    /// Whether it may be used: no issue is [`High`](Severity::High) or worse.
    pub valid: bool,
    /// Its form; nothing when it has none.
    pub kind: Option<Form>,
    /// What a staff token says of itself. Nobody has verified its signature: it decides nothing but that it is expired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims: Option<Claims>,
    /// Whose it is; nothing when that was not asked, or when it opens nothing.
    pub identity: Option<Owner>,
    /// Its fingerprint; nothing without a key.
    pub fingerprint: Option<Fingerprint>,
    /// What it may do, and what it should.
    pub permissions: Permissions,
    /// What is wrong with it, in the order in which it was looked at.
    pub issues: Vec<Issue>,
    /// What to do about it.
    pub recommendations: Vec<Recommendation>,
}

/// Whose a token is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Owner {
    /// `app` or `staff`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The id in the API.
    pub id: String,
    /// The app's name, or the member of the staff's e-mail address.
    pub name: String,
    /// Whether the app or the account is active.
    pub active: bool,
}

/// What a token may do, beside what it must be allowed to do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Permissions {
    /// What the store says it may do.
    pub available: BTreeSet<String>,
    /// What the policy demands.
    pub required: BTreeSet<String>,
    /// Required, but not available.
    pub missing: BTreeSet<String>,
    /// Available, but not required.
    pub excess: BTreeSet<String>,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Issue {
    /// A stable name for it, such as `token.missing_permission`.
    pub id: &'static str,
    /// How bad it is; from [`High`](Severity::High) on the token may not be used.
    pub severity: Severity,
    /// It, in a sentence.
    pub message: String,
}

/// What to do about an issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Recommendation {
    /// The issue's stable name.
    pub id: &'static str,
    /// It, in a sentence.
    pub message: String,
}

impl Validation {
    /// Nothing is known yet, so it is not valid.
    pub(super) fn new(required: BTreeSet<String>) -> Self {
        Self {
            schema: "storeward.token.validate/1",
            valid: false,
            kind: None,
            claims: None,
            identity: None,
            fingerprint: None,
            permissions: Permissions { required, ..Permissions::default() },
            issues: Vec::new(),
            recommendations: Vec::new(),
        }
    }

    pub(super) fn note(
        &mut self,
        id: &'static str,
        severity: Severity,
        message: impl Into<String>,
        advice: &str,
    ) {
        self.issues.push(Issue { id, severity, message: message.into() });
        self.recommendations.push(Recommendation { id, message: advice.to_owned() });
    }

    /// Everything was looked at: it is valid unless something weighs too much.
    pub(super) fn settle(&mut self) {
        self.valid = self.issues.iter().all(|issue| issue.severity < Severity::High);
    }
}
