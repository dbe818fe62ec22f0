//! What a role has, itself and from others.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Deny, Matrix, Role};

/// The levels over which roles may inherit. More than anybody can follow.
pub(crate) const MAX_DEPTH: usize = 16;

/// The grants of one role as another role has them.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    /// The index of the role that was granted it.
    pub(crate) owner: usize,
    /// The indices of the roles whose restrictions are on it: the owner, the holder, and all between them.
    pub(crate) under: Vec<usize>,
}

/// The index of each role by its name; of two with one name, the first.
pub(crate) fn by_name(matrix: &Matrix) -> HashMap<&str, usize> {
    let mut index = HashMap::new();
    for (at, role) in matrix.roles.iter().enumerate() {
        index.entry(role.name.value.as_str()).or_insert(at);
    }
    index
}

/// The blocks of the role at `holder`, its own first, then those of others in the order of the matrix.
///
/// Where roles inherit over several ways, a block is under the restrictions of all of them. The matrix has no cycle.
pub(crate) fn blocks(matrix: &Matrix, index: &HashMap<&str, usize>, holder: usize) -> Vec<Block> {
    // Which roles inherit each, among those that the holder reaches.
    let mut heirs: BTreeMap<usize, Vec<usize>> = BTreeMap::from([(holder, Vec::new())]);
    let mut todo = vec![holder];
    let mut seen = BTreeSet::from([holder]);
    while let Some(at) = todo.pop() {
        for parent in parents(matrix, index, at) {
            heirs.entry(parent).or_default().push(at);
            if seen.insert(parent) {
                todo.push(parent);
            }
        }
    }
    let mut blocks: Vec<Block> =
        heirs.keys().map(|&owner| Block { owner, under: ways(&heirs, owner) }).collect();
    blocks.sort_by_key(|block| (block.owner != holder, block.owner));
    blocks
}

/// All roles on the ways down from `owner`, itself first.
fn ways(heirs: &BTreeMap<usize, Vec<usize>>, owner: usize) -> Vec<usize> {
    let (mut under, mut seen) = (vec![owner], BTreeSet::from([owner]));
    let mut next = 0;
    while let Some(&at) = under.get(next) {
        next += 1;
        for &heir in heirs.get(&at).into_iter().flatten() {
            if seen.insert(heir) {
                under.push(heir);
            }
        }
    }
    under
}

pub(crate) fn parents<'a>(
    matrix: &'a Matrix,
    index: &'a HashMap<&str, usize>,
    at: usize,
) -> impl Iterator<Item = usize> + 'a {
    let role = matrix.roles.get(at);
    role.into_iter()
        .flat_map(|role| &role.inherits)
        .filter_map(|parent| index.get(parent.value.as_str()).copied())
}

/// The denies of these blocks, with the index of the role that has each.
pub(crate) fn denies<'a>(matrix: &'a Matrix, blocks: &'a [Block]) -> impl Iterator<Item = (usize, &'a Deny)> {
    blocks
        .iter()
        .filter_map(|block| Some((block.owner, matrix.roles.get(block.owner)?)))
        .flat_map(|(owner, role): (usize, &Role)| role.denies.iter().map(move |deny| (owner, deny)))
}
