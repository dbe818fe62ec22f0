//! How much of an archive is read.

use crate::source::FRONT;

/// How much of an archive is read, with all that is inside it.
///
/// The defaults let through what people keep in a repository and stop what was made to do harm.
///
/// ```
/// use storeward_secrets::source::{archive::Limits, tree::TreeSource};
///
/// let source = TreeSource::new(["."]).archives(Some(Limits::default().max_depth(1)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    pub(super) depth: u32,
    pub(super) unpacked: u64,
    pub(super) ratio: u64,
    pub(super) entry: u64,
    pub(super) entries: u64,
    pub(super) memory: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // An image of a container holds layers, a layer a package: three. A quine holds itself for ever.
            depth: 3,
            // Some seconds of scanning.
            unpacked: 1 << 30,
            // Logs and dumps pack to a hundredth; zeros to a thousandth, the most that the method can do.
            ratio: 200,
            entry: 256 << 20,
            entries: 100_000,
            memory: 64 << 20,
        }
    }
}

impl Limits {
    /// The deepest that may be set: each archive inside another takes some of a thread's stack.
    pub const DEEPEST: u32 = 16;

    /// Below this many bytes no ratio is looked at: a small file of blanks is no attack.
    pub(super) const RATIO_FROM: u64 = 10 << 20;

    /// How many archives may be inside one another; 1 reads no archive inside an archive. The default is 3, the most is
    /// [`DEEPEST`](Self::DEEPEST). A compressed tar is one archive.
    #[must_use]
    pub const fn max_depth(mut self, depth: u32) -> Self {
        self.depth = if depth > Self::DEEPEST { Self::DEEPEST } else { depth };
        self
    }

    /// How many bytes may be unpacked. The default is 1 GiB. The bytes of a tar that is not compressed do not count: its
    /// size is no surprise.
    #[must_use]
    pub const fn max_total_bytes(mut self, bytes: u64) -> Self {
        self.unpacked = bytes;
        self
    }

    /// How many times its own size an archive may unpack to, once that is more than 10 MiB. The default is 200.
    #[must_use]
    pub const fn max_ratio(mut self, ratio: u64) -> Self {
        self.ratio = ratio;
        self
    }

    /// How many bytes of one entry are read; those of an archive inside the archive are counted by entry again. The default
    /// is 256 MiB, the least 8000: by so many it is decided what an entry is.
    #[must_use]
    pub const fn max_entry_bytes(mut self, bytes: u64) -> Self {
        self.entry = if bytes < FRONT { FRONT } else { bytes };
        self
    }

    /// How many entries are looked at, folders and links among them. The default is 100 000.
    #[must_use]
    pub const fn max_entries(mut self, entries: u64) -> Self {
        self.entries = entries;
        self
    }

    /// How many bytes are held in memory at a time, by each thread, of zip archives inside other archives: those cannot be
    /// read as they come. The default is 64 MiB.
    #[must_use]
    pub const fn max_buffered_bytes(mut self, bytes: u64) -> Self {
        self.memory = bytes;
        self
    }
}
