//! Decides whether a match is a secret: entropy, character classes, checksum, placeholders, documentation.

pub(crate) mod checksum;
mod documentation;
pub(crate) mod entropy;
pub(crate) mod placeholder;
pub(crate) mod words;

pub(crate) use placeholder::Strictness;

use crate::rule::{Confidence, Rule};

/// The prefix of a rule whose matches are no values to judge: its pattern leaves nothing open and marks a file, or whoever
/// wrote it said what it finds.
pub(crate) const MARKER: u16 = u16::MAX;

/// Judges a match of a rule: `None` refuses it, otherwise how sure we are.
pub(crate) fn judge(rule: &Rule, secret: &[u8]) -> Option<Confidence> {
    if !rule.require.iter().all(|class| secret.iter().any(|byte| class.holds(*byte))) {
        return None;
    }
    if rule.min_entropy > 0.0 && entropy::shannon(secret) < rule.min_entropy {
        return None;
    }
    let mut confidence = rule.confidence;
    if let Some(checksum) = rule.checksum
        && !checksum::holds(checksum, secret)
    {
        if checksum.is_structural() {
            return None;
        }
        confidence = Confidence::Low;
    }
    if rule.prefix == MARKER {
        return Some(confidence);
    }
    let prefix = usize::from(rule.prefix);
    let strictness = if rule.confidence == Confidence::Low { Strictness::Generic } else { Strictness::Known };
    // After a fixed front a dollar or a brace is part of the form.
    if (prefix == 0 && (placeholder::is_template(secret) || placeholder::is_lookup(secret)))
        || placeholder::is_placeholder(secret, prefix, strictness)
    {
        // Some forms are so short that a run of one character is all that tells where the value went.
        return (rule.masks && is_mask(secret, prefix)).then_some(Confidence::Low);
    }
    // A name of something is no key, whatever stands before it.
    if rule.confidence == Confidence::Medium && prefix == 0 && secret.len() >= 16 && words::is_name(secret) {
        return None;
    }
    if (strictness == Strictness::Generic && too_plain(secret, prefix))
        || documentation::is_documented(secret)
    {
        return None;
    }
    Some(confidence)
}

/// A fixed front, then one character again and again.
fn is_mask(secret: &[u8], prefix: usize) -> bool {
    let body = secret.get(prefix.min(secret.len())..).unwrap_or_default();
    let run = body.last().map_or(0, |last| body.iter().rev().take_while(|byte| *byte == last).count());
    run >= 8 && body.len() - run <= 1
}

/// A long value of very few different characters was typed, not drawn.
fn too_plain(secret: &[u8], prefix: usize) -> bool {
    let body = secret.get(prefix.min(secret.len())..).unwrap_or_default();
    body.len() >= 12 && entropy::distinct(body) < 4
}
