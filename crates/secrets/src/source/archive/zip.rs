//! Zip archives.

use std::io::{self, Read};

use flate2::read::DeflateDecoder;
use rawzip::{
    CompressionMethod, Crc32, ErrorKind, MAX_CENTRAL_DIRECTORY_RECORD_SIZE, ReaderAt, ZipArchive,
    ZipFileHeaderRecord, ZipLocator, ZipVerification,
};

use super::{
    limited::reason,
    meter::Meter,
    opened::{Opened, path_of},
};
use crate::notice::Reason;

/// Reads a zip archive of that many bytes, entry after entry as its table at the end names them.
pub(super) fn read(opened: &Opened<'_>, source: &dyn ReaderAt, size: u64, path: &str, depth: u32) {
    let mut buffer = vec![0; MAX_CENTRAL_DIRECTORY_RECORD_SIZE];
    let archive = match ZipLocator::new().locate_in_reader(source, &mut buffer, size) {
        Ok(archive) => archive,
        Err((_, error)) => return opened.give_up(path, fault(&error)),
    };
    let mut entries = archive.entries(&mut buffer);
    let mut seen = 0;
    while !opened.ended() {
        match entries.next_entry() {
            Ok(Some(record)) => {
                seen += 1;
                if !opened.meter.enter() {
                    return;
                }
                let path = path_of(path, record.file_path().as_bytes());
                if let Err(reason) = entry(opened, &archive, &record, &path, depth) {
                    opened.tell(&path, reason);
                }
            }
            // The count is kept in sixteen bits where an archive is of the old form, so there may be more.
            Ok(None) if seen < archive.entries_hint() => return opened.give_up(path, Reason::Damaged),
            Ok(None) => return,
            Err(error) => return opened.give_up(path, fault(&error)),
        }
    }
}

/// Reads an entry, or says why it cannot even be begun.
fn entry(
    opened: &Opened<'_>,
    archive: &ZipArchive<&dyn ReaderAt>,
    record: &ZipFileHeaderRecord<'_>,
    path: &str,
    depth: u32,
) -> Result<(), Reason> {
    if record.is_dir() && record.compressed_size_hint() == 0 {
        return Ok(());
    }
    if record.flags().is_encrypted() {
        return Err(Reason::Encrypted);
    }
    let method = record.compression_method();
    let entry = archive.get_entry(record.wayfinder()).map_err(|error| fault(&error))?;
    let packed = entry.reader();
    let stated = packed.claim_verifier();
    let packed = Packed { source: packed, meter: &opened.meter };
    match method {
        CompressionMethod::STORE => opened.entry(path, depth, &mut Checked::new(packed, stated), true),
        CompressionMethod::DEFLATE => {
            opened.entry(path, depth, &mut Checked::new(DeflateDecoder::new(packed), stated), true);
        }
        other => return Err(Reason::Method(other.as_u16())),
    }
    Ok(())
}

fn fault(error: &rawzip::Error) -> Reason {
    match error.kind() {
        ErrorKind::IO(error) => reason(error),
        _ => Reason::Damaged,
    }
}

/// Counts what is taken out of the archive.
struct Packed<'a, R> {
    source: R,
    meter: &'a Meter,
}

impl<R: Read> Read for Packed<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        if self.meter.take(read as u64) { Ok(read) } else { Ok(0) }
    }
}

/// Compares what came out with what the archive says it would be. Unlike the library's own it gives everything out first:
/// what is damaged may still hold a secret.
struct Checked<R> {
    source: R,
    stated: ZipVerification,
    crc: Crc32,
    size: u64,
}

impl<R> Checked<R> {
    fn new(source: R, stated: ZipVerification) -> Self {
        Self { source, stated, crc: Crc32::new(), size: 0 }
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.crc.update(buffer.get(..read).unwrap_or_default());
        self.size = self.size.saturating_add(read as u64);
        if read == 0 && !buffer.is_empty() {
            let found = ZipVerification { crc: self.crc.checksum(), uncompressed_size: self.size };
            self.stated.valid(found).map_err(|_| io::ErrorKind::InvalidData)?;
        }
        Ok(read)
    }
}
