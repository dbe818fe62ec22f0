//! Work in steps that survives a crash.
//!
//! A run is a list of named steps. A step is written down before it starts and after it ends. Whoever opens the
//! run again gets the outputs of the steps that ended, and a step that started but has no recorded end is
//! *probed* (has it been done already?) before it is done again. Opening a run fences off the runner before:
//! its next write fails, so two runners never work on one run.
//!
//! ```
//! use storeward_core::{BoxFuture, FixedClock, Journal, MemoryJournal, PortError, journal::Step};
//!
//! struct Greet(&'static str);
//!
//! impl Step for Greet {
//!     type Output = String;
//!     type Error = PortError;
//!
//!     fn probe(&self) -> BoxFuture<'_, Result<Option<String>, PortError>> {
//!         Box::pin(async { Ok(None) }) // nobody can tell whether a greeting was heard
//!     }
//!
//!     fn run(&self) -> BoxFuture<'_, Result<String, PortError>> {
//!         Box::pin(async { Ok(format!("hello {}", self.0)) })
//!     }
//! }
//!
//! # pollster::block_on(async {
//! let (store, clock) = (MemoryJournal::default(), FixedClock::at(Default::default()));
//! let mut journal = Journal::open(&store, &clock, "greeting-1").await?;
//! assert_eq!(journal.step("greet", &Greet("world")).await?, "hello world");
//!
//! // After a crash, the run is opened again; the step that ended is not done a second time.
//! let mut journal = Journal::open(&store, &clock, "greeting-1").await?;
//! assert_eq!(journal.step("greet", &Greet("nobody")).await?, "hello world");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```

use std::{
    collections::HashMap,
    error::Error,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    Clock,
    port::{BoxFuture, Fault, PortError},
};

/// Where runs are kept.
///
/// An implementer promises that an entry is durable when `append` returns, that entries come back in the order in
/// which they were appended, and that of two claims the later one has the greater fence.
pub trait JournalStore: Send + Sync {
    /// Takes a run over, making it if there is none. Every earlier claim is void from here on.
    ///
    /// A store that can tell that the present holder is alive (a file lock, a session) refuses with
    /// [`Fault::Conflict`]; one that cannot hands the run over and relies on the fence.
    fn claim<'a>(&'a self, run: &'a str) -> BoxFuture<'a, Result<Claim, PortError>>;

    /// Adds an entry, durably. Refuses with [`Fault::Conflict`] when `fence` is not that of the newest claim.
    fn append<'a>(&'a self, run: &'a str, fence: u64, entry: Entry) -> BoxFuture<'a, Result<(), PortError>>;
}

/// The right to write to a run, until somebody else claims it.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "made by every JournalStore")]
pub struct Claim {
    /// Greater than that of every earlier claim of this run.
    pub fence: u64,
    /// What was written so far, oldest first.
    pub entries: Vec<Entry>,
}

/// One line of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "stored and read back by every JournalStore")]
pub struct Entry {
    /// The step's name, unique in the run.
    pub step: String,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// What was reached.
    pub mark: Mark,
}

/// What a step has reached.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "reached", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "whoever resumes must handle each of them")]
pub enum Mark {
    /// It is about to run; without a later entry, nobody knows how far it came.
    Started,
    /// It ended well.
    Done {
        /// What it left behind for later steps. Never a secret: ids and fingerprints.
        output: Value,
    },
    /// It ended badly; it may still have taken effect.
    Failed {
        /// Why, in a person's words.
        reason: String,
    },
}

/// A piece of work that can be told apart from its being done twice.
pub trait Step: Sync {
    /// What later steps need of it. It is written down, so it holds no secret.
    type Output: Serialize + DeserializeOwned + Send;
    /// Why it could not be done.
    type Error: Error + Send + Sync + 'static;

    /// Asks the world whether an earlier, interrupted attempt has taken effect; `Some` if so. `None` means that
    /// running the step now is safe, so a step that leaves halves behind clears them away here.
    fn probe(&self) -> BoxFuture<'_, Result<Option<Self::Output>, Self::Error>>;

    /// Does the work.
    fn run(&self) -> BoxFuture<'_, Result<Self::Output, Self::Error>>;
}

/// An open run.
pub struct Journal<'a> {
    store: &'a dyn JournalStore,
    clock: &'a dyn Clock,
    run: String,
    fence: u64,
    /// The newest mark of each step, in the order in which the steps first started.
    marks: Vec<(String, Mark)>,
}

impl<'a> Journal<'a> {
    /// Opens a run, new or interrupted, and fences off whoever had it before.
    ///
    /// # Errors
    ///
    /// The store's: [`Fault::Conflict`] when it knows that another runner is alive.
    pub async fn open(
        store: &'a dyn JournalStore,
        clock: &'a dyn Clock,
        run: impl Into<String>,
    ) -> Result<Self, PortError> {
        let run = run.into();
        let Claim { fence, entries } = store.claim(&run).await?;
        let mut journal = Self { store, clock, run, fence, marks: Vec::new() };
        for entry in entries {
            journal.remember(entry.step, entry.mark);
        }
        Ok(journal)
    }

    /// The run's name.
    #[must_use]
    pub fn run(&self) -> &str {
        &self.run
    }

    /// The steps that have started, in that order, with what each has reached.
    pub fn marks(&self) -> impl Iterator<Item = (&str, &Mark)> {
        self.marks.iter().map(|(step, mark)| (step.as_str(), mark))
    }

    /// Does a step unless it is done, and gives what it left behind.
    ///
    /// # Errors
    ///
    /// [`JournalError::Step`] when the step fails: that is written down, and the step may be tried again.
    /// [`JournalError::Store`] when the journal cannot be written: before the step, nothing was done; after it, the
    /// next runner probes. [`JournalError::Output`] when what was left behind cannot be read back.
    pub async fn step<S: Step>(&mut self, name: &str, step: &S) -> Result<S::Output, JournalError<S::Error>> {
        let reached = self.marks.iter().find(|(step, _)| step == name).map(|(_, mark)| mark.clone());
        let mut output = None;
        match reached {
            Some(Mark::Done { output }) => {
                return serde_json::from_value(output).map_err(|source| self.unreadable(name, source));
            }
            Some(Mark::Started | Mark::Failed { .. }) => {
                output = step.probe().await.map_err(|source| self.failed(name, source))?;
            }
            None => {}
        }
        let output = match output {
            Some(output) => output,
            None => {
                self.write(name, Mark::Started).await?;
                match step.run().await {
                    Ok(output) => output,
                    Err(source) => {
                        self.write(name, Mark::Failed { reason: source.to_string() }).await?;
                        return Err(self.failed(name, source));
                    }
                }
            }
        };
        let value = serde_json::to_value(&output).map_err(|source| self.unreadable(name, source))?;
        self.write(name, Mark::Done { output: value }).await?;
        Ok(output)
    }

    async fn write(&mut self, step: &str, mark: Mark) -> Result<(), PortError> {
        let entry = Entry { step: step.to_owned(), at: self.clock.now(), mark: mark.clone() };
        self.store.append(&self.run, self.fence, entry).await?;
        self.remember(step.to_owned(), mark);
        Ok(())
    }

    fn remember(&mut self, step: String, mark: Mark) {
        match self.marks.iter_mut().find(|(known, _)| *known == step) {
            Some((_, known)) => *known = mark,
            None => self.marks.push((step, mark)),
        }
    }

    fn failed<E>(&self, step: &str, source: E) -> JournalError<E> {
        JournalError::Step { run: self.run.clone(), step: step.to_owned(), source }
    }

    fn unreadable<E>(&self, step: &str, source: serde_json::Error) -> JournalError<E> {
        JournalError::Output { run: self.run.clone(), step: step.to_owned(), source }
    }
}

impl std::fmt::Debug for Journal<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Journal").field("run", &self.run).field("fence", &self.fence).finish_non_exhaustive()
    }
}

/// Why a step has no output.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError<E> {
    /// The step itself failed.
    #[error("step `{step}` of run `{run}` failed")]
    Step {
        /// The run's name.
        run: String,
        /// The step's name.
        step: String,
        /// The step's own error.
        source: E,
    },
    /// The journal could not be written, or another runner has taken the run over.
    #[error(transparent)]
    Store(#[from] PortError),
    /// What the step left behind does not fit into the journal, or does not come out of it.
    #[error("what step `{step}` of run `{run}` left behind cannot be kept")]
    Output {
        /// The run's name.
        run: String,
        /// The step's name.
        step: String,
        /// What did not fit.
        source: serde_json::Error,
    },
}

/// Runs kept in memory: for tests, dry runs and recipes. A crash of the process loses them.
#[derive(Debug, Default)]
pub struct MemoryJournal {
    runs: Mutex<HashMap<String, Claim>>,
}

impl JournalStore for MemoryJournal {
    fn claim<'a>(&'a self, run: &'a str) -> BoxFuture<'a, Result<Claim, PortError>> {
        Box::pin(async move {
            let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
            let claim = runs.entry(run.to_owned()).or_insert(Claim { fence: 0, entries: Vec::new() });
            claim.fence += 1;
            Ok(claim.clone())
        })
    }

    fn append<'a>(&'a self, run: &'a str, fence: u64, entry: Entry) -> BoxFuture<'a, Result<(), PortError>> {
        Box::pin(async move {
            let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
            match runs.get_mut(run) {
                Some(claim) if claim.fence == fence => {
                    claim.entries.push(entry);
                    Ok(())
                }
                Some(_) => {
                    let message = format!("another runner has taken run `{run}` over");
                    Err(PortError::new("journal", Fault::Conflict, message))
                }
                None => Err(PortError::new("journal", Fault::NotFound, format!("no run `{run}`"))),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::FixedClock;

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

        fn append<'a>(
            &'a self,
            run: &'a str,
            fence: u64,
            entry: Entry,
        ) -> BoxFuture<'a, Result<(), PortError>> {
            Box::pin(async move {
                let dies = self.appends.fetch_add(1, Ordering::SeqCst) == self.dies_at;
                if !dies || self.after_write {
                    self.inner.append(run, fence, entry).await?;
                }
                if dies { Err(PortError::new("journal", Fault::Unreachable, "killed")) } else { Ok(()) }
            })
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
            let error =
                journal.step("a", &Act { world: &world, fails_after_effect: true }).await.unwrap_err();
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

    #[test]
    fn an_entry_reads_back() {
        let mark = Mark::Done { output: serde_json::json!({ "id": "EXAMPLE" }) };
        let entry = Entry { step: "issue".into(), at: DateTime::UNIX_EPOCH, mark };
        let json = serde_json::to_string(&entry).unwrap();
        assert_eq!(serde_json::from_str::<Entry>(&json).unwrap(), entry);
    }
}
