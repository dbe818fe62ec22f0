//! The inside of archives, on archives made here: what is found, what is told, and where it ends.
#![cfg(feature = "archive")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "helpers of tests")]

mod damage;
mod hostile;
mod limits;
mod make;
mod mutated;
mod places;

use std::{
    collections::BTreeMap,
    fs,
    path::MAIN_SEPARATOR,
    sync::{Arc, Mutex},
};

use storeward_secrets::{
    Notice, Source,
    notice::Reason,
    port::{Content, Flow, Summary},
    source::{archive::Limits, tree::TreeSource},
};

/// What a visit gave.
struct Seen {
    pieces: BTreeMap<String, Vec<u8>>,
    notices: Vec<(String, Reason)>,
    summary: Summary,
}

impl Seen {
    fn paths(&self) -> Vec<&str> {
        self.pieces.keys().map(String::as_str).collect()
    }

    fn text(&self, path: &str) -> &[u8] {
        self.pieces.get(path).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether this is told and nothing else.
    #[track_caller]
    fn told(&self, path: &str, reason: Reason) {
        assert_eq!(self.notices, [(path.to_owned(), reason)]);
    }
}

/// Looks at a file with this name and content.
fn look(name: &str, bytes: &[u8], limits: impl Into<Option<Limits>>) -> Seen {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join(name), bytes).unwrap();
    let place = format!("{}{MAIN_SEPARATOR}", root.path().display());
    let short = |path: &str| path.strip_prefix(&place).unwrap().to_owned();
    let notices = Arc::new(Mutex::new(Vec::new()));
    let pieces = Mutex::new(BTreeMap::new());
    let heard = Arc::clone(&notices);
    let summary = TreeSource::new([root.path()])
        .threads(1)
        .archives(limits.into())
        .on_notice(move |notice: &Notice| heard.lock().unwrap().push(notice.clone()))
        .visit(&|piece| {
            let mut text = Vec::new();
            match piece.content {
                Content::Bytes(bytes) => text.extend_from_slice(bytes),
                Content::Stream(reader) => drop(reader.read_to_end(&mut text).unwrap()),
                _ => panic!("parts"),
            }
            let earlier = pieces.lock().unwrap().insert(short(&piece.origin.path), text);
            assert!(earlier.is_none(), "{} comes twice", piece.origin.path);
            Flow::Continue
        })
        .unwrap();
    let notices: Vec<_> =
        notices.lock().unwrap().iter().map(|told| (short(&told.path), told.reason)).collect();
    let pieces = pieces.into_inner().unwrap();
    // What holds of every visit.
    assert_eq!(summary.pieces, pieces.len() as u64);
    assert_eq!(summary.bytes, pieces.values().map(|text| text.len() as u64).sum::<u64>());
    assert_eq!(summary.truncated, notices.iter().filter(|(_, reason)| reason.is_limit()).count() as u64);
    assert_eq!(summary.unreadable + summary.truncated, notices.len() as u64);
    Seen { pieces, notices, summary }
}
