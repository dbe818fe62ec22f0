//! Second factors kept in memory: for tests, dry runs and recipes.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use storeward_core::{BoxFuture, PortError};

use super::{
    port::{Acceptance, Enrolment, Factor, MfaStore, Record},
    recovery::RecoveryHashes,
    seal::Sealed,
    session::{SessionHash, SessionRecord},
    throttle::Attempts,
};

/// Keeps them until the process ends.
#[derive(Debug, Default)]
pub struct MemoryMfaStore {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    actors: BTreeMap<String, Record>,
    sessions: BTreeMap<SessionHash, SessionRecord>,
}

impl MemoryMfaStore {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn enrolment(&mut self, actor: &str) -> Option<&mut Enrolment> {
        self.actors.get_mut(actor)?.enrolment.as_mut()
    }

    fn end_all(&mut self, actor: &str) -> u64 {
        let before = self.sessions.len();
        self.sessions.retain(|_, session| session.scope.actor != actor);
        before.abs_diff(self.sessions.len()) as u64
    }

    fn take(&mut self, actor: &str, factor: &Factor) -> bool {
        match factor {
            Factor::Elsewhere => true,
            Factor::Step { enrolment: id, step } => self
                .enrolment(actor)
                .filter(|enrolment| {
                    enrolment.id == *id && enrolment.last_step.is_none_or(|last| last < *step)
                })
                .map(|enrolment| {
                    enrolment.last_step = Some(*step);
                    enrolment.confirmed = true;
                })
                .is_some(),
            Factor::Recovery { enrolment: id, number } => self
                .enrolment(actor)
                .filter(|enrolment| enrolment.id == *id && enrolment.confirmed)
                .is_some_and(|enrolment| enrolment.recovery.left.remove(number).is_some()),
        }
    }

    fn accept(&mut self, acceptance: &Acceptance) -> bool {
        let Acceptance { actor, factor, session } = acceptance;
        if !self.take(actor, factor) {
            return false;
        }
        if let Some(record) = self.actors.get_mut(actor) {
            record.attempts = Attempts::default();
        }
        if let Some(session) = session {
            self.sessions.retain(|_, old| old.scope.actor != *actor || old.ends > session.begins);
            self.sessions.insert(session.hash.clone(), session.clone());
        }
        true
    }
}

impl MfaStore for MemoryMfaStore {
    fn place(&self) -> String {
        "memory".to_owned()
    }

    fn read<'a>(&'a self, actor: &'a str) -> BoxFuture<'a, Result<Record, PortError>> {
        Box::pin(async move { Ok(self.state().actors.get(actor).cloned().unwrap_or_default()) })
    }

    fn actors(&self) -> BoxFuture<'_, Result<Vec<String>, PortError>> {
        Box::pin(async move {
            let state = self.state();
            let enrolled = state.actors.iter().filter(|(_, record)| record.enrolment.is_some());
            Ok(enrolled.map(|(actor, _)| actor.clone()).collect())
        })
    }

    fn enroll<'a>(
        &'a self,
        actor: &'a str,
        enrolment: &'a Enrolment,
    ) -> BoxFuture<'a, Result<bool, PortError>> {
        Box::pin(async move {
            let mut state = self.state();
            let record = state.actors.entry(actor.to_owned()).or_default();
            let free = record.enrolment.as_ref().is_none_or(|there| !there.confirmed);
            if free {
                record.enrolment = Some(enrolment.clone());
            }
            Ok(free)
        })
    }

    fn remove<'a>(&'a self, actor: &'a str) -> BoxFuture<'a, Result<bool, PortError>> {
        Box::pin(async move {
            let mut state = self.state();
            let sessions = state.end_all(actor) > 0;
            let record = state.actors.remove(actor).is_some_and(|record| record != Record::default());
            Ok(sessions || record)
        })
    }

    fn count<'a>(
        &'a self,
        actor: &'a str,
        seen: Attempts,
        then: Attempts,
    ) -> BoxFuture<'a, Result<bool, PortError>> {
        Box::pin(async move {
            let mut state = self.state();
            let record = state.actors.entry(actor.to_owned()).or_default();
            let same = record.attempts == seen;
            if same {
                record.attempts = then;
            }
            Ok(same)
        })
    }

    fn accept<'a>(&'a self, acceptance: &'a Acceptance) -> BoxFuture<'a, Result<bool, PortError>> {
        Box::pin(async move { Ok(self.state().accept(acceptance)) })
    }

    fn replace_recovery<'a>(
        &'a self,
        actor: &'a str,
        enrolment: &'a str,
        recovery: &'a RecoveryHashes,
    ) -> BoxFuture<'a, Result<bool, PortError>> {
        Box::pin(async move {
            let mut state = self.state();
            let there = state.enrolment(actor).filter(|there| there.id == enrolment);
            Ok(there.map(|there| there.recovery = recovery.clone()).is_some())
        })
    }

    fn reseal<'a>(
        &'a self,
        actor: &'a str,
        over: &'a Sealed,
        with: &'a Sealed,
    ) -> BoxFuture<'a, Result<bool, PortError>> {
        Box::pin(async move {
            let mut state = self.state();
            let there = state.enrolment(actor).filter(|there| there.sealed == *over);
            Ok(there.map(|there| there.sealed = with.clone()).is_some())
        })
    }

    fn session<'a>(
        &'a self,
        hash: &'a SessionHash,
    ) -> BoxFuture<'a, Result<Option<SessionRecord>, PortError>> {
        Box::pin(async move { Ok(self.state().sessions.get(hash).cloned()) })
    }

    fn end<'a>(&'a self, hash: &'a SessionHash) -> BoxFuture<'a, Result<bool, PortError>> {
        Box::pin(async move { Ok(self.state().sessions.remove(hash).is_some()) })
    }

    fn end_all<'a>(&'a self, actor: &'a str) -> BoxFuture<'a, Result<u64, PortError>> {
        Box::pin(async move { Ok(self.state().end_all(actor)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mfa::contract;

    #[test]
    fn it_keeps_the_contract() {
        pollster::block_on(contract::check(&MemoryMfaStore::default()));
        contract::race(&MemoryMfaStore::default(), &|work| pollster::block_on(work));
    }
}
