//! A name for a secret that tells nothing about it.

use std::{fmt, str::FromStr};

use ring::hmac;
use serde::{Deserialize, Serialize};

use crate::SecretString;

/// The key of an organisation's fingerprints.
///
/// A plain hash of a short secret can be found by trying; with a key, only its holder can try.
pub struct FingerprintKey(hmac::Key);

impl FingerprintKey {
    /// Takes the key's bytes: 32 random ones, kept like any other secret.
    #[must_use]
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    /// The fingerprint of a secret: equal secrets have equal fingerprints under one key.
    #[must_use]
    pub fn fingerprint(&self, secret: &SecretString) -> Fingerprint {
        let tag = hmac::sign(&self.0, secret.expose().as_bytes());
        let mut bytes = [0; 16];
        for (byte, tag) in bytes.iter_mut().zip(tag.as_ref()) {
            *byte = *tag;
        }
        Fingerprint(bytes)
    }
}

impl fmt::Debug for FingerprintKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FingerprintKey(****)")
    }
}

/// HMAC-SHA256 of a secret, cut to 128 bits (RFC 2104 §5), written as 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint([u8; 16]);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> Self {
        fingerprint.to_string()
    }
}

impl FromStr for Fingerprint {
    type Err = InvalidFingerprint;

    fn from_str(text: &str) -> Result<Self, InvalidFingerprint> {
        if text.len() != 32 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(InvalidFingerprint);
        }
        u128::from_str_radix(text, 16).map(|n| Self(n.to_be_bytes())).map_err(|_| InvalidFingerprint)
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = InvalidFingerprint;

    fn try_from(text: String) -> Result<Self, InvalidFingerprint> {
        text.parse()
    }
}

/// A text that is no fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a fingerprint is 32 hexadecimal digits")]
#[non_exhaustive]
pub struct InvalidFingerprint;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn it_is_the_hmac_of_rfc_4231() {
        // RFC 4231 test case 2 pads its key "Jefe" with zeros to the block, so 28 more zeros change nothing.
        let mut key = [0; 32];
        key[..4].copy_from_slice(b"Jefe");
        let fingerprint = FingerprintKey::new(&key).fingerprint(&"what do ya want for nothing?".into());
        assert_eq!(fingerprint.to_string(), "5bdcc146bf60754e6a042426089575c7");
    }

    #[test]
    fn another_key_gives_another_fingerprint() {
        let secret = SecretString::from("EXAMPLE");
        let of = |byte| FingerprintKey::new(&[byte; 32]).fingerprint(&secret);
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
    }

    proptest! {
        #[test]
        fn it_reads_back(bytes in any::<[u8; 16]>()) {
            let fingerprint = Fingerprint(bytes);
            prop_assert_eq!(fingerprint.to_string().parse(), Ok(fingerprint));
        }

        #[test]
        fn other_text_is_refused(text in "[+-]?[0-9a-f]{0,31}|.*") {
            prop_assume!(text.len() != 32 || !text.bytes().all(|b| b.is_ascii_hexdigit()));
            prop_assert_eq!(text.parse::<Fingerprint>(), Err(InvalidFingerprint));
        }
    }
}
