//! Makes archives: by the libraries, and by hand where they would refuse.

use std::io::Write;

use flate2::{
    Compression, Crc,
    write::{DeflateEncoder, GzEncoder},
};
use rawzip::{CompressionMethod, ZipArchiveWriter};

/// A zip archive as one writes it to a pipe: the sizes follow the content.
pub(crate) fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipArchiveWriter::new(Vec::new());
    for (name, content) in entries {
        let method = CompressionMethod::DEFLATE;
        let (mut entry, config) = archive.new_file(*name).compression_method(method).start().unwrap();
        let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::default()));
        writer.write_all(content).unwrap();
        let (encoder, descriptor) = writer.finish().unwrap();
        encoder.finish().unwrap();
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap()
}

pub(crate) fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn deflate(content: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// A tar archive. Names beyond a hundred bytes get an entry of their own.
pub(crate) fn tar(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ::tar::Builder::new(Vec::new());
    for (name, content) in entries {
        let mut header = ::tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, *content).unwrap();
    }
    archive.into_inner().unwrap()
}

/// One entry of a tar, of a type and with a stated size, whatever follows.
pub(crate) fn tar_header(kind: u8, name: &str, size: u64) -> ::tar::Header {
    let mut header = ::tar::Header::new_gnu();
    header.set_path(name).unwrap();
    header.set_entry_type(::tar::EntryType::new(kind));
    header.set_size(size);
    header.set_cksum();
    header
}

/// Fills up to a whole number of blocks.
pub(crate) fn blocks(content: &[u8]) -> Vec<u8> {
    let mut filled = content.to_vec();
    filled.resize(content.len().next_multiple_of(512), 0);
    filled
}

/// An entry of a zip archive made by hand.
#[derive(Clone)]
pub(crate) struct Raw {
    pub(crate) name: String,
    pub(crate) flags: u16,
    pub(crate) method: u16,
    pub(crate) crc: u32,
    pub(crate) packed: Vec<u8>,
    pub(crate) size: u32,
    /// Stands where the entry before it does.
    pub(crate) shared: bool,
}

impl Raw {
    pub(crate) fn stored(name: &str, content: &[u8]) -> Self {
        let mut crc = Crc::new();
        crc.update(content);
        Self {
            name: name.to_owned(),
            flags: 0,
            method: 0,
            crc: crc.sum(),
            packed: content.to_vec(),
            size: content.len() as u32,
            shared: false,
        }
    }

    pub(crate) fn deflated(name: &str, content: &[u8]) -> Self {
        Self { method: 8, packed: deflate(content), ..Self::stored(name, content) }
    }
}

pub(crate) fn raw_zip(entries: &[Raw]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut table = Vec::new();
    let mut place = 0_u32;
    for entry in entries {
        let mut fields = Vec::new();
        fields.extend(20_u16.to_le_bytes());
        fields.extend(entry.flags.to_le_bytes());
        fields.extend(entry.method.to_le_bytes());
        fields.extend([0; 4]);
        fields.extend(entry.crc.to_le_bytes());
        fields.extend((entry.packed.len() as u32).to_le_bytes());
        fields.extend(entry.size.to_le_bytes());
        fields.extend((entry.name.len() as u16).to_le_bytes());
        fields.extend([0; 2]);
        if !entry.shared {
            place = out.len() as u32;
            out.extend(b"PK\x03\x04");
            out.extend(&fields);
            out.extend(entry.name.as_bytes());
            out.extend(&entry.packed);
        }
        table.extend(b"PK\x01\x02\x14\x00");
        table.extend(&fields);
        table.extend([0; 10]);
        table.extend(place.to_le_bytes());
        table.extend(entry.name.as_bytes());
    }
    let start = out.len() as u32;
    out.extend(&table);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend((entries.len() as u16).to_le_bytes());
    out.extend((entries.len() as u16).to_le_bytes());
    out.extend((table.len() as u32).to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0; 2]);
    out
}
