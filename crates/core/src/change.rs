//! What a change is known by, so that what was agreed to is what is applied.

use std::{fmt, str::FromStr};

use ring::digest::{SHA256, digest};
use serde::Serialize;

/// The SHA-256 of a change, written as 64 hexadecimal digits.
///
/// ```
/// use storeward_core::ChangeDigest;
///
/// let digest = ChangeDigest::of(b"shop: { name: Example }");
/// assert_eq!(digest.to_string().parse(), Ok(digest));
/// assert_ne!(digest, ChangeDigest::of(b"shop: { name: example }"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ChangeDigest([u8; 32]);

impl ChangeDigest {
    /// Takes a digest that was made elsewhere.
    #[must_use]
    pub const fn new(sha256: [u8; 32]) -> Self {
        Self(sha256)
    }

    /// Digests a change, as the bytes that will be applied.
    #[must_use]
    pub fn of(change: &[u8]) -> Self {
        let mut sha256 = [0; 32];
        sha256.iter_mut().zip(digest(&SHA256, change).as_ref()).for_each(|(byte, digest)| *byte = *digest);
        Self(sha256)
    }
}

impl fmt::Display for ChangeDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for ChangeDigest {
    type Err = InvalidDigest;

    /// Reads 64 hexadecimal digits.
    fn from_str(text: &str) -> Result<Self, InvalidDigest> {
        let mut sha256 = [0; 32];
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(InvalidDigest);
        }
        for (byte, at) in sha256.iter_mut().zip((0..).step_by(2)) {
            let digits = text.get(at..at + 2).ok_or(InvalidDigest)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| InvalidDigest)?;
        }
        Ok(Self(sha256))
    }
}

impl Serialize for ChangeDigest {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// A text that is no digest of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a change's digest is 64 hexadecimal digits")]
#[non_exhaustive]
pub struct InvalidDigest;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_reads_back_and_nothing_else_does() {
        let text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(ChangeDigest::of(b"abc").to_string(), text, "FIPS 180-2, B.1");
        assert_eq!(text.to_uppercase().parse(), Ok(ChangeDigest::of(b"abc")));
        for wrong in [
            "",
            "abc",
            text.trim_start_matches('b'),
            &format!("{text}0"),
            &text.replace('b', "g"),
            &"é".repeat(32),
        ] {
            assert_eq!(wrong.parse::<ChangeDigest>(), Err(InvalidDigest), "{wrong}");
        }
        assert_eq!(serde_json::to_string(&ChangeDigest::of(b"abc")).unwrap(), format!("\"{text}\""));
    }
}
