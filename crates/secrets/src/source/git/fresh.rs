//! Which parts of a text were never seen before.
//!
//! The versions of a file differ by a few lines. What a version shares with the text before it is found by comparing, which
//! is much quicker than to look up each line; of what is left, lines that were seen anywhere are left out.

use std::{
    collections::HashSet,
    hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState},
    ops::Range,
};

use crate::port::Part;

/// How much of what was seen is scanned again round what was not, for secrets that their context tells.
const BEFORE: usize = 600;
const AFTER: usize = 1200;

#[derive(Debug)]
pub(crate) struct Fresh {
    /// Hashes of all lines seen. Keyed at random, so that nobody can write a line that is taken for another.
    lines: HashSet<u64, BuildHasherDefault<Already>>,
    seed: u64,
    before: Vec<u8>,
}

/// The keys of the set are hashes already.
#[derive(Debug, Default)]
struct Already(u64);

impl Hasher for Already {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 << 8) | u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

impl Fresh {
    pub(crate) fn new() -> Self {
        Self { lines: HashSet::default(), seed: RandomState::new().hash_one(0_u8), before: Vec::new() }
    }

    /// Adds to `parts` the lines of a range that were never seen.
    fn look_up(&mut self, text: &[u8], changed: Range<usize>, parts: &mut Vec<Part>) {
        let mut line = changed.start;
        while line < changed.end {
            let rest = text.get(line..).unwrap_or_default();
            let end = memchr::memchr(b'\n', rest).map_or(text.len(), |at| line + at + 1);
            let hash = hash(self.seed, text.get(line..end).unwrap_or_default());
            if self.lines.insert(hash) {
                let widened = line.saturating_sub(BEFORE)..text.len().min(end + AFTER);
                match parts.last_mut() {
                    Some(last) if widened.start <= last.read.end => {
                        last.read.end = widened.end;
                        match last.new.last_mut() {
                            Some(before) if before.end == line => before.end = end,
                            _ => last.new.push(line..end),
                        }
                    }
                    _ => parts.push(Part { read: widened, new: std::iter::once(line..end).collect() }),
                }
            }
            line = end;
        }
    }

    /// The parts of a text to scan, in order. From now on all of the text counts as seen.
    pub(crate) fn parts(&mut self, text: &[u8]) -> Vec<Part> {
        let mut parts: Vec<Part> = Vec::new();
        for changed in changes(&self.before, text) {
            self.look_up(text, changed, &mut parts);
        }
        self.before.clear();
        self.before.extend_from_slice(text);
        for part in &mut parts {
            part.read = to_lines(text, &part.read);
        }
        parts
    }
}

/// The lines of `text` that differ from `before`, as ranges of whole lines. What is left out stands in `before`, line by line.
fn changes(before: &[u8], text: &[u8]) -> Vec<Range<usize>> {
    let mut changes = Vec::new();
    let (mut old, mut new) = (0, 0);
    loop {
        let (old_rest, new_rest) =
            (before.get(old..).unwrap_or_default(), text.get(new..).unwrap_or_default());
        let same = common_front(old_rest, new_rest);
        let same = new_rest.get(..same).and_then(|same| memchr::memrchr(b'\n', same)).map_or(0, |at| at + 1);
        (old, new) = (old + same, new + same);
        if new >= text.len() {
            return changes;
        }
        let (old_rest, new_rest) =
            (before.get(old..).unwrap_or_default(), text.get(new..).unwrap_or_default());
        let Some((dropped, added)) = meet_again(old_rest, new_rest) else {
            let back = common_back(old_rest, new_rest).min(old_rest.len()).min(new_rest.len());
            let stop = text.len() - back;
            let stop = text
                .get(stop..)
                .and_then(|back| memchr::memchr(b'\n', back))
                .map_or(text.len(), |at| stop + at + 1);
            changes.push(new..stop);
            return changes;
        };
        if added > 0 {
            changes.push(new..new + added);
        }
        (old, new) = (old + dropped, new + added);
    }
}

/// How far into two texts, in bytes, the first line stands that both have, if that is within a few lines.
fn meet_again(old: &[u8], new: &[u8]) -> Option<(usize, usize)> {
    /// How many lines are tried against each other.
    const LINES: usize = 24;
    /// Shorter lines are everywhere: a brace, an empty line.
    const TELLING: usize = 6;
    let lines = |text| Lines { text, at: 0 }.take(LINES);
    let mut olds = [(0, &[][..]); LINES];
    let mut count = 0;
    for (place, line) in olds.iter_mut().zip(lines(old)) {
        *place = line;
        count += 1;
    }
    let olds = olds.get(..count)?;
    lines(new).filter(|(_, line)| line.len() >= TELLING).find_map(|(added, line)| {
        let (dropped, _) = olds.iter().find(|(_, other)| *other == line)?;
        Some((*dropped, added))
    })
}

/// The lines of a text with their places. A last line without an end is none: it may be the front of a longer one.
struct Lines<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Lines<'a> {
    type Item = (usize, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.text.get(self.at..)?;
        let end = memchr::memchr(b'\n', rest)? + 1;
        let line = (self.at, rest.get(..end)?);
        self.at += end;
        Some(line)
    }
}

/// Widens a part to whole lines, as long as that is not far.
fn to_lines(text: &[u8], part: &Range<usize>) -> Range<usize> {
    let start = text.get(..part.start).and_then(|front| memchr::memrchr(b'\n', front)).map_or(0, |at| at + 1);
    let stop = text.get(part.end..).and_then(|back| memchr::memchr(b'\n', back));
    let stop = stop.map_or(text.len(), |at| part.end + at + 1);
    (if part.start - start > 4096 { part.start } else { start })..(if stop - part.end > 4096 {
        part.end
    } else {
        stop
    })
}

fn common_front(a: &[u8], b: &[u8]) -> usize {
    const BLOCK: usize = 256;
    let blocks = a.chunks_exact(BLOCK).zip(b.chunks_exact(BLOCK)).take_while(|(a, b)| a == b).count();
    let at = blocks * BLOCK;
    let (a, b) = (a.get(at..).unwrap_or_default(), b.get(at..).unwrap_or_default());
    at + a.iter().zip(b).take(BLOCK).take_while(|(a, b)| a == b).count()
}

fn common_back(a: &[u8], b: &[u8]) -> usize {
    const BLOCK: usize = 256;
    let blocks = a.rchunks_exact(BLOCK).zip(b.rchunks_exact(BLOCK)).take_while(|(a, b)| a == b).count();
    let at = blocks * BLOCK;
    let (a, b) = (a.get(..a.len() - at).unwrap_or_default(), b.get(..b.len() - at).unwrap_or_default());
    at + a.iter().rev().zip(b.iter().rev()).take(BLOCK).take_while(|(a, b)| a == b).count()
}

/// A fast keyed hash: sixteen bytes a step, multiplied to 128 bits and folded.
fn hash(seed: u64, text: &[u8]) -> u64 {
    const K: [u64; 3] = [0xa076_1d64_78bd_642f, 0xe703_7ed1_a0b4_28db, 0x8ebc_6af0_9c88_c6e3];
    let fold = |a: u64, b: u64| {
        let product = u128::from(a) * u128::from(b);
        (product as u64) ^ ((product >> 64) as u64)
    };
    let [k0, k1, k2] = K;
    let mut state = seed ^ k2;
    let (chunks, rest) = text.as_chunks::<16>();
    for chunk in chunks {
        let both = u128::from_le_bytes(*chunk);
        state = fold((both as u64) ^ k0 ^ seed, ((both >> 64) as u64) ^ k1 ^ state);
    }
    let mut last = [0_u8; 16];
    for (place, byte) in last.iter_mut().zip(rest) {
        *place = *byte;
    }
    let both = u128::from_le_bytes(last);
    state = fold((both as u64) ^ k0 ^ seed, ((both >> 64) as u64) ^ k1 ^ state);
    fold(state ^ k2, text.len() as u64 ^ k0 ^ seed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_what_is_new_is_scanned() {
        let mut fresh = Fresh::new();
        let filler: String = (0..400).map(|n| format!("line number {n}\n")).collect();
        let parts = fresh.parts(filler.as_bytes());
        assert_eq!((parts.len(), &parts[0].read, parts[0].new.len()), (1, &(0..filler.len()), 1));
        assert!(fresh.parts(filler.as_bytes()).is_empty());
        let (front, back) = filler.split_at(filler.len() / 2);
        let changed = format!("{front}a new line\n{back}");
        let parts = fresh.parts(changed.as_bytes());
        assert_eq!(parts.len(), 1);
        assert!(parts[0].read.len() < 2200 && parts[0].new[0].contains(&(front.len() + 3)), "{parts:?}");
        assert!(fresh.parts(back.as_bytes()).len() <= 1);
    }

    proptest! {
        #[test]
        fn every_new_line_lies_in_a_part(texts in prop::collection::vec("(a|bb|ccc\n|\n|secret\n){0,60}", 1..8)) {
            let mut fresh = Fresh::new();
            let mut seen = HashSet::new();
            for text in &texts {
                let parts = fresh.parts(text.as_bytes());
                let mut at = 0;
                for line in text.split_inclusive('\n') {
                    if seen.insert(line.to_owned()) {
                        let end = at + line.len();
                        prop_assert!(parts.iter().any(|part| part.read.start <= at && end <= part.read.end
                            && part.new.iter().any(|new| new.start <= at && end <= new.end)));
                    }
                    at += line.len();
                }
            }
        }
    }
}
