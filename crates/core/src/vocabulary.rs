//! Words with one meaning: enums that are written and read by name, where an unknown name is an error.

use crate::nearest;

/// A word that a vocabulary does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown {kind} `{word}`{}", nearest::hint(*.nearest))]
pub struct UnknownWord {
    kind: &'static str,
    word: String,
    nearest: Option<&'static str>,
}

impl UnknownWord {
    /// Says that `word` is no `kind`, and which of `known` it may have been meant for.
    #[must_use]
    pub fn new(kind: &'static str, word: &str, known: impl IntoIterator<Item = &'static str>) -> Self {
        Self { kind, word: word.to_owned(), nearest: nearest::nearest(&normal(word), known) }
    }
}

/// The canonical spelling of a word: `TOKEN-MANAGEMENT` is `token_management`.
#[must_use]
pub fn normal(word: &str) -> String {
    word.trim().to_ascii_lowercase().replace('-', "_")
}

/// Declares such an enum: each variant with its name in snake case. Reading takes any case, and `-` for `_`.
///
/// ```
/// storeward_core::vocabulary! {
///     /// How loud.
///     #[non_exhaustive]
///     pub enum Volume: "volume" {
///         /// Hardly to be heard.
///         VeryLow = "very_low",
///         /// As loud as it gets.
///         Full = "full",
///     }
/// }
///
/// assert_eq!("VERY-LOW".parse(), Ok(Volume::VeryLow));
/// assert_eq!("ful".parse::<Volume>().unwrap_err().to_string(), "unknown volume `ful`; did you mean `full`?");
/// ```
#[macro_export]
macro_rules! vocabulary {
    ($(#[$meta:meta])* $vis:vis enum $Name:ident: $kind:literal {
        $($(#[$doc:meta])* $Variant:ident = $name:literal,)*
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis enum $Name {
            $($(#[$doc])* $Variant,)*
        }

        impl $Name {
            /// All of them, in the order of the documentation.
            pub const ALL: &[Self] = &[$(Self::$Variant),*];

            /// The canonical name, in snake case.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$Variant => $name,)* }
            }
        }

        impl ::std::fmt::Display for $Name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl ::std::str::FromStr for $Name {
            type Err = $crate::vocabulary::UnknownWord;

            fn from_str(word: &str) -> ::std::result::Result<Self, Self::Err> {
                let wanted = $crate::vocabulary::normal(word);
                Self::ALL.iter().copied().find(|known| known.as_str() == wanted).ok_or_else(|| {
                    $crate::vocabulary::UnknownWord::new($kind, word, Self::ALL.iter().map(|known| known.as_str()))
                })
            }
        }

        impl $crate::serde::Serialize for $Name {
            fn serialize<S: $crate::serde::Serializer>(&self, to: S) -> ::std::result::Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::serde::Deserialize<'de> for $Name {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(from: D) -> ::std::result::Result<Self, D::Error> {
                let word = <::std::borrow::Cow<'de, str> as $crate::serde::Deserialize>::deserialize(from)?;
                word.parse().map_err($crate::serde::de::Error::custom)
            }
        }
    };
}
