//! Values that vendors print in their documentation, known by digest so that this crate holds none of them.

use std::sync::LazyLock;

use ring::digest;

/// The first eight bytes of the SHA-256 of each value, sorted.
static KNOWN: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let mut known: Vec<u64> = include_str!("../../data/documentation.txt")
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|word| *word != "#")
        .filter_map(|word| u64::from_str_radix(word, 16).ok())
        .collect();
    known.sort_unstable();
    known
});

/// Whether a value is one of them.
pub(crate) fn is_documented(secret: &[u8]) -> bool {
    KNOWN.binary_search(&short_digest(secret)).is_ok()
}

fn short_digest(secret: &[u8]) -> u64 {
    let digest = digest::digest(&digest::SHA256, secret);
    digest.as_ref().iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_the_aws_manual_is_known() {
        assert!(is_documented(b"AKIAIOSFODNN7EXAMPLE"));
        assert!(!is_documented(["AKIAIOSFODNN8", "EXAMPLE"].concat().as_bytes()));
    }
}
