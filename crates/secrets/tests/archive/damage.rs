//! What is damaged, encrypted or unknown is told, and what can be read of it is read.

use storeward_secrets::{notice::Reason, source::archive::Limits};

use crate::{
    look,
    make::{Raw, gzip, raw_zip, tar, tar_header, zip},
};

fn lines(count: usize) -> Vec<u8> {
    (0..count)
        .flat_map(|number| format!("line {number} of {}\n", number * 7919 % 1009).into_bytes())
        .collect()
}

#[test]
fn entries_that_cannot_be_read_are_named_and_the_others_read() {
    let good = Raw::stored("good", b"good");
    let encrypted = Raw { flags: 1, ..Raw::stored("locked", b"xxxx") };
    let unknown = Raw { method: 12, ..Raw::stored("packed", b"xxxx") };
    let wrong = Raw { crc: 1, ..Raw::deflated("wrong", b"still worth a look") };
    let short = Raw { size: 5, ..Raw::stored("short", b"long") };
    let broken = Raw { method: 8, ..Raw::stored("broken", b"\xff\xff\xff\xff") };
    let seen = look("a.zip", &raw_zip(&[encrypted, unknown, wrong, short, broken, good]), Limits::default());
    assert_eq!(seen.paths(), ["a.zip!/good", "a.zip!/short", "a.zip!/wrong"]);
    assert_eq!(seen.text("a.zip!/wrong"), b"still worth a look");
    let told: Vec<_> = seen.notices.iter().map(|(path, reason)| (path.as_str(), *reason)).collect();
    assert_eq!(
        told,
        [
            ("a.zip!/locked", Reason::Encrypted),
            ("a.zip!/packed", Reason::Method(12)),
            ("a.zip!/wrong", Reason::Damaged),
            ("a.zip!/short", Reason::Damaged),
            ("a.zip!/broken", Reason::Damaged),
        ]
    );
    assert_eq!((seen.summary.unreadable, seen.summary.truncated), (5, 0));
}

#[test]
fn what_breaks_off_is_read_until_there() {
    let text = lines(2000);
    let packed = gzip(&text);
    let seen = look("a.gz", &packed[..packed.len() / 2], Limits::default());
    let read = seen.text("a.gz!/a");
    assert!(read.len() > 1000 && text.starts_with(read));
    seen.told("a.gz", Reason::Damaged);
    // All is there, the checksum is not.
    let seen = look("a.gz", &packed[..packed.len() - 8], Limits::default());
    assert_eq!(seen.text("a.gz!/a"), text);
    seen.told("a.gz", Reason::Damaged);
    let archive = tar(&[("x", b"text"), ("y", &text)]);
    let seen = look("a.tar", &archive[..3000], Limits::default());
    assert_eq!(seen.text("a.tar!/y"), &text[..3000 - 3 * 512]);
    seen.told("a.tar", Reason::Damaged);
    // A fault is told once, by what it happened to.
    let packed = gzip(&archive);
    let seen = look("a.tgz", &packed[..packed.len() / 2], Limits::default());
    assert!(seen.paths().contains(&"a.tgz!/x"));
    seen.told("a.tgz", Reason::Damaged);
    let outer = tar(&[("i.gz", &packed[..packed.len() / 2]), ("z", b"z")]);
    let seen = look("a.tar", &outer, Limits::default());
    assert_eq!(seen.paths(), ["a.tar!/i.gz!/x", "a.tar!/i.gz!/y", "a.tar!/z"]);
    seen.told("a.tar!/i.gz", Reason::Damaged);
}

#[test]
fn a_table_that_is_not_there_or_lies_is_told() {
    let archive = zip(&[("x", b"text"), ("y", b"text")]);
    look("a.zip", &archive[..archive.len() - 30], Limits::default()).told("a.zip", Reason::Damaged);
    look("a.zip", b"PK\x03\x04", Limits::default()).told("a.zip", Reason::Damaged);
    // Three entries are promised.
    let mut more = archive.clone();
    let end = more.len();
    more[end - 12] = 3;
    let seen = look("a.zip", &more, Limits::default());
    assert_eq!(seen.pieces.len(), 2);
    seen.told("a.zip", Reason::Damaged);
    // The table names a place where no entry is.
    let mut lost = archive;
    let table = lost.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    lost[table + 42] = 1;
    let seen = look("a.zip", &lost, Limits::default());
    assert_eq!(seen.paths(), ["a.zip!/y"]);
    seen.told("a.zip!/x", Reason::Damaged);
    // An archive that holds nothing is none of this.
    assert!(look("a.zip", &zip(&[]), Limits::default()).notices.is_empty());
}

#[test]
fn a_tar_goes_wrong_after_what_was_right() {
    let mut bytes = tar(&[("x", b"text")]);
    bytes.truncate(1024);
    let mut wrong = tar_header(b'0', "y", 4).as_bytes().to_vec();
    wrong[0] ^= 1;
    bytes.extend(wrong);
    let seen = look("a.tar", &bytes, Limits::default());
    assert_eq!(seen.paths(), ["a.tar!/x"]);
    seen.told("a.tar", Reason::Damaged);
}

#[test]
fn a_notice_says_it_in_words() {
    let seen = look("a.zip", &raw_zip(&[Raw { flags: 1, ..Raw::stored("locked", b"x") }]), Limits::default());
    let (path, reason) = seen.notices.first().unwrap();
    assert_eq!(storeward_secrets::Notice::new(path, *reason).to_string(), "\"a.zip!/locked\" is encrypted");
}
