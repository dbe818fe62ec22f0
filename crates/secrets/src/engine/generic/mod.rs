//! What has no form of its own: a telling name, an operator, a value.
//!
//! Written by hand, because this is where other scanners spend their time and lose their users' trust: the name is read
//! before the value, and most names end the matter.

mod name;
mod url;
mod value;

use super::{
    Pass, RuleId,
    assign::{self, Operator},
    compile::Span,
};
use crate::rule::{Confidence, Detector};

impl Pass<'_> {
    pub(super) fn detect(&mut self, id: RuleId, detector: Detector, at: usize, end: usize) {
        match detector {
            Detector::Secret => self.assigned(id, at, end, Kind::Secret),
            Detector::Password => self.assigned(id, at, end, Kind::Password),
            Detector::UrlCredentials => {
                if let Some(span) = url::password(self.bytes, end.saturating_sub(3)) {
                    self.accept(id, span);
                }
            }
        }
    }

    fn assigned(&mut self, id: RuleId, at: usize, end: usize, kind: Kind) {
        let bytes = self.bytes;
        let start = assign::name_start(bytes, at);
        let name_end = assign::name_end(bytes, end);
        // Many keywords stand in one name; it is read once.
        if self.generic_seen == (id, name_end) {
            return;
        }
        self.generic_seen = (id, name_end);
        let Some(assignment) = assign::stated(bytes, name_end).or_else(|| self.named.read(bytes, name_end))
        else {
            return;
        };
        let Some(name) = bytes.get(start..name_end) else { return };
        // `the secret is …`: prose, unless the name is that of a flag.
        if assignment.operator == Operator::Space && assignment.quote.is_none() && !name.starts_with(b"--") {
            return;
        }
        if !name::is_telling(name, kind) {
            return;
        }
        for span in value::candidates(bytes, &assignment) {
            let Some(text) = bytes.get(span.start..span.end) else { continue };
            let foreign = self.engine.fronts.iter().any(|front| text.starts_with(front));
            if !foreign && value::is_secret(text, name, &assignment, kind) {
                self.accept(id, span);
                return;
            }
        }
    }

    fn accept(&mut self, id: RuleId, span: Span) {
        self.found.push(super::Candidate {
            rule: id,
            start: span.start,
            end: span.end,
            confidence: Confidence::Low,
            #[cfg(feature = "rule-files")]
            matched: None,
        });
    }
}

/// What the name says that the value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Drawn at random by a machine.
    Secret,
    /// Thought up by a person, perhaps.
    Password,
}
