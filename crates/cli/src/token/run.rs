//! Which run of the journal a rotation is: the interrupted one, or a new one.
//!
//! The runs of one place are numbered. A run has ended when it says so, with a step `end` by the rotation itself or
//! with [`KEPT`] by this program, for one after which the old token is in force and no new one is left.

use chrono::{DateTime, Utc};
use storeward_core::{
    BoxFuture, Clock, Journal, JournalError, JournalStore, PortError,
    journal::{Entry, Mark, Step},
};

/// The step that closes a run after which everything is as it was.
const KEPT: &str = "kept";

/// The newest run of a place.
pub(crate) enum Last {
    /// There is none, or everything is as it was before it. The name is for the next one.
    Clear(String),
    /// It ended with a new token.
    Ended { name: String, next: String },
    /// It was interrupted, or somebody is at work on it.
    Open { name: String, step: String, at: Option<DateTime<Utc>> },
}

/// Looks for the newest run of a place in an environment.
///
/// # Errors
///
/// When the journal cannot be read.
pub(crate) async fn last(
    journal: &dyn JournalStore,
    environment: &str,
    place: &str,
) -> Result<Last, PortError> {
    let prefix = format!("token.rotate/{environment}/{place}/");
    let named = |number: u32| format!("{prefix}{number:06}");
    let number = |run: &String| run.strip_prefix(&prefix)?.parse::<u32>().ok();
    let Some(newest) = journal.runs(&prefix).await?.iter().filter_map(number).max() else {
        return Ok(Last::Clear(named(1)));
    };
    let (name, next) = (named(newest), named(newest.saturating_add(1)));
    let entries = journal.entries(&name).await?;
    let done = |step: &str| {
        entries.iter().any(|entry| entry.step == step && matches!(entry.mark, Mark::Done { .. }))
    };
    Ok(if done("end") {
        Last::Ended { name, next }
    } else if done(KEPT) {
        Last::Clear(next)
    } else {
        let (step, at) =
            entries.last().map_or(("lock", None), |Entry { step, at, .. }| (step.as_str(), Some(*at)));
        // `store.0` is the first attempt to store.
        let step = step.split('.').next().unwrap_or(step).to_owned();
        Last::Open { name, step, at }
    })
}

/// Closes a run after which everything is as it was.
///
/// # Errors
///
/// When the journal cannot be written, or another runner has taken over.
pub(crate) async fn close(journal: &dyn JournalStore, clock: &dyn Clock, run: &str) -> Result<(), PortError> {
    let mut journal = Journal::open(journal, clock, run).await?;
    match journal.step(KEPT, &Nothing).await {
        Ok(()) => Ok(()),
        Err(JournalError::Store(error) | JournalError::Step { source: error, .. }) => Err(error),
        // Nothing always fits.
        Err(_) => Ok(()),
    }
}

struct Nothing;

impl Step for Nothing {
    type Output = ();
    type Error = PortError;

    fn probe(&self) -> BoxFuture<'_, Result<Option<()>, PortError>> {
        Box::pin(async { Ok(None) })
    }

    fn run(&self) -> BoxFuture<'_, Result<(), PortError>> {
        Box::pin(async { Ok(()) })
    }
}

#[cfg(test)]
mod tests {
    use storeward_core::{FixedClock, MemoryJournal};

    use super::*;

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        crate::ask::runtime().expect("a runtime").block_on(future)
    }

    #[test]
    fn a_run_is_taken_up_until_it_has_ended() {
        block_on(async {
            let (journal, clock) = (MemoryJournal::default(), FixedClock::at(DateTime::UNIX_EPOCH));
            let step = async |run: &str, step: &str| {
                Journal::open(&journal, &clock, run).await.unwrap().step(step, &Nothing).await.unwrap();
            };
            let last = || last(&journal, "production", "a");
            let Last::Clear(first) = last().await.unwrap() else { panic!("there is none yet") };
            step(&first, "store.0").await;
            // Another place whose name begins alike.
            step("token.rotate/production/a/b/000007", "end").await;
            let Last::Open { name, step: at, .. } = last().await.unwrap() else {
                panic!("it was interrupted")
            };
            assert_eq!((name.as_str(), at.as_str()), (first.as_str(), "store"));
            step(&first, "end").await;
            let Last::Ended { name, next } = last().await.unwrap() else { panic!("it has ended") };
            assert!(name == first && next.ends_with("/000002"));
            step(&next, "look").await;
            close(&journal, &clock, &next).await.unwrap();
            let Last::Clear(third) = last().await.unwrap() else { panic!("all is as it was") };
            assert!(third.ends_with("/000003"));
        });
    }
}
