//! In which order to read many objects.
//!
//! Git stores most versions of a file as what differs from another version. Asked for one object after the other, it keeps
//! what it rebuilt for a while; so objects that build upon each other are asked for together, which saves most of its work.
//! It also brings the versions of a file next to each other.

use std::{collections::HashMap, io};

use super::batch::Ids;

/// No object builds upon this one.
const NONE: u32 = u32::MAX;

/// Objects and what each is stored as a difference from.
#[derive(Debug, Default)]
pub(super) struct Families {
    /// The objects' places among all that are known, in the order of their listing.
    listed: Vec<u32>,
    /// By place: the id as git writes it, if it was listed, and the place of what it builds upon.
    ids: Vec<Option<Box<str>>>,
    parents: Vec<u32>,
    places: HashMap<u128, u32>,
}

impl Families {
    /// Adds an object. `base` is the id of the object that it is stored as a difference from; zeros where there is none.
    pub(super) fn add(&mut self, id: &str, base: &str) -> io::Result<()> {
        let place = self.place(id)?;
        if let Some(name) = self.ids.get_mut(place as usize) {
            *name = Some(id.into());
        }
        self.listed.push(place);
        if base.bytes().any(|digit| digit != b'0') {
            let base = self.place(base)?;
            if let Some(parent) = self.parents.get_mut(place as usize) {
                *parent = base;
            }
        }
        Ok(())
    }

    fn place(&mut self, id: &str) -> io::Result<u32> {
        // Half of an id tells objects apart well enough; a mistake would cost time and nothing else.
        let key = id.get(..32).and_then(|half| u128::from_str_radix(half, 16).ok());
        let key = key.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "no object id"))?;
        let next = u32::try_from(self.parents.len()).map_err(io::Error::other)?;
        let place = *self.places.entry(key).or_insert(next);
        if place == next {
            self.parents.push(NONE);
            self.ids.push(None);
        }
        Ok(place)
    }

    /// What an object builds upon in the end. Every object on the way is tied to it directly.
    fn root(&mut self, place: u32) -> u32 {
        let parent = |parents: &[u32], place: u32| parents.get(place as usize).copied().unwrap_or(NONE);
        let mut root = place;
        // Git's chains have no loops; a damaged repository's may.
        for _ in 0..=self.parents.len() {
            match parent(&self.parents, root) {
                NONE => break,
                next => root = next,
            }
        }
        let mut at = place;
        while at != root {
            let next = parent(&self.parents, at);
            if next == NONE {
                break;
            }
            if let Some(parent) = self.parents.get_mut(at as usize) {
                *parent = root;
            }
            at = next;
        }
        root
    }

    /// All objects that were added, family by family.
    pub(super) fn ordered(mut self) -> Ids {
        let mut first: HashMap<u32, usize> = HashMap::new();
        let listed = std::mem::take(&mut self.listed);
        let mut order: Vec<(usize, u32)> = Vec::with_capacity(listed.len());
        for place in listed {
            let root = self.root(place);
            let next = first.len();
            order.push((*first.entry(root).or_insert(next), place));
        }
        // Stable: within a family the order stays that of the pack.
        order.sort_by_key(|(family, _)| *family);
        let mut ids = Ids::default();
        for (_, place) in order {
            if let Some(Some(id)) = self.ids.get(place as usize) {
                ids.push(id);
            }
        }
        ids
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u32) -> String {
        format!("{number:08x}{:032}", 0)
    }

    fn ordered(objects: &[(u32, u32)]) -> Vec<u32> {
        let mut families = Families::default();
        for (object, base) in objects {
            families.add(&id(*object), &id(*base)).unwrap();
        }
        let text = String::from_utf8(families.ordered().into_bytes()).unwrap();
        text.lines().map(|line| u32::from_str_radix(line.get(..8).unwrap(), 16).unwrap()).collect()
    }

    #[test]
    fn what_builds_upon_each_other_stands_together() {
        assert_eq!(ordered(&[(1, 0), (2, 0), (3, 1), (4, 2), (5, 3)]), [1, 3, 5, 2, 4]);
        // A base that is not listed, and one that is listed later.
        assert_eq!(ordered(&[(1, 9), (2, 0), (3, 9), (4, 5), (6, 0), (5, 0)]), [1, 3, 2, 4, 5, 6]);
        // A loop, which only damage makes, ends.
        assert_eq!(ordered(&[(1, 2), (2, 1), (3, 3)]).len(), 3);
    }

    #[test]
    fn what_is_no_id_is_refused() {
        assert!(Families::default().add("x", "0").is_err());
        assert!(Families::default().add("", "").is_err());
    }
}
