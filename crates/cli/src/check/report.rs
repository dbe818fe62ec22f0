//! What `check` found: one value that every output format is made from.

use serde::Serialize;
use storeward_core::Severity;

use crate::position::Position;

/// The schema of the JSON form; the number rises when a reader would break.
pub(crate) const SCHEMA: &str = "storeward/check/1";

/// What a check is about: the same in every run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Definition {
    /// Stable: never reused, never renamed.
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) severity: Severity,
    /// What to do when it does not pass.
    pub(crate) remedy: &'static str,
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    Pass,
    Skipped,
    Warn,
    Fail,
}

/// One thing that was noticed, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Evidence {
    pub(crate) message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<String>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub(crate) at: Option<Position>,
}

impl Evidence {
    /// Something that has no place in a file.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), path: None, at: None }
    }

    pub(crate) fn in_file(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: Some(path.into()), ..Self::new(message) }
    }

    pub(crate) fn at(path: impl Into<String>, at: Position, message: impl Into<String>) -> Self {
        Self { at: Some(at), ..Self::in_file(path, message) }
    }
}

/// A check with its outcome.
#[derive(Debug, Serialize)]
pub(crate) struct Check {
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) severity: Severity,
    pub(crate) status: Status,
    /// Why it was skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    pub(crate) evidence: Vec<Evidence>,
    pub(crate) remedy: &'static str,
    /// It failed only because the question could not be answered.
    #[serde(skip)]
    pub(crate) unanswered: bool,
}

impl Check {
    /// A check that passes until something is noticed.
    pub(crate) fn new(definition: &'static Definition) -> Self {
        let Definition { id, title, severity, remedy } = definition;
        let (status, evidence) = (Status::Pass, Vec::new());
        Self { id, title, severity: *severity, status, reason: None, evidence, remedy, unanswered: false }
    }

    /// Nothing to look at, or not asked to look.
    pub(crate) fn skipped(definition: &'static Definition, reason: impl Into<String>) -> Self {
        Self { status: Status::Skipped, reason: Some(reason.into()), ..Self::new(definition) }
    }

    pub(crate) fn notice(&mut self, status: Status, evidence: Evidence) {
        self.status = self.status.max(status);
        self.evidence.push(evidence);
    }

    pub(crate) fn fail(&mut self, evidence: Evidence) {
        self.notice(Status::Fail, evidence);
    }

    pub(crate) fn warn(&mut self, evidence: Evidence) {
        self.notice(Status::Warn, evidence);
    }
}

/// How many checks came out how.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Summary {
    pub(crate) pass: usize,
    pub(crate) warn: usize,
    pub(crate) fail: usize,
    pub(crate) skipped: usize,
}

/// All of it.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) schema: &'static str,
    pub(crate) environment: String,
    pub(crate) strict: bool,
    pub(crate) summary: Summary,
    pub(crate) checks: Vec<Check>,
}

impl Report {
    pub(crate) fn new(environment: String, strict: bool, checks: Vec<Check>) -> Self {
        let mut summary = Summary::default();
        for check in &checks {
            *match check.status {
                Status::Pass => &mut summary.pass,
                Status::Warn => &mut summary.warn,
                Status::Fail => &mut summary.fail,
                Status::Skipped => &mut summary.skipped,
            } += 1;
        }
        Self { schema: SCHEMA, environment, strict, summary, checks }
    }
}
