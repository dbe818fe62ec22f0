//! From layers of rules to the tree of their steps.

use std::collections::{BTreeMap, HashMap};

use super::{
    Conflicts, RuleSet, Specificity, conflict,
    nfa::{Accept, NONE, Nfa, Node},
    normal,
};
use crate::{
    Rule,
    path::{Slice, Step},
    rule::RuleError,
};

/// How many steps all patterns may have together: forty times the largest set of rules we test with, and far from where
/// the numbers of nodes would no longer fit.
const MAX_STEPS: usize = 4_000_000;

/// Why rules make no set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CompileError {
    /// One of them is no rule.
    #[error("rule `{name}`: {error}")]
    Rule {
        /// What it is called.
        name: String,
        /// What is wrong with it.
        error: RuleError,
    },
    /// Some of them disagree.
    #[error("{0}")]
    Conflicts(Conflicts),
    /// There are too many.
    #[error("the patterns have {0} steps together; {MAX_STEPS} are taken")]
    TooLarge(usize),
}

pub(super) fn compile(layers: &[Vec<Rule>]) -> Result<RuleSet, CompileError> {
    let all =
        || layers.iter().enumerate().flat_map(|(layer, rules)| rules.iter().map(move |rule| (layer, rule)));
    for (_, rule) in all() {
        rule.check().map_err(|error| CompileError::Rule { name: rule.name.to_string(), error })?;
    }
    let steps = all().flat_map(|(_, rule)| &rule.patterns).map(|pattern| pattern.steps().len()).sum();
    if steps > MAX_STEPS {
        return Err(CompileError::TooLarge(steps));
    }
    if let Some(conflicts) = Conflicts::new(conflict::find(layers)) {
        return Err(CompileError::Conflicts(conflicts));
    }
    Ok(RuleSet {
        nfa: build(&all().collect::<Vec<_>>()),
        layers: all().map(|(layer, _)| layer).collect(),
        rules: all().map(|(_, rule)| rule.clone()).collect(),
    })
}

fn build(rules: &[(usize, &Rule)]) -> Nfa {
    // All that a choice goes by, in order, so that running compares two small numbers.
    let mut ranks: BTreeMap<(Specificity, usize), u32> = BTreeMap::new();
    for (layer, rule) in rules {
        ranks.extend(rule.patterns.iter().map(|pattern| ((Specificity::of(pattern), *layer), 0)));
    }
    for (place, rank) in (0..).zip(ranks.values_mut()) {
        *rank = place;
    }
    let mut builder = Builder::default();
    builder.node(false);
    for (index, (layer, rule)) in (0..).zip(rules) {
        for pattern in &rule.patterns {
            let end = normal(pattern).into_iter().fold(0, |node, step| builder.child(node, step));
            let rank = ranks.get(&(Specificity::of(pattern), *layer)).copied().unwrap_or(0);
            let accept = Accept { rank, rule: index };
            if let Some(node) = builder.nfa.nodes.get_mut(end as usize)
                && node.accept.is_none_or(|best| accept.beats(best))
            {
                node.accept = Some(accept);
            }
        }
    }
    for node in &mut builder.nfa.nodes {
        node.indices.sort_unstable();
    }
    builder.nfa
}

/// A step from a node, by what tells it from the others.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Edge {
    Key(u32),
    Index(u64),
    Either(u64),
    Any,
    Slice(Slice),
    Deep,
}

#[derive(Default)]
struct Builder {
    nfa: Nfa,
    children: HashMap<(u32, Edge), u32>,
}

impl Builder {
    fn node(&mut self, loops: bool) -> u32 {
        let id = number(self.nfa.nodes.len());
        let (indices, slices) = (Vec::new(), Vec::new());
        self.nfa.nodes.push(Node { any: NONE, deep: NONE, loops, indices, slices, accept: None });
        id
    }

    fn symbol(&mut self, key: &str) -> u32 {
        let next = number(self.nfa.symbols.len());
        *self.nfa.symbols.entry(key.into()).or_insert(next)
    }

    /// The node that a step leads to, made if there is none yet.
    fn child(&mut self, from: u32, step: &Step) -> u32 {
        let edge = match step {
            Step::Key(key) => Edge::Key(self.symbol(key)),
            Step::Index(index) => Edge::Index(*index),
            Step::Either(index) => Edge::Either(*index),
            Step::Any => Edge::Any,
            Step::Slice(slice) => Edge::Slice(*slice),
            Step::Deep => Edge::Deep,
        };
        let place = (from, edge);
        if let Some(known) = self.children.get(&place) {
            return *known;
        }
        let to = self.node(matches!(step, Step::Deep));
        match place.1 {
            Edge::Key(symbol) => self.targets(from, symbol)[0] = to,
            Edge::Either(index) => {
                let symbol = self.symbol(&index.to_string());
                self.targets(from, symbol)[1] = to;
            }
            Edge::Index(_) | Edge::Any | Edge::Slice(_) | Edge::Deep => {}
        }
        if let Some(node) = self.nfa.nodes.get_mut(from as usize) {
            match step {
                Step::Key(_) => {}
                Step::Index(index) | Step::Either(index) => node.indices.push((*index, to)),
                Step::Any => node.any = to,
                Step::Slice(slice) => node.slices.push((*slice, to)),
                Step::Deep => node.deep = to,
            }
        }
        self.children.insert(place, to);
        to
    }

    fn targets(&mut self, from: u32, symbol: u32) -> &mut [u32; 2] {
        self.nfa.keys.entry((from, symbol)).or_insert([NONE; 2])
    }
}

/// A count that [`MAX_STEPS`] keeps small.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(NONE)
}
