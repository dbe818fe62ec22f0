//! The way back: the old token in its place, the new one dead.

use storeward_core::{Journal, JournalError, PortError, SecretString};

use super::{
    Issuing, Outcome, Status,
    act::{Act, StepError, Stop},
    attempt::Attempt,
    look,
    runner::Runner,
};
use crate::port::{Holder, Stored};

impl Runner<'_> {
    /// A step failed.
    pub(super) async fn back(&mut self, journal: &mut Journal<'_>, step: &'static str, error: StepError) {
        self.report.step(step, Status::Failed, error.to_string());
        self.report.until = None;
        self.report.outcome = if self.seen.is_none() {
            // What was begun with another key or for another place is not for this runner to undo.
            if self.begun { Outcome::Unfinished } else { Outcome::Kept }
        } else {
            match self.undo(journal).await {
                Ok(true) => Outcome::Kept,
                Ok(false) => Outcome::Unfinished,
                Err(Stop::Fenced(error)) => return self.give_way(error).await,
                Err(Stop::Failed { step, error }) => {
                    self.report.step(step, Status::Failed, error.to_string());
                    Outcome::Unfinished
                }
                Err(Stop::Later) => Outcome::Unfinished,
            }
        };
        if self.report.outcome == Outcome::Kept {
            self.report.new = None;
        }
        if let StepError::Port(error) = error {
            self.report.cause = Some(error);
        }
    }

    /// Whether the old token, or one that is none of this run's, stands in the store, and no new one is left.
    async fn undo(&mut self, journal: &mut Journal<'_>) -> Result<bool, Stop> {
        // Whoever cannot write to the journal may have been fenced off, so they touch nothing but their own.
        self.turn(journal, "put_back").await?;
        // What cannot be read may be the new token, which must not be revoked then.
        let held = self.ports.store.read().await.map_err(failed("put_back"))?;
        if let Some(held) = held.filter(|held| self.is_new(&held.secret)) {
            if !self.put_back(&held).await.map_err(failed("put_back"))? {
                let detail = "the old token is dead or out of reach: run it again to go on with the new one";
                self.report.step("put_back", Status::Failed, detail);
                return Ok(false);
            }
            self.report.step("put_back", Status::Done, "the old token stands in its place");
            self.turn(journal, "discard").await?;
        }
        self.discard().await.map_err(failed("discard"))?;
        Ok(true)
    }

    /// Writes down that this runner turns back, which it cannot if it was fenced off.
    async fn turn(&mut self, journal: &mut Journal<'_>, step: &'static str) -> Result<(), Stop> {
        let number = journal.marks().filter(|(step, _)| step.starts_with("back.")).count();
        let turn = Act::again(|| Box::pin(async { Ok(()) }));
        let written = journal.step(&format!("back.{number}"), &turn).await;
        match written {
            Ok(()) => Ok(()),
            Err(JournalError::Store(error)) => Err(Stop::Fenced(error)),
            Err(error) => Err(Stop::Failed { step, error: StepError::No(error.to_string()) }),
        }
    }

    fn is_new(&self, token: &SecretString) -> bool {
        let fingerprint = self.ports.key.fingerprint(token);
        self.seen.as_ref().is_some_and(|seen| seen.old != fingerprint) && self.is_ours(fingerprint)
    }

    /// Puts the old token over the new one, if it lives and this runner has it.
    async fn put_back(&self, held: &Stored) -> Result<bool, PortError> {
        let Some(old) = &self.old else { return Ok(false) };
        if self.ports.probe.identify(old).await?.holder == Holder::Nobody {
            return Ok(false);
        }
        let Err(error) = self.ports.store.write(old, Some(&held.version)).await else { return Ok(true) };
        // It may have taken effect all the same.
        match self.ports.store.read().await? {
            Some(stored) if stored.secret == *old => Ok(true),
            _ => Err(error),
        }
    }

    /// Revokes what this run made. None of it stands in the store.
    async fn discard(&mut self) -> Result<(), PortError> {
        let Issuing::Api(issuer) = self.ports.issuing else {
            let made = self.tried.iter().filter(|attempt| attempt.made.is_some());
            let hand = made.map(|Attempt { name, .. }| {
                format!("delete the token that was made in vain, `{name}`, in the dashboard")
            });
            self.report.by_hand.extend(hand);
            if !self.report.by_hand.is_empty() {
                self.report.step("discard", Status::ByHand, "somebody has to end the new token by hand");
            }
            return Ok(());
        };
        for id in self.tried.iter().filter_map(Attempt::id) {
            issuer.revoke(id).await?;
        }
        look::sweep(self.plan, self.ports, &self.tried, None).await?;
        self.report.step("discard", Status::Done, "there is no new token any more");
        Ok(())
    }

    /// Another runner has taken over, or may have. What only this runner knows of goes; everything else is the other's.
    pub(super) async fn give_way(&mut self, error: PortError) {
        self.report.step("lock", Status::Failed, error.to_string());
        self.report.cause = Some(error);
        self.report.outcome = Outcome::Unfinished;
        let result = if self.storing { self.mend().await } else { self.withdraw().await };
        if let Err(error) = result {
            self.report.step("discard", Status::Failed, error.to_string());
        }
    }

    /// Revokes the token that only this runner knows, as it has never come near the store.
    async fn withdraw(&mut self) -> Result<(), PortError> {
        let id = self.new.as_ref().and(self.tried.last()).and_then(Attempt::id).cloned();
        if let (Some(id), Issuing::Api(issuer)) = (id, self.ports.issuing) {
            issuer.revoke(&id).await?;
            self.report.step("discard", Status::Done, format!("token {id}"));
        }
        Ok(())
    }

    /// Puts the old token back where this runner has, too late, written one that the other had already revoked.
    async fn mend(&mut self) -> Result<(), PortError> {
        let (Some(new), Some(old)) = (&self.new, &self.old) else { return Ok(()) };
        let Some(held) = self.ports.store.read().await? else { return Ok(()) };
        let probe = self.ports.probe;
        if held.secret == *new
            && probe.identify(new).await?.holder == Holder::Nobody
            && probe.identify(old).await?.holder != Holder::Nobody
        {
            self.ports.store.write(old, Some(&held.version)).await?;
            self.report.step("put_back", Status::Done, "the old token stands in its place");
        }
        Ok(())
    }
}

fn failed(step: &'static str) -> impl Fn(PortError) -> Stop {
    move |error| Stop::Failed { step, error: error.into() }
}
