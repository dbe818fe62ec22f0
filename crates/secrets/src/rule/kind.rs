//! The closed vocabularies of a rule. Free of this crate's other types, because the build script reads rules too.

use std::str::FromStr;

/// A class of characters that a secret must show at least one of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CharClass {
    /// `0` to `9`.
    Digit,
    /// `a` to `z`.
    Lower,
    /// `A` to `Z`.
    Upper,
    /// Visible ASCII that is neither digit nor letter.
    Symbol,
}

impl CharClass {
    /// The name that rule files use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Digit => "digit",
            Self::Lower => "lower",
            Self::Upper => "upper",
            Self::Symbol => "symbol",
        }
    }

    /// Whether `byte` belongs to it.
    #[must_use]
    pub const fn holds(self, byte: u8) -> bool {
        match self {
            Self::Digit => byte.is_ascii_digit(),
            Self::Lower => byte.is_ascii_lowercase(),
            Self::Upper => byte.is_ascii_uppercase(),
            Self::Symbol => byte.is_ascii_punctuation(),
        }
    }
}

impl FromStr for CharClass {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Digit, Self::Lower, Self::Upper, Self::Symbol]
            .into_iter()
            .find(|known| known.as_str() == text)
            .ok_or_else(|| format!("character class \"{text}\" is none of digit, lower, upper, symbol"))
    }
}

/// A checksum or an inner structure that the engine can verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Checksum {
    /// The last six characters are the CRC-32 of the part between prefix and them, in base 62 (GitHub, npm).
    Crc32Base62,
    /// Header and payload of a JSON Web Token are base64url of JSON objects, and the header names an algorithm.
    Jwt,
    /// The same, and the claims are those of a Saleor user.
    SaleorJwt,
    /// Base64 of a user name, a colon and a password (RFC 7617).
    Basic,
}

impl Checksum {
    /// The names that rule files use for it.
    const NAMES: [(&'static str, Self); 5] = [
        ("github", Self::Crc32Base62),
        ("npm", Self::Crc32Base62),
        ("jwt", Self::Jwt),
        ("saleor-jwt", Self::SaleorJwt),
        ("basic", Self::Basic),
    ];

    /// Whether a value without it cannot be what the rule describes at all.
    ///
    /// A token whose trailing checksum fails may have been edited by hand before it was published, so it is still
    /// worth a look, with low confidence; a JSON Web Token that does not decode is none.
    #[must_use]
    pub const fn is_structural(self) -> bool {
        matches!(self, Self::Jwt | Self::SaleorJwt | Self::Basic)
    }
}

impl FromStr for Checksum {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::NAMES.iter().find(|(name, _)| *name == text).map(|(_, checksum)| *checksum).ok_or_else(|| {
            let known: Vec<_> = Self::NAMES.iter().map(|(name, _)| *name).collect();
            format!("checksum \"{text}\" is none of {}", known.join(", "))
        })
    }
}

/// How the engine looks for a rule's matches; computed from its pattern once, at build time for our own rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Search {
    /// The pattern begins at a known distance before a keyword, so it is tried there and nowhere else.
    At {
        /// The least distance from the match's start to the keyword.
        min: u16,
        /// The greatest.
        max: u16,
        /// How far after the keyword the match may reach.
        after: u16,
    },
    /// The pattern is searched in a window around a keyword.
    Around {
        /// Bytes before the keyword.
        before: u16,
        /// Bytes after it.
        after: u16,
        /// The longest match.
        reach: u16,
    },
    /// The pattern is searched in the whole text once a keyword stands in it, or in any text if the rule has no keyword.
    Whole {
        /// The longest match.
        reach: u16,
    },
    /// A keyword stands in the name of an assignment, whose value the pattern must match from its start.
    Named {
        /// Bytes of the value that the pattern may look at.
        after: u16,
        /// The fewest bytes, none of them blank or a quote, that a value must begin with.
        least: u16,
        /// Whether the name may hold blanks.
        blanks: bool,
    },
    /// A hand-written detector of the engine.
    Detector(Detector),
}

/// The hand-written detectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Detector {
    /// A telling name, an operator and a value that looks drawn at random.
    Secret,
    /// A name that says password and a value that may be one.
    Password,
    /// `scheme://user:password@host`.
    UrlCredentials,
}

impl FromStr for Detector {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "secret" => Ok(Self::Secret),
            "password" => Ok(Self::Password),
            "url-credentials" => Ok(Self::UrlCredentials),
            _ => Err(format!("detector \"{text}\" is none of secret, password, url-credentials")),
        }
    }
}

/// Bytes in a row of which each is one of a set. What a match has from a keyword on is known by a few of them, and asking
/// these is many times quicker than to try the pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) count: u8,
    /// One bit for each byte: 0 to 127, then 128 to 255.
    pub(crate) set: [u128; 2],
}

impl Run {
    fn holds(&self, byte: u8) -> bool {
        self.set.get(usize::from(byte >> 7)).is_some_and(|half| half >> (byte & 127) & 1 == 1)
    }

    /// Whether a text begins with these runs, one after the other.
    pub(crate) fn lead(runs: &[Self], text: &[u8]) -> bool {
        let mut rest = text;
        for run in runs {
            let Some((bytes, after)) = rest.split_at_checked(usize::from(run.count)) else { return false };
            if !bytes.iter().all(|byte| run.holds(*byte)) {
                return false;
            }
            rest = after;
        }
        true
    }
}
