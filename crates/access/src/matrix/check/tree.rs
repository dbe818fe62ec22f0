//! Who inherits from whom: without end, over too many levels, or nobody at all.

use std::collections::{HashSet, VecDeque};

use super::Checker;
use crate::{
    FindingCode,
    matrix::inherit::{MAX_DEPTH, parents},
};

impl Checker<'_> {
    pub(super) fn tree(&mut self) {
        let matrix = self.matrix;
        let roles = matrix.roles.len();
        let parents: Vec<Vec<usize>> =
            (0..roles).map(|at| parents(matrix, &self.index, at).collect()).collect();
        let mut heirs = vec![Vec::new(); roles];
        for (at, parents) in parents.iter().enumerate() {
            for &parent in parents {
                if let Some(heirs) = heirs.get_mut(parent) {
                    heirs.push(at);
                }
            }
        }

        // From those that inherit nothing downwards; what is never reached inherits, in the end, from itself.
        let mut missing: Vec<usize> = parents.iter().map(Vec::len).collect();
        let mut depth = vec![0_usize; roles];
        let mut ready: VecDeque<usize> = (0..roles).filter(|at| missing.get(*at) == Some(&0)).collect();
        let mut done = HashSet::new();
        while let Some(at) = ready.pop_front() {
            done.insert(at);
            let below = depth.get(at).map_or(0, |depth| depth + 1);
            for &heir in heirs.get(at).into_iter().flatten() {
                if let (Some(missing), Some(depth)) = (missing.get_mut(heir), depth.get_mut(heir)) {
                    *depth = below.max(*depth);
                    *missing -= 1;
                    if *missing == 0 {
                        ready.push_back(heir);
                    }
                }
            }
        }
        for (role, depth) in matrix.roles.iter().zip(&depth) {
            if *depth > MAX_DEPTH {
                let message = format!("inherits over more than {MAX_DEPTH} levels");
                self.add(FindingCode::TooDeep, Some(&role.name.value), message, &role.name.source);
            }
        }
        self.cycles(&parents, &done);

        for (role, heirs) in matrix.roles.iter().zip(&heirs) {
            if let Some(members) = &role.members
                && members.value.is_empty()
                && heirs.is_empty()
            {
                let message = "nobody has it: it lists no members, and no role inherits it";
                self.add(FindingCode::NobodyHas, Some(&role.name.value), message, &members.source);
            }
        }
    }

    fn cycles(&mut self, parents: &[Vec<usize>], done: &HashSet<usize>) {
        let matrix = self.matrix;
        let mut told = HashSet::new();
        for (start, role) in matrix.roles.iter().enumerate() {
            if done.contains(&start) || told.contains(&start) {
                continue;
            }
            if let Some(way) = way_back(start, parents, done) {
                told.extend(way.iter().copied());
                let names: Vec<&str> =
                    way.iter().filter_map(|at| Some(matrix.roles.get(*at)?.name.value.as_str())).collect();
                let name = &role.name.value;
                let message = format!("inherits from itself: {} → {name}", names.join(" → "));
                let source = role.inherits.first().map_or(&role.name.source, |parent| &parent.source);
                self.add(FindingCode::Cycle, Some(name), message, source);
            }
        }
    }
}

/// The shortest way from a role over those it inherits from back to itself.
fn way_back(start: usize, parents: &[Vec<usize>], done: &HashSet<usize>) -> Option<Vec<usize>> {
    let mut ways = VecDeque::from([vec![start]]);
    let mut seen = HashSet::from([start]);
    while let Some(way) = ways.pop_front() {
        for &parent in parents.get(*way.last()?)? {
            if parent == start {
                return Some(way);
            }
            if !done.contains(&parent) && seen.insert(parent) {
                let mut longer = way.clone();
                longer.push(parent);
                ways.push_back(longer);
            }
        }
    }
    None
}
