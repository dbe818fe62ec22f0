//! Values that must not be shown, and the part of them that may be.

use std::fmt;

use secrecy::ExposeSecret;
use serde::{Deserialize, Deserializer, Serialize};
use subtle::ConstantTimeEq;

/// A secret, from the first line that sees it to the request header that needs it.
///
/// It has no `Display` and no `Serialize`, its `Debug` shows nothing, it is wiped when dropped, and it compares in
/// constant time. The only way to the value is [`expose`](Self::expose), a name that a reviewer stops at.
#[derive(Clone)]
pub struct SecretString(secrecy::SecretString);

impl SecretString {
    /// The value in clear. Keep the borrow short: to a header, to a hash.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.expose().is_empty()
    }

    /// The form in which people may see it.
    #[must_use]
    pub fn masked(&self) -> Masked {
        Masked::of(self.expose())
    }
}

impl From<String> for SecretString {
    fn from(value: String) -> Self {
        Self(value.into())
    }
}

impl From<&str> for SecretString {
    fn from(value: &str) -> Self {
        Self(value.into())
    }
}

impl<'de> Deserialize<'de> for SecretString {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

impl fmt::Debug for SecretString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretString(****)")
    }
}

impl PartialEq for SecretString {
    fn eq(&self, other: &Self) -> bool {
        self.expose().as_bytes().ct_eq(other.expose().as_bytes()).into()
    }
}

impl Eq for SecretString {}

/// What is left of a secret for people to recognise it by: at most its first four characters.
///
/// It is made only by masking, so a field of this type cannot hold a secret by mistake. The length of the secret
/// does not show, and of a value under sixteen characters nothing shows at all.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Masked(String);

impl Masked {
    /// Masks a value.
    #[must_use]
    pub fn of(value: &str) -> Self {
        // Four of sixteen leave at least twelve unknown characters, more than can be guessed.
        const SHOWN: usize = 4;
        const SHORTEST: usize = 16;
        let mut masked = String::with_capacity(SHOWN * 4 + 4);
        if value.chars().nth(SHORTEST - 1).is_some() {
            masked.extend(value.chars().take(SHOWN).filter(|c| !c.is_control()));
        }
        masked.push_str("****");
        Self(masked)
    }

    /// The masked text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_shows_in_debug() {
        let secret = SecretString::from("EXAMPLE-hunter2-and-more");
        assert_eq!(format!("{secret:?} {secret:#?}"), "SecretString(****) SecretString(****)");
        assert_eq!(secret.expose(), "EXAMPLE-hunter2-and-more");
    }

    #[test]
    fn masks_show_neither_short_values_nor_lengths() {
        for (value, masked) in [
            ("", "****"),
            ("hunter2", "****"),
            ("123456789012345", "****"),
            ("1234567890123456", "1234****"),
            ("EXAMPLE-a-much-longer-secret-value-than-that", "EXAM****"),
            ("\u{1b}[2J4567890123456", "[2J****"),
            ("äöüßäöüßäöüßäöüß", "äöüß****"),
        ] {
            assert_eq!(Masked::of(value).as_str(), masked, "{value}");
        }
    }

    #[test]
    fn equality_is_of_the_whole_value() {
        let a = SecretString::from("EXAMPLE-1");
        assert_eq!(a, SecretString::from("EXAMPLE-1"));
        assert_ne!(a, SecretString::from("EXAMPLE-2"));
        assert_ne!(a, SecretString::from("EXAMPLE-11"));
    }

    #[test]
    fn a_secret_is_read_but_never_written() {
        let secret: SecretString = serde_json::from_str("\"EXAMPLE\"").unwrap();
        assert_eq!(secret.expose(), "EXAMPLE");
        assert!(SecretString::from("").is_empty() && !secret.is_empty());
    }
}
