//! Overrides kept in memory: for tests, dry runs and recipes.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use storeward_core::{Actor, BoxFuture, PortError};

use super::{
    BreakGlass, PastOverride,
    port::{self, Ended, OverrideId, OverrideStore, Reviewed, whole},
};

/// Keeps them until the process ends.
#[derive(Debug, Default)]
pub struct MemoryOverrides {
    /// The first has number 1.
    taken: Mutex<Vec<PastOverride>>,
}

impl MemoryOverrides {
    fn taken(&self) -> MutexGuard<'_, Vec<PastOverride>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn find(taken: &mut [PastOverride], id: OverrideId) -> Option<&mut PastOverride> {
    taken.get_mut(usize::try_from(id.get().checked_sub(1)?).ok()?)
}

impl OverrideStore for MemoryOverrides {
    fn place(&self) -> String {
        "memory".to_owned()
    }

    fn take<'a>(&'a self, glass: &'a BreakGlass) -> BoxFuture<'a, Result<OverrideId, PortError>> {
        Box::pin(async move {
            let kept = port::kept(glass).map_err(|why| port::not_kept("memory", why))?;
            let mut taken = self.taken();
            taken.push(PastOverride::new(kept));
            Ok(OverrideId::new(taken.len() as u64))
        })
    }

    fn list(&self) -> BoxFuture<'_, Result<Vec<(OverrideId, PastOverride)>, PortError>> {
        Box::pin(async move { Ok((1..).map(OverrideId::new).zip(self.taken().iter().cloned()).collect()) })
    }

    fn review<'a>(
        &'a self,
        id: OverrideId,
        by: &'a Actor,
        at: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<Reviewed, PortError>> {
        Box::pin(async move {
            let mut taken = self.taken();
            let Some(past) = find(&mut taken, id) else { return Ok(Reviewed::Unknown) };
            Ok(match port::review(past.clone(), by, whole(at)) {
                Ok(reviewed) => {
                    *past = reviewed;
                    Reviewed::Done
                }
                Err(answer) => answer,
            })
        })
    }

    fn end<'a>(
        &'a self,
        id: OverrideId,
        by: &'a Actor,
        at: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<Ended, PortError>> {
        Box::pin(async move {
            let mut taken = self.taken();
            let Some(past) = find(&mut taken, id) else { return Ok(Ended::Unknown) };
            Ok(match past.clone().ended(by, whole(at)) {
                Ok(ended) => {
                    *past = ended;
                    Ended::Done
                }
                Err(why) => Ended::Invalid(why),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::break_glass::contract;

    #[test]
    fn it_keeps_the_contract() {
        pollster::block_on(contract::check(&MemoryOverrides::default()));
        contract::race(&MemoryOverrides::default(), &|work| pollster::block_on(work));
    }
}
