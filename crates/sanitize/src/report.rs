//! What was done to a document: which fields changed, how much of it the rules know, and the proof.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{Audience, Class, Handling};

/// How many changes, or places of unclassified fields, are listed one by one. Beyond them a report counts the changes of
/// each rule, so that the report of a long log stays short.
pub const LISTED: usize = 10_000;

/// The result of a run, without the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The name and version of this shape.
    pub schema: &'static str,
    /// Who may see the result.
    pub audience: Audience,
    /// SHA-256 (FIPS 180-4) of the bytes read, in hexadecimal.
    pub input_sha256: String,
    /// SHA-256 of the bytes written.
    pub output_sha256: String,
    /// What was changed, in the order of the document.
    pub fields: Vec<Changed>,
    /// How many of the document's scalars the rules know.
    pub coverage: Coverage,
    /// What a second look at the output found.
    pub proof: Proof,
}

impl Report {
    /// The value of `schema`.
    pub const SCHEMA: &'static str = "storeward.sanitize/1";

    /// How many fields were changed.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.fields.iter().map(|field| field.count.unwrap_or(1)).sum()
    }
}

/// A field that was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Changed {
    /// Where it stands: keys and indices with dots between them. A key that was itself hidden or doubtful is `*`.
    pub path: String,
    /// Its class; `null` for a field that no rule classifies and that was not recognised either.
    pub class: Option<Class>,
    /// What was done to it.
    pub handling: Handling,
    /// The rule that said so, or the detector that recognised it.
    pub rule: String,
    /// How many changes this line stands for, where it stands for all further ones of a rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
}

/// The scalars of a document, by how much is known of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Coverage {
    /// A rule says what they are.
    pub classified: u64,
    /// No rule does, but a detector recognised something in them.
    pub detected: u64,
    /// Nobody knows what they are.
    pub unknown: u64,
}

/// What sanitizing the output once more has shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Proof {
    /// Whether the output was read again, under the same rules.
    pub rescanned: bool,
    /// Whether the detectors were asked too; not with `keep`, which lets unclassified fields pass unseen.
    pub detectors: bool,
    /// How many of the secrets that were hidden were looked for in everything that is shown.
    pub secrets_searched: u64,
    /// How many more secrets were hidden than can be looked for. Of very many, only the first are.
    pub secrets_beyond: u64,
    /// What still had to be hidden. Not 0 means that there is no sanitized document.
    pub findings: u64,
}

/// The fields that no rule classifies.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Gaps {
    /// How many scalars rules classify.
    pub classified: u64,
    /// How many they do not.
    pub unclassified: u64,
    /// Where those stand, and how many there are in each place: `products.*.weight`, where `*` is any index.
    pub fields: BTreeMap<String, u64>,
    /// How many stand in places that are not listed, for there are too many.
    pub unlisted: u64,
}

impl Gaps {
    pub(crate) fn add(&mut self, path: String) {
        if self.fields.len() < LISTED {
            *self.fields.entry(path).or_default() += 1;
        } else {
            match self.fields.get_mut(&path) {
                Some(count) => *count += 1,
                None => self.unlisted += 1,
            }
        }
    }
}

/// The changes of one pass.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// With the place of each, for a detector's changes are known later than those of the rules.
    listed: Vec<(u64, Changed)>,
    /// How many bytes came before the piece that is being read.
    pub(crate) base: u64,
    counted: BTreeMap<String, Changed>,
    pub(crate) coverage: Coverage,
}

impl Tally {
    /// Notes a change at a byte of the piece. The path is made only where it is listed.
    pub(crate) fn changed(
        &mut self,
        at: usize,
        class: Option<Class>,
        handling: Handling,
        rule: &str,
        path: impl FnOnce() -> String,
    ) {
        if !self.is_full() {
            let at = self.base + at as u64;
            self.listed
                .push((at, Changed { path: path(), class, handling, rule: rule.to_owned(), count: None }));
            return;
        }
        if let Some(counted) = self.counted.get_mut(rule) {
            counted.count = counted.count.map(|count| count + 1);
            return;
        }
        let path = "**".to_owned();
        let changed = Changed { path, class, handling, rule: rule.to_owned(), count: Some(1) };
        self.counted.insert(rule.to_owned(), changed);
    }

    /// Whether further changes are counted only.
    pub(crate) const fn is_full(&self) -> bool {
        self.listed.len() >= LISTED
    }

    /// How many changes there are.
    pub(crate) fn changes(&self) -> u64 {
        self.listed.len() as u64 + self.counted.values().filter_map(|changed| changed.count).sum::<u64>()
    }

    pub(crate) fn into_fields(mut self) -> Vec<Changed> {
        self.listed.sort_by_key(|(at, _)| *at);
        self.listed.into_iter().map(|(_, changed)| changed).chain(self.counted.into_values()).collect()
    }
}
