//! Why a rule decides.

use std::cmp::Reverse;

use super::Specificity;
use crate::{FieldPath, Pattern, Rule};

/// A rule that governs a field.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Match<'r> {
    /// The rule.
    pub rule: &'r Rule,
    /// Its place among [`RuleSet::rules`](super::RuleSet::rules).
    pub index: usize,
    /// The one of its patterns that counts.
    pub pattern: &'r Pattern,
    /// How narrowly that describes its fields.
    pub specificity: Specificity,
    /// The layer the rule is from, counted from 0.
    pub layer: usize,
    /// How many segments of the path lead to what the pattern describes: all of them, or fewer for a container.
    pub depth: usize,
}

pub(super) fn explain<'r>(rules: &'r [Rule], layers: &[usize], path: &FieldPath) -> Vec<Match<'r>> {
    let mut matches: Vec<Match<'r>> = rules
        .iter()
        .zip(layers)
        .enumerate()
        .filter_map(|(index, (rule, layer))| {
            let patterns = rule.patterns.iter().filter_map(|pattern| {
                // A `**` at the end describes what is beneath as well, but no nearer than the rule's own reach does.
                let depth = *Pattern::new(super::normal(pattern).into_iter().cloned().collect())
                    .matched_depths(path)
                    .last()?;
                let specificity = Specificity::of(pattern);
                Some(Match { rule, index, pattern, specificity, layer: *layer, depth })
            });
            patterns.max_by_key(|found| (found.specificity, found.depth))
        })
        .collect();
    matches.sort_by_key(|found| {
        (Reverse(found.specificity), Reverse(found.layer), Reverse(found.depth), found.index)
    });
    matches
}
