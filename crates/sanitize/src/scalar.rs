//! The values that hold no others.

use std::borrow::Cow;

/// A string, a number, a truth value or nothing, as a document has it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the four kinds of scalar that JSON has, RFC 8259 section 3")]
pub enum Scalar<'a> {
    /// A string, decoded. Whatever a format has beyond the other three (TOML's dates) is one of these too.
    Text(Cow<'a, str>),
    /// A number as written, which no conversion has rounded.
    Number(Cow<'a, str>),
    /// `true` or `false`.
    Bool(bool),
    /// `null`.
    Null,
}
