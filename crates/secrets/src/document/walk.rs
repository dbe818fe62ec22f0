//! Brings the parts of a document, as they come, together with the findings in it.

use std::{collections::HashSet, ops::Range};

use super::path::Path;
use crate::Finding;

/// How deep a document is followed.
const DEEPEST: usize = 512;
/// The longest secret that keys are compared with.
const LONGEST_SECRET: usize = 1024;

/// A list or a mapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Collection {
    Sequence,
    Mapping,
}

/// A walk through a document. Readers tell it what they meet, in order of place, and it keeps nothing but the way back.
pub(super) struct Walk<'a> {
    bytes: &'a [u8],
    /// By place.
    findings: Vec<&'a mut Finding>,
    /// The first finding that no scalar has come to.
    next: usize,
    /// How far those reach that begin before the end of the last scalar.
    reach: usize,
    /// What was found, for keys that say it again.
    secrets: HashSet<&'a [u8]>,
    path: Path,
    open: Vec<Open>,
}

/// A collection whose end has not come yet.
struct Open {
    /// The length of its own path.
    path: usize,
    expects: Expects,
}

/// What comes next in a collection.
#[derive(Clone, Copy)]
enum Expects {
    Item(u64),
    Key,
    Value,
}

impl<'a> Walk<'a> {
    pub(super) fn new(bytes: &'a [u8], findings: &'a mut [Finding]) -> Self {
        let mut findings: Vec<_> = findings.iter_mut().collect();
        findings.sort_by_key(|finding| finding.place.start);
        let secrets = findings.iter().filter_map(|finding| bytes.get(span(finding)));
        let secrets = secrets.filter(|secret| secret.len() <= LONGEST_SECRET).collect();
        Self { bytes, findings, next: 0, reach: 0, secrets, path: Path::default(), open: Vec::new() }
    }

    /// Whether nothing that follows can matter.
    pub(super) fn is_done(&self) -> bool {
        self.next >= self.findings.len() || self.open.len() > DEEPEST
    }

    /// The innermost collection that is open.
    pub(super) fn inside(&self) -> Option<Collection> {
        self.open.last().map(|open| match open.expects {
            Expects::Item(_) => Collection::Sequence,
            Expects::Key | Expects::Value => Collection::Mapping,
        })
    }

    /// A collection begins.
    pub(super) fn open(&mut self, collection: Collection) {
        self.enter();
        let expects = match collection {
            Collection::Sequence => Expects::Item(0),
            Collection::Mapping => Expects::Key,
        };
        self.open.push(Open { path: self.path.len(), expects });
    }

    /// The innermost collection ends.
    pub(super) fn close(&mut self) {
        if let Some(open) = self.open.pop() {
            self.path.truncate(open.path);
            self.leave();
        }
    }

    /// A scalar with its quotes, and what it says.
    pub(super) fn scalar(&mut self, place: &Range<usize>, text: &str) {
        let first = self.next;
        let reached = self.reach_to(place);
        match self.open.last() {
            Some(&Open { path, expects: Expects::Key }) => {
                self.path.truncate(path);
                if reached || self.secrets.contains(text.as_bytes()) {
                    self.path.hidden();
                } else {
                    self.path.key(text);
                }
            }
            _ => self.enter(),
        }
        self.give(place, first);
        self.leave();
    }

    /// Something that is neither, in which nothing can be found.
    pub(super) fn other(&mut self) {
        self.enter();
        self.leave();
    }

    /// Passes the findings that begin before the end of a place, and says whether one lies in it, wholly or in part.
    fn reach_to(&mut self, place: &Range<usize>) -> bool {
        while let Some(at) = self.findings.get(self.next).map(|finding| span(finding))
            && at.start < place.end
        {
            self.reach = self.reach.max(at.end);
            self.next += 1;
        }
        self.reach > place.start
    }

    /// Gives the path to the findings from a number on that were passed last and reach into a place.
    fn give(&mut self, place: &Range<usize>, first: usize) {
        // Several secrets may lie in one encoded text: they share its place, and the answer.
        let mut last = None;
        for finding in self.findings.get_mut(first..self.next).unwrap_or_default() {
            let at = span(finding);
            // What ended before stands between scalars: in a comment.
            if at.end <= place.start {
                continue;
            }
            let encoded = finding.decoded_from.is_some();
            let path = match last {
                Some((known, path)) if known == (at.start, at.end, encoded) => path,
                _ => self.path.of(self.bytes.get(at.clone()).unwrap_or_default(), encoded),
            };
            last = Some(((at.start, at.end, encoded), path));
            if let Some(path) = path {
                finding.key_path = Some(path.to_owned());
            }
        }
    }

    /// Goes to the path of what comes next, other than a key that is a scalar.
    fn enter(&mut self) {
        match self.open.last() {
            Some(&Open { path, expects: Expects::Item(number) }) => {
                self.path.truncate(path);
                self.path.item(number);
            }
            Some(&Open { path, expects: Expects::Key }) => {
                self.path.truncate(path);
                self.path.unnamed();
            }
            Some(Open { expects: Expects::Value, .. }) | None => {}
        }
    }

    /// Goes on in the collection that it stood in.
    fn leave(&mut self) {
        if let Some(open) = self.open.last_mut() {
            open.expects = match open.expects {
                Expects::Item(number) => Expects::Item(number + 1),
                Expects::Key => Expects::Value,
                Expects::Value => Expects::Key,
            };
        }
    }
}

/// A finding's place in a buffer.
fn span(finding: &Finding) -> Range<usize> {
    let offset = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
    offset(finding.place.start)..offset(finding.place.end)
}
