//! Tar archives.

use std::{
    cell::Cell,
    io::{self, Read},
};

use ::tar::{Archive, Entry};

use super::{
    limited::reason,
    opened::{Opened, path_of},
};
use crate::notice::Reason;

/// How many bytes may stand between the content of two entries: headers, long names, maps of sparse files. Those the
/// library holds in memory, without a limit of its own.
const HEADERS: u64 = 1 << 20;

/// The size of a block, to which everything is filled up.
const BLOCK: u64 = 512;

/// Reads a tar archive to its end mark.
pub(super) fn read(opened: &Opened<'_>, source: &mut dyn Read, path: &str, depth: u32) {
    let position = Cell::new(0);
    let until = Cell::new(HEADERS);
    let mut archive = Archive::new(Gate { source, position: &position, until: &until });
    let mut entries = match archive.entries() {
        Ok(entries) => entries,
        Err(error) => return opened.give_up(path, reason(&error)),
    };
    while !opened.ended()
        && let Some(entry) = entries.next()
    {
        let mut entry = match entry {
            Ok(entry) => entry,
            Err(error) => return opened.give_up(path, reason(&error)),
        };
        let Some(stored) = stored(&entry) else { return opened.give_up(path, Reason::Damaged) };
        until.set(position.get().saturating_add(stored).saturating_add(BLOCK + HEADERS));
        if !opened.meter.enter() {
            return;
        }
        let kind = entry.header().entry_type();
        if entry.size() > 0 && !kind.is_pax_global_extensions() {
            let path = path_of(path, &entry.path_bytes());
            // The holes of a sparse file are bytes that nobody counted yet.
            opened.entry(&path, depth, &mut entry, kind.is_gnu_sparse());
        }
    }
}

/// How many bytes an entry takes.
fn stored<R: Read>(entry: &Entry<'_, R>) -> Option<u64> {
    if entry.header().entry_type().is_gnu_sparse() {
        entry.header().entry_size().ok()
    } else {
        Some(entry.size())
    }
}

/// Lets bytes through up to a position.
struct Gate<'a> {
    source: &'a mut dyn Read,
    position: &'a Cell<u64>,
    until: &'a Cell<u64>,
}

impl Read for Gate<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.position.get() >= self.until.get() {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let read = self.source.read(buffer)?;
        self.position.set(self.position.get().saturating_add(read as u64));
        Ok(read)
    }
}
