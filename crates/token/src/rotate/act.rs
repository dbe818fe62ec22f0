//! A step of the journal made of two closures, and why it stops a run.

use serde::{Serialize, de::DeserializeOwned};
use storeward_core::{BoxFuture, Fault, JournalError, PortError, journal::Step};

type Work<'a, T> = Box<dyn Fn() -> BoxFuture<'a, Result<T, StepError>> + Sync + 'a>;

/// A step.
pub(super) struct Act<'a, T> {
    probe: Work<'a, Option<T>>,
    run: Work<'a, T>,
}

impl<'a, T: Send + 'a> Act<'a, T> {
    /// A step that may be done twice.
    pub(super) fn again(run: impl Fn() -> BoxFuture<'a, Result<T, StepError>> + Sync + 'a) -> Self {
        Self::probed(|| Box::pin(async { Ok(None) }), run)
    }

    /// A step that is looked for before it is done again.
    pub(super) fn probed(
        probe: impl Fn() -> BoxFuture<'a, Result<Option<T>, StepError>> + Sync + 'a,
        run: impl Fn() -> BoxFuture<'a, Result<T, StepError>> + Sync + 'a,
    ) -> Self {
        Self { probe: Box::new(probe), run: Box::new(run) }
    }
}

impl<T: Serialize + DeserializeOwned + Send> Step for Act<'_, T> {
    type Output = T;
    type Error = StepError;

    fn probe(&self) -> BoxFuture<'_, Result<Option<T>, StepError>> {
        (self.probe)()
    }

    fn run(&self) -> BoxFuture<'_, Result<T, StepError>> {
        (self.run)()
    }
}

/// Why a step did not end well.
#[derive(Debug, thiserror::Error)]
pub(super) enum StepError {
    /// A port did not answer.
    #[error(transparent)]
    Port(#[from] PortError),
    /// It was answered, and the answer was no.
    #[error("{0}")]
    No(String),
}

/// Why a run stops.
#[derive(Debug)]
pub(super) enum Stop {
    /// Another runner has taken the run over: nothing may be touched any more.
    Fenced(PortError),
    /// A step failed.
    Failed { step: &'static str, error: StepError },
    /// There is more to do, later.
    Later,
}

/// Names the step that failed, and tells a failure from being fenced off.
pub(super) fn stopped(step: &'static str) -> impl Fn(JournalError<StepError>) -> Stop {
    move |error| match error {
        JournalError::Store(error) if error.fault() == Fault::Conflict => Stop::Fenced(error),
        JournalError::Store(error) => Stop::Failed { step, error: error.into() },
        JournalError::Step { source, .. } => Stop::Failed { step, error: source },
        other => Stop::Failed { step, error: StepError::No(other.to_string()) },
    }
}
