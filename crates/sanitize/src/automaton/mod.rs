//! All rules as one automaton, so that a step over a key costs the same whatever their number.
//!
//! The patterns of all rules are joined in a tree of steps, which is a nondeterministic automaton. A [`Machine`] walks a
//! document with it and remembers which sets of places in that tree it has met, so that a step taken before is one look
//! into a table.

mod compile;
mod conflict;
mod explain;
mod hash;
mod nfa;
mod run;

pub use compile::CompileError;
pub use conflict::{Conflict, Conflicts};
pub use explain::Match;
pub use run::{Machine, State};

use std::{cmp::Reverse, fmt};

use crate::{FieldPath, Pattern, Rule, path::Step};
use nfa::Nfa;

/// Rules that agree with each other, ready to decide.
///
/// A rule governs the fields that its patterns describe and everything beneath them. Where several rules govern a field,
/// one decides: the most specific one ([`Specificity`]), then the one of the later layer, then the one that
/// describes the nearest field above, then the one written first.
#[derive(Debug)]
pub struct RuleSet {
    rules: Vec<Rule>,
    /// The layer of each rule.
    layers: Vec<usize>,
    nfa: Nfa,
}

impl RuleSet {
    /// Joins layers of rules. What a later layer says wins over an earlier one that is as specific: the built-in
    /// rules come first, a user's after them.
    ///
    /// # Errors
    ///
    /// When a rule is none ([`RuleError`](crate::rule::RuleError)), or two of one layer are equally specific, can
    /// describe the same field and disagree.
    pub fn compile(layers: &[Vec<Rule>]) -> Result<Self, CompileError> {
        compile::compile(layers)
    }

    /// All rules, layer by layer in the order they were given.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule that decides about a field, if any does. For a whole document a [`Machine`] is faster.
    #[must_use]
    pub fn decide(&self, path: &FieldPath) -> Option<&Rule> {
        let decided = self.nfa.rule(&self.nfa.walk(path))?;
        self.rules.get(decided)
    }

    /// All rules that govern a field, the one that decides first, with what puts them in this order.
    #[must_use]
    pub fn explain(&self, path: &FieldPath) -> Vec<Match<'_>> {
        explain::explain(&self.rules, &self.layers, path)
    }
}

/// How narrowly a pattern describes its fields. The greater one is the more specific.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Specificity {
    /// Its keys and indices. More of them is more specific.
    pub literals: usize,
    /// Its `**`, without those at the end, which every rule has. Fewer of them is more specific.
    pub deep: usize,
    /// Its steps over any one key or over a slice. More of them is more specific: the place is at least so deep.
    pub single: usize,
}

impl Specificity {
    /// That of a pattern.
    #[must_use]
    pub fn of(pattern: &Pattern) -> Self {
        let mut specificity = Self { literals: 0, deep: 0, single: 0 };
        for step in normal(pattern) {
            *match step {
                Step::Key(_) | Step::Index(_) | Step::Either(_) => &mut specificity.literals,
                Step::Any | Step::Slice(_) => &mut specificity.single,
                Step::Deep => &mut specificity.deep,
            } += 1;
        }
        specificity
    }

    const fn key(self) -> (usize, Reverse<usize>, usize) {
        (self.literals, Reverse(self.deep), self.single)
    }
}

impl PartialOrd for Specificity {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Specificity {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl fmt::Display for Specificity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} by name, {} by `**`, {} by `*`", self.literals, self.deep, self.single)
    }
}

/// The steps without what changes nothing: a `**` at the end, since a rule governs what is beneath anyway, and all but
/// the first of several in a row.
fn normal(pattern: &Pattern) -> Vec<&Step> {
    let mut steps: Vec<&Step> = pattern.steps().iter().collect();
    steps.dedup_by(|next, before| matches!((next, before), (Step::Deep, Step::Deep)));
    while matches!(steps.last(), Some(Step::Deep)) {
        steps.pop();
    }
    steps
}

#[cfg(test)]
mod tests;
