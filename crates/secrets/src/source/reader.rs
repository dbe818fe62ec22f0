//! Anything that can be read: standard input, a download, a pipe.

use std::{
    fmt,
    io::{self, Read},
    sync::Mutex,
};

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
        let mut counted = Counted::new(reader);
        receive(Piece::stream(Origin::path(&self.path), &mut counted));
        let unreadable = u64::from(counted.failed.is_some());
        Ok(Summary { pieces: 1, bytes: counted.bytes, unreadable, ..Summary::default() })
    }
}

impl<R> fmt::Debug for ReaderSource<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReaderSource").field("path", &self.path).finish_non_exhaustive()
    }
}

/// Counts what goes through, and remembers whether that failed.
pub(crate) struct Counted<R> {
    reader: R,
    pub(crate) bytes: u64,
    pub(crate) failed: Option<io::ErrorKind>,
}

impl<R> Counted<R> {
    pub(crate) const fn new(reader: R) -> Self {
        Self { reader, bytes: 0, failed: None }
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer).inspect_err(|error| {
            // Whoever reads tries again after an interruption.
            if error.kind() != io::ErrorKind::Interrupted {
                self.failed = Some(error.kind());
            }
        })?;
        self.bytes += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::port::Content;

    #[test]
    fn a_reader_that_fails_is_counted() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _buffer: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::PermissionDenied.into())
            }
        }
        let source = ReaderSource::new("pipe", b"abc".chain(Broken));
        let summary = source
            .visit(&|piece| {
                let Content::Stream(reader) = piece.content else { panic!("no stream") };
                assert!(reader.read_to_end(&mut Vec::new()).is_err());
                Flow::Continue
            })
            .unwrap();
        assert_eq!((summary.pieces, summary.bytes, summary.unreadable), (1, 3, 1));
    }
}
