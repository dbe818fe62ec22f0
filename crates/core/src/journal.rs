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

pub mod contract;
mod memory;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod sql;
mod store;
#[cfg(test)]
mod tests;

use std::error::Error;

use serde::{Serialize, de::DeserializeOwned};

#[cfg(doc)]
use crate::Fault;
use crate::{
    Clock,
    port::{BoxFuture, PortError},
};

pub use memory::MemoryJournal;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub use sql::SqlJournal;
pub use store::{Claim, Entry, JournalStore, Mark};

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
