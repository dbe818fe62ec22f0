//! The account of one archive in the tree.

use std::cell::Cell;

use super::limits::Limits;
use crate::notice::Reason;

/// Counts what is spent on one archive and all that is inside it, and says when to stop.
#[derive(Debug)]
pub(super) struct Meter {
    unpacked: Cell<u64>,
    packed: Cell<u64>,
    entries: Cell<u64>,
    held: Cell<u64>,
    limits: Limits,
    /// How much may be unpacked, by whichever limit is the lower.
    most_unpacked: u64,
    /// How much may be taken from zip archives. Each byte of the file, and each that was unpacked, is taken once; more only
    /// where entries share bytes, which can make endless work out of nothing.
    most_packed: u64,
    /// The limit that was reached.
    cut: Cell<Option<Reason>>,
    /// A reader failed and nobody was told yet. What it feeds fails too, of which nobody needs to be told.
    failed: Cell<bool>,
}

impl Meter {
    /// For a file of that many bytes.
    pub(super) fn new(limits: Limits, size: u64) -> Self {
        let most_unpacked = size.saturating_mul(limits.ratio).max(Limits::RATIO_FROM).min(limits.unpacked);
        Self {
            unpacked: Cell::new(0),
            packed: Cell::new(0),
            entries: Cell::new(0),
            held: Cell::new(0),
            limits,
            most_unpacked,
            most_packed: size.saturating_add(most_unpacked),
            cut: Cell::new(None),
            failed: Cell::new(false),
        }
    }

    /// Why nothing more is read.
    pub(super) fn cut(&self) -> Option<Reason> {
        self.cut.get()
    }

    /// How many bytes may still be unpacked.
    pub(super) fn room(&self) -> u64 {
        self.most_unpacked.saturating_sub(self.unpacked.get())
    }

    pub(super) fn unpack(&self, bytes: u64) {
        self.unpacked.set(self.unpacked.get().saturating_add(bytes));
    }

    /// There is more to unpack than there is room for.
    pub(super) fn overflow(&self) {
        let limits = self.limits;
        self.cut.set(Some(if self.most_unpacked < limits.unpacked {
            Reason::Ratio(limits.ratio)
        } else {
            Reason::Unpacked(limits.unpacked)
        }));
    }

    /// Takes bytes out of a zip archive, or says that it has gone on for too long.
    pub(super) fn take(&self, bytes: u64) -> bool {
        self.packed.set(self.packed.get().saturating_add(bytes));
        let over = self.packed.get() > self.most_packed;
        if over {
            self.cut.set(Some(Reason::Overlap));
        }
        !over
    }

    /// Counts an entry, or says that there are too many.
    pub(super) fn enter(&self) -> bool {
        let over = self.entries.get() >= self.limits.entries;
        if over {
            self.cut.set(Some(Reason::Entries(self.limits.entries)));
        }
        self.entries.set(self.entries.get().saturating_add(1));
        !over
    }

    /// How many bytes may still be held.
    pub(super) fn free(&self) -> u64 {
        self.limits.memory.saturating_sub(self.held.get())
    }

    /// Holds bytes while something is done.
    pub(super) fn holding(&self, bytes: u64, work: impl FnOnce()) {
        self.held.set(self.held.get().saturating_add(bytes));
        work();
        self.held.set(self.held.get().saturating_sub(bytes));
    }

    /// Whether a reader may say that it failed: not where what feeds it failed first.
    pub(super) fn fail(&self) -> bool {
        self.cut().is_none() && !self.failed.replace(true)
    }

    /// Somebody was told.
    pub(super) fn told(&self) {
        self.failed.set(false);
    }
}
