//! Which fields of a document nobody classified.

use std::{collections::BTreeMap, io::Read};

use serde::Serialize;

use crate::{
    Audience, Format, Masks, RuleSet, SanitizeError, Sanitizer, Unclassified, known::Known, walk::Walker,
};

/// How many different places are listed.
pub const LISTED: usize = 10_000;

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

/// Reads a document and lists what the rules leave out.
///
/// # Errors
///
/// When the text is not of its format, or cannot be read.
pub async fn gaps(rules: RuleSet, format: Format, input: &mut dyn Read) -> Result<Gaps, SanitizeError> {
    let sanitizer = Sanitizer {
        rules,
        audience: Audience::Security,
        unclassified: Unclassified::Keep,
        masks: Masks::new(),
    };
    let known = Known::default();
    let mut walker = Walker::new(&sanitizer, None, &known);
    walker.gaps = Some(Gaps::default());
    walker.pass(format, input, &mut std::io::sink()).await?;
    let gaps = walker.gaps.take().unwrap_or_default();
    let coverage = walker.tally.coverage;
    Ok(Gaps { classified: coverage.classified, unclassified: coverage.unknown, ..gaps })
}
