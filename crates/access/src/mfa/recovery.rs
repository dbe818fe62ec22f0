//! Recovery codes, for who has lost the app: each works once, and is shown once.
//!
//! A code has 80 random bits, in Crockford's base32, so nobody finds one by trying, even with the hashes at hand. The slow
//! hash is for what randomness does not cover: a code of which a part was overheard or photographed. PBKDF2 of ring does,
//! since ring is in every build of this program and is well kept; what a memory-hard hash has over it counts for
//! passwords, which people choose, and not for these.

use std::{collections::BTreeMap, fmt, num::NonZeroU32};

use ring::pbkdf2;
use serde::{Deserialize, Serialize};
use storeward_core::SecretString;
use subtle::{ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroizing;

use super::{
    base32,
    random::{self, NoRandomness, hex},
};

/// How many codes a person gets.
pub const COUNT: u32 = 10;

/// A code's random bytes.
const BYTES: usize = 10;
/// Its letters, of five bits each.
const LETTERS: usize = BYTES * 8 / 5;

/// How long one guess takes: the rounds of PBKDF2-HMAC-SHA-512.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rounds(NonZeroU32);

impl Default for Rounds {
    /// 210,000, which [OWASP](https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html) asks for
    /// passwords under this hash.
    fn default() -> Self {
        Self(NonZeroU32::MIN.saturating_add(209_999))
    }
}

impl Rounds {
    /// Another number, for a machine that is very slow or for tests. Codes keep the number they were made with.
    #[must_use]
    pub const fn dangerous(rounds: NonZeroU32) -> Self {
        Self(rounds)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0.get()
    }
}

/// A code, as it is shown and typed.
#[derive(Clone)]
pub struct RecoveryCode(Zeroizing<[u8; BYTES]>);

impl RecoveryCode {
    fn generate() -> Result<Self, NoRandomness> {
        Ok(Self(Zeroizing::new(random::bytes()?)))
    }

    /// Reads what somebody typed: in any case, with spaces and dashes anywhere or none, `O` for zero, `I` or `L` for one.
    #[must_use]
    pub fn read(text: &SecretString) -> Option<Self> {
        let mut letters = Zeroizing::new(Vec::with_capacity(LETTERS));
        for byte in text.expose().bytes().filter(|byte| !matches!(byte, b' ' | b'-')) {
            if letters.len() == LETTERS {
                return None;
            }
            letters.push(match byte.to_ascii_uppercase() {
                b'O' => b'0',
                b'I' | b'L' => b'1',
                other => other,
            });
        }
        let bytes = base32::decode(&letters, |letter| base32::position(base32::CROCKFORD, letter))?;
        Some(Self(Zeroizing::new(bytes.as_slice().try_into().ok()?)))
    }

    /// The code in four groups: `7Z3K-0M9P-QXW2-5T8D`.
    #[must_use]
    pub fn written(&self) -> SecretString {
        let letters = base32::encode(base32::CROCKFORD, self.0.as_slice());
        let mut text = String::with_capacity(LETTERS + LETTERS / 4);
        for (number, letter) in letters.chars().enumerate() {
            if number > 0 && number % 4 == 0 {
                text.push('-');
            }
            text.push(letter);
        }
        text.into()
    }

    fn hash(&self, salt: &str, rounds: Rounds) -> [u8; 32] {
        let mut hash = [0; 32];
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA512, rounds.0, salt.as_bytes(), self.0.as_slice(), &mut hash);
        hash
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode(****)")
    }
}

/// What is kept of a person's codes: a salt and hashes. A code that was used is no longer among them.
///
/// The codes of one person share their salt, so that one derivation tells whether a code is one of them; to who holds the
/// hashes that is worth three of the eighty bits.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "what stores keep; a new field is a breaking change for them")]
pub struct RecoveryHashes {
    /// Random, in hexadecimal digits.
    pub salt: String,
    /// With how many rounds they were made.
    pub rounds: Rounds,
    /// The codes that are left, by number: their hashes in hexadecimal digits.
    pub left: BTreeMap<u32, String>,
}

impl RecoveryHashes {
    /// No codes at all.
    #[must_use]
    pub fn none() -> Self {
        Self { salt: String::new(), rounds: Rounds::default(), left: BTreeMap::new() }
    }

    /// Makes `count` codes, and what is kept of them. The codes are there this once.
    ///
    /// # Errors
    ///
    /// When the operating system has no randomness to give.
    pub fn generate(count: u32, rounds: Rounds) -> Result<(Vec<RecoveryCode>, Self), NoRandomness> {
        let salt = hex(&random::bytes::<16>()?);
        let codes = (0..count).map(|_| RecoveryCode::generate()).collect::<Result<Vec<_>, _>>()?;
        let left = (0..).zip(&codes).map(|(number, code)| (number, hex(&code.hash(&salt, rounds)))).collect();
        Ok((codes, Self { salt, rounds, left }))
    }

    /// The number of this code, if it is one of those that are left. All are compared, in constant time. It must be taken by
    /// [`MfaStore::accept`](super::MfaStore::accept), which lets it go to one of those who have it.
    #[must_use]
    pub fn find(&self, code: &RecoveryCode) -> Option<u32> {
        let hash = hex(&code.hash(&self.salt, self.rounds));
        let (mut found, mut number) = (subtle::Choice::from(0), 0);
        for (candidate, kept) in &self.left {
            let same = kept.as_bytes().ct_eq(hash.as_bytes());
            number.conditional_assign(candidate, same);
            found |= same;
        }
        bool::from(found).then_some(number)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn made(count: u32) -> (Vec<RecoveryCode>, RecoveryHashes) {
        RecoveryHashes::generate(count, Rounds::dangerous(NonZeroU32::MIN)).unwrap()
    }

    #[test]
    fn each_code_is_found_and_nothing_else() {
        let (codes, mut hashes) = made(COUNT);
        assert_eq!((codes.len(), hashes.left.len()), (10, 10));
        for (number, code) in (0..).zip(&codes) {
            assert_eq!(hashes.find(code), Some(number));
        }
        hashes.left.remove(&3);
        assert_eq!(hashes.find(&codes[3]), None, "it was used");
        assert_eq!(hashes.find(&made(1).0[0]), None);
        assert_eq!(RecoveryHashes::none().find(&codes[0]), None);
        let (_, other) = made(1);
        assert_ne!(hashes.salt, other.salt);
    }

    #[test]
    fn the_hash_is_pbkdf2() {
        // `python3 -c 'import hashlib; print(hashlib.pbkdf2_hmac("sha512", bytes(range(10)), b"salt", 210000, 32).hex())'`
        let code = RecoveryCode(Zeroizing::new([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
        assert_eq!(code.written().expose(), "000G-40R4-0M30-E209");
        let hash = hex(&code.hash("salt", Rounds::default()));
        assert_eq!(hash, "848dd8323d7685e409e8a4189ecddea241d15fe96d5cde084e9c333df875f7d8");
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = RecoveryCode::read(&"0123-4567-89AB-CDEF".into()).unwrap();
        for text in
            ["0123456789abcdef", " o123 4567 89ab cdef ", "OI23-4567-89AB-CDEF", "0l23--4567 89AB-CDE-F"]
        {
            assert_eq!(RecoveryCode::read(&text.into()).unwrap().0, code.0, "{text}");
        }
        for wrong in [
            "",
            "0123-4567-89AB-CDE",
            "0123-4567-89AB-CDEFG",
            "0123-4567-89AB-CDEU",
            "0123-4567-89AB-CDEä",
            "123456",
        ] {
            assert!(RecoveryCode::read(&wrong.into()).is_none(), "{wrong}");
        }
        assert_eq!(format!("{code:?}"), "RecoveryCode(****)");
    }

    proptest! {
        #[test]
        fn codes_read_back(bytes in any::<[u8; 10]>()) {
            let code = RecoveryCode(Zeroizing::new(bytes));
            prop_assert_eq!(RecoveryCode::read(&code.written()).unwrap().0, code.0);
        }

        #[test]
        fn no_text_panics(text in ".*") {
            let _ = RecoveryCode::read(&text.into());
        }
    }
}
