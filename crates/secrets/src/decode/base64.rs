//! Base64, in the standard and the URL alphabet, with or without padding.

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The six bits of each character of either alphabet; 255 for all others.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, which would refuse a wrong index")]
const VALUES: [u8; 256] = {
    let mut values = [255; 256];
    let mut at = 0;
    while at < 64 {
        values[STANDARD[at] as usize] = at as u8;
        values[URL[at] as usize] = at as u8;
        at += 1;
    }
    values
};

/// Decodes text of either alphabet. Padding is not needed; line breaks are read over.
pub(crate) fn decode_any(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let mut bits = 0_u32;
    let mut held = 0;
    let mut padded = false;
    for &byte in text {
        let value = VALUES.get(usize::from(byte)).copied().unwrap_or(255);
        match byte {
            b'=' => padded = true,
            b'\n' | b'\r' => {}
            _ if value == 255 || padded => return None,
            _ => {
                bits = (bits << 6) | u32::from(value);
                held += 6;
                if held >= 8 {
                    held -= 8;
                    out.push((bits >> held) as u8);
                    bits &= (1 << held) - 1;
                }
            }
        }
    }
    // One character alone holds no byte.
    (held < 6).then_some(out)
}

/// Encodes without padding, in the URL alphabet.
pub(crate) fn encode_url(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let padded =
            [group.first(), group.get(1), group.get(2)].map(|byte| u32::from(byte.copied().unwrap_or(0)));
        let [a, b, c] = padded;
        let bits = (a << 16) | (b << 8) | c;
        for place in 0..=group.len() {
            let value = (bits >> (18 - 6 * place)) & 63;
            out.push(char::from(URL.get(value as usize).copied().unwrap_or(b'A')));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rfc_4648_vectors() {
        for (plain, encoded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(decode_any(encoded.as_bytes()).unwrap(), plain.as_bytes());
            assert_eq!(encode_url(plain.as_bytes()), encoded.trim_end_matches('='));
        }
        for wrong in ["Z", "Zg=g", "Zm9v!"] {
            assert_eq!(decode_any(wrong.as_bytes()), None);
        }
    }

    proptest! {
        #[test]
        fn it_reads_back(bytes in any::<Vec<u8>>()) {
            prop_assert_eq!(decode_any(encode_url(&bytes).as_bytes()), Some(bytes));
        }
    }
}
