//! How much a value varies.

/// Shannon entropy in bits a byte.
pub(crate) fn shannon(bytes: &[u8]) -> f32 {
    let mut counts = [0_u32; 256];
    for &byte in bytes {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let total = bytes.len().max(1) as f32;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let share = *count as f32 / total;
            -share * share.log2()
        })
        .sum()
}

/// How many different bytes there are.
pub(crate) fn distinct(bytes: &[u8]) -> u32 {
    let mut seen = [0_u64; 4];
    for &byte in bytes {
        if let Some(word) = seen.get_mut(usize::from(byte >> 6)) {
            *word |= 1 << (byte & 63);
        }
    }
    seen.iter().map(|word| word.count_ones()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropy_is_that_of_the_textbook() {
        for (text, bits) in
            [("", 0.0), ("aaaa", 0.0), ("abab", 1.0), ("abcd", 2.0), ("0123456789abcdef", 4.0)]
        {
            assert!((shannon(text.as_bytes()) - bits).abs() < 1e-6, "{text}");
        }
        assert_eq!(distinct(b"abcabc\xff"), 4);
    }
}
