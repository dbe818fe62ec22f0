//! A secret kept in memory: for tests, dry runs and recipes. It can be told to fail, as the others do.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use storeward_core::{BoxFuture, Fault, PortError, SecretString};

use super::error;
use crate::{
    SecretStore,
    port::{Stored, Version},
};

/// Keeps a secret until the process ends.
///
/// Its calls, reads and writes alike, are counted, and any of them can be made to fail: so a test can break whatever uses
/// a store at each place where it might break.
///
/// ```
/// use storeward_core::Fault;
/// use storeward_token::{SecretStore, store::{MemoryStore, memory::Failure}};
///
/// # pollster::block_on(async {
/// let store = MemoryStore::default();
/// store.fail_at(0, Failure::AfterEffect);
/// let error = store.write(&"EXAMPLE".into(), None).await.unwrap_err();
/// assert_eq!(error.fault(), Fault::TimedOut);
/// assert!(store.read().await?.is_some(), "it was written all the same");
/// # Ok::<(), storeward_core::PortError>(())
/// # }).unwrap();
/// ```
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    secret: Option<SecretString>,
    /// How often it was written, which is its version.
    writes: u64,
    calls: usize,
    failures: BTreeMap<usize, Failure>,
}

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is a before and an after")]
pub enum Failure {
    /// With [`Fault::Unreachable`], before it has done anything.
    BeforeEffect,
    /// With [`Fault::TimedOut`], after it has done its work; whoever called cannot know that.
    AfterEffect,
}

impl MemoryStore {
    /// A store that holds a secret from the beginning, in version `1`.
    #[must_use]
    pub fn holding(secret: SecretString) -> Self {
        Self { state: Mutex::new(State { secret: Some(secret), writes: 1, ..State::default() }) }
    }

    /// Makes one call fail: that with this number, counted from zero since the store was made.
    pub fn fail_at(&self, call: usize, how: Failure) {
        self.state().failures.insert(call, how);
    }

    /// How many calls there have been, those that failed among them.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.state().calls
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn version(&self) -> Version {
        Version::new(self.writes.to_string())
    }

    /// Does the work of one call, unless that is to fail.
    fn call<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, PortError>) -> Result<T, PortError> {
        let failure = self.failures.get(&self.calls).copied();
        self.calls += 1;
        match failure {
            None => work(self),
            Some(Failure::BeforeEffect) => Err(error(Fault::Unreachable, "memory was told to fail")),
            Some(Failure::AfterEffect) => {
                let _ = work(self);
                Err(error(Fault::TimedOut, "memory was told to fail"))
            }
        }
    }
}

impl SecretStore for MemoryStore {
    fn place(&self) -> String {
        "memory".to_owned()
    }

    fn read(&self) -> BoxFuture<'_, Result<Option<Stored>, PortError>> {
        Box::pin(async {
            self.state().call(|state| {
                let version = state.version();
                Ok(state.secret.clone().map(|secret| Stored { secret, version }))
            })
        })
    }

    fn write<'a>(
        &'a self,
        secret: &'a SecretString,
        over: Option<&'a Version>,
    ) -> BoxFuture<'a, Result<Version, PortError>> {
        Box::pin(async move {
            self.state().call(|state| {
                let stands = state.secret.is_some().then(|| state.version());
                if stands.as_ref() != over {
                    return Err(error(Fault::Conflict, "memory holds another version"));
                }
                state.secret = Some(secret.clone());
                state.writes += 1;
                Ok(state.version())
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use pollster::block_on;

    use super::*;
    use crate::store::contract;

    #[test]
    fn it_keeps_the_contract() {
        let store = MemoryStore::default();
        block_on(contract::check(&store, contract::Promise::CompareAndSet));
        contract::race(&store, &|write: BoxFuture<'_, _>| block_on(write));
    }

    #[test]
    fn it_fails_at_the_chosen_call_only() {
        for (how, fault, effect) in [
            (Failure::BeforeEffect, Fault::Unreachable, false),
            (Failure::AfterEffect, Fault::TimedOut, true),
        ] {
            let store = MemoryStore::holding("EXAMPLE".into());
            store.fail_at(1, how);
            let version = block_on(store.read()).unwrap().unwrap().version;
            let error = block_on(store.write(&"EXAMPLE-2".into(), Some(&version))).unwrap_err();
            assert_eq!(error.fault(), fault);
            let read = block_on(store.read()).unwrap().unwrap();
            assert_eq!(read.secret == SecretString::from("EXAMPLE-2"), effect, "{how:?}");
            assert_eq!(read.version != version, effect, "{how:?}");
            assert_eq!(store.calls(), 3);
        }
    }

    #[test]
    fn it_shows_nothing() {
        let store = MemoryStore::holding("EXAMPLE".into());
        assert!(!format!("{store:?}").contains("EXAMPLE"));
    }
}
