//! A reader of one entry that keeps to the limits.

use std::io::{self, Read};

use super::meter::Meter;
use crate::notice::Reason;

/// Gives what an entry holds, until its end, a limit or a fault. It never fails: what was read before is worth scanning,
/// and the fault is told afterwards.
pub(super) struct Limited<'a> {
    source: &'a mut dyn Read,
    meter: &'a Meter,
    /// Whether what comes out was unpacked, and not counted as such before.
    unpacks: bool,
    /// The limit of an entry, and how much of it is left.
    most: u64,
    left: u64,
    ended: bool,
    fault: Option<Reason>,
}

impl<'a> Limited<'a> {
    pub(super) fn new(source: &'a mut dyn Read, meter: &'a Meter, unpacks: bool, most: u64) -> Self {
        Self { source, meter, unpacks, most, left: most, ended: false, fault: None }
    }

    /// Lets any number of bytes through, of what turned out to be an archive.
    pub(super) const fn lift(&mut self) {
        self.left = u64::MAX;
    }

    /// What went wrong, unless what it was fed by went wrong before.
    pub(super) const fn fault(&self) -> Option<Reason> {
        self.fault
    }

    fn fail(&mut self, reason: Reason) {
        self.ended = true;
        if self.meter.fail() {
            self.fault = Some(reason);
        }
    }

    fn room(&self) -> u64 {
        if self.unpacks { self.left.min(self.meter.room()) } else { self.left }
    }
}

impl Read for Limited<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ended || self.meter.cut().is_some() {
            return Ok(0);
        }
        let room = self.room();
        // Without room, one byte tells whether that is the end anyway.
        let most = buffer.len().min(usize::try_from(room.max(1)).unwrap_or(usize::MAX));
        let read = match self.source.read(buffer.get_mut(..most).unwrap_or_default()) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) => {
                self.fail(reason(&error));
                return Ok(0);
            }
        };
        if read > 0 && room == 0 {
            if self.left == 0 {
                self.fail(Reason::EntryBytes(self.most));
            } else {
                self.ended = true;
                self.meter.overflow();
            }
            return Ok(0);
        }
        self.left = self.left.saturating_sub(read as u64);
        if self.unpacks {
            self.meter.unpack(read as u64);
        }
        Ok(read)
    }
}

/// What an error of a reader says to people. Its text is left out, for it may repeat what was read.
pub(super) fn reason(error: &io::Error) -> Reason {
    match error.kind() {
        io::ErrorKind::InvalidData
        | io::ErrorKind::InvalidInput
        | io::ErrorKind::UnexpectedEof
        | io::ErrorKind::Other => Reason::Damaged,
        kind => Reason::System(kind),
    }
}
