//! Finds a name's index, for names that were known beforehand.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

/// Indices by name. Only names of the matrix and of declared environments are put in, and a request puts in none: so
/// nobody who asks can choose names that hash alike, and a quick hash will do.
pub(super) type Names = HashMap<Box<str>, u32, BuildHasherDefault<Fnv>>;

/// FNV-1a with 64 bits, by its authors' constants (<http://www.isthe.com/chongo/tech/comp/fnv/>).
pub(super) struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_fnv_1a() {
        for (text, hash) in
            [("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8)]
        {
            let mut hasher = Fnv::default();
            hasher.write(text.as_bytes());
            assert_eq!(hasher.finish(), hash, "{text}");
        }
    }
}
