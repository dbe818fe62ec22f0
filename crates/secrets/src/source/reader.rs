//! Anything that can be read: standard input, a download, a pipe.

use std::{fmt, io::Read, sync::Mutex};

use storeward_core::PortError;

use crate::port::{Flow, Origin, Piece, Source, Summary};

/// A source of one piece, read as it comes. It can be visited once; the second visit finds nothing.
pub struct ReaderSource<R> {
    path: String,
    reader: Mutex<Option<R>>,
}

impl<R: Read + Send> ReaderSource<R> {
    /// Reads from `reader` what findings will say to be at `path`.
    pub fn new(path: impl Into<String>, reader: R) -> Self {
        Self { path: path.into(), reader: Mutex::new(Some(reader)) }
    }
}

impl<R: Read + Send> Source for ReaderSource<R> {
    fn visit(&self, receive: &(dyn Fn(Piece<'_>) -> Flow + Sync)) -> Result<Summary, PortError> {
        let reader = self.reader.lock().ok().and_then(|mut reader| reader.take());
        let Some(reader) = reader else { return Ok(Summary::default()) };
        let mut counted = Counted { reader, bytes: 0 };
        receive(Piece::stream(Origin::path(&self.path), &mut counted));
        Ok(Summary { pieces: 1, bytes: counted.bytes, ..Summary::default() })
    }
}

impl<R> fmt::Debug for ReaderSource<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReaderSource").field("path", &self.path).finish_non_exhaustive()
    }
}

/// Counts what goes through.
pub(crate) struct Counted<R> {
    pub(crate) reader: R,
    pub(crate) bytes: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.bytes += read as u64;
        Ok(read)
    }
}
