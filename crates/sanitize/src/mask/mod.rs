//! The masks: what stands in the place of a value that the audience may not see.
//!
//! Three things hold for each of them. What does not have the form that a mask is for is redacted whole, so nothing
//! is shown because it was not understood. No mask tells how long the value was. A mask of a mask is the mask: forms
//! of ours are recognised exactly, those that could be anything carry a check of themselves.

mod email;
mod generalise;
mod hash;
mod partial;
mod pseudonym;

use std::borrow::Cow;

use storeward_core::FingerprintKey;

use crate::{Handling, Scalar};

/// What stands for a text of which nothing is shown.
pub const REDACTED: &str = "[REDACTED]";

/// Hides values, one handling at a time.
#[derive(Debug, Clone, Default)]
pub struct Masks {
    pseudonyms: Option<FingerprintKey>,
}

impl Masks {
    /// Masks that make no pseudonyms.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Masks that make pseudonyms under this key.
    #[must_use]
    pub const fn with_key(key: FingerprintKey) -> Self {
        Self { pseudonyms: Some(key) }
    }

    /// Whether pseudonyms can be made.
    #[must_use]
    pub const fn have_key(&self) -> bool {
        self.pseudonyms.is_some()
    }

    /// The value as `handling` shows it, or `None` when it stays as it is: it is kept, or is that mask already.
    ///
    /// | handling | text | number | truth value |
    /// | --- | --- | --- | --- |
    /// | `keep` | unchanged | unchanged | unchanged |
    /// | `mask_domain` | `*****@*****.com` | `0` | `false` |
    /// | `mask_domain_only` | `admin@*****.com` | `0` | `false` |
    /// | `mask_partial` | `acme*****42` | `0` | `false` |
    /// | `full_redaction`, `drop` | `[REDACTED]` | `0` | `false` |
    /// | `pseudonym` | `pseudonym-` and 32 digits | an integer | `false` |
    /// | `hash` | `sha256-`, 64 digits, `-`, 8 digits | `0` | `false` |
    /// | `generalise` | `2026-11`, or as a number | `"1000 to 1999"` | `false` |
    ///
    /// A text that does not have the form is `[REDACTED]`, and `null` stays `null`. The type of the value stays, so
    /// that a typed reader still reads the file, with one exception: a generalised number is a text. A field to be
    /// dropped is left out by the caller; the value is redacted here, should the caller forget.
    ///
    /// A pseudonymised number lies between 2⁵² and 2⁵³, which JSON (RFC 8259 §6) and JavaScript hold exactly. Only 38
    /// of its bits come from the value, so two of 500,000 values may well share one (the birthday bound is 2¹⁹), and
    /// one in 16,384 numbers of that range looks like a pseudonym and stays. `1` and `1.0` are different values here.
    ///
    /// A hash can be compared with the hash of a guess by anybody. It hides nothing that can be guessed: a telephone
    /// number, a postcode, a short password. A pseudonym hides those too, as long as the key does.
    ///
    /// # Errors
    ///
    /// A pseudonym is wanted, of whatever value, and there is no key.
    pub fn apply(
        &self,
        handling: Handling,
        value: &Scalar<'_>,
    ) -> Result<Option<Scalar<'static>>, MissingKey> {
        let masked = match handling {
            Handling::Keep => return Ok(None),
            Handling::MaskDomain => text_only(value, email::mask_domain),
            Handling::MaskDomainOnly => text_only(value, email::mask_domain_only),
            Handling::MaskPartial => text_only(value, partial::mask),
            Handling::Hash => text_only(value, |text| Some(hash::mask(text))),
            Handling::FullRedaction | Handling::Drop => redacted(value),
            Handling::Generalise => generalise::mask(value),
            Handling::Pseudonym => {
                let key = self.pseudonyms.as_ref().ok_or(MissingKey)?;
                match value {
                    Scalar::Text(text) => Scalar::Text(pseudonym::text(key, text).into()),
                    Scalar::Number(number) => Scalar::Number(pseudonym::number(key, number).into()),
                    Scalar::Bool(_) | Scalar::Null => redacted(value),
                }
            }
        };
        Ok((masked != *value).then_some(masked))
    }

    /// Whether a text is a mask of ours, by whatever handling, that a second look may pass over.
    ///
    /// Pseudonyms are recognised under this key only. What is shown on purpose is in clear: the person in
    /// `admin@*****.com`, the month in `2026-11`. A number's pseudonym is not meant, see
    /// [`made_number`](Self::made_number).
    #[must_use]
    pub fn made(&self, text: &str) -> bool {
        // Each mask has something that is no letter or digit; most texts that are asked about are identifiers.
        let word = text.bytes().fold(true, |word, byte| word & byte.is_ascii_alphanumeric());
        if word {
            return false;
        }
        text == REDACTED
            || email::is_mask(text)
            || partial::is_mask(text)
            || hash::is_mask(text)
            || generalise::is_mask(text)
            || self.pseudonyms.as_ref().is_some_and(|key| pseudonym::is_text(key, text))
    }

    /// Whether a number, as written, is a pseudonym under this key. It may look like the number of a card.
    #[must_use]
    pub fn made_number(&self, number: &str) -> bool {
        self.pseudonyms.as_ref().is_some_and(|key| pseudonym::is_number(key, number))
    }
}

/// Pseudonyms are wanted, and there is no key to make them with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("pseudonyms need a key")]
#[non_exhaustive]
pub struct MissingKey;

/// The mask of a text, where there is one; everything else is redacted.
fn text_only(value: &Scalar<'_>, mask: impl Fn(&str) -> Option<String>) -> Scalar<'static> {
    match value {
        Scalar::Text(text) => mask(text).map_or_else(|| redacted(value), |text| Scalar::Text(text.into())),
        _ => redacted(value),
    }
}

/// A value of the same type that says nothing.
pub(crate) const fn redacted(value: &Scalar<'_>) -> Scalar<'static> {
    match value {
        Scalar::Text(_) => Scalar::Text(Cow::Borrowed(REDACTED)),
        Scalar::Number(_) => Scalar::Number(Cow::Borrowed("0")),
        Scalar::Bool(_) => Scalar::Bool(false),
        Scalar::Null => Scalar::Null,
    }
}

#[cfg(test)]
mod tests;
