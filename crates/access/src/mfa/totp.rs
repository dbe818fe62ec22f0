//! One-time codes: HOTP of RFC 4226 over the time, which is TOTP of RFC 6238.

use std::fmt;

use chrono::{DateTime, Utc};
use ring::hmac;
use storeward_core::SecretString;
use subtle::{ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroizing;

use super::{
    base32,
    random::{self, NoRandomness},
};

storeward_core::vocabulary! {
    /// The hash under the codes' HMAC. Most apps know [`Sha1`](Self::Sha1) alone; its weakness, that collisions can be
    /// made, does not touch HMAC.
    #[expect(clippy::exhaustive_enums, reason = "RFC 6238 has three")]
    pub enum Algorithm: "algorithm" {
        /// HMAC-SHA-1.
        Sha1 = "sha1",
        /// HMAC-SHA-256.
        Sha256 = "sha256",
        /// HMAC-SHA-512.
        Sha512 = "sha512",
    }
}

impl Algorithm {
    fn hmac(self) -> hmac::Algorithm {
        match self {
            Self::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => hmac::HMAC_SHA256,
            Self::Sha512 => hmac::HMAC_SHA512,
        }
    }
}

/// What app and verifier share. Its `Debug` shows nothing, and it is wiped when dropped.
#[derive(Clone)]
pub struct TotpSecret(Zeroizing<Vec<u8>>);

impl TotpSecret {
    /// The least that RFC 4226 §4 (R6) allows, in bytes: 128 bits.
    pub const SHORTEST: usize = 16;
    /// More than any app takes, in bytes.
    pub const LONGEST: usize = 128;

    /// Makes one from the operating system's randomness, as long as the hash (RFC 6238 §5.1).
    ///
    /// # Errors
    ///
    /// When that has none to give.
    pub fn generate(algorithm: Algorithm) -> Result<Self, NoRandomness> {
        let length = algorithm.hmac().digest_algorithm().output_len();
        let mut bytes = Zeroizing::new(vec![0; length]);
        random::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// Takes the bytes.
    ///
    /// # Errors
    ///
    /// [`InvalidTotp::Secret`] when they are too few or too many.
    pub fn new(bytes: &[u8]) -> Result<Self, InvalidTotp> {
        if (Self::SHORTEST..=Self::LONGEST).contains(&bytes.len()) {
            Ok(Self(Zeroizing::new(bytes.to_vec())))
        } else {
            Err(InvalidTotp::Secret)
        }
    }

    /// Reads base32 as apps show it: in any case, in groups, with padding or without.
    ///
    /// # Errors
    ///
    /// [`InvalidTotp::Secret`] when it is none, or of the wrong length; the error does not quote it.
    pub fn parse(text: &SecretString) -> Result<Self, InvalidTotp> {
        let written = text.expose().trim_end_matches('=');
        let mut letters = Zeroizing::new(Vec::with_capacity(written.len()));
        letters.extend(
            written.bytes().filter(|byte| !matches!(byte, b' ' | b'-')).map(|b| b.to_ascii_uppercase()),
        );
        let bytes = base32::decode(&letters, |letter| base32::position(base32::RFC4648, letter));
        Self::new(&bytes.ok_or(InvalidTotp::Secret)?)
    }

    /// The secret in base32, without padding.
    #[must_use]
    pub fn base32(&self) -> SecretString {
        base32::encode(base32::RFC4648, &self.0).as_str().into()
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret(****)")
    }
}

impl PartialEq for TotpSecret {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for TotpSecret {}

/// How codes are made, apart from the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Form {
    algorithm: Algorithm,
    digits: u8,
    period: u16,
}

impl Default for Form {
    /// SHA-1, six digits, thirty seconds: what apps assume, and some do not let be changed.
    fn default() -> Self {
        Self { algorithm: Algorithm::Sha1, digits: 6, period: 30 }
    }
}

impl Form {
    /// Checks them: 6 to 8 `digits` (RFC 4226 §5.3), and a `period` of 1 to 3600 seconds.
    ///
    /// # Errors
    ///
    /// [`InvalidTotp`], which says what is wrong.
    pub const fn new(algorithm: Algorithm, digits: u8, period: u16) -> Result<Self, InvalidTotp> {
        match (digits, period) {
            (6..=8, 1..=3600) => Ok(Self { algorithm, digits, period }),
            (6..=8, _) => Err(InvalidTotp::Period),
            _ => Err(InvalidTotp::Digits),
        }
    }

    /// The hash.
    #[must_use]
    pub const fn algorithm(self) -> Algorithm {
        self.algorithm
    }

    /// How many digits a code has.
    #[must_use]
    pub const fn digits(self) -> u8 {
        self.digits
    }

    /// How long a code holds, in seconds.
    #[must_use]
    pub const fn period(self) -> u16 {
        self.period
    }

    /// The number of the period in which this time is; none before 1970.
    #[must_use]
    pub fn step(self, at: DateTime<Utc>) -> Option<u64> {
        Some(u64::try_from(at.timestamp()).ok()? / u64::from(self.period.max(1)))
    }
}

/// A generator of one-time codes, which also verifies them.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Totp {
    secret: TotpSecret,
    form: Form,
}

impl Totp {
    /// The most steps before and after the present one that [`verify`](Self::verify) looks at.
    pub const WIDEST: u8 = 10;

    /// A generator.
    #[must_use]
    pub const fn new(secret: TotpSecret, form: Form) -> Self {
        Self { secret, form }
    }

    /// What is shared.
    #[must_use]
    pub const fn secret(&self) -> &TotpSecret {
        &self.secret
    }

    /// How codes are made.
    #[must_use]
    pub const fn form(&self) -> Form {
        self.form
    }

    /// The code of a step.
    #[must_use]
    pub fn code(&self, step: u64) -> SecretString {
        let width = usize::from(self.form.digits);
        format!("{:0width$}", self.number(&self.key(), step)).into()
    }

    /// The step whose code this is: the present one, or one of `skew` steps before and after it; the latest of them if the
    /// code is that of several. It must be taken from its actor by [`MfaStore::accept`](super::MfaStore::accept): a code that
    /// is right may have been used before.
    ///
    /// All steps are looked at and compared in constant time. A `skew` over [`WIDEST`](Self::WIDEST) is that.
    #[must_use]
    pub fn verify(&self, code: &SecretString, now: DateTime<Utc>, skew: u8) -> Option<u64> {
        let presented = self.read(code)?;
        let (present, skew) = (self.form.step(now)?, u64::from(skew.min(Self::WIDEST)));
        let key = self.key();
        let (mut found, mut matched) = (subtle::Choice::from(0), 0_u64);
        for step in present.saturating_sub(skew)..=present.saturating_add(skew) {
            let same = self.number(&key, step).ct_eq(&presented);
            matched.conditional_assign(&step, same);
            found |= same;
        }
        bool::from(found).then_some(matched)
    }

    /// Just as many digits as it should have, as people type them: spaces and dashes are passed over.
    fn read(&self, code: &SecretString) -> Option<u32> {
        let (mut number, mut digits) = (0_u32, 0_u8);
        for byte in code.expose().bytes().filter(|byte| !matches!(byte, b' ' | b'-')) {
            if !byte.is_ascii_digit() || digits == self.form.digits {
                return None;
            }
            number = number * 10 + u32::from(byte - b'0');
            digits += 1;
        }
        (digits == self.form.digits).then_some(number)
    }

    fn key(&self) -> hmac::Key {
        hmac::Key::new(self.form.algorithm.hmac(), &self.secret.0)
    }

    /// HOTP: the dynamic truncation of RFC 4226 §5.3.
    fn number(&self, key: &hmac::Key, counter: u64) -> u32 {
        let tag = hmac::sign(key, &counter.to_be_bytes());
        let offset = usize::from(tag.as_ref().last().copied().unwrap_or_default() & 0xf);
        let four = tag.as_ref().iter().skip(offset).take(4);
        let number = four.fold(0_u32, |number, byte| (number << 8) | u32::from(*byte));
        (number & 0x7fff_ffff) % 10_u32.pow(u32::from(self.form.digits))
    }
}

/// What cannot make codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidTotp {
    /// The secret is no base32, too short or too long.
    #[error("a TOTP secret is 16 to 128 bytes in base32")]
    Secret,
    /// Too few or too many digits.
    #[error("a TOTP code has 6 to 8 digits")]
    Digits,
    /// Too short or too long.
    #[error("a TOTP period is 1 to 3600 seconds")]
    Period,
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    fn of(algorithm: Algorithm, digits: u8) -> Totp {
        // RFC 6238 appendix B, by its erratum 2866: the digits again and again, as many as the hash has bytes.
        let length = algorithm.hmac().digest_algorithm().output_len();
        let secret: Vec<u8> = b"1234567890".iter().copied().cycle().take(length).collect();
        Totp::new(TotpSecret::new(&secret).unwrap(), Form::new(algorithm, digits, 30).unwrap())
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    #[test]
    fn codes_are_those_of_rfc_4226_appendix_d() {
        let codes = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871",
            "520489",
        ];
        for (count, code) in (0..).zip(codes) {
            assert_eq!(of(Algorithm::Sha1, 6).code(count).expose(), code, "{count}");
        }
    }

    #[test]
    fn codes_are_those_of_rfc_6238_appendix_b() {
        for (seconds, sha1, sha256, sha512) in [
            (59, "94287082", "46119246", "90693936"),
            (1_111_111_109, "07081804", "68084774", "25091201"),
            (1_111_111_111, "14050471", "67062674", "99943326"),
            (1_234_567_890, "89005924", "91819424", "93441116"),
            (2_000_000_000, "69279037", "90698825", "38618901"),
            (20_000_000_000, "65353130", "77737706", "47863826"),
        ] {
            for (algorithm, code) in
                [(Algorithm::Sha1, sha1), (Algorithm::Sha256, sha256), (Algorithm::Sha512, sha512)]
            {
                let totp = of(algorithm, 8);
                let step = u64::try_from(seconds / 30).unwrap();
                assert_eq!(totp.code(step).expose(), code, "{algorithm} at {seconds}");
                assert_eq!(totp.verify(&code.into(), at(seconds), 0), Some(step), "{algorithm} at {seconds}");
            }
        }
    }

    #[test]
    fn a_code_holds_within_the_skew_and_names_its_step() {
        let totp = of(Algorithm::Sha1, 6);
        for (skew, late, found) in [
            (0, 29, true),
            (0, 30, false),
            (0, -1, false),
            (1, 59, true),
            (1, 60, false),
            (1, -30, true),
            (1, -31, false),
            (2, 89, true),
            (255, 30 * 11 - 1, true),
            (255, 30 * 11, false),
        ] {
            let step = totp.verify(&totp.code(1000), at(30_000 + late), skew);
            assert_eq!(step, found.then_some(1000), "skew {skew}, {late} s late");
        }
        assert_eq!(totp.verify(&totp.code(0), at(-1), 1), None, "before 1970 there is no step");
        assert_eq!(totp.verify(&totp.code(0), at(0), 1), Some(0), "and the first has none before it");
    }

    #[test]
    fn a_code_is_read_as_people_type_it_and_no_more() {
        let totp = of(Algorithm::Sha1, 6); // 755224 at first
        for right in ["755224", " 755 224\u{20}", "755-224"] {
            assert_eq!(totp.verify(&right.into(), at(0), 0), Some(0), "{right:?}");
        }
        for wrong in [
            "",
            "755225",
            "75522",
            "7552240",
            "0755224",
            "+755224",
            "７５５２２４",
            "755224\n",
            "4294967296755224",
        ] {
            assert_eq!(totp.verify(&wrong.into(), at(0), 0), None, "{wrong:?}");
        }
    }

    #[test]
    fn what_cannot_make_codes_is_refused() {
        for (digits, period, error) in [
            (5, 30, InvalidTotp::Digits),
            (9, 30, InvalidTotp::Digits),
            (6, 0, InvalidTotp::Period),
            (6, 3601, InvalidTotp::Period),
        ] {
            assert_eq!(Form::new(Algorithm::Sha1, digits, period), Err(error));
        }
        for length in [0, 15, 129] {
            assert_eq!(TotpSecret::new(&vec![0; length]), Err(InvalidTotp::Secret), "{length}");
        }
        for text in ["", "ä", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1", "GEZDGNBV"] {
            assert_eq!(TotpSecret::parse(&text.into()), Err(InvalidTotp::Secret), "{text}");
        }
    }

    #[test]
    fn a_secret_is_read_in_any_form_and_shows_in_none() {
        let written = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        let secret = TotpSecret::new(b"12345678901234567890").unwrap();
        assert_eq!(secret.base32().expose(), written);
        for text in [written, &written.to_lowercase(), "gezd gnbv-gy3t qojq gezd gnbv gy3t qojq===="] {
            assert_eq!(TotpSecret::parse(&text.into()).unwrap(), secret, "{text}");
        }
        assert!(!format!("{:?}", of(Algorithm::Sha1, 6)).contains("49"), "1 is 49");
        for (algorithm, length) in [(Algorithm::Sha1, 20), (Algorithm::Sha256, 32), (Algorithm::Sha512, 64)] {
            let made = TotpSecret::generate(algorithm).unwrap();
            assert_eq!(made.bytes().len(), length);
            assert_ne!(made, TotpSecret::generate(algorithm).unwrap());
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".*", seconds in any::<i32>(), skew in any::<u8>()) {
            let now = at(i64::from(seconds));
            let _ = of(Algorithm::Sha512, 8).verify(&text.as_str().into(), now, skew);
            let _ = TotpSecret::parse(&text.into());
        }
    }
}
