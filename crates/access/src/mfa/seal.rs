//! Secrets at rest: AES-256-GCM under a key that is kept elsewhere.
//!
//! What is sealed for one actor does not open as another's, and what says with which key it was sealed is
//! authenticated too. With random nonces a key is good for 2^32 secrets (NIST SP 800-38D §8.3), more than there are people.

use std::{fmt, str::FromStr};

use base64::{
    Engine as _,
    engine::general_purpose::{GeneralPurpose, STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hmac,
};
use storeward_core::SecretString;
use zeroize::Zeroizing;

use super::random::{self, NoRandomness, hex};

/// A key that seals, and its name.
#[derive(Clone)]
pub struct SealingKey {
    key: LessSafeKey,
    id: KeyId,
}

impl SealingKey {
    /// Takes the key's bytes: 32 random ones, kept like any other secret.
    ///
    /// # Errors
    ///
    /// [`SealError::Key`] if AES-256-GCM takes no such key, which does not happen.
    pub fn new(bytes: &[u8; 32]) -> Result<Self, SealError> {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, bytes), b"storeward mfa key id 1");
        let id = KeyId(hex(tag.as_ref()).chars().take(16).collect());
        let key = UnboundKey::new(&AES_256_GCM, bytes).map_err(|_| SealError::Key)?;
        Ok(Self { key: LessSafeKey::new(key), id })
    }

    /// Reads a key of 32 bytes in hexadecimal digits or in base64, of either alphabet, padded or not.
    ///
    /// # Errors
    ///
    /// [`SealError::Key`] when it is something else; the error does not quote it.
    pub fn parse(text: &SecretString) -> Result<Self, SealError> {
        let written = text.expose().trim();
        let mut bytes = Zeroizing::new([0; 32]);
        if written.len() == 64 && written.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            for (byte, at) in bytes.iter_mut().zip((0..).step_by(2)) {
                let digits = written.get(at..at + 2).ok_or(SealError::Key)?;
                *byte = u8::from_str_radix(digits, 16).map_err(|_| SealError::Key)?;
            }
            return Self::new(&bytes);
        }
        let written = written.strip_suffix('=').unwrap_or(written);
        let engine: &GeneralPurpose =
            if written.contains(['-', '_']) { &URL_SAFE_NO_PAD } else { &STANDARD_NO_PAD };
        let read = Zeroizing::new(engine.decode(written).map_err(|_| SealError::Key)?);
        bytes.copy_from_slice(read.get(..32).filter(|_| read.len() == 32).ok_or(SealError::Key)?);
        Self::new(&bytes)
    }

    /// Makes a key, as the 64 hexadecimal digits that [`parse`](Self::parse) reads.
    ///
    /// # Errors
    ///
    /// When the operating system has no randomness to give.
    pub fn generate() -> Result<SecretString, NoRandomness> {
        Ok(hex(&random::bytes::<32>()?).into())
    }

    /// The key's name, which tells nothing about it.
    #[must_use]
    pub const fn id(&self) -> &KeyId {
        &self.id
    }

    /// Seals what belongs to an actor.
    ///
    /// # Errors
    ///
    /// When the operating system has no randomness to give.
    pub fn seal(&self, actor: &str, secret: &[u8]) -> Result<Sealed, NoRandomness> {
        let nonce = random::bytes::<NONCE_LEN>()?;
        let mut text = Zeroizing::new(Vec::with_capacity(secret.len() + AES_256_GCM.tag_len()));
        text.extend_from_slice(secret);
        let tag = self
            .key
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(bound(&self.id, actor)),
                &mut text,
            )
            .map_err(|_| NoRandomness)?; // only past 64 GiB
        let mut bytes = nonce.to_vec();
        bytes.extend_from_slice(&text);
        bytes.extend_from_slice(tag.as_ref());
        Ok(Sealed { key: self.id.clone(), bytes })
    }

    fn open(&self, actor: &str, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (nonce, text) = sealed.bytes.split_at_checked(NONCE_LEN).ok_or(SealError::Damaged)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError::Damaged)?;
        let mut text = Zeroizing::new(text.to_vec());
        let length = self
            .key
            .open_in_place(nonce, Aad::from(bound(&sealed.key, actor)), &mut text)
            .map_err(|_| SealError::Damaged)?
            .len();
        text.truncate(length);
        Ok(text)
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealingKey({})", self.id)
    }
}

/// To what a sealed secret is bound, besides its key. The id has a fixed length, so the actor begins where nothing else can.
fn bound(key: &KeyId, actor: &str) -> Vec<u8> {
    format!("storeward mfa 1 {key} {actor}").into_bytes()
}

/// The name of a key: 64 bits of an HMAC under it, as 16 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(String);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A sealed secret. Written as text it is `1.KEY.BYTES`, with the key's id and, in base64, nonce, text and tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    key: KeyId,
    bytes: Vec<u8>,
}

impl Sealed {
    /// With which key it was sealed.
    #[must_use]
    pub const fn key(&self) -> &KeyId {
        &self.key
    }
}

impl fmt::Display for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}.{}", self.key, URL_SAFE_NO_PAD.encode(&self.bytes))
    }
}

impl FromStr for Sealed {
    type Err = SealError;

    fn from_str(text: &str) -> Result<Self, SealError> {
        let mut parts = text.split('.');
        let (Some("1"), Some(key), Some(bytes), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(SealError::Damaged);
        };
        if key.len() != 16 || !key.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(SealError::Damaged);
        }
        let bytes = URL_SAFE_NO_PAD.decode(bytes).map_err(|_| SealError::Damaged)?;
        Ok(Self { key: KeyId(key.to_owned()), bytes })
    }
}

/// The key in use, and older ones that still open what was sealed with them.
#[derive(Debug, Clone)]
pub struct Keys {
    current: SealingKey,
    older: Vec<SealingKey>,
}

impl Keys {
    /// One key.
    #[must_use]
    pub const fn new(current: SealingKey) -> Self {
        Self { current, older: Vec::new() }
    }

    /// The same, with a key that was in use before.
    #[must_use]
    pub fn and_older(mut self, key: SealingKey) -> Self {
        self.older.push(key);
        self
    }

    /// The key that seals.
    #[must_use]
    pub const fn current(&self) -> &SealingKey {
        &self.current
    }

    /// Opens what was sealed for this actor, with whichever key it was.
    ///
    /// # Errors
    ///
    /// [`SealError::WrongKey`] when that key is not among these; [`SealError::Damaged`] when it is, and the record is not
    /// what was sealed for this actor.
    pub fn open(&self, actor: &str, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let key = std::iter::once(&self.current).chain(&self.older).find(|key| key.id == sealed.key);
        let key = key.ok_or_else(|| SealError::WrongKey {
            sealed: sealed.key.clone(),
            current: self.current.id.clone(),
        })?;
        key.open(actor, sealed)
    }

    /// Seals with the current key what an older one sealed; nothing if the current one did.
    ///
    /// # Errors
    ///
    /// As of [`open`](Self::open), and when there is no randomness.
    pub fn reseal(&self, actor: &str, sealed: &Sealed) -> Result<Option<Sealed>, SealError> {
        if sealed.key == self.current.id {
            return Ok(None);
        }
        let secret = self.open(actor, sealed)?;
        Ok(Some(self.current.seal(actor, &secret)?))
    }
}

/// Why something cannot be sealed or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// A text that is no key.
    #[error("a sealing key is 32 bytes, as 64 hexadecimal digits or in base64")]
    Key,
    /// Another key sealed it.
    #[error("it was sealed with the key {sealed}, and the key at hand is {current}")]
    WrongKey {
        /// The key that would open it.
        sealed: KeyId,
        /// The key that was given.
        current: KeyId,
    },
    /// It is not what was sealed for this actor.
    #[error("the sealed secret is damaged, or was sealed for somebody else")]
    Damaged,
    /// Nothing to make a nonce of.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(byte: u8) -> SealingKey {
        SealingKey::new(&[byte; 32]).unwrap()
    }

    #[test]
    fn a_key_is_read_in_each_form() {
        let bytes: Vec<u8> = (0..32).map(|n: u8| n.wrapping_mul(97) | 0xf8).collect();
        let made = SealingKey::new(bytes.as_slice().try_into().unwrap()).unwrap();
        let base64 = STANDARD_NO_PAD.encode(&bytes);
        let url = URL_SAFE_NO_PAD.encode(&bytes);
        assert_ne!(base64, url, "both alphabets are tried");
        for text in [hex(&bytes), hex(&bytes).to_uppercase(), format!(" {base64}=\n"), base64, url] {
            assert_eq!(SealingKey::parse(&text.as_str().into()).unwrap().id(), made.id(), "{text}");
        }
        for text in [
            "",
            "00",
            &"0".repeat(63),
            &"g".repeat(64),
            &"é".repeat(32),
            "EXAMPLE",
            &"A".repeat(42),
            &"A".repeat(44),
        ] {
            let error = SealingKey::parse(&text.into()).expect_err(text);
            assert_eq!(error, SealError::Key);
        }
        let generated = SealingKey::generate().unwrap();
        assert_ne!(SealingKey::parse(&generated).unwrap().id(), made.id());
        assert_eq!(format!("{made:?}"), format!("SealingKey({})", made.id()), "the id alone shows");
    }

    #[test]
    fn the_nonce_is_new_each_time() {
        let (one, two) =
            (key(1).seal("maria", b"EXAMPLE").unwrap(), key(1).seal("maria", b"EXAMPLE").unwrap());
        assert_ne!(one, two);
        assert_ne!(one.bytes[..NONCE_LEN], two.bytes[..NONCE_LEN]);
    }

    #[test]
    fn a_wrong_key_is_told_from_a_damaged_record() {
        let sealed = key(1).seal("maria", b"EXAMPLE").unwrap();
        let error = Keys::new(key(2)).open("maria", &sealed).unwrap_err();
        assert_eq!(error, SealError::WrongKey { sealed: key(1).id, current: key(2).id });
        let keys = Keys::new(key(2)).and_older(key(1));
        assert_eq!(keys.open("maria", &sealed).unwrap().as_slice(), b"EXAMPLE");
        assert_eq!(keys.open("mario", &sealed).unwrap_err(), SealError::Damaged);
        for at in 0..sealed.bytes.len() {
            let mut other = sealed.clone();
            other.bytes[at] ^= 1;
            assert_eq!(keys.open("maria", &other).unwrap_err(), SealError::Damaged, "byte {at}");
        }
        for length in 0..sealed.bytes.len() {
            let other = Sealed { bytes: sealed.bytes[..length].to_vec(), ..sealed.clone() };
            assert_eq!(keys.open("maria", &other).unwrap_err(), SealError::Damaged, "{length} bytes");
        }
        // Another name for the same key is authenticated too.
        let renamed = Sealed { key: key(2).id, ..sealed };
        assert_eq!(keys.open("maria", &renamed).unwrap_err(), SealError::Damaged);
    }

    #[test]
    fn rotation_seals_again_what_an_older_key_sealed() {
        let sealed = key(1).seal("maria", b"EXAMPLE").unwrap();
        let keys = Keys::new(key(2)).and_older(key(1));
        let again = keys.reseal("maria", &sealed).unwrap().unwrap();
        assert_eq!(again.key(), key(2).id());
        assert_eq!(Keys::new(key(2)).open("maria", &again).unwrap().as_slice(), b"EXAMPLE");
        assert_eq!(keys.reseal("maria", &again), Ok(None));
        assert_eq!(keys.reseal("mario", &sealed), Err(SealError::Damaged));
    }

    proptest! {
        #[test]
        fn it_reads_back(bytes in any::<[u8; 32]>(), actor in ".*", secret in any::<Vec<u8>>()) {
            let keys = Keys::new(SealingKey::new(&bytes).unwrap());
            let sealed = keys.current().seal(&actor, &secret).unwrap();
            let read: Sealed = sealed.to_string().parse().unwrap();
            prop_assert_eq!(&read, &sealed);
            let opened = keys.open(&actor, &read).unwrap();
            prop_assert_eq!(opened.as_slice(), secret.as_slice());
        }

        #[test]
        fn no_text_panics(text in "(1\\.[0-9a-f]{16}\\.)?.*") {
            if let Ok(sealed) = text.parse::<Sealed>() {
                prop_assert!(Keys::new(key(1)).open("maria", &sealed).is_err());
            }
            let _ = SealingKey::parse(&text.into());
        }
    }
}
