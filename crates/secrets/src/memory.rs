//! Adapters in memory: for tests, dry runs and recipes.

use std::{collections::BTreeMap, sync::Mutex};

use storeward_core::{BoxFuture, PortError};

use crate::port::{Flow, Origin, Piece, Question, Source, Summary, Verdict, Verifier};

/// A source of texts that are already here.
#[derive(Debug, Clone, Default)]
pub struct MemorySource {
    texts: Vec<(String, Vec<u8>)>,
}

impl MemorySource {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text under a path.
    #[must_use]
    pub fn with(mut self, path: impl Into<String>, text: impl Into<Vec<u8>>) -> Self {
        self.texts.push((path.into(), text.into()));
        self
    }
}

impl Source for MemorySource {
    fn visit(&self, receive: &(dyn Fn(Piece<'_>) -> Flow + Sync)) -> Result<Summary, PortError> {
        let mut summary = Summary::default();
        for (path, text) in &self.texts {
            summary.pieces += 1;
            summary.bytes += text.len() as u64;
            if receive(Piece::new(Origin::path(path), text)) == Flow::Stop {
                break;
            }
        }
        Ok(summary)
    }
}

/// A verifier that was told its answers, and remembers about which rules it was asked.
#[derive(Debug, Default)]
pub struct MemoryVerifier {
    answers: BTreeMap<String, Verdict>,
    asked: Mutex<Vec<String>>,
}

impl MemoryVerifier {
    /// One that accepts no rule.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers so about findings of a rule.
    #[must_use]
    pub fn answering(mut self, rule: impl Into<String>, verdict: Verdict) -> Self {
        self.answers.insert(rule.into(), verdict);
        self
    }

    /// The rules about whose findings it was asked, in order.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().map(|asked| asked.clone()).unwrap_or_default()
    }
}

impl Verifier for MemoryVerifier {
    fn accepts(&self, rule: &str) -> bool {
        self.answers.contains_key(rule)
    }

    fn verify<'a>(&'a self, question: Question<'a>) -> BoxFuture<'a, Result<Verdict, PortError>> {
        Box::pin(async move {
            if let Ok(mut asked) = self.asked.lock() {
                asked.push(question.rule.to_owned());
            }
            Ok(self.answers.get(question.rule).copied().unwrap_or(Verdict::Unknown))
        })
    }
}
