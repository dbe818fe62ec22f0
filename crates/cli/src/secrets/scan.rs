//! One scan: a source, a policy, and what comes of them.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use storeward_core::{PortError, SecretString};
use storeward_secrets::{
    Finding, Sighting,
    document::{Kind, key_paths},
    port::{Content, Flow, Piece, Summary},
    source::git::{HistorySource, Introduced, Sought},
};

use super::{
    leak::{Commit, Kept, Leak},
    policy::{Judgement, Policy},
    snippet::Snippet,
    source::Chosen,
};
use crate::{progress::Progress, stop::Stop};

/// What a scan brought to light.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// What is to be reported, by place.
    pub(crate) leaks: Vec<Leak>,
    /// How many findings somebody let stand, and how many the baseline has.
    pub(crate) waived: u64,
    pub(crate) known: u64,
    /// What the source did; what it could not read and `broken` names is not counted here.
    pub(crate) summary: Summary,
    /// What could not be read to its end, and why.
    pub(crate) broken: Vec<(String, String)>,
    pub(crate) interrupted: bool,
}

/// A finding whose report is not decided yet.
struct Found {
    finding: Finding,
    path: String,
    snippet: Snippet,
    lines: Vec<u8>,
    /// What to look for in a history to learn its path.
    sought: Option<Sought>,
    kept: Option<Kept>,
}

/// Scans all that a source gives. Secrets are kept only if their vendors are to be asked.
///
/// # Errors
///
/// When the source as a whole cannot be read.
pub(crate) fn run(
    chosen: &Chosen,
    policy: &Policy,
    stop: &Stop,
    progress: &Progress,
    keep: bool,
) -> Result<Outcome, PortError> {
    let gathered = Mutex::new((Outcome::default(), Vec::new()));
    let texts = AtomicU64::new(0);
    let visited = chosen.source().visit(&|piece| {
        let (outcome, found) =
            scan_piece(piece, policy, stop, keep.then(|| texts.fetch_add(1, Ordering::Relaxed)));
        progress.step();
        if outcome.waived + outcome.known > 0 || !found.is_empty() || !outcome.broken.is_empty() {
            let mut all = gathered.lock().unwrap_or_else(PoisonError::into_inner);
            all.0.waived += outcome.waived;
            all.0.known += outcome.known;
            all.0.broken.extend(outcome.broken);
            all.1.extend(found);
        }
        if stop.is_asked() { Flow::Stop } else { Flow::Continue }
    });
    let (mut outcome, found) = gathered.into_inner().unwrap_or_else(PoisonError::into_inner);
    outcome.interrupted = stop.is_asked();
    // Ctrl-C reaches git as well, so a source that broke off then is no error.
    match visited {
        Ok(summary) => outcome.summary = summary,
        Err(_) if outcome.interrupted => {}
        Err(error) => return Err(error),
    }
    let places = match chosen {
        Chosen::History(history) => locate(history, &found, outcome.interrupted)?,
        _ => Vec::new(),
    };
    report(found, places, policy, &mut outcome);
    // What is named is not counted a second time.
    let notices = chosen.notices();
    let unnamed = outcome.summary.unreadable + outcome.summary.truncated;
    outcome.summary.unreadable = unnamed.saturating_sub(notices.len() as u64);
    outcome.summary.truncated = 0;
    outcome.broken.extend(
        notices.into_iter().map(|notice| (shown(&notice.path).to_owned(), notice.reason.to_string())),
    );
    outcome.broken.sort();
    // Of a stream that breaks off, the receiver learns as well.
    outcome.broken.dedup();
    Ok(outcome)
}

/// A path as it is shown: from the folder where the program runs.
fn shown(path: &str) -> &str {
    path.strip_prefix("./").unwrap_or(path)
}

/// Keeps the secrets of a text that has a number.
fn scan_piece(
    piece: Piece<'_>,
    policy: &Policy,
    stop: &Stop,
    text_number: Option<u64>,
) -> (Outcome, Vec<Found>) {
    let path = shown(&piece.origin.path).to_owned();
    let blob = piece.origin.blob.clone();
    // Of what is too large to be held, nobody says by which keys it is reached.
    let text = if let Content::Bytes(text) = piece.content { Some(text) } else { None };
    let mut outcome = Outcome::default();
    let mut found = Vec::new();
    let mut spans = Vec::new();
    let mut receive = |sighting: Sighting<'_>| {
        let snippet = Snippet::of(&sighting);
        spans.push(snippet.span());
        match policy.judge(&sighting) {
            Judgement::Report => {
                // Only a history gives out blobs without a path.
                let blob = blob.as_ref().filter(|_| path.is_empty());
                let sought = blob.map(|blob| Sought::new(blob, as_written(sighting.matched())));
                let lines = sighting.lines().to_owned();
                let kept = text_number.map(|text| Kept { secret: sighting.secret.clone(), text });
                let finding = sighting.finding;
                found.push(Found { finding, path: path.clone(), snippet, lines, sought, kept });
            }
            Judgement::Waived => outcome.waived += 1,
            Judgement::Known => outcome.known += 1,
            Judgement::Unsure => {}
        }
    };
    let read = match piece.content {
        Content::Stream(reader) => {
            policy.scanner.scan_piece(Piece::stream(piece.origin, &mut stop.watch(reader)), &mut receive)
        }
        _ => policy.scanner.scan_piece(piece, &mut receive),
    };
    if let Err(error) = read {
        outcome.broken.push((path.clone(), error.to_string()));
    }
    hide_neighbours(&mut found, &spans);
    if let (Some(kind), Some(text)) = (Kind::of_path(&path), text) {
        name_keys(kind, text, &mut found);
    }
    (outcome, found)
}

/// What is looked for in other versions of the file: the secret as it stands there.
fn as_written(matched: &[u8]) -> SecretString {
    String::from_utf8_lossy(matched).into_owned().into()
}

/// Says by which keys each finding is reached.
fn name_keys(kind: Kind, text: &[u8], found: &mut [Found]) {
    let mut findings: Vec<Finding> = found.iter().map(|found| found.finding.clone()).collect();
    key_paths(kind, text, &mut findings);
    for (found, named) in found.iter_mut().zip(findings) {
        found.finding.key_path = named.key_path;
    }
}

/// Masks in each finding's line what the scan found beside it, reported or not. Both are ordered by place.
fn hide_neighbours(found: &mut [Found], spans: &[std::ops::Range<u64>]) {
    /// More secrets than that do not fit into the text that is shown.
    const NEAR: usize = 128;
    for found in found {
        let snippet = &mut found.snippet;
        let here = spans.partition_point(|span| span.start < snippet.span().start);
        let near = here.saturating_sub(NEAR)..spans.len().min(here + NEAR);
        spans.get(near).unwrap_or_default().iter().for_each(|span| snippet.hide(span));
    }
}

/// The commits that brought in what was found in a history, in the order of the findings.
fn locate(
    history: &HistorySource,
    found: &[Found],
    interrupted: bool,
) -> Result<Vec<Option<Introduced>>, PortError> {
    let sought: Vec<Sought> = found.iter().filter_map(|found| found.sought.clone()).collect();
    match history.locate(&sought) {
        Err(_) if interrupted => Ok(Vec::new()),
        located => located,
    }
}

/// Reports what the list of waivers does not let stand, by place.
fn report(found: Vec<Found>, places: Vec<Option<Introduced>>, policy: &Policy, outcome: &mut Outcome) {
    let mut places = places.into_iter();
    for Found { finding, mut path, snippet, lines, sought, kept } in found {
        let mut commit: Option<Commit> = None;
        if let Some(sought) = sought {
            match places.next().flatten() {
                Some(place) => {
                    path = place.path;
                    commit = Some(Commit { commit: place.commit, author: place.author, date: place.date });
                }
                // Nothing that can be reached has it: a commit that was taken back, or a stash.
                None => path = format!("git:{}", sought.blob),
            }
            let commit = commit.as_ref().map(|commit| commit.commit.as_str());
            if policy.allows(&finding, &path, commit, &sought.secret, &lines) {
                outcome.waived += 1;
                continue;
            }
        }
        if policy.waives(&finding, &path, &lines) {
            outcome.waived += 1;
        } else {
            outcome.leaks.push(Leak { commit, kept, ..Leak::new(finding, path, snippet) });
        }
    }
    outcome.leaks.sort_by(Leak::order);
}
