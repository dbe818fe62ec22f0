//! Finds every keyword of every rule in one pass.
//!
//! Each keyword is known by its rarest five bytes (or all, if it has fewer), folded so that case does not matter. Three
//! bytes are hashed at every place; three tables say which groups of keywords may begin with them, go on with them a byte
//! later, and a byte after that. Only where a group is in all three is a keyword compared. Next to an automaton this needs
//! a few kilobytes instead of megabytes, is built in microseconds, and reads about a gigabyte a second, because the tables
//! stay in the nearest cache.

/// Which keyword: an index into the list that the table was built from.
pub(crate) type KeywordId = u16;

/// Bits of the hash of three bytes.
const BITS: u32 = 13;
/// Places that are asked about at a time.
const STRIDE: usize = 8;
/// The most bytes that a keyword is known by.
const MOST: usize = 5;
/// How many groups keywords of five bytes and more are in; two are for shorter ones.
const GROUPS: u32 = 6;
const BUCKETS: usize = 1 << 12;

/// By the hash of three bytes: groups of keywords.
type Table = Box<[u8; 1 << BITS]>;

#[derive(Debug)]
pub(crate) struct Keywords {
    /// The groups that may have these three bytes first, second and third of their overlapping threes.
    first: Table,
    second: Table,
    third: Table,
    /// Sorted by bucket.
    entries: Vec<Entry>,
    /// Where the entries of each bucket of hashes begin; one more at the end.
    starts: Box<[u16; BUCKETS + 1]>,
    words: Vec<Word>,
}

/// A keyword, and its front in the form that is compared first.
#[derive(Debug)]
struct Word {
    text: Box<[u8]>,
    /// Its first sixteen bytes, folded; zero after its end.
    front: u128,
    /// Which of the sixteen it has.
    mask: u128,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    /// The hash of the first three of the bytes that the keyword is known by.
    hash: u16,
    keyword: KeywordId,
    /// Where in the keyword they stand.
    offset: u8,
    group: u8,
    /// The first four of those bytes, folded; three where there are no more.
    front: u32,
    mask: u32,
}

impl Keywords {
    /// Builds the table. Keywords are lower-case ASCII of at least three bytes; others are never found.
    pub(crate) fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let words: Vec<Box<[u8]>> = words.into_iter().map(|word| word.as_bytes().into()).collect();
        let [mut first, mut second, mut third] = [(); 3].map(|()| Box::new([0_u8; 1 << BITS]));
        let mut entries = Vec::with_capacity(words.len());
        for (id, word) in words.iter().enumerate() {
            let Ok(keyword) = KeywordId::try_from(id) else { break };
            let Some((gram, offset)) = rarest(word) else { continue };
            let mut hashes = gram.windows(3).filter_map(|three| Some(hash(fold(*three.first_chunk()?, 0))));
            let Some(one) = hashes.next() else { continue };
            // The short ones fill whole tables, so they share a group.
            let group = match gram.len() {
                3 => 0x80,
                4 => 0x40,
                _ => 1_u8 << ((spread(one as u32) >> 16) % GROUPS),
            };
            set(&mut first, Some(one), group);
            set(&mut second, hashes.next(), group);
            set(&mut third, hashes.next(), group);
            let mask = if gram.len() == 3 { 0x00ff_ffff } else { u32::MAX };
            let front = four(gram) & mask;
            entries.push(Entry { hash: one as u16, keyword, offset, group, front, mask });
        }
        entries.sort_unstable_by_key(|entry| (entry.hash >> 1, entry.hash, entry.keyword));
        let mut starts = Box::new([0_u16; BUCKETS + 1]);
        for entry in &entries {
            if let Some(count) = starts.get_mut(usize::from(entry.hash >> 1) + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in starts.iter_mut() {
            sum += *start;
            *start = sum;
        }
        let words = words.into_iter().map(Word::new).collect();
        Self { first, second, third, entries, starts, words }
    }

    /// Calls `found` with the keyword and its position, for every occurrence, nearly in order: an occurrence may come
    /// after one that begins a keyword's length later.
    #[inline]
    pub(crate) fn for_each(&self, bytes: &[u8], mut found: impl FnMut(KeywordId, usize)) {
        let mut at = 0;
        while let Some(text) = bytes.get(at..).and_then(|rest| rest.first_chunk::<{ STRIDE + MOST - 1 }>()) {
            let mut asked = self.ask(text);
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
    fn ask(&self, text: &[u8; STRIDE + MOST - 1]) -> u64 {
        let &[a, b, c, d, e, f, g, h, i, j, k, l] = text;
        let hashes = [
            ([a, b, c], d),
            ([b, c, d], e),
            ([c, d, e], f),
            ([d, e, f], g),
            ([e, f, g], h),
            ([f, g, h], i),
            ([g, h, i], j),
            ([h, i, j], k),
            ([i, j, k], l),
            ([j, k, l], 0),
        ]
        .map(|(three, next)| hash(fold(three, next)));
        let [a, b, c, d, e, f, g, h, i, j] = hashes;
        let threes = [(a, b, c), (b, c, d), (c, d, e), (d, e, f), (e, f, g), (f, g, h), (g, h, i), (h, i, j)];
        let mut asked = 0;
        for (place, (first, second, third)) in threes.into_iter().enumerate() {
            let groups = get(&self.first, first) & get(&self.second, second) & get(&self.third, third);
            asked |= u64::from(groups) << (place * 8);
        }
        asked
    }

    /// Compares the keywords of some groups that may stand at a place.
    #[inline(never)]
    fn verify(&self, bytes: &[u8], at: usize, groups: u8, found: &mut impl FnMut(KeywordId, usize)) {
        let Some(rest) = bytes.get(at..).filter(|rest| rest.len() >= 3) else { return };
        let four = four(rest);
        let hash = hash(four) as u16;
        let bucket = usize::from(hash >> 1);
        let range = self.starts.get(bucket).zip(self.starts.get(bucket + 1));
        let Some(entries) =
            range.and_then(|(from, to)| self.entries.get(usize::from(*from)..usize::from(*to)))
        else {
            return;
        };
        // What the hash lets through is mostly not the same bytes; that is seen without a look at the keyword.
        let fits = |entry: &&Entry| four & entry.mask == entry.front && entry.group & groups != 0;
        for entry in entries.iter().filter(fits) {
            let Some(start) = at.checked_sub(usize::from(entry.offset)) else { continue };
            let Some(word) = self.words.get(usize::from(entry.keyword)) else { continue };
            if word.stands_at(bytes, start) {
                found(entry.keyword, start);
            }
        }
    }

    /// How long a keyword is.
    pub(crate) fn length(&self, keyword: KeywordId) -> usize {
        self.words.get(usize::from(keyword)).map_or(0, |word| word.text.len())
    }
}

impl Word {
    fn new(text: Box<[u8]>) -> Self {
        let mut front = [0; 16];
        let mut mask = [0; 16];
        for ((front, mask), byte) in front.iter_mut().zip(&mut mask).zip(&text) {
            *front = byte | 0x20;
            *mask = 0xff;
        }
        Self { text, front: u128::from_le_bytes(front), mask: u128::from_le_bytes(mask) }
    }

    #[inline]
    fn stands_at(&self, bytes: &[u8], start: usize) -> bool {
        const FOLD: u128 = u128::from_le_bytes([0x20; 16]);
        let Some(rest) = bytes.get(start..) else { return false };
        if let Some(front) = rest.first_chunk::<16>()
            && (u128::from_le_bytes(*front) | FOLD) & self.mask != self.front
        {
            return false;
        }
        rest.get(..self.text.len()).is_some_and(|text| text.eq_ignore_ascii_case(&self.text))
    }
}

/// Puts a group where a hash says, or everywhere if the keyword is too short to say.
fn set(table: &mut Table, hash: Option<usize>, group: u8) {
    match hash {
        Some(hash) => {
            if let Some(groups) = table.get_mut(hash) {
                *groups |= group;
            }
        }
        None => table.iter_mut().for_each(|groups| *groups |= group),
    }
}

#[inline]
fn get(table: &Table, hash: usize) -> u8 {
    table.get(hash).copied().unwrap_or(0)
}

/// Folding with one bit keeps letters apart and makes cases equal; that it also joins a few symbols costs nothing,
/// because the keyword is compared afterwards. A fourth byte is only there because four are loaded as quickly.
#[inline]
fn fold([a, b, c]: [u8; 3], d: u8) -> u32 {
    u32::from_le_bytes([a, b, c, d]) | 0x0020_2020
}

/// The first four bytes of a text, folded; a zero stands for a fourth that is not there.
#[inline]
fn four(text: &[u8]) -> u32 {
    const FOLD: u32 = 0x2020_2020;
    match *text {
        [a, b, c, d, ..] => u32::from_le_bytes([a, b, c, d]) | FOLD,
        [a, b, c] => u32::from_le_bytes([a, b, c, 0]) | FOLD,
        _ => 0,
    }
}

/// A hash of the first three bytes.
#[inline]
fn hash(gram: u32) -> usize {
    (spread(gram << 8) >> (32 - BITS)) as usize
}

#[inline]
const fn spread(number: u32) -> u32 {
    number.wrapping_mul(0x9e37_79b1)
}

/// The five bytes of a keyword that stand in the fewest texts.
fn rarest(word: &[u8]) -> Option<(&[u8], u8)> {
    let grams = word.windows(word.len().clamp(3, MOST)).enumerate();
    grams
        .min_by_key(|(_, gram)| gram.iter().map(|byte| commonness(*byte)).sum::<u32>())
        .and_then(|(offset, gram)| Some((gram, u8::try_from(offset).ok()?)))
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
