//! Finds every keyword of every rule in one pass.
//!
//! Each keyword is known by its rarest four bytes, folded so that case does not matter. The pass rolls a window of
//! four bytes over the buffer and asks a small bitmap about each; only where the bitmap says yes is the keyword
//! compared. Next to an automaton this needs a few kilobytes instead of megabytes, is built in microseconds, and
//! reads about a gigabyte a second, because the bitmap stays in the nearest cache.

/// Which keyword: an index into the list that the table was built from.
pub(crate) type KeywordId = u16;

const GRAM: usize = 4;
const BITS: u32 = 16;
const WORDS: usize = 1 << (BITS - 6);
const BUCKETS: usize = 1 << 12;

#[derive(Debug)]
pub(crate) struct Keywords {
    /// One bit per hash of four bytes.
    bitmap: Box<[u64; WORDS]>,
    /// Where each bucket's entries begin in `entries`; one more at the end.
    starts: Box<[u32]>,
    entries: Vec<Entry>,
    words: Vec<Box<[u8]>>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    /// The four folded bytes.
    gram: u32,
    keyword: KeywordId,
    /// Where in the keyword the four bytes stand.
    offset: u8,
}

impl Keywords {
    /// Builds the table. Keywords are lower-case ASCII of at least three bytes; others are never found.
    pub(crate) fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let words: Vec<Box<[u8]>> = words.into_iter().map(|word| word.as_bytes().into()).collect();
        let mut grams = Vec::with_capacity(words.len());
        for (id, word) in words.iter().enumerate() {
            let Ok(keyword) = KeywordId::try_from(id) else { break };
            match word.len() {
                0..3 => {}
                3 => grams.extend(padded(word).map(|gram| Entry { gram, keyword, offset: 0 })),
                _ => grams.extend(rarest(word).map(|(gram, offset)| Entry { gram, keyword, offset })),
            }
        }
        grams.sort_unstable_by_key(|entry| (bucket(entry.gram), entry.gram, entry.keyword));
        let mut bitmap = Box::new([0_u64; WORDS]);
        let mut counts = vec![0_u32; BUCKETS + 1];
        for entry in &grams {
            let hash = hash(entry.gram);
            if let Some(word) = bitmap.get_mut((hash >> 6) as usize) {
                *word |= 1 << (hash & 63);
            }
            if let Some(count) = counts.get_mut(bucket(entry.gram) + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for count in &mut counts {
            sum += *count;
            *count = sum;
        }
        Self { bitmap, starts: counts.into(), entries: grams, words }
    }

    /// Calls `found` with the keyword and its position, for every occurrence, nearly in order: an occurrence may come
    /// after one that begins a keyword's length later.
    #[inline]
    pub(crate) fn for_each(&self, bytes: &[u8], mut found: impl FnMut(KeywordId, usize)) {
        let mut window = 0_u32;
        for (at, &byte) in bytes.iter().enumerate() {
            window = (window >> 8) | (u32::from(byte | 0x20) << 24);
            let hash = hash(window);
            let word = self.bitmap.get((hash >> 6) as usize).copied().unwrap_or(0);
            if (word >> (hash & 63)) & 1 != 0 {
                self.verify(bytes, at, window, &mut found);
            }
        }
        // A keyword of three bytes at the very end has no fourth one.
        if let Some(tail) = bytes.len().checked_sub(3) {
            window = (window >> 8) | (u32::from(b' ') << 24);
            self.verify(bytes, tail + GRAM - 1, window, &mut found);
        }
    }

    #[cold]
    #[inline(never)]
    fn verify(&self, bytes: &[u8], last: usize, gram: u32, found: &mut impl FnMut(KeywordId, usize)) {
        let bucket = bucket(gram);
        let range = self.starts.get(bucket).zip(self.starts.get(bucket + 1));
        let Some(entries) = range.and_then(|(from, to)| self.entries.get(*from as usize..*to as usize))
        else {
            return;
        };
        for entry in entries.iter().filter(|entry| entry.gram == gram) {
            let Some(start) = (last + 1).checked_sub(GRAM + usize::from(entry.offset)) else { continue };
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

/// Folding with one bit keeps letters apart and makes cases equal; that it also joins a few symbols costs nothing,
/// because the keyword is compared afterwards.
fn fold(bytes: [u8; GRAM]) -> u32 {
    u32::from_le_bytes(bytes.map(|byte| byte | 0x20))
}

#[inline]
fn hash(gram: u32) -> u32 {
    gram.wrapping_mul(0x9e37_79b1) >> (32 - BITS)
}

fn bucket(gram: u32) -> usize {
    (hash(gram) >> 4) as usize & (BUCKETS - 1)
}

/// A keyword of three bytes is known by itself and any byte after it.
fn padded(word: &[u8]) -> impl Iterator<Item = u32> {
    let front = <[u8; 3]>::try_from(word).unwrap_or_default();
    (0..=u8::MAX).filter(|byte| byte & 0x20 != 0).map(move |byte| {
        let [a, b, c] = front;
        fold([a, b, c, byte])
    })
}

fn rarest(word: &[u8]) -> Option<(u32, u8)> {
    let grams = word.windows(GRAM).enumerate().filter_map(|(offset, gram)| {
        let gram = <[u8; GRAM]>::try_from(gram).ok()?;
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
