//! One archive of the tree while it is read.

use std::{
    cell::Cell,
    fs::File,
    io::{BufReader, Read},
};

use rawzip::FileReader;

use super::{Kind, Limits, gzip, limited::Limited, meter::Meter, tar, zip};
use crate::{
    notice::Reason,
    port::{Flow, Origin, Piece, Summary},
    source::{FRONT, WHOLE, is_binary, listener::Listener, reader::Counted},
};

/// Names longer than this are cut off; no system has longer paths.
const LONGEST_NAME: usize = 4096;

/// An archive of the tree, with all that is inside it.
pub(crate) struct Opened<'a> {
    limits: Limits,
    pub(super) meter: Meter,
    size: u64,
    listener: &'a Listener,
    receive: &'a (dyn Fn(Piece<'_>) -> Flow + Sync),
    summary: Cell<Summary>,
    /// Memory that was used before.
    buffer: Cell<Vec<u8>>,
    stopped: Cell<bool>,
}

impl<'a> Opened<'a> {
    pub(crate) fn new(
        limits: Limits,
        size: u64,
        listener: &'a Listener,
        receive: &'a (dyn Fn(Piece<'_>) -> Flow + Sync),
    ) -> Self {
        Self {
            limits,
            meter: Meter::new(limits, size),
            size,
            listener,
            receive,
            summary: Cell::default(),
            buffer: Cell::default(),
            stopped: Cell::new(false),
        }
    }

    /// What was done.
    pub(crate) fn summary(&self) -> Summary {
        self.summary.get()
    }

    /// Reads it.
    pub(crate) fn read(&self, kind: Kind, mut file: File, path: &str) -> Flow {
        if self.limits.depth == 0 {
            self.tell(path, Reason::Depth(0));
            return Flow::Continue;
        }
        match kind {
            Kind::Zip => zip::read(self, &FileReader::from(file), self.size, path, 1),
            Kind::Gzip => gzip::read(self, &mut file, path, 1),
            Kind::Tar => tar::read(self, &mut BufReader::new(file), path, 1),
        }
        if let Some(reason) = self.meter.cut() {
            self.tell(path, reason);
        }
        if self.stopped.get() { Flow::Stop } else { Flow::Continue }
    }

    /// Whether to read nothing more.
    pub(super) fn ended(&self) -> bool {
        self.stopped.get() || self.meter.cut().is_some()
    }

    pub(super) fn tell(&self, path: &str, reason: Reason) {
        let mut summary = self.summary.get();
        self.listener.tell(&mut summary, path, reason);
        self.summary.set(summary);
    }

    /// Tells that an archive cannot be read further, unless that is so because of what it is read from.
    pub(super) fn give_up(&self, path: &str, reason: Reason) {
        if self.meter.fail() {
            self.tell(path, reason);
            self.meter.told();
        }
    }

    /// Reads an entry of an archive that is `depth` deep.
    pub(super) fn entry(&self, path: &str, depth: u32, source: &mut dyn Read, unpacks: bool) {
        let mut reader = self.limited(source, unpacks);
        let mut front = self.front(&mut reader);
        self.content(path, depth, &mut front, &mut reader);
        self.close(path, front, &reader);
    }

    pub(super) fn limited<'r>(&'r self, source: &'r mut dyn Read, unpacks: bool) -> Limited<'r> {
        Limited::new(source, &self.meter, unpacks, self.limits.entry)
    }

    /// What decides what an entry is.
    pub(super) fn front(&self, reader: &mut Limited<'_>) -> Vec<u8> {
        let mut front = self.buffer.take();
        front.clear();
        // It does not fail.
        let _ = reader.take(FRONT).read_to_end(&mut front);
        front
    }

    /// Reads what an entry is found to be.
    pub(super) fn content(&self, path: &str, depth: u32, front: &mut Vec<u8>, reader: &mut Limited<'_>) {
        if let Some(kind) = Kind::of(front) {
            reader.lift();
            self.inner(kind, path, depth + 1, &mut front.as_slice().chain(reader));
        } else if is_binary(front) {
            self.count(|summary| summary.skipped += 1);
        } else {
            self.text(path, front, reader);
        }
    }

    /// Tells what went wrong.
    pub(super) fn close(&self, path: &str, buffer: Vec<u8>, reader: &Limited<'_>) {
        self.buffer.set(buffer);
        if let Some(reason) = reader.fault() {
            self.tell(path, reason);
            self.meter.told();
        }
    }

    fn inner(&self, kind: Kind, path: &str, depth: u32, source: &mut dyn Read) {
        if depth > self.limits.depth {
            self.tell(path, Reason::Depth(self.limits.depth));
            return;
        }
        match kind {
            Kind::Gzip => gzip::read(self, source, path, depth),
            Kind::Tar => tar::read(self, source, path, depth),
            Kind::Zip => self.inner_zip(path, depth, source),
        }
    }

    /// A zip archive has its table at the end, so one inside another has to be held in memory.
    fn inner_zip(&self, path: &str, depth: u32, source: &mut dyn Read) {
        let free = self.meter.free();
        let mut whole = Vec::new();
        let _ = source.take(free.saturating_add(1)).read_to_end(&mut whole);
        let size = whole.len() as u64;
        if size > free {
            self.tell(path, Reason::Memory(self.limits.memory));
        } else {
            self.meter.holding(size, || zip::read(self, &whole, size, path, depth));
        }
    }

    fn text(&self, path: &str, front: &mut Vec<u8>, reader: &mut Limited<'_>) {
        let more = WHOLE.saturating_sub(front.len() as u64);
        let _ = reader.by_ref().take(more).read_to_end(front);
        if front.is_empty() {
            return;
        }
        let mut bytes = front.len() as u64;
        let origin = Origin::path(path);
        let flow = if bytes < WHOLE {
            (self.receive)(Piece::new(origin, front))
        } else {
            let mut counted = Counted::new(front.as_slice().chain(reader));
            let flow = (self.receive)(Piece::stream(origin, &mut counted));
            bytes = counted.bytes;
            flow
        };
        self.count(|summary| {
            summary.pieces += 1;
            summary.bytes += bytes;
        });
        if flow == Flow::Stop {
            self.stopped.set(true);
        }
    }

    fn count(&self, count: impl FnOnce(&mut Summary)) {
        let mut summary = self.summary.get();
        count(&mut summary);
        self.summary.set(summary);
    }
}

/// The path of an entry. Its name is a stranger's, and may hold what does things to a terminal.
pub(super) fn path_of(archive: &str, name: &[u8]) -> String {
    let mut path = format!("{archive}!/");
    let name = name.get(..name.len().min(LONGEST_NAME)).unwrap_or_default();
    path.extend(
        String::from_utf8_lossy(name)
            .chars()
            .map(|character| if character.is_control() { char::REPLACEMENT_CHARACTER } else { character }),
    );
    path
}
