//! Archives that were made to harm whoever opens them.

use std::{fs, sync::Mutex};

use storeward_secrets::{
    Source,
    notice::Reason,
    port::Flow,
    source::{archive::Limits, tree::TreeSource},
};

use crate::{
    look,
    make::{Raw, blocks, gzip, raw_zip, tar, tar_header, zip},
};

const MEGA: usize = 1 << 20;

#[test]
fn entries_that_share_their_content_are_paid_one_by_one() {
    let kernel = Raw::deflated("0", &b"a".repeat(MEGA));
    let entries: Vec<_> = (0..5000)
        .map(|number| Raw { name: number.to_string(), shared: number > 0, ..kernel.clone() })
        .collect();
    // Five gigabytes in less than half a megabyte.
    let seen = look("a.zip", &raw_zip(&entries), Limits::default().max_total_bytes(20 << 20));
    assert_eq!(seen.summary.bytes, 20 << 20);
    seen.told("a.zip", Reason::Unpacked(20 << 20));
}

#[test]
fn much_that_unpacks_to_nothing_is_paid_too() {
    // Blocks of deflate that hold nothing, and the last of them.
    let mut nothing = b"\0\0\0\xff\xff".repeat(40_000);
    nothing.extend(b"\x01\0\0\xff\xff");
    let kernel = Raw { method: 8, packed: nothing, ..Raw::stored("0", b"") };
    let entries: Vec<_> = (0..2000)
        .map(|number| Raw { name: number.to_string(), shared: number > 0, ..kernel.clone() })
        .collect();
    let seen = look("a.zip", &raw_zip(&entries), Limits::default().max_total_bytes(MEGA as u64));
    assert_eq!(seen.summary.bytes, 0);
    seen.told("a.zip", Reason::Overlap);
}

#[test]
fn a_tree_of_archives_ends_with_the_account() {
    let mut bytes = zip(&[("x", &b"a".repeat(4 * MEGA))]);
    for _ in 0..3 {
        let names: Vec<String> = (0..16).map(|number| number.to_string()).collect();
        let entries: Vec<(&str, &[u8])> =
            names.iter().map(|name| (name.as_str(), bytes.as_slice())).collect();
        bytes = zip(&entries);
    }
    // Sixteen gigabytes, in not even a hundred kilobytes.
    let seen = look("a.zip", &bytes, Limits::default().max_depth(4));
    assert!(seen.summary.bytes <= 200 * bytes.len() as u64 + 10 * MEGA as u64);
    seen.told("a.zip", Reason::Ratio(200));
}

#[test]
fn holes_are_paid() {
    // A file of a terabyte, all of it holes but its first bytes.
    let size = 1 << 40;
    let mut header = tar_header(b'S', "sparse", 512);
    let gnu = header.as_gnu_mut().unwrap();
    gnu.set_real_size(size);
    gnu.sparse[0].set_offset(0);
    gnu.sparse[0].set_length(512);
    gnu.sparse[1].set_offset(size);
    gnu.sparse[1].set_length(0);
    header.set_cksum();
    let mut bytes = header.as_bytes().to_vec();
    bytes.extend([b'a'; 512]);
    let first = bytes.clone();
    bytes.extend(tar(&[("next", b"text")]));
    // Its front is no text.
    let seen = look("a.tar", &bytes, Limits::default());
    assert_eq!((seen.paths(), seen.notices.len()), (vec!["a.tar!/next"], 0));
    // Blocks of text in front of the hole make it one.
    let mut header = tar_header(b'S', "sparse", 8192);
    let gnu = header.as_gnu_mut().unwrap();
    gnu.set_real_size(size);
    gnu.sparse[0].set_offset(0);
    gnu.sparse[0].set_length(8192);
    gnu.sparse[1].set_offset(size);
    gnu.sparse[1].set_length(0);
    header.set_cksum();
    let mut text = header.as_bytes().to_vec();
    text.extend([b'a'; 8192]);
    text.extend(first);
    let limits = Limits::default().max_total_bytes(6 << 20);
    let seen = look("a.tar", &text, limits);
    assert_eq!(seen.summary.bytes, 6 << 20);
    seen.told("a.tar", Reason::Unpacked(6 << 20));
    let seen = look("a.tar", &text, limits.max_entry_bytes(100_000));
    assert_eq!(seen.summary.bytes, 100_000);
    seen.told("a.tar!/sparse", Reason::EntryBytes(100_000));
}

#[test]
fn a_name_without_end_is_no_name() {
    // The library would hold all of it.
    for kind in [b'L', b'K', b'x'] {
        let size = 8 * MEGA;
        let mut bytes = tar(&[("x", b"text")]);
        bytes.truncate(1024);
        bytes.extend(tar_header(kind, "long", size as u64).as_bytes());
        bytes.extend(vec![b'n'; size]);
        bytes.extend(tar(&[("y", b"text")]));
        let seen = look("a.tar", &bytes, Limits::default());
        assert_eq!(seen.paths(), ["a.tar!/x"]);
        seen.told("a.tar", Reason::Damaged);
    }
}

#[test]
fn names_are_shown_and_do_nothing() {
    let root = tempfile::tempdir().unwrap();
    let tree = root.path().join("tree");
    fs::create_dir(&tree).unwrap();
    let name = "../../up\u{1b}[2J\n";
    let long = "n".repeat(60_000);
    let archive =
        raw_zip(&[Raw::stored(name, b"text"), Raw::stored("/etc/x", b"text"), Raw::stored(&long, b"text")]);
    fs::write(tree.join("a.zip"), archive).unwrap();
    let paths = Mutex::new(Vec::new());
    TreeSource::new([&tree])
        .archives(Some(Limits::default()))
        .visit(&|piece| {
            paths.lock().unwrap().push(piece.origin.path);
            Flow::Continue
        })
        .unwrap();
    let place = tree.join("a.zip").to_string_lossy().into_owned();
    assert_eq!(
        *paths.lock().unwrap(),
        [
            format!("{place}!/../../up\u{fffd}[2J\u{fffd}"),
            format!("{place}!//etc/x"),
            format!("{place}!/{}", "n".repeat(4096)),
        ]
    );
    // Nothing was written.
    assert_eq!(fs::read_dir(&tree).unwrap().count(), 1);
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
}

#[test]
fn links_and_devices_are_nothing_to_read() {
    let mut bytes = Vec::new();
    for kind in [b'1', b'2', b'3', b'4', b'5', b'6'] {
        bytes.extend(tar_header(kind, "odd", 0).as_bytes());
    }
    bytes.extend(tar_header(b'g', "global", 20).as_bytes());
    bytes.extend(blocks(b"20 comment=something"));
    bytes.extend(tar(&[("x", b"text")]));
    let seen = look("a.tar", &bytes, Limits::default());
    assert_eq!((seen.paths(), seen.notices.len()), (vec!["a.tar!/x"], 0));
}

#[test]
fn a_receiver_that_wants_no_more_gets_no_more() {
    let inner = gzip(&tar(&[("x", b"text"), ("y", b"text")]));
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("a"), zip(&[("i", &inner), ("z", b"text")])).unwrap();
    fs::write(root.path().join("b"), zip(&[("i", &inner), ("z", b"text")])).unwrap();
    let source = TreeSource::new([root.path()]).threads(1).archives(Some(Limits::default()));
    let summary = source.visit(&|_| Flow::Stop).unwrap();
    assert_eq!((summary.pieces, summary.unreadable, summary.truncated), (1, 0, 0));
}
