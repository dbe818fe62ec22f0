//! Adapters that hold everything in memory, for tests and for rules that a program makes itself.

use std::borrow::Cow;

use storeward_core::{BoxFuture, PortError};

use crate::{
    Detector, Rule, RuleSource,
    port::{Field, Hit},
};

/// Rules that are there already.
#[derive(Debug, Clone, Default)]
pub struct MemoryRules {
    rules: Vec<Rule>,
}

impl MemoryRules {
    /// A source of these rules.
    #[must_use]
    pub const fn new(rules: Vec<Rule>) -> Self {
        Self { rules }
    }
}

impl RuleSource for MemoryRules {
    fn rules(&self) -> BoxFuture<'_, Result<Vec<Rule>, PortError>> {
        Box::pin(async { Ok(self.rules.clone()) })
    }
}

/// Recognises some words, wherever they stand.
#[derive(Debug, Clone, Default)]
pub struct Words {
    words: Vec<String>,
}

impl Words {
    /// A detector of these words. An empty one is never found.
    pub fn new<W: Into<String>>(words: impl IntoIterator<Item = W>) -> Self {
        Self { words: words.into_iter().map(Into::into).filter(|word| !word.is_empty()).collect() }
    }
}

impl Detector for Words {
    fn detect<'a>(&'a self, fields: &'a [Field<'a>]) -> BoxFuture<'a, Result<Vec<Hit>, PortError>> {
        Box::pin(async move {
            let mut hits = Vec::new();
            for (field, Field { text, .. }) in fields.iter().enumerate() {
                for word in &self.words {
                    let found = text.match_indices(word).map(|(start, word)| start..start + word.len());
                    hits.extend(found.map(|range| Hit { field, range, rule: Cow::Borrowed("words") }));
                }
            }
            Ok(hits)
        })
    }
}
