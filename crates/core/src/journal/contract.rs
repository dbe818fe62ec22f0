//! What every [`JournalStore`] must do, as tests that its implementers run.

#[cfg(test)]
mod tests;

use std::{
    sync::{Barrier, Mutex},
    thread,
};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::{Entry, JournalStore, Mark, store::PORT};
use crate::{BoxFuture, Fault, PortError};

const NAMES: [&str; 13] = [
    "",
    " ",
    "plain",
    "PLAIN",
    "it's \"quoted\" `so`; DROP TABLE run; --",
    "../../up",
    "/rooted",
    "C:\\CON",
    "a%b_c*[d]?",
    "line\nbreak\ttab",
    "Żółć ßẞ 漢字 🔑",
    "e\u{301}", // with a combining accent, which is not
    "\u{e9}",   // this one letter
];

/// Runs the contract on a store that holds no run yet.
///
/// # Panics
///
/// When the store breaks it.
#[expect(clippy::expect_used, reason = "it is a test, for the implementers' tests to call")]
pub async fn check(store: &dyn JournalStore) {
    assert!(store.runs("").await.expect("an empty store can be looked at").is_empty(), "no run yet");
    assert_eq!(store.entries("one").await.expect("so can a run that is none"), [], "no such run");
    assert!(store.runs("").await.expect("it can be looked at").is_empty(), "looking makes no run");
    refused(store.append("one", 1, entry("a", 0)).await, Fault::NotFound);
    assert!(store.runs("").await.expect("it can be looked at").is_empty(), "nor does a refused write");

    let first = store.claim("one").await.expect("a new run can be claimed");
    assert_eq!(first.entries, [], "nothing is written to it yet");
    let mut written = Vec::new();
    for entry in entries() {
        store.append("one", first.fence, entry.clone()).await.expect("its runner writes to it");
        written.push(entry);
        let read = store.entries("one").await.expect("it can be read meanwhile");
        assert_eq!(read, written, "all that was written comes back as it was, oldest first");
    }
    assert_eq!(store.runs("o").await.expect("it can be looked at"), ["one"], "its name begins so");
    let unfenced = store.append("one", first.fence, entry("late", 1)).await;
    unfenced.expect("looking takes nothing over");
    written.push(entry("late", 1));

    let second = store.claim("one").await.expect("a run can be claimed again");
    assert!(second.fence > first.fence, "a later claim has a greater fence");
    assert_eq!(second.entries, written, "it comes with all that was written");
    refused(store.append("one", first.fence, entry("stale", 2)).await, Fault::Conflict);
    refused(store.append("one", second.fence + 1, entry("never given", 2)).await, Fault::Conflict);
    refused(store.append("one", u64::MAX, entry("never given", 2)).await, Fault::Conflict);
    assert_eq!(
        store.entries("one").await.expect("it can be read"),
        written,
        "a refused entry is not written"
    );
    store.append("one", second.fence, entry("b", 2)).await.expect("the new runner writes to it");
    written.push(entry("b", 2));
    assert_eq!(store.entries("one").await.expect("it can be read"), written);

    names(store).await;
    assert_eq!(store.entries("one").await.expect("it can be read"), written, "no other run changes it");
}

/// Whatever a run or a step is called, it is not mistaken for another.
#[expect(clippy::expect_used, reason = "as above")]
async fn names(store: &dyn JournalStore) {
    let long = "long ".repeat(2_000);
    let longer = format!("{long}er");
    let mut names = vec!["one"];
    for name in NAMES.into_iter().chain([long.as_str(), longer.as_str()]) {
        let claim = store.claim(name).await.expect("a run may have any name");
        assert_eq!(claim.entries, [], "{name:?} is a run of its own");
        store.append(name, claim.fence, entry(name, 0)).await.expect("and so may a step");
        names.push(name);
    }
    // In the middle of the list, where it would move if its place were that of the newest claim.
    store.claim("plain").await.expect("it can be claimed again");
    for name in names.iter().skip(1) {
        assert_eq!(store.entries(name).await.expect("it can be read"), [entry(name, 0)], "{name:?}");
    }
    for prefix in ["", "p", "P", "a%", "a_", "e", "\u{e9}", "it's", "Ż", "long long", "none", "plainer"] {
        let begin: Vec<_> = names.iter().filter(|name| name.starts_with(prefix)).collect();
        let found = store.runs(prefix).await.expect("it can be looked at");
        assert_eq!(found.iter().collect::<Vec<_>>(), begin, "begin with {prefix:?}, oldest first");
    }
}

/// Lets runners on eight threads claim and write at the same time, in any store.
///
/// `run` is what drives a future on a thread of its own: `&|work| pollster::block_on(work)` for a store that needs
/// no runtime.
///
/// # Panics
///
/// When the store breaks the contract.
#[expect(clippy::expect_used, reason = "it is a test, for the implementers' tests to call")]
pub fn race(store: &dyn JournalStore, run: &(dyn Fn(BoxFuture<'_, ()>) + Sync)) {
    const RUNNERS: u32 = 8;
    let (start, claimed) = (&Barrier::new(8), &Barrier::new(8));
    let (fences, won, wrote) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for runner in 0..RUNNERS {
            let (fences, won, wrote) = (&fences, &won, &wrote);
            scope.spawn(move || {
                start.wait();
                let mut fence = 0;
                run(Box::pin(async {
                    fence = store.claim("raced for").await.expect("it can be claimed").fence;
                }));
                fences.lock().expect("nobody panics").push(fence);
                claimed.wait();
                run(Box::pin(async {
                    match store.append("raced for", fence, entry(&runner.to_string(), 0)).await {
                        Ok(()) => won.lock().expect("nobody panics").push((fence, runner)),
                        refusal => refused(refusal, Fault::Conflict),
                    }
                }));
                // Over each other, until each has written, which only the newest claim may.
                run(Box::pin(async {
                    for number in 0..4 {
                        let step = format!("{runner} {number}");
                        let claim = store.claim("torn at").await.expect("it can be claimed");
                        match store.append("torn at", claim.fence, entry(&step, number)).await {
                            Ok(()) => wrote.lock().expect("nobody panics").push((claim, step)),
                            refusal => refused(refusal, Fault::Conflict),
                        }
                    }
                    let own = format!("of {runner}");
                    let claim = store.claim(&own).await.expect("it can be claimed");
                    store.append(&own, claim.fence, entry("own", 0)).await.expect("nobody else wants it");
                }));
            });
        }
    });
    let mut fences = fences.into_inner().expect("nobody panics");
    fences.sort_unstable();
    fences.dedup();
    assert_eq!(fences.len(), 8, "no two claims have one fence");
    let won = won.into_inner().expect("nobody panics");
    let newest = fences.last().copied().unwrap_or_default();
    assert_eq!(
        won.iter().map(|(fence, _)| *fence).collect::<Vec<_>>(),
        [newest],
        "the newest claim alone writes"
    );
    let mut wrote = wrote.into_inner().expect("nobody panics");
    wrote.sort_by_key(|(claim, _)| claim.fence);
    run(Box::pin(async {
        let steps = |entries: Vec<Entry>| entries.into_iter().map(|entry| entry.step).collect::<Vec<_>>();
        let torn = steps(store.entries("torn at").await.expect("it can be read"));
        let order: Vec<_> = wrote.iter().map(|(_, step)| step.clone()).collect();
        assert_eq!(torn, order, "what was written stands there once, in the order of the claims");
        for (number, (claim, _)) in wrote.iter().enumerate() {
            let before = order.iter().take(number);
            assert!(claim.entries.iter().map(|entry| &entry.step).eq(before), "a claim sees all before it");
        }
        let own = store.runs("of ").await.expect("it can be looked at");
        assert_eq!(own.len(), 8, "each has its own run");
        for name in own {
            assert_eq!(steps(store.entries(&name).await.expect("it can be read")), ["own"]);
        }
    }));
}

/// One of each mark, with values that are easily bent on the way.
fn entries() -> Vec<Entry> {
    let output = json!({
        "text": "\u{0}'\"\\ ä 🔑 \u{2028}", "numbers": [0, -1, u64::MAX, i64::MIN, 0.5],
        "nested": { "b": null, "a": [true, {}] }, "long": "x".repeat(20_000),
    });
    let marks = [
        Mark::Started,
        Mark::Failed { reason: "it's \"so\"; 100 % \n ä".into() },
        Mark::Started,
        Mark::Done { output },
        Mark::Done { output: json!(null) },
    ];
    // Two at one time, and one before: what counts is the order of writing.
    marks
        .into_iter()
        .zip([5, 5, 1, 1_000_001, -7])
        .map(|(mark, micros)| Entry { mark, ..entry("a", micros) })
        .collect()
}

fn entry(step: &str, micros: i64) -> Entry {
    let at: DateTime<Utc> = DateTime::UNIX_EPOCH + TimeDelta::microseconds(micros);
    Entry { step: step.to_owned(), at, mark: Mark::Started }
}

#[track_caller]
#[expect(clippy::panic, reason = "it is a part of a test")]
fn refused(result: Result<(), PortError>, fault: Fault) {
    match result {
        Ok(()) => panic!("it must be refused"),
        Err(error) => assert_eq!((error.port(), error.fault()), (PORT, fault), "{error}"),
    }
}
