//! Which fields of a document nobody classified.

use std::io::{self, Read};

use crate::{
    Audience, Format, Masks, RuleSet, SanitizeError, Unclassified, format, known::Known, policy::Policy,
    report::Gaps, walk::Walker,
};

/// Reads a document and lists what the rules leave out.
///
/// # Errors
///
/// When the text is not of its format, or cannot be read.
pub async fn gaps(rules: RuleSet, format: Format, input: &mut dyn Read) -> Result<Gaps, SanitizeError> {
    let policy =
        Policy { rules, audience: Audience::Security, unclassified: Unclassified::Keep, masks: Masks::new() };
    let known = Known::default();
    let mut walker = Walker::new(&policy, None, &known);
    walker.gaps = Some(Gaps::default());
    format::pass(format, &mut walker, input, &mut io::sink()).await?;
    let gaps = walker.gaps.take().unwrap_or_default();
    let coverage = walker.tally.coverage;
    Ok(Gaps { classified: coverage.classified, unclassified: coverage.unknown, ..gaps })
}
