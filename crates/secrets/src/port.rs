//! The traits through which this crate reaches the world: where text comes from, and who knows whether a secret works.

use std::{io::Read, ops::Range};

use serde::Serialize;
use storeward_core::{BoxFuture, PortError, SecretString};

/// Where text comes from.
///
/// A source gives out pieces, each whole: a file, a blob, a stream. It decides the order and may give them out from
/// several threads at a time, so what receives them is shared. It is not asynchronous, unlike other ports: scanning keeps
/// processors busy, and a source's own threads are where that happens. Whoever runs on an executor starts it on a thread
/// that may block.
///
/// An implementer gives out every piece at most once, never follows a link out of what it was asked to read, executes
/// nothing that it finds, and goes on after a piece that cannot be read, which it counts in the [`Summary`] and, where it
/// can, names in a [`Notice`](crate::notice::Notice). It stops soon after the receiver says [`Flow::Stop`].
pub trait Source: Send + Sync {
    /// Gives out all pieces.
    ///
    /// # Errors
    ///
    /// When the source as a whole cannot be read.
    fn visit(&self, receive: &(dyn Fn(Piece<'_>) -> Flow + Sync)) -> Result<Summary, PortError>;
}

/// Whether to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is nothing between going on and stopping")]
pub enum Flow {
    /// Give out more.
    Continue,
    /// No more is wanted.
    Stop,
}

/// A piece of text.
#[non_exhaustive]
pub struct Piece<'a> {
    /// Where it is from.
    pub origin: Origin,
    /// What it says.
    pub content: Content<'a>,
}

impl<'a> Piece<'a> {
    /// A piece that is in memory.
    #[must_use]
    pub const fn new(origin: Origin, bytes: &'a [u8]) -> Self {
        Self { origin, content: Content::Bytes(bytes) }
    }

    /// A piece too large for that.
    #[must_use]
    pub fn stream(origin: Origin, reader: &'a mut dyn Read) -> Self {
        Self { origin, content: Content::Stream(reader) }
    }
}

impl std::fmt::Debug for Piece<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Piece").field("origin", &self.origin).finish_non_exhaustive()
    }
}

/// What a piece says.
#[non_exhaustive]
pub enum Content<'a> {
    /// All of it.
    Bytes(&'a [u8]),
    /// All of it, of which only these parts, in order and apart, are worth a look: the rest was seen before.
    Parts(&'a [u8], &'a [Part]),
    /// As it comes.
    Stream(&'a mut dyn Read),
}

impl std::fmt::Debug for Content<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The text may hold secrets.
        f.write_str(match self {
            Self::Bytes(_) => "Bytes(…)",
            Self::Parts(..) => "Parts(…)",
            Self::Stream(_) => "Stream(…)",
        })
    }
}

/// A part of a text that holds something new.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Part {
    /// What is read, for the sake of context.
    pub read: Range<usize>,
    /// What is new in it, in order. Only findings that lie there, wholly or in part, are reported.
    pub new: Vec<Range<usize>>,
}

impl Part {
    /// A part.
    #[must_use]
    pub const fn new(read: Range<usize>, new: Vec<Range<usize>>) -> Self {
        Self { read, new }
    }
}

/// Where a piece is from.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[non_exhaustive]
pub struct Origin {
    /// The path, as the source knows it; with `!/` before the path inside an archive.
    pub path: String,
    /// The id of the blob, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blob: Option<String>,
}

impl Origin {
    /// A piece with a path and nothing more.
    #[must_use]
    pub fn path(path: impl Into<String>) -> Self {
        Self { path: path.into(), blob: None }
    }
}

/// What a source did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// Pieces given out.
    pub pieces: u64,
    /// Their bytes; of a stream, those that were read.
    pub bytes: u64,
    /// Pieces left out: binary, or larger than the limit.
    pub skipped: u64,
    /// Pieces that could not be read, or not to their end: no permission, damaged, encrypted.
    pub unreadable: u64,
    /// Pieces that were not read to their end because of a limit.
    pub truncated: u64,
}

impl Summary {
    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            pieces: self.pieces + other.pieces,
            bytes: self.bytes + other.bytes,
            skipped: self.skipped + other.skipped,
            unreadable: self.unreadable + other.unreadable,
            truncated: self.truncated + other.truncated,
        }
    }
}

/// Who knows whether a secret still works.
///
/// Asking is the only thing that may leave the building, so it is never done unasked. An implementer sends the secret to
/// its own vendor's address and nowhere else, over TLS, with a time limit, at a rate that the vendor accepts, and in a call
/// that changes nothing. Its errors hold no part of the secret; what it cannot tell is [`Verdict::Unknown`].
pub trait Verifier: Send + Sync {
    /// Whether it can be asked about findings of a rule.
    fn accepts(&self, rule: &str) -> bool;

    /// Asks.
    fn verify<'a>(&'a self, question: Question<'a>) -> BoxFuture<'a, Result<Verdict, PortError>>;
}

/// What a verifier is asked: whether this secret still works.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Question<'a> {
    /// The id of the rule that found it.
    pub rule: &'a str,
    /// The secret.
    pub secret: &'a SecretString,
    /// What else was found in the same text, the nearest first, each with the id of its rule. Some secrets are only half
    /// of what signs in: an AWS secret key works with its key id. A verifier takes from here what belongs to its own
    /// vendor and looks at nothing else.
    pub beside: &'a [(&'a str, &'a SecretString)],
}

impl<'a> Question<'a> {
    /// About a secret that stands alone.
    #[must_use]
    pub const fn new(rule: &'a str, secret: &'a SecretString) -> Self {
        Self { rule, secret, beside: &[] }
    }

    /// Hands over what else was found in the same text, the nearest first.
    #[must_use]
    pub const fn beside(self, beside: &'a [(&'a str, &'a SecretString)]) -> Self {
        Self { beside, ..self }
    }
}

/// What a vendor says about a secret. [`Refused`](Self::Refused) is said only where the vendor answered in its own words
/// that it does not take the secret; that somebody else's server would take it is still possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "whoever reports a finding has to say which of the three it is")]
pub enum Verdict {
    /// It works.
    Verified,
    /// It does not.
    Refused,
    /// Nobody could tell.
    Unknown,
}

impl Verdict {
    /// The word for it: `verified`, `refused` or `unknown`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
        }
    }
}

/// Asks nobody and knows nothing.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct NoVerifier;

impl Verifier for NoVerifier {
    fn accepts(&self, _rule: &str) -> bool {
        false
    }

    fn verify<'a>(&'a self, _question: Question<'a>) -> BoxFuture<'a, Result<Verdict, PortError>> {
        Box::pin(async { Ok(Verdict::Unknown) })
    }
}
