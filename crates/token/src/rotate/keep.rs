//! Keeping the new token where the old one was, and seeing that it is kept.

use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Utc};
use storeward_core::{Fault, Journal, SecretString};

use super::{
    Status,
    act::{Act, StepError, Stop, stopped},
    look::Seen,
    runner::Runner,
};
use crate::port::Stored;

impl Runner<'_> {
    /// Gives what is stored a new version, if an earlier runner had turned back: should it wake up, its late write
    /// no longer finds the version that it saw.
    pub(super) async fn touch(&self, journal: &Journal<'_>, held: &Stored) -> Result<(), Stop> {
        if journal.marks().any(|(step, _)| step.starts_with("back.")) {
            let written = self.ports.store.write(&held.secret, Some(&held.version)).await;
            written.map_err(|error| Stop::Failed { step: "look", error: error.into() })?;
        }
        Ok(())
    }

    pub(super) async fn store(
        &mut self,
        journal: &mut Journal<'_>,
        number: usize,
        new: &SecretString,
        seen: &Seen,
    ) -> Result<(), Stop> {
        let begun = AtomicBool::new(false);
        let this: &Self = self;
        let stands = || async move { Ok::<_, StepError>(this.held().await?.secret == *new) };
        let begun_ref = &begun;
        let act = Act::probed(
            || Box::pin(async move { Ok(stands().await?.then_some(())) }),
            || {
                Box::pin(async move {
                    // A runner that was fenced off may write late: what it wrote is ours to replace, once.
                    for last in [false, true] {
                        let held = this.held().await?;
                        begun_ref.store(true, Ordering::SeqCst);
                        match this.ports.store.write(new, Some(&held.version)).await {
                            Ok(_) => return Ok(()),
                            Err(error) if error.fault() != Fault::Conflict || last => {
                                return Err(error.into());
                            }
                            Err(_) => {}
                        }
                    }
                    Ok(())
                })
            },
        );
        let result = journal.step(&format!("store.{number}"), &act).await;
        drop(act);
        self.storing = begun.into_inner();
        result.map_err(stopped("store"))?;
        self.report.step("store", Status::Done, seen.place.clone());
        Ok(())
    }

    pub(super) async fn read_back(
        &mut self,
        journal: &mut Journal<'_>,
        number: usize,
        new: &SecretString,
    ) -> Result<DateTime<Utc>, Stop> {
        let (ports, grace) = (self.ports, self.plan.grace);
        let act = Act::again(|| {
            Box::pin(async move {
                let stored = ports.store.read().await?;
                if stored.is_none_or(|stored| stored.secret != *new) {
                    return Err(StepError::No("what was stored comes back as something else".to_owned()));
                }
                let now = ports.clock.now();
                Ok(now.checked_add_signed(grace).unwrap_or(now))
            })
        });
        self.step(journal, "read_back", number, &act, "it comes back as it was").await
    }

    /// Sees that the new token still stands in the store, now that there is no other.
    pub(super) async fn settle(&self, new: &SecretString) -> Result<(), Stop> {
        let failed = |error: StepError| Stop::Failed { step: "verify", error };
        let held = self.held().await.map_err(failed)?;
        if held.secret != *new {
            let written = self.ports.store.write(new, Some(&held.version)).await;
            written.map_err(|error| failed(error.into()))?;
        }
        Ok(())
    }
}
