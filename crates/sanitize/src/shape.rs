//! The keys of an object: each may come once, and most objects have the keys of the one before.

use std::{
    collections::HashSet,
    hash::{BuildHasher, RandomState},
};

use crate::automaton::State;

/// How many keys are compared one by one before they are hashed, and how many are remembered for the next object.
const COMPARED: usize = 16;
const REMEMBERED: usize = 64;

/// How many keys an object may have. Each beyond the first few takes some ten bytes of memory.
pub(crate) const MOST_KEYS: usize = 1_000_000;

/// Why a key is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    Duplicate,
    TooMany,
}

/// What is known of a key that came before at this place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen {
    /// Where its value stands.
    pub(crate) next: State,
    /// The key was examined, and there was nothing to ask about it; and `next` lasts.
    pub(crate) quiet: bool,
}

/// The keys so far of the open object, and those of the object before it in the same place.
///
/// As long as an object repeats the keys of the one before in their order, none can be a duplicate, and nothing else
/// about them has to be found out again.
#[derive(Debug, Default)]
pub(crate) struct Shape {
    state: Option<State>,
    names: String,
    keys: Vec<(usize, Seen)>,
    /// How many keys of the open object came, and whether all of them were those remembered.
    count: usize,
    following: bool,
    hashes: HashSet<u64>,
    hasher: RandomState,
}

impl Shape {
    /// Begins an object in this place.
    pub(crate) fn begin(&mut self, state: State) {
        if self.state != Some(state) {
            self.state = Some(state);
            self.forget(0);
        }
        self.count = 0;
        self.following = true;
        self.hashes.clear();
    }

    /// What is known of the next key, if it is the one that was expected.
    pub(crate) fn expected(&mut self, key: &str) -> Option<Seen> {
        if !self.following || self.name(self.count) != Some(key) {
            return None;
        }
        let (_, seen) = *self.keys.get(self.count)?;
        self.count += 1;
        Some(seen)
    }

    /// Takes a key that was not expected.
    pub(crate) fn add(&mut self, key: &str, seen: Seen) -> Result<(), Refused> {
        if self.following {
            self.following = false;
            self.forget(self.count);
        }
        let repeated = if self.count < COMPARED {
            (0..self.count).any(|index| self.name(index) == Some(key))
        } else {
            if self.hashes.is_empty() {
                for index in 0..self.keys.len() {
                    let hash = self.name(index).map(|name| self.hasher.hash_one(name));
                    self.hashes.extend(hash);
                }
            }
            !self.hashes.insert(self.hasher.hash_one(key))
        };
        if repeated {
            return Err(Refused::Duplicate);
        }
        if self.count == MOST_KEYS {
            return Err(Refused::TooMany);
        }
        if self.count < REMEMBERED && self.keys.len() == self.count {
            self.names.push_str(key);
            self.keys.push((self.names.len(), seen));
        }
        self.count += 1;
        Ok(())
    }

    fn name(&self, index: usize) -> Option<&str> {
        let (end, _) = *self.keys.get(index)?;
        let start = index.checked_sub(1).and_then(|before| self.keys.get(before)).map_or(0, |(end, _)| *end);
        self.names.get(start..end)
    }

    /// Remembers only the first keys.
    fn forget(&mut self, count: usize) {
        self.keys.truncate(count);
        self.names.truncate(self.keys.last().map_or(0, |(end, _)| *end));
    }
}
