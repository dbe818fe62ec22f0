//! What a run does when its runner dies, fails or is fenced off.

use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::DateTime;

use super::*;
use crate::{Fault, FixedClock};

/// The world: how often a step took effect in it.
#[derive(Default)]
struct World {
    effects: AtomicUsize,
}

struct Act<'a> {
    world: &'a World,
    fails_after_effect: bool,
}

impl Step for Act<'_> {
    type Output = usize;
    type Error = PortError;

    fn probe(&self) -> BoxFuture<'_, Result<Option<usize>, PortError>> {
        let effects = self.world.effects.load(Ordering::SeqCst);
        Box::pin(async move { Ok((effects > 0).then_some(effects)) })
    }

    fn run(&self) -> BoxFuture<'_, Result<usize, PortError>> {
        Box::pin(async {
            let effects = self.world.effects.fetch_add(1, Ordering::SeqCst) + 1;
            if self.fails_after_effect {
                return Err(PortError::new("world", Fault::TimedOut, "no answer"));
            }
            Ok(effects)
        })
    }
}

/// A store that dies before or after the append with a given number, as a killed process would.
struct Mortal {
    inner: MemoryJournal,
    appends: AtomicUsize,
    dies_at: usize,
    after_write: bool,
}

impl JournalStore for Mortal {
    fn claim<'a>(&'a self, run: &'a str) -> BoxFuture<'a, Result<Claim, PortError>> {
        self.inner.claim(run)
    }

    fn append<'a>(&'a self, run: &'a str, fence: u64, entry: Entry) -> BoxFuture<'a, Result<(), PortError>> {
        Box::pin(async move {
            let dies = self.appends.fetch_add(1, Ordering::SeqCst) == self.dies_at;
            if !dies || self.after_write {
                self.inner.append(run, fence, entry).await?;
            }
            if dies { Err(PortError::new("journal", Fault::Unreachable, "killed")) } else { Ok(()) }
        })
    }

    fn runs<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<Vec<String>, PortError>> {
        self.inner.runs(prefix)
    }

    fn entries<'a>(&'a self, run: &'a str) -> BoxFuture<'a, Result<Vec<Entry>, PortError>> {
        self.inner.entries(run)
    }
}

fn clock() -> FixedClock {
    FixedClock::at(DateTime::UNIX_EPOCH)
}

#[test]
fn a_run_killed_at_any_write_does_each_step_once() {
    for after_write in [false, true] {
        for dies_at in 0..6 {
            let inner = MemoryJournal::default();
            let store = Mortal { inner, appends: AtomicUsize::new(0), dies_at, after_write };
            let worlds: [World; 3] = Default::default();
            let mut runners = 0;
            let attempt = async || {
                let clock = clock();
                let mut journal = Journal::open(&store, &clock, "run").await.unwrap();
                for (name, world) in ["a", "b", "c"].iter().zip(&worlds) {
                    journal.step(name, &Act { world, fails_after_effect: false }).await?;
                }
                Ok::<_, JournalError<PortError>>(())
            };
            while pollster::block_on(attempt()).is_err() {
                runners += 1;
                assert!(runners < 3, "killed once, so the second runner ends it");
            }
            for world in &worlds {
                let effects = world.effects.load(Ordering::SeqCst);
                assert_eq!(effects, 1, "dies_at {dies_at}, after_write {after_write}");
            }
        }
    }
}

#[test]
fn a_step_that_failed_is_probed_before_it_is_done_again() {
    pollster::block_on(async {
        let (store, clock, world) = (MemoryJournal::default(), clock(), World::default());
        let mut journal = Journal::open(&store, &clock, "run").await.unwrap();
        let error = journal.step("a", &Act { world: &world, fails_after_effect: true }).await.unwrap_err();
        assert_eq!(error.to_string(), "step `a` of run `run` failed");
        assert!(matches!(journal.marks().next(), Some(("a", Mark::Failed { .. }))));
        assert_eq!(journal.step("a", &Act { world: &world, fails_after_effect: true }).await.unwrap(), 1);
    });
}

#[test]
fn a_second_runner_fences_the_first_off() {
    pollster::block_on(async {
        let (store, clock, world) = (MemoryJournal::default(), clock(), World::default());
        let mut first = Journal::open(&store, &clock, "run").await.unwrap();
        let mut second = Journal::open(&store, &clock, "run").await.unwrap();
        let act = Act { world: &world, fails_after_effect: false };
        let error = first.step("a", &act).await.unwrap_err();
        assert!(matches!(error, JournalError::Store(port) if port.fault() == Fault::Conflict));
        assert_eq!(world.effects.load(Ordering::SeqCst), 0, "nothing is done that was not written first");
        assert_eq!(second.step("a", &act).await.unwrap(), 1);
    });
}
