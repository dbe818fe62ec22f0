//! A secret is found wherever it is packed, under the path that leads there.

use std::fs;

use storeward_secrets::{
    Scanner, Source,
    port::Flow,
    rule::example::expand,
    source::{archive::Limits, tree::TreeSource},
};

use crate::{
    look,
    make::{Raw, blocks, gzip, raw_zip, tar, tar_header, zip},
};

fn secret() -> String {
    expand("sk_live_EXAMPLE{alnum:24}", "archive")
}

fn line() -> String {
    format!("# settings\nSTRIPE_SECRET_KEY={}\n", secret())
}

/// Scans a file and says where that secret is.
#[track_caller]
fn check(name: &str, bytes: &[u8], places: &[&str]) {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join(name), bytes).unwrap();
    let scanner = Scanner::builtin();
    let found = std::sync::Mutex::new(Vec::new());
    TreeSource::new([root.path()])
        .archives(Some(Limits::default()))
        .on_notice(|notice| panic!("{notice}"))
        .visit(&|piece| {
            let path = piece.origin.path.clone();
            scanner
                .scan_piece(piece, |seen| {
                    assert_eq!(seen.secret.expose(), secret());
                    found.lock().unwrap().push(format!("{path}:{}", seen.finding.place.line));
                })
                .unwrap();
            Flow::Continue
        })
        .unwrap();
    let mut found = found.into_inner().unwrap();
    found.sort();
    let mut places: Vec<_> =
        places.iter().map(|place| root.path().join(place).to_string_lossy().into_owned()).collect();
    places.sort();
    assert_eq!(found, places);
}

#[test]
fn in_each_kind_of_archive() {
    let line = line();
    let line = line.as_bytes();
    let entries: &[(&str, &[u8])] =
        &[("a/.env", line), ("read.me", b"nothing"), ("logo", b"\0\x01\x02"), ("z.txt", line)];
    check("a.zip", &zip(entries), &["a.zip!/a/.env:2", "a.zip!/z.txt:2"]);
    check("a.tar", &tar(entries), &["a.tar!/a/.env:2", "a.tar!/z.txt:2"]);
    check("a.tar.gz", &gzip(&tar(entries)), &["a.tar.gz!/a/.env:2", "a.tar.gz!/z.txt:2"]);
    check("dump.sql.gz", &gzip(line), &["dump.sql.gz!/dump.sql:2"]);
    // The name says nothing.
    check("a.tgz.txt", &gzip(&tar(entries)), &["a.tgz.txt!/a/.env:2", "a.tgz.txt!/z.txt:2"]);
    check("package", &zip(entries), &["package!/a/.env:2", "package!/z.txt:2"]);
    check("packed", &gzip(line), &["packed!/packed:2"]);
    let by_hand = [Raw::stored("stored", line), Raw::deflated("deflated", line), Raw::stored("folder/", b"")];
    check("b.jar", &raw_zip(&by_hand), &["b.jar!/stored:2", "b.jar!/deflated:2"]);
}

#[test]
fn in_archives_inside_archives() {
    let line = line();
    let inner = zip(&[("x", line.as_bytes())]);
    let layer = tar(&[("y", line.as_bytes()), ("i.zip", &inner)]);
    let image = gzip(&tar(&[("layer.tar", &layer), ("z", line.as_bytes())]));
    check(
        "image.tgz",
        &image,
        &["image.tgz!/layer.tar!/y:2", "image.tgz!/layer.tar!/i.zip!/x:2", "image.tgz!/z:2"],
    );
    let outer = zip(&[("a.gz", &gzip(line.as_bytes())), ("b.tgz", &gzip(&layer)), ("c.whl", &inner)]);
    check(
        "o.nupkg",
        &outer,
        &["o.nupkg!/a.gz!/a:2", "o.nupkg!/b.tgz!/y:2", "o.nupkg!/b.tgz!/i.zip!/x:2", "o.nupkg!/c.whl!/x:2"],
    );
}

#[test]
fn at_the_end_of_what_is_too_large_to_hold() {
    let large = format!("{}{}", "a line of text\n".repeat(285_000), line());
    let large = large.as_bytes();
    check("a.zip", &zip(&[("log", large)]), &["a.zip!/log:285002"]);
    check("a.gz", &gzip(large), &["a.gz!/a:285002"]);
    check("a.tar", &tar(&[("log", large), ("b", line().as_bytes())]), &["a.tar!/log:285002", "a.tar!/b:2"]);
}

#[test]
fn under_long_names_and_in_parts() {
    let line = line();
    let long = format!("{}end", "folder/".repeat(40));
    let place = format!("a.tar!/{long}:2");
    check("a.tar", &tar(&[(&long, line.as_bytes())]), &[&place]);
    let mut pax = ::tar::Builder::new(Vec::new());
    pax.append_pax_extensions([("path", long.as_bytes()), ("comment", b"none")]).unwrap();
    pax.append(&tar_header(b'0', "short", line.len() as u64), line.as_bytes()).unwrap();
    check("a.tar", &pax.into_inner().unwrap(), &[&place]);
    // The size may stand there as well.
    let large = format!("{}{line}", "a line of text\n".repeat(140_000));
    let mut pax = ::tar::Builder::new(Vec::new());
    pax.append_pax_extensions([("size", large.len().to_string().as_bytes())]).unwrap();
    let mut pax = pax.into_inner().unwrap();
    pax.truncate(1024);
    pax.extend(tar_header(b'0', "x", 0).as_bytes());
    pax.extend(blocks(large.as_bytes()));
    pax.extend(tar(&[("y", line.as_bytes())]));
    check("a.tar", &pax, &["a.tar!/x:140002", "a.tar!/y:2"]);
    // Several gzip files in one are one text, and a tar in parts is one tar.
    let (front, back) = line.as_bytes().split_at(20);
    check("a.gz", &[gzip(front), gzip(back)].concat(), &["a.gz!/a:2"]);
    let tar = tar(&[("x", line.as_bytes())]);
    let (front, back) = tar.split_at(700);
    check("a.tgz", &[gzip(front), gzip(back)].concat(), &["a.tgz!/x:2"]);
}

#[test]
fn of_a_sparse_file_the_content_is_read_with_its_holes() {
    let line = line();
    let mut header = tar_header(b'S', "sparse", line.len() as u64);
    let gnu = header.as_gnu_mut().unwrap();
    gnu.set_real_size(line.len() as u64);
    gnu.sparse[0].set_offset(0);
    gnu.sparse[0].set_length(line.len() as u64);
    header.set_cksum();
    let mut bytes = header.as_bytes().to_vec();
    bytes.extend(blocks(line.as_bytes()));
    bytes.extend(tar(&[("b", line.as_bytes())]));
    check("a.tar", &bytes, &["a.tar!/sparse:2", "a.tar!/b:2"]);
}

#[test]
fn with_more_entries_than_the_old_form_counts() {
    let names: Vec<String> = (0..66_000).map(|number| number.to_string()).collect();
    let line = line();
    let mut entries: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"".as_slice())).collect();
    entries.push(("last", line.as_bytes()));
    check("a.zip", &zip(&entries), &["a.zip!/last:2"]);
}

#[test]
fn unless_nobody_asked() {
    let archive = zip(&[("x", line().as_bytes())]);
    let seen = look("a.zip", &archive, None);
    assert!(seen.pieces.is_empty() && seen.notices.is_empty() && seen.summary.skipped == 1);
}

#[test]
fn a_text_that_begins_like_an_archive_is_a_text() {
    for text in [b"PK 1 is where it lives".as_slice(), b"\x1f\x8b\x08\xff text", &b" 0000644".repeat(65)[4..]]
    {
        let seen = look("a", text, Limits::default());
        assert_eq!((seen.text("a"), seen.notices.len()), (text, 0));
    }
}

#[test]
fn what_is_binary_inside_is_left_out() {
    let seen = look("a.zip", &zip(&[("a", b"x\0y"), ("b", b"text"), ("c", b"")]), Limits::default());
    assert_eq!(seen.paths(), ["a.zip!/b"]);
    assert_eq!((seen.summary.skipped, seen.summary.unreadable), (1, 0));
}
