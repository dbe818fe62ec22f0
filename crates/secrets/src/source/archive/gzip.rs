//! Gzip files: one text, or a tar.

use std::io::Read;

use flate2::read::MultiGzDecoder;

use super::{
    Kind,
    opened::{Opened, path_of},
    tar,
};

/// Reads a gzip file, which may be several, one after another.
pub(super) fn read(opened: &Opened<'_>, source: &mut dyn Read, path: &str, depth: u32) {
    if !opened.meter.enter() {
        return;
    }
    let mut decoder = MultiGzDecoder::new(source);
    let mut reader = opened.limited(&mut decoder, true);
    let mut front = opened.front(&mut reader);
    if Kind::of(&front) == Some(Kind::Tar) {
        // Both are one archive to people.
        reader.lift();
        tar::read(opened, &mut front.as_slice().chain(&mut reader), path, depth);
    } else {
        opened.content(&path_of(path, stem(path).as_bytes()), depth, &mut front, &mut reader);
    }
    opened.close(path, front, &reader);
}

/// The name of what is in it: the file's own without `.gz`. The name that may stand inside is old news after a renaming.
fn stem(path: &str) -> &str {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    [".gz", ".GZ"]
        .iter()
        .find_map(|end| name.strip_suffix(end))
        .filter(|stem| !stem.is_empty())
        .unwrap_or(name)
}
