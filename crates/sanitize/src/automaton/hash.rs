//! A fast hash for tables whose keys we choose: the keys that rules name, and our own numbers. A document cannot put
//! anything into them, so it cannot make them slow either, and std's guard against that is not needed.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

/// A table with this hash.
pub(super) type FastMap<K, V> = HashMap<K, V, BuildHasherDefault<FastHasher>>;

/// Multiplies and folds, eight bytes at a time.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct FastHasher(u64);

/// The digits of the fraction of the golden ratio: an odd number without a pattern.
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

impl Hasher for FastHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0 ^= bytes.len() as u64;
        if let Some(last) = bytes.last_chunk::<8>() {
            for word in bytes.as_chunks::<8>().0 {
                self.write_u64(u64::from_le_bytes(*word));
            }
            // What is left, with bytes before it, so that it is a whole word.
            if !bytes.len().is_multiple_of(8) {
                self.write_u64(u64::from_le_bytes(*last));
            }
        } else if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
            self.write_u64(
                u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last)),
            );
        } else {
            self.write_u64(bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)));
        }
    }

    fn write_u8(&mut self, number: u8) {
        // Only ever the byte that ends a text, whose length is in already.
        self.0 ^= u64::from(number);
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(number.into());
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn write_u64(&mut self, number: u64) {
        // Both halves of the product, so that the low bits, which choose the slot, depend on the high ones.
        let product = u128::from(self.0.rotate_left(23) ^ number) * u128::from(MULTIPLIER);
        self.0 = (product as u64) ^ ((product >> 64) as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, hash::Hash};

    use super::*;

    #[test]
    fn keys_that_are_alike_have_slots_of_their_own() {
        let hash = |key: &str| {
            let mut hasher = FastHasher::default();
            key.hash(&mut hasher);
            hasher.finish()
        };
        let hashes: Vec<u64> = (0..10_000).map(|number| hash(&format!("field{number}"))).collect();
        assert_eq!(hashes.iter().collect::<HashSet<_>>().len(), hashes.len());
        // As many slots as keys: a good hash fills 63 % of them (1 - 1/e).
        let slots: HashSet<u64> = hashes.iter().map(|hash| hash % 10_000).collect();
        assert!(slots.len() > 6000, "{}", slots.len());
        assert_ne!(hash("ab"), hash("ab\0"));
    }
}
