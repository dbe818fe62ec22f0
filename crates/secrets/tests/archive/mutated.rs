//! Whatever the bytes, nothing panics and no account is overdrawn.

use proptest::prelude::*;
use storeward_secrets::source::archive::Limits;

use crate::{
    look,
    make::{Raw, blocks, gzip, raw_zip, tar, tar_header, zip},
};

const TOTAL: u64 = 40_000;
const ENTRIES: u64 = 30;

/// Archives of every kind and with everything unusual in them.
fn archives() -> Vec<Vec<u8>> {
    let text = b"some text of some length\n".repeat(50);
    let long = "folder/".repeat(40);
    let mut sparse = tar_header(b'S', "sparse", 1024);
    let gnu = sparse.as_gnu_mut().unwrap();
    gnu.set_real_size(5000);
    gnu.set_is_extended(true);
    for (place, block) in gnu.sparse.iter_mut().enumerate() {
        block.set_offset(place as u64 * 512);
        block.set_length(256);
    }
    sparse.set_cksum();
    let mut pax = ::tar::Builder::new(Vec::new());
    pax.append_pax_extensions([("path", b"renamed".as_slice()), ("size", b"4")]).unwrap();
    pax.append(&tar_header(b'0', "short", 4), b"text".as_slice()).unwrap();
    let flat = tar(&[("x", &text), (&long, b"text"), ("z", b"")]);
    let odd = [sparse.as_bytes().to_vec(), blocks(&text), flat.clone()].concat();
    let packed = raw_zip(&[Raw::stored("s", &text), Raw::deflated("d", &text)]);
    let nested = zip(&[("a.tgz", &gzip(&flat)), ("b.zip", &packed), ("c.tar", &odd), ("d", &text)]);
    let large: Vec<_> = (0..66_000).map(|_| ("n", b"".as_slice())).collect();
    let mut zip64 = zip(&large);
    // Its table is long and all alike; the end is what matters.
    zip64.drain(..zip64.len() - 400);
    vec![
        [b"PK\x03\x04".to_vec(), zip64].concat(),
        odd,
        pax.into_inner().unwrap(),
        gzip(&nested),
        tar(&[("n.zip", &nested), ("t", &text)]),
        nested,
        packed,
        flat,
    ]
}

/// Changes bytes: one, a number, an end, a stretch.
fn change(bytes: &mut Vec<u8>, (kind, at, value): (u8, prop::sample::Index, u64)) {
    if bytes.is_empty() {
        return;
    }
    // Half of the time near the end, where a zip archive is most easily hurt.
    let near = bytes.len().saturating_sub(80);
    let at = if kind & 1 == 0 { at.index(bytes.len()) } else { near + at.index(bytes.len() - near) };
    let end = bytes.len().min(at + (value % 9) as usize);
    match kind >> 1 {
        0 => bytes[at] ^= value as u8 | 1,
        1 => bytes[at] = [0, 0xff, 0x7f, 0x80, b'0', b'7', b'S', b'L', b'x'][(value % 9) as usize],
        2 => bytes[at..end].fill(0xff),
        3 => bytes[at..end].fill(0),
        4 => bytes.truncate(at),
        5 => drop(bytes.drain(at..end)),
        _ => {
            let copy = bytes[at..].to_vec();
            bytes.extend(copy);
        }
    }
}

/// Makes the checksum of the first header of a tar right again, so that more than checksums are tried.
fn mend(bytes: &mut [u8]) {
    if let Some(front) = bytes.first_chunk_mut::<512>()
        && &front[257..262] == b"ustar"
    {
        let mut header = ::tar::Header::from_byte_slice(front).clone();
        header.set_cksum();
        *front = *header.as_bytes();
    }
}

#[track_caller]
fn check(bytes: &[u8]) {
    let limits = Limits::default()
        .max_total_bytes(TOTAL)
        .max_entries(ENTRIES)
        .max_entry_bytes(20_000)
        .max_buffered_bytes(10_000);
    // It counts and compares by itself.
    let seen = std::panic::catch_unwind(|| look("a", bytes, limits));
    let Ok(seen) = seen else { panic!("panics on {bytes:?}") };
    assert!(seen.summary.pieces <= ENTRIES);
    // Tars that are not compressed are read as large as they are, at each depth.
    assert!(seen.summary.bytes <= TOTAL + 3 * bytes.len() as u64);
    assert!(seen.notices.len() as u64 <= 2 * ENTRIES + 3);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_archives(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((0_u8..14, any::<prop::sample::Index>(), any::<u64>()), 0..6),
        mended in any::<bool>(),
        packed in any::<bool>(),
    ) {
        thread_local! {
            static ARCHIVES: Vec<Vec<u8>> = archives();
        }
        let mut bytes = ARCHIVES.with(|archives| which.get(archives).clone());
        for step in changes {
            change(&mut bytes, step);
        }
        if mended {
            mend(&mut bytes);
        }
        check(&if packed { gzip(&bytes) } else { bytes });
    }

    #[test]
    fn noise(
        front in prop::sample::select(vec![&b"PK\x03\x04"[..], b"PK\x05\x06", b"\x1f\x8b\x08\0", b""]),
        rest in prop::collection::vec(any::<u8>(), 0..3000),
    ) {
        check(&[front, &rest].concat());
    }
}
