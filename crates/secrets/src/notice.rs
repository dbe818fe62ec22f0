//! What a source could not read, or not to its end, and why.

use std::{fmt, io};

/// A file, or an entry of an archive, of which something was not read.
///
/// A [`Summary`](crate::port::Summary) counts what a notice names: every notice stands for one that is unreadable or, where
/// its reason is a limit, for one that is truncated.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Notice {
    /// The path, as in an [`Origin`](crate::port::Origin).
    pub path: String,
    /// Why it was not read, or not to its end.
    pub reason: Reason,
}

impl Notice {
    /// Says about a path why it was not read to its end.
    #[must_use]
    pub fn new(path: impl Into<String>, reason: Reason) -> Self {
        Self { path: path.into(), reason }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\" {}", self.path, self.reason)
    }
}

/// Why something was not read, or not to its end. Of what it could not read it repeats nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The system would not give it out: no permission, a broken disk.
    System(io::ErrorKind),
    /// It is not what its front says, or breaks off, or does not agree with its checksum.
    Damaged,
    /// It is encrypted.
    Encrypted,
    /// It is packed by a method that is not known here, named by its number in the zip format.
    Method(u16),
    /// It is an archive inside more others than this many.
    Depth(u32),
    /// It unpacks to more than this many bytes.
    Unpacked(u64),
    /// It unpacks to more than this many times its own size.
    Ratio(u64),
    /// It is an entry of more than this many bytes.
    EntryBytes(u64),
    /// It holds more than this many entries, those of archives inside it included.
    Entries(u64),
    /// It is an archive that would have to be held in memory, where no more than this many bytes may be at a time.
    Memory(u64),
    /// Its entries share so many bytes that reading each of them would not end.
    Overlap,
}

impl Reason {
    /// Whether it could have been read and was left, because of a limit.
    #[must_use]
    pub const fn is_limit(self) -> bool {
        !matches!(self, Self::System(_) | Self::Damaged | Self::Encrypted | Self::Method(_))
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System(kind) => write!(f, "cannot be read: {kind}"),
            Self::Damaged => f.write_str("is damaged"),
            Self::Encrypted => f.write_str("is encrypted"),
            Self::Method(method) => {
                write!(f, "is packed by a method that is not known here, number {method}")
            }
            Self::Depth(most) => write!(f, "is an archive inside {most} others, which is as deep as is read"),
            Self::Unpacked(most) => write!(f, "unpacks to more than {most} bytes"),
            Self::Ratio(most) => write!(f, "unpacks to more than {most} times its size"),
            Self::EntryBytes(most) => {
                write!(f, "has more than {most} bytes, the most that is read of an entry")
            }
            Self::Entries(most) => write!(f, "holds more than {most} entries"),
            Self::Memory(most) => {
                write!(f, "is an archive inside another and takes more memory than the {most} bytes it may")
            }
            Self::Overlap => f.write_str("has entries that overlap"),
        }
    }
}
