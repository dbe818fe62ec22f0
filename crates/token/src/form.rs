//! The form of a token, and whether a token of that form is strong.
//!
//! The forms are those that Saleor 3.23 was measured to make: an app token is 30 characters of `[A-Za-z0-9]`, a
//! staff token is a JWT. A bare minimum of 32 characters would refuse every genuine app token.

mod claims;
mod strength;

use serde::Serialize;
use storeward_core::SecretString;

pub use claims::{Claims, LEEWAY, claims};

/// Characters in an app token.
pub const APP_TOKEN_LENGTH: usize = 30;

/// The least length of a token whose form is not known.
pub const MIN_UNKNOWN_LENGTH: usize = 32;

/// What kind of token it looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Form {
    /// A Saleor app token.
    App,
    /// A JSON Web Token, as Saleor's staff sessions use. Its signature is not looked at here.
    Jwt,
    /// Neither, but long enough to be a token of some other kind.
    Unknown,
}

/// Why a text will not do as a token. The messages complete a sentence that begins with the token's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Weakness {
    /// There is nothing.
    #[error("is empty")]
    Empty,
    /// There is white space in it or around it, which makes Saleor treat the request as anonymous.
    #[error("holds white space or control characters, which makes Saleor treat every request as anonymous")]
    WhiteSpace,
    /// It is shorter than any known form.
    #[error(
        "is {length} characters long; Saleor's app tokens have {APP_TOKEN_LENGTH}, staff tokens are JWTs, and anything else \
         needs {MIN_UNKNOWN_LENGTH}"
    )]
    TooShort {
        /// Its length in characters.
        length: usize,
    },
    /// It repeats too few characters to be random.
    #[error("has {}.{} bits of entropy a character, so it can be guessed", tenths / 10, tenths % 10)]
    LowEntropy {
        /// Shannon's entropy of a character, in tenths of a bit.
        tenths: u32,
    },
    /// It is made of words that people make passwords of.
    #[error("is made of words, so it can be guessed")]
    Words,
    /// It is a text that stands where a token should be.
    #[error("is a placeholder, not a token")]
    Placeholder,
}

/// Recognises a token's form and judges its strength.
///
/// # Errors
///
/// The [`Weakness`] that makes it unfit; the first one found.
pub fn judge(token: &SecretString) -> Result<Form, Weakness> {
    let text = token.expose();
    if text.is_empty() {
        return Err(Weakness::Empty);
    }
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(Weakness::WhiteSpace);
    }
    if is_placeholder(text) {
        return Err(Weakness::Placeholder);
    }
    let form = recognise(text);
    let length = text.chars().count();
    if form == Form::Unknown && length < MIN_UNKNOWN_LENGTH {
        return Err(Weakness::TooShort { length });
    }
    let least = match form {
        // Its strength is that of a signature, which nobody can see in it.
        Form::Jwt => return Ok(form),
        Form::App => strength::LEAST_OF_APP,
        Form::Unknown => strength::LEAST,
    };
    if strength::is_of_words(text) {
        return Err(Weakness::Words);
    }
    let tenths = strength::entropy(text);
    if tenths < least {
        return Err(Weakness::LowEntropy { tenths });
    }
    Ok(form)
}

/// Whether a text in the form of an app token looks made up, although not so plainly that nobody need be asked. Only the store
/// knows.
#[must_use]
pub fn is_doubtful(token: &SecretString) -> bool {
    recognise(token.expose()) == Form::App && strength::entropy(token.expose()) < strength::DOUBTFUL
}

fn recognise(text: &str) -> Form {
    let is_app = text.len() == APP_TOKEN_LENGTH && text.bytes().all(|b| b.is_ascii_alphanumeric());
    if is_app {
        return Form::App;
    }
    let mut parts = text.split('.');
    let base64url = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    let shaped = |part: Option<&str>, start: &str| {
        part.is_some_and(|part| !part.is_empty() && part.starts_with(start) && part.bytes().all(base64url))
    };
    // Header and claims are JSON objects: `eyJ` is base64url of `{"`, and every one of `{…` begins with `e`.
    let is_jwt = shaped(parts.next(), "eyJ")
        && shaped(parts.next(), "e")
        && shaped(parts.next(), "")
        && parts.next().is_none();
    if is_jwt { Form::Jwt } else { Form::Unknown }
}

/// Whether the text only stands where a token should be: a template, or words such as `your-token-here`.
#[must_use]
pub fn is_placeholder(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "your",
        "my",
        "the",
        "a",
        "an",
        "some",
        "token",
        "tokens",
        "secret",
        "secure",
        "here",
        "goes",
        "app",
        "api",
        "key",
        "saleor",
        "staff",
        "example",
        "placeholder",
        "changeme",
        "change",
        "change-me",
        "replace",
        "me",
        "with",
        "insert",
        "todo",
        "dummy",
        "fake",
        "sample",
        "test",
        "dev",
        "staging",
        "prod",
        "production",
        "limited",
        "scope",
        "default",
        "value",
        "none",
        "null",
        "undefined",
        "redacted",
        "hidden",
        "xxx",
        "xxxx",
    ];
    let lower = text.to_ascii_lowercase();
    let template =
        ["${", "{{", "$(", "<", "%("].iter().any(|start| lower.starts_with(start)) || lower.starts_with('$');
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut any = false;
    let all_known = words.into_iter().all(|word| {
        any = true;
        WORDS.contains(&word) || is_run(word)
    });
    template || (any && all_known)
}

fn is_run(word: &str) -> bool {
    let mut bytes = word.bytes();
    let first = bytes.next();
    word.len() >= 3 && bytes.all(|b| Some(b) == first)
}

/// Whether the form says that the token was meant for trying things out: `dev-…`, `test_…`.
#[must_use]
pub fn is_for_development(token: &SecretString) -> bool {
    let lower = token.expose().to_ascii_lowercase();
    ["dev", "develop", "development", "test", "testing", "local", "sandbox"]
        .iter()
        .any(|word| lower.strip_prefix(word).is_some_and(|rest| rest.starts_with(['-', '_'])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(token: &str, expected: Result<Form, Weakness>) {
        assert_eq!(judge(&token.into()), expected, "{token}");
    }

    #[test]
    fn genuine_forms_are_recognised() {
        check("q7EXAMPLEvT2mXk9Zr4LbW8sYc1Hd5", Ok(Form::App));
        check("eyJEXAMPLEEXAMPLE1.eyJEXAMPLEEXAMPLE2.EXAMPLEsignature-_", Ok(Form::Jwt));
        check("EXAMPLE-0123456789-abcdefghijklmn", Ok(Form::Unknown));
    }

    #[test]
    fn weak_ones_are_told_apart() {
        check("", Err(Weakness::Empty));
        check("q7EXAMPLEvT2mXk9Zr4LbW8sYc1Hd5 ", Err(Weakness::WhiteSpace));
        check("q7EXAMPLEvT2mXk9Zr4LbW8sYc1Hd", Err(Weakness::TooShort { length: 29 }));
        check("q7EXAMPLEvT2mXk9Zr4LbW8sYc1Hd5x", Err(Weakness::TooShort { length: 31 }));
        check("abababababababababababababab12", Err(Weakness::LowEntropy { tenths: 13 }));
        check("0101010101010101010101010101010101010101", Err(Weakness::LowEntropy { tenths: 10 }));
        check("PasswordPasswordPassword123456", Err(Weakness::Words));
        check("eyJEXAMPLEEXAMPLE1.EXAMPLE.EXAMPLE", Ok(Form::Unknown));
    }

    #[test]
    fn what_only_the_store_can_judge_is_doubtful() {
        for (token, expected) in [
            ("EXAMPLE0001xxxxxxxxxxxxxxxxxxx", true),
            ("q7EXAMPLEvT2mXk9Zr4LbW8sYc1Hd5", false),
            ("0101010101010101010101010101010101010101", false),
        ] {
            assert_eq!(is_doubtful(&token.into()), expected, "{token}");
        }
        check("EXAMPLE0001xxxxxxxxxxxxxxxxxxx", Ok(Form::App));
    }

    #[test]
    fn placeholders_are_no_tokens() {
        for text in [
            "your-secure-token-here",
            "dev-token-with-limited-scope",
            "changeme",
            "<token>",
            "${SALEOR_TOKEN}",
            "$SALEOR_TOKEN",
            "{{ token }}",
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "YOUR_SALEOR_APP_TOKEN",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in ["q7EXAMPLEvT2mXk9Zr4LbW8sYc1Hd5", "dev-q7EXAMPLEvT2mXk9Zr4LbW8sYc1Hd5", ""] {
            assert!(!is_placeholder(text), "{text}");
        }
    }

    #[test]
    fn development_tokens_name_themselves() {
        for (token, expected) in [
            ("dev-q7EXAMPLEvT2mXk9Zr4LbW8sYc1Hd5", true),
            ("TEST_q7EXAMPLEvT2mXk9Zr4LbW8sYc1Hd5", true),
            ("devq7EXAMPLEvT2mXk9Zr4LbW8sYc1", false),
            ("q7EXAMPLEvT2mXk9Zr4LbW8sYc1Hd5", false),
        ] {
            assert_eq!(is_for_development(&token.into()), expected, "{token}");
        }
    }
}
