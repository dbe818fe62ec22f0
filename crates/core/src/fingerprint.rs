//! A name for a secret that tells nothing about it.

use std::{fmt, str::FromStr};

use ring::{hmac, rand};
use serde::{Deserialize, Serialize};

use crate::SecretString;

/// The key of an organisation's fingerprints.
///
/// A plain hash of a short secret can be found by trying; with a key, only its holder can try.
#[derive(Clone)]
pub struct FingerprintKey {
    mac: hmac::Key,
    written: SecretString,
}

impl FingerprintKey {
    /// Takes the key's bytes: 32 random ones, kept like any other secret.
    #[must_use]
    pub fn new(bytes: &[u8; 32]) -> Self {
        let written: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        Self { mac: hmac::Key::new(hmac::HMAC_SHA256, bytes), written: written.into() }
    }

    /// Makes a key from the operating system's randomness.
    ///
    /// # Errors
    ///
    /// When that has none to give.
    pub fn generate() -> Result<Self, NoRandomness> {
        let bytes: rand::Random<[u8; 32]> =
            rand::generate(&rand::SystemRandom::new()).map_err(|_| NoRandomness)?;
        Ok(Self::new(&bytes.expose()))
    }

    /// The key as 64 hexadecimal digits, which [`parse`](Self::parse) reads back.
    #[must_use]
    pub const fn written(&self) -> &SecretString {
        &self.written
    }

    /// Reads a key that was written as 64 hexadecimal digits.
    ///
    /// # Errors
    ///
    /// When the text is something else; the error does not quote it.
    pub fn parse(text: &SecretString) -> Result<Self, InvalidFingerprintKey> {
        let text = text.expose().trim();
        let mut bytes = [0; 32];
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(InvalidFingerprintKey);
        }
        for (byte, at) in bytes.iter_mut().zip((0..).step_by(2)) {
            let digits = text.get(at..at + 2).ok_or(InvalidFingerprintKey)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| InvalidFingerprintKey)?;
        }
        Ok(Self::new(&bytes))
    }

    /// The fingerprint of a secret: equal secrets have equal fingerprints under one key.
    #[must_use]
    pub fn fingerprint(&self, secret: &SecretString) -> Fingerprint {
        let tag = hmac::sign(&self.mac, secret.expose().as_bytes());
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

/// The operating system has no randomness to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gives no random bytes")]
#[non_exhaustive]
pub struct NoRandomness;

/// A text that is no fingerprint key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a fingerprint key is 64 hexadecimal digits")]
#[non_exhaustive]
pub struct InvalidFingerprintKey;

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
    fn a_key_reads_back_and_shows_nothing() {
        let key = FingerprintKey::generate().unwrap();
        let again = FingerprintKey::parse(key.written()).unwrap();
        let secret = SecretString::from("EXAMPLE");
        assert_eq!(key.fingerprint(&secret), again.fingerprint(&secret));
        assert_ne!(key.written().expose(), FingerprintKey::generate().unwrap().written().expose());
        assert!(!format!("{key:?}").contains(key.written().expose()));
        for wrong in ["", "00", &"0".repeat(63), &"g".repeat(64), &"é".repeat(32)] {
            assert_eq!(FingerprintKey::parse(&wrong.into()).unwrap_err(), InvalidFingerprintKey);
        }
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
