//! The tree of all patterns' steps, and a step over it.

use super::hash::FastMap;
use crate::{
    FieldPath,
    path::{Segment, Slice},
};

/// No node, no state, no rule.
pub(super) const NONE: u32 = u32::MAX;

/// A place in the tree: the steps from its root to it have been taken.
#[derive(Debug)]
pub(super) struct Node {
    /// After one step over any key or index.
    pub(super) any: u32,
    /// After `**`, which may be no level at all, so whoever is here is there too.
    pub(super) deep: u32,
    /// Whether this is such a node, which any step leads back to.
    pub(super) loops: bool,
    /// After a step over this index, sorted; an index may stand twice, as `[0]` and as `0`.
    pub(super) indices: Vec<(u64, u32)>,
    pub(super) slices: Vec<(Slice, u32)>,
    /// What is said about the fields here.
    pub(super) accept: Option<Accept>,
}

/// The best of the rules that have a pattern ending at a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Accept {
    /// The place of its specificity and layer among all that there are.
    pub(super) rank: u32,
    pub(super) rule: u32,
}

impl Accept {
    /// Whether this is a better choice than another one for the same field.
    pub(super) fn beats(self, other: Self) -> bool {
        self.rank > other.rank || (self.rank == other.rank && self.rule < other.rule)
    }
}

/// What is stepped over.
#[derive(Debug, Clone, Copy)]
pub(super) enum Input {
    /// A key that some rule names.
    Symbol(u32),
    /// Any other key.
    Other,
    Index(u64),
}

#[derive(Debug, Default)]
pub(super) struct Nfa {
    pub(super) nodes: Vec<Node>,
    /// The keys that rules name. A document's keys are only looked up here, so the table stays as it is.
    pub(super) symbols: FastMap<Box<str>, u32>,
    /// Where a key leads from a node: for a step that is a key, and for one that is also an index.
    pub(super) keys: FastMap<(u32, u32), [u32; 2]>,
}

/// A set of nodes, sorted, and behind them, last, the node whose rule decides, or [`NONE`].
pub(super) type Set = Vec<u32>;

impl Nfa {
    pub(super) fn input(&self, key: &str) -> Input {
        self.symbols.get(key).map_or(Input::Other, |symbol| Input::Symbol(*symbol))
    }

    /// Where a walk begins.
    pub(super) fn root(&self) -> Set {
        self.close(vec![0], NONE)
    }

    /// The set after a step.
    pub(super) fn step(&self, set: &[u32], input: Input) -> Set {
        let Some((decided, ids)) = set.split_last() else { return vec![NONE] };
        let mut next = Set::new();
        for (id, node) in ids.iter().filter_map(|id| Some((*id, self.nodes.get(*id as usize)?))) {
            if node.loops {
                next.push(id);
            }
            next.push(node.any);
            match input {
                Input::Symbol(symbol) => next.extend(self.keys.get(&(id, symbol)).into_iter().flatten()),
                Input::Other => {}
                Input::Index(index) => {
                    let from = node.indices.partition_point(|(known, _)| *known < index);
                    let same = node.indices.iter().skip(from).take_while(|(known, _)| *known == index);
                    next.extend(same.map(|(_, to)| *to));
                    next.extend(
                        node.slices.iter().filter(|(slice, _)| slice.contains(index)).map(|(_, to)| *to),
                    );
                }
            }
        }
        self.close(next, *decided)
    }

    /// Adds what is reached over no level, sorts, and decides anew.
    fn close(&self, mut next: Set, inherited: u32) -> Set {
        let reached = next.len();
        for at in 0..reached {
            let deep = next.get(at).and_then(|id| self.nodes.get(*id as usize)).map(|node| node.deep);
            next.extend(deep);
        }
        next.sort_unstable();
        next.dedup();
        if next.last() == Some(&NONE) {
            next.pop();
        }
        // A rule that describes this very field wins over an equal one that describes a field above.
        let mut best: Option<(u32, Accept)> = None;
        for (id, accept) in next.iter().filter_map(|id| Some((*id, self.accept(*id)?))) {
            if best.is_none_or(|(_, best)| accept.beats(best)) {
                best = Some((id, accept));
            }
        }
        let decided = match (best, self.accept(inherited)) {
            (Some((_, here)), Some(above)) if above.rank > here.rank => inherited,
            (Some((id, _)), _) => id,
            (None, _) => inherited,
        };
        next.push(decided);
        next
    }

    fn accept(&self, id: u32) -> Option<Accept> {
        self.nodes.get(id as usize)?.accept
    }

    /// The rule that decides in a set.
    pub(super) fn rule(&self, set: &[u32]) -> Option<usize> {
        set.last().and_then(|id| self.accept(*id)).map(|accept| accept.rule as usize)
    }

    /// The set at a path.
    pub(super) fn walk(&self, path: &FieldPath) -> Set {
        path.segments().iter().fold(self.root(), |set, segment| {
            let input = match segment {
                Segment::Key(key) => self.input(key),
                Segment::Index(index) => Input::Index(*index),
            };
            self.step(&set, input)
        })
    }

    /// From which index on all indices lead to the same set.
    pub(super) fn horizon(&self, set: &[u32]) -> u64 {
        let nodes = set.split_last().map(|(_, ids)| ids).unwrap_or_default().iter();
        nodes
            .filter_map(|id| self.nodes.get(*id as usize))
            .flat_map(|node| {
                let slices = node.slices.iter().map(|(slice, _)| match slice.end {
                    Some(end) => end,
                    None if slice.step == 1 => slice.start,
                    None => u64::MAX,
                });
                slices.chain(node.indices.last().map(|(index, _)| index.saturating_add(1)))
            })
            .max()
            .unwrap_or(0)
    }
}
