//! Finds every keyword of every rule in one pass.
//!
//! Each keyword is known by its rarest four bytes (three, for the shortest), folded so that case does not matter. Three
//! bytes are hashed at every place; one table says which groups of keywords may begin with them, another which may go on
//! with them, and only where a group is in both is a keyword compared. Next to an automaton this needs a few kilobytes
//! instead of megabytes, is built in microseconds, and reads more than a gigabyte a second, because the tables stay in
//! the nearest cache.

/// Which keyword: an index into the list that the table was built from.
pub(crate) type KeywordId = u16;

/// Bits of the hash of three bytes.
const BITS: u32 = 13;
/// Places that are asked about at a time.
const STRIDE: usize = 8;
/// The group of keywords of three bytes: nothing has to go on after them.
const SHORT: u8 = 0x80;
const BUCKETS: usize = 1 << 11;

#[derive(Debug)]
pub(crate) struct Keywords {
    /// By the hash of three bytes: the groups of keywords that may begin with them.
    begin: Box<[u8; 1 << BITS]>,
    /// The groups of keywords that may go on with them, one byte later.
    go_on: Box<[u8; 1 << BITS]>,
    /// Sorted by bucket.
    entries: Vec<Entry>,
    /// Where the entries of each bucket of hashes begin; one more at the end.
    starts: Box<[u32; BUCKETS + 1]>,
    words: Vec<Box<[u8]>>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    /// The folded bytes; the fourth is zero in a keyword of three, which no folded byte is.
    gram: u32,
    keyword: KeywordId,
    /// Where in the keyword the bytes stand.
    offset: u8,
}

impl Keywords {
    /// Builds the table. Keywords are lower-case ASCII of at least three bytes; others are never found.
    pub(crate) fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let words: Vec<Box<[u8]>> = words.into_iter().map(|word| word.as_bytes().into()).collect();
        let mut entries = Vec::with_capacity(words.len());
        for (id, word) in words.iter().enumerate() {
            let Ok(keyword) = KeywordId::try_from(id) else { break };
            let gram =
                if let [a, b, c] = **word { Some((fold([a, b, c, 0]) & FIRST, 0)) } else { rarest(word) };
            entries.extend(gram.map(|(gram, offset)| Entry { gram, keyword, offset }));
        }
        entries.sort_unstable_by_key(|entry| (bucket(entry.gram), entry.gram, entry.keyword));
        let mut begin = Box::new([0_u8; 1 << BITS]);
        let mut go_on = Box::new([SHORT; 1 << BITS]);
        let mut starts = Box::new([0_u32; BUCKETS + 1]);
        for entry in &entries {
            let short = entry.gram & !FIRST == 0;
            let group = if short { SHORT } else { 1 << ((entry.gram.wrapping_mul(0x85eb_ca6b) >> 16) % 7) };
            if let Some(groups) = begin.get_mut(hash(entry.gram)) {
                *groups |= group;
            }
            if let Some(groups) = go_on.get_mut(hash(entry.gram >> 8)).filter(|_| !short) {
                *groups |= group;
            }
            if let Some(count) = starts.get_mut(bucket(entry.gram) + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in starts.iter_mut() {
            sum += *start;
            *start = sum;
        }
        Self { begin, go_on, entries, starts, words }
    }

    /// Calls `found` with the keyword and its position, for every occurrence, nearly in order: an occurrence may come
    /// after one that begins a keyword's length later.
    #[inline]
    pub(crate) fn for_each(&self, bytes: &[u8], mut found: impl FnMut(KeywordId, usize)) {
        let mut at = 0;
        while let Some(group) = bytes.get(at..).and_then(|rest| rest.first_chunk::<{ STRIDE + 3 }>()) {
            let mut asked = self.ask(group);
            while asked != 0 {
                let place = asked.trailing_zeros() as usize / 8;
                let groups = (asked >> (place * 8)) as u8;
                asked &= !(0xff << (place * 8));
                self.verify(bytes, at + place, groups, &mut found);
            }
            at += STRIDE;
        }
        while at + 3 <= bytes.len() {
            self.verify(bytes, at, u8::MAX, &mut found);
            at += 1;
        }
    }

    /// Which groups of keywords may stand at each of the places: one byte each.
    #[inline]
    fn ask(&self, text: &[u8; STRIDE + 3]) -> u64 {
        let &[a, b, c, d, e, f, g, h, i, j, k] = text;
        let hashes = [
            [a, b, c, d],
            [b, c, d, e],
            [c, d, e, f],
            [d, e, f, g],
            [e, f, g, h],
            [f, g, h, i],
            [g, h, i, j],
            [h, i, j, k],
        ]
        .map(|window| hash(fold(window)));
        let last = hash(fold([i, j, k, 0]));
        let [a, b, c, d, e, f, g, h] = hashes;
        let pairs = [(a, b), (b, c), (c, d), (d, e), (e, f), (f, g), (g, h), (h, last)];
        let mut asked = 0;
        for (place, (first, next)) in pairs.into_iter().enumerate() {
            let begin = self.begin.get(first).copied().unwrap_or(0);
            let go_on = self.go_on.get(next).copied().unwrap_or(0);
            asked |= u64::from(begin & go_on) << (place * 8);
        }
        asked
    }

    /// Compares the keywords of some groups that may stand at a place.
    #[inline(never)]
    fn verify(&self, bytes: &[u8], at: usize, groups: u8, found: &mut impl FnMut(KeywordId, usize)) {
        let Some(&[a, b, c]) = bytes.get(at..).and_then(|rest| rest.first_chunk::<3>()) else { return };
        if groups & SHORT != 0 {
            self.compare(bytes, at, fold([a, b, c, 0]) & FIRST, found);
        }
        if groups & !SHORT != 0
            && let Some(d) = bytes.get(at + 3)
        {
            self.compare(bytes, at, fold([a, b, c, *d]), found);
        }
    }

    #[inline]
    fn compare(&self, bytes: &[u8], at: usize, gram: u32, found: &mut impl FnMut(KeywordId, usize)) {
        let bucket = bucket(gram);
        let range = self.starts.get(bucket).zip(self.starts.get(bucket + 1));
        let Some(entries) = range.and_then(|(from, to)| self.entries.get(*from as usize..*to as usize))
        else {
            return;
        };
        for entry in entries.iter().filter(|entry| entry.gram == gram) {
            let Some(start) = at.checked_sub(usize::from(entry.offset)) else { continue };
            let Some(word) = self.words.get(usize::from(entry.keyword)) else { continue };
            if bytes.get(start..start + word.len()).is_some_and(|text| text.eq_ignore_ascii_case(word)) {
                found(entry.keyword, start);
            }
        }
    }

    /// How long a keyword is.
    pub(crate) fn length(&self, keyword: KeywordId) -> usize {
        self.words.get(usize::from(keyword)).map_or(0, |word| word.len())
    }
}

/// The first three of four bytes.
const FIRST: u32 = 0x00ff_ffff;

/// Folding with one bit keeps letters apart and makes cases equal; that it also joins a few symbols costs nothing,
/// because the keyword is compared afterwards.
#[inline]
fn fold(bytes: [u8; 4]) -> u32 {
    u32::from_le_bytes(bytes) | 0x2020_2020
}

/// A hash of the first three bytes.
#[inline]
fn hash(gram: u32) -> usize {
    ((gram << 8).wrapping_mul(0x9e37_79b1) >> (32 - BITS)) as usize
}

#[inline]
fn bucket(gram: u32) -> usize {
    (gram.wrapping_mul(0x9e37_79b1) >> 21) as usize & (BUCKETS - 1)
}

fn rarest(word: &[u8]) -> Option<(u32, u8)> {
    let grams = word.windows(4).enumerate().filter_map(|(offset, gram)| {
        let gram = <[u8; 4]>::try_from(gram).ok()?;
        let commonness: u32 = gram.iter().map(|byte| commonness(*byte)).sum();
        Some((commonness, fold(gram), u8::try_from(offset).ok()?))
    });
    grams.min_by_key(|(commonness, _, _)| *commonness).map(|(_, gram, offset)| (gram, offset))
}

/// How often a byte stands in source text, roughly: the rank in English, with everything else rare.
fn commonness(byte: u8) -> u32 {
    const COMMON: &[u8] = b"zqxjkvbywgpfmucdlhrsnioate";
    match COMMON.iter().position(|common| *common == byte.to_ascii_lowercase()) {
        Some(rank) => 4 + u32::try_from(rank).unwrap_or(0),
        None if matches!(byte, b'_' | b'-' | b'.' | b'/' | b' ') => 8,
        None => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_occurrence_is_found_in_any_case() {
        let words = ["key", "sk_live_", "acme", "----"];
        let keywords = Keywords::new(words);
        let check = |text: &str| {
            let mut found = Vec::new();
            keywords.for_each(text.as_bytes(), |id, at| found.push((words[usize::from(id)], at)));
            found.sort_unstable();
            let lower = text.to_ascii_lowercase();
            let mut naive = Vec::new();
            for word in words {
                naive.extend(
                    (0..lower.len())
                        .filter(|at| lower.as_bytes()[*at..].starts_with(word.as_bytes()))
                        .map(|at| (word, at)),
                );
            }
            naive.sort_unstable();
            assert_eq!(found, naive, "{text:?}");
        };
        for text in [
            "",
            "k",
            "key",
            "KEY",
            "the Key",
            "key=key key",
            "sk_live_",
            "xSK_LIVE_x acme",
            "ACMEacmeacm",
            "-----",
            "keykeykey",
            "ke",
            "_key",
            "key_",
        ] {
            check(text);
        }
    }
}
