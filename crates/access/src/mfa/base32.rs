//! Five bits a letter: the base32 of RFC 4648 §6, without padding, and Crockford's, which people can read aloud.

use zeroize::Zeroizing;

/// RFC 4648 §6.
pub(super) const RFC4648: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// <https://www.crockford.com/base32.html>: no I, L, O and U.
pub(super) const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Writes bytes as letters.
pub(super) fn encode(alphabet: &[u8; 32], bytes: &[u8]) -> Zeroizing<String> {
    // Whole from the beginning, so that it never moves and leaves a copy behind.
    let mut text = Zeroizing::new(String::with_capacity(bytes.len().saturating_mul(8).div_ceil(5)));
    let (mut held, mut bits) = (0_u32, 0_u32);
    let mut push = |number: u32| {
        let letter = alphabet.get((number & 31) as usize).copied().unwrap_or_default();
        text.push(char::from(letter));
    };
    for &byte in bytes {
        held = (held << 8) | u32::from(byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            push(held >> bits);
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        push(held << (5 - bits));
    }
    text
}

/// Reads letters back: of each byte `value` says what it stands for. There is one way to write some bytes, so what is
/// left over must be zero.
pub(super) fn decode(text: &[u8], value: impl Fn(u8) -> Option<u8>) -> Option<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len().saturating_mul(5) / 8));
    let (mut held, mut bits) = (0_u32, 0_u32);
    for &letter in text {
        held = (held << 5) | u32::from(value(letter)?);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits).ok()?);
            held &= (1 << bits) - 1;
        }
    }
    (bits < 5 && held == 0).then_some(bytes)
}

/// What a letter stands for.
pub(super) fn position(alphabet: &[u8; 32], letter: u8) -> Option<u8> {
    alphabet.iter().position(|known| *known == letter).and_then(|position| u8::try_from(position).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Option<Vec<u8>> {
        decode(text.as_bytes(), |letter| position(RFC4648, letter)).map(|bytes| bytes.to_vec())
    }

    #[test]
    fn it_is_that_of_rfc_4648() {
        for (plain, written) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(encode(RFC4648, plain.as_bytes()).as_str(), written);
            assert_eq!(read(written).unwrap(), plain.as_bytes(), "{written}");
        }
        for wrong in ["A", "AAA", "AAAAAA", "MZ", "M1", "my", "MY======", "MÄ"] {
            assert!(read(wrong).is_none(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn bytes_read_back(bytes in any::<Vec<u8>>()) {
            prop_assert_eq!(read(&encode(RFC4648, &bytes)), Some(bytes));
        }
    }
}
