//! Runs kept in memory.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{
    Claim, Entry, JournalStore,
    store::{taken_over, unknown},
};
use crate::{BoxFuture, PortError};

/// Runs kept in memory: for tests, dry runs and recipes. A crash of the process loses them.
#[derive(Debug, Default)]
pub struct MemoryJournal {
    /// By name, in the order in which they were first claimed.
    runs: Mutex<Vec<(String, Claim)>>,
}

impl MemoryJournal {
    fn lock(&self) -> MutexGuard<'_, Vec<(String, Claim)>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl JournalStore for MemoryJournal {
    fn claim<'a>(&'a self, run: &'a str) -> BoxFuture<'a, Result<Claim, PortError>> {
        Box::pin(async move {
            let mut runs = self.lock();
            if let Some((_, claim)) = runs.iter_mut().find(|(name, _)| name == run) {
                claim.fence += 1;
                return Ok(claim.clone());
            }
            let claim = Claim { fence: 1, entries: Vec::new() };
            runs.push((run.to_owned(), claim.clone()));
            Ok(claim)
        })
    }

    fn append<'a>(&'a self, run: &'a str, fence: u64, entry: Entry) -> BoxFuture<'a, Result<(), PortError>> {
        Box::pin(async move {
            let mut runs = self.lock();
            match runs.iter_mut().find(|(name, _)| name == run) {
                Some((_, claim)) if claim.fence == fence => {
                    claim.entries.push(entry);
                    Ok(())
                }
                Some(_) => Err(taken_over(run)),
                None => Err(unknown(run)),
            }
        })
    }

    fn runs<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<Vec<String>, PortError>> {
        Box::pin(async move {
            let runs = self.lock();
            let names = runs.iter().map(|(name, _)| name).filter(|name| name.starts_with(prefix));
            Ok(names.cloned().collect())
        })
    }

    fn entries<'a>(&'a self, run: &'a str) -> BoxFuture<'a, Result<Vec<Entry>, PortError>> {
        Box::pin(async move {
            let runs = self.lock();
            let found = runs.iter().find(|(name, _)| name == run);
            Ok(found.map(|(_, claim)| claim.entries.clone()).unwrap_or_default())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::contract;

    #[test]
    fn it_keeps_the_contract() {
        let store = MemoryJournal::default();
        pollster::block_on(contract::check(&store));
        contract::race(&store, &|work| pollster::block_on(work));
    }
}
