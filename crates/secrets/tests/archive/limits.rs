//! Every limit ends something, says so, and leaves what came before it.

use storeward_secrets::{notice::Reason, source::archive::Limits};

use crate::{
    look,
    make::{gzip, tar, zip},
};

const MEGA: usize = 1 << 20;

fn text(bytes: usize) -> Vec<u8> {
    b"abcdefg\n".repeat(bytes / 8)
}

#[test]
fn depth() {
    let mut bytes = zip(&[("x", b"text")]);
    let mut path = "x".to_owned();
    for _ in 0..3 {
        bytes = zip(&[("i.zip", &bytes), ("t", b"t")]);
        path = format!("i.zip!/{path}");
    }
    let seen = look("a.zip", &bytes, Limits::default());
    assert_eq!(seen.paths(), ["a.zip!/i.zip!/i.zip!/t", "a.zip!/i.zip!/t", "a.zip!/t"]);
    seen.told("a.zip!/i.zip!/i.zip!/i.zip", Reason::Depth(3));
    let seen = look("a.zip", &bytes, Limits::default().max_depth(4));
    assert!(seen.paths().contains(&&*format!("a.zip!/{path}")) && seen.notices.is_empty());
    look("a.zip", &bytes, Limits::default().max_depth(0)).told("a.zip", Reason::Depth(0));
    // A compressed tar is one archive, and one compressed many times is many.
    let seen = look("a.tgz", &gzip(&tar(&[("x", b"text")])), Limits::default().max_depth(1));
    assert_eq!((seen.paths(), seen.notices.len()), (vec!["a.tgz!/x"], 0));
    let mut bytes = gzip(b"text");
    for _ in 0..40 {
        bytes = gzip(&bytes);
    }
    let seen = look("a.gz", &bytes, Limits::default().max_depth(u32::MAX));
    assert_eq!((seen.pieces.len(), seen.notices.len()), (0, 1));
    assert_eq!(seen.notices.first().map(|told| told.1), Some(Reason::Depth(Limits::DEEPEST)));
}

#[test]
fn total() {
    let limits = Limits::default().max_total_bytes(MEGA as u64);
    let large = text(MEGA - 8);
    let reason = Reason::Unpacked(MEGA as u64);
    for (name, bytes) in [
        ("a.zip", zip(&[("x", &large), ("y", b"12345678"), ("z", b"more")])),
        ("a.zip", zip(&[("x", &large), ("y", b"12345678more"), ("z", b"")])),
    ] {
        let seen = look(name, &bytes, limits);
        assert_eq!(seen.text("a.zip!/x"), large);
        assert_eq!(seen.text("a.zip!/y"), b"12345678", "up to the limit");
        assert_eq!(seen.pieces.len(), 2);
        seen.told("a.zip", reason);
    }
    // Up to the limit is not beyond it.
    let seen = look("a.zip", &zip(&[("x", &large), ("y", b"12345678"), ("z", b"")]), limits);
    assert!(seen.pieces.len() == 2 && seen.notices.is_empty());
    let seen = look("a.gz", &gzip(&text(2 * MEGA)), limits);
    assert_eq!(seen.text("a.gz!/a").len(), MEGA);
    seen.told("a.gz", reason);
    // What comes out of an archive inside is paid from the same account.
    let inner = zip(&[("x", &text(MEGA / 2))]);
    let seen = look("a.zip", &zip(&[("a", &inner), ("b", &inner), ("c", &inner)]), limits);
    assert_eq!(seen.text("a.zip!/a!/x").len(), MEGA / 2);
    assert!((1..MEGA / 2).contains(&seen.text("a.zip!/b!/x").len()));
    seen.told("a.zip", reason);
    // Of a compressed tar each byte is paid once.
    let two = tar(&[("x", &text(MEGA / 2 - 4096)), ("y", &text(MEGA / 2 - 4096))]);
    assert!(look("a.tgz", &gzip(&two), limits).notices.is_empty());
    let three = tar(&[("x", &text(MEGA / 2)), ("y", &text(MEGA / 2)), ("z", b"z")]);
    look("a.tgz", &gzip(&three), limits).told("a.tgz", reason);
    // A tar that is not compressed is as large as it is.
    assert!(look("a.tar", &three, limits).notices.is_empty());
}

#[test]
fn ratio() {
    let bomb = text(24 * MEGA);
    let seen = look("a.zip", &zip(&[("x", &bomb)]), Limits::default());
    let read = seen.text("a.zip!/x").len();
    assert!((10 * MEGA..24 * MEGA).contains(&read), "{read}");
    seen.told("a.zip", Reason::Ratio(200));
    assert!(look("a.zip", &zip(&[("x", &bomb)]), Limits::default().max_ratio(2000)).notices.is_empty());
    // What is small may be as empty as it likes.
    assert!(look("a.zip", &zip(&[("x", &text(9 * MEGA))]), Limits::default()).notices.is_empty());
}

#[test]
fn entry() {
    let limits = Limits::default().max_entry_bytes(10_000);
    let entries: &[(&str, &[u8])] = &[("x", &text(10_000)), ("y", &text(10_008)), ("z", b"z")];
    let reason = Reason::EntryBytes(10_000);
    for (name, bytes) in [("a.zip", zip(entries)), ("a.tar", tar(entries)), ("a.tgz", gzip(&tar(entries)))] {
        let seen = look(name, &bytes, limits);
        let lengths: Vec<_> = seen.pieces.values().map(Vec::len).collect();
        assert_eq!(lengths, [10_000, 10_000, 1], "{name}");
        seen.told(&format!("{name}!/y"), reason);
    }
    look("a.gz", &gzip(&text(20_000)), limits).told("a.gz", reason);
    // An archive inside is not an entry to be read, but entries.
    let inner = tar(&[("s", &text(9000)), ("t", &text(9000))]);
    for inner in [inner.clone(), gzip(&inner)] {
        let seen = look("a.zip", &zip(&[("i", &inner)]), limits);
        assert_eq!((seen.paths(), seen.notices.len()), (vec!["a.zip!/i!/s", "a.zip!/i!/t"], 0));
    }
    // Less than is needed to see what it is cannot be asked for.
    let seen = look("a.gz", &gzip(&text(8008)), limits.max_entry_bytes(0));
    assert_eq!(seen.text("a.gz!/a").len(), 8000);
}

#[test]
fn entries() {
    let names: Vec<String> = (0..10).map(|number| number.to_string()).collect();
    let entries: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"x".as_slice())).collect();
    let limits = Limits::default().max_entries(7);
    for (name, bytes) in [("a.zip", zip(&entries)), ("a.tar", tar(&entries))] {
        let seen = look(name, &bytes, limits);
        assert_eq!(seen.pieces.len(), 7);
        seen.told(name, Reason::Entries(7));
    }
    assert!(look("a.zip", &zip(&entries), Limits::default().max_entries(10)).notices.is_empty());
    let inner = zip(&entries[..4]);
    let seen = look("a.zip", &zip(&[("a", &inner), ("b", &inner), ("c", &inner)]), limits);
    assert_eq!(seen.pieces.len(), 5, "two archives, four entries, one");
    seen.told("a.zip", Reason::Entries(7));
    let packed = gzip(b"x");
    let seen = look("a.zip", &zip(&[("a", &packed), ("b", &packed), ("c", &packed), ("d", &packed)]), limits);
    assert_eq!(seen.pieces.len(), 3, "each is an entry that holds one");
    seen.told("a.zip", Reason::Entries(7));
    // Empty ones count.
    let empty: Vec<_> = entries.iter().map(|(name, _)| (*name, b"".as_slice())).collect();
    look("a.tgz", &gzip(&tar(&empty)), limits).told("a.tgz", Reason::Entries(7));
}

#[test]
fn memory() {
    let noise: Vec<u8> = std::iter::successors(Some(1_u64), |last| {
        Some(last.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407))
    })
    .map(|number| (number >> 56) as u8 | 1)
    .take(2000)
    .collect();
    let small = zip(&[("x", b"text")]);
    let large = zip(&[("x", &noise)]);
    let most = small.len() as u64 + 20;
    let entries: &[(&str, &[u8])] = &[("a", &small), ("b", &large), ("c", &small), ("d", &small)];
    for (name, bytes) in [("a.zip", zip(entries)), ("a.tar", tar(entries))] {
        let seen = look(name, &bytes, Limits::default().max_buffered_bytes(most));
        assert_eq!(seen.pieces.len(), 3, "memory is free again");
        seen.told(&format!("{name}!/b"), Reason::Memory(most));
    }
    // Those that are inside one another are held at the same time.
    let deep = zip(&[("i", &zip(&[("j", &zip(&[("x", b"text")]))]))]);
    let most = deep.len() as u64;
    look("a.zip", &deep, Limits::default().max_buffered_bytes(most))
        .told("a.zip!/i!/j", Reason::Memory(most));
}
