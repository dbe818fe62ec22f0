//! The way forward, step by step.

use std::{
    collections::BTreeSet,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use storeward_core::{
    Fault, Fingerprint, Journal, PortError, SecretString,
    journal::{Mark, Step},
};

use super::{
    Issuing, NewToken, OldToken, Outcome, Plan, Ports, Report, Status,
    act::{Act, StepError, Stop, stopped},
    look::{self, Seen},
};
use crate::{
    inventory::Record,
    port::{Holder, Listed, Stored},
    validate::{Policy, Unanswered, has_ending, validate},
};

/// One attempt to make a token.
#[derive(Debug, Clone)]
pub(super) struct Attempt {
    /// The token's name, which was written down before it was made.
    pub(super) name: String,
    /// The token, if the journal knows that it was made.
    pub(super) made: Option<Made>,
}

impl Attempt {
    pub(super) fn is(&self, fingerprint: Fingerprint) -> bool {
        self.made.as_ref().is_some_and(|made| made.fingerprint == fingerprint)
    }

    pub(super) fn id(&self) -> Option<&String> {
        self.made.as_ref().and_then(|made| made.id.as_ref())
    }
}

/// A token that this run made.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Made {
    pub(super) id: Option<String>,
    pub(super) fingerprint: Fingerprint,
}

/// What validating it told.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Known {
    id: Option<String>,
    permissions: BTreeSet<String>,
}

/// A run, as far as it has come.
pub(super) struct Runner<'a> {
    pub(super) plan: &'a Plan,
    pub(super) ports: &'a Ports<'a>,
    pub(super) report: Report,
    pub(super) seen: Option<Seen>,
    /// Whether the journal knows a first look, this runner's or an earlier one's.
    pub(super) begun: bool,
    /// The attempts so far, the lost ones too.
    pub(super) tried: Vec<Attempt>,
    /// The old token, as long as this runner has it.
    pub(super) old: Option<SecretString>,
    /// The new token, if this runner made it.
    pub(super) new: Option<SecretString>,
    /// Whether a new token may have reached the store by this runner's hand.
    pub(super) storing: bool,
}

impl<'a> Runner<'a> {
    pub(super) fn new(plan: &'a Plan, ports: &'a Ports<'a>) -> Self {
        let (report, tried) = (Report::new(), Vec::new());
        Self { plan, ports, report, seen: None, begun: false, tried, old: None, new: None, storing: false }
    }

    /// The journal did not let this runner in.
    pub(super) fn refused(&mut self, error: PortError) {
        self.report.step("lock", Status::Failed, error.to_string());
        self.report.cause = Some(error);
    }

    pub(super) async fn run(&mut self, journal: &mut Journal<'_>) {
        match self.forward(journal).await {
            Ok(()) | Err(Stop::Later) => {}
            Err(Stop::Fenced(error)) => self.give_way(error).await,
            Err(Stop::Failed { step, error }) => self.back(journal, step, error).await,
        }
    }

    async fn forward(&mut self, journal: &mut Journal<'_>) -> Result<(), Stop> {
        let (plan, ports) = (self.plan, self.ports);
        if let Some(output) = done(journal, "end") {
            match serde_json::from_value(output) {
                Ok(report) => self.report = report,
                Err(_) => self.report.step("end", Status::Failed, "the journal's last entry cannot be read"),
            }
            return Ok(());
        }
        self.report.step("lock", Status::Done, format!("run `{}`", plan.run));
        let look = Act::again(|| Box::pin(Seen::look(plan, ports)));
        let seen = journal.step("look", &look).await.map_err(stopped("look"))?;
        self.begun = true;
        seen.fits(plan, ports).map_err(|error| Stop::Failed { step: "look", error })?;
        self.remember(seen.clone());
        self.tried = tried(journal);

        let held = self.held().await.map_err(|error| Stop::Failed { step: "look", error })?;
        let fingerprint = ports.key.fingerprint(&held.secret);
        let mut number = self.tried.iter().rposition(|attempt| attempt.is(fingerprint));
        if fingerprint == seen.old || (number.is_some() && !self.lives(&held.secret).await?) {
            // A runner that was fenced off may have written late what was revoked already.
            number = None;
        }
        let (number, new) = match number {
            Some(number) => {
                self.touch(journal, &held).await?;
                self.report.step("issue", Status::Done, "by an earlier runner");
                (number, held.secret)
            }
            None => {
                let issued = self.issue(journal, &held.secret, &seen).await?;
                if fingerprint == seen.old {
                    self.old = Some(held.secret);
                }
                issued
            }
        };
        let known = self.validate(journal, number, &new).await?;
        self.try_out(journal, number, &new).await?;
        self.store(journal, number, &new, &seen).await?;
        let until = self.read_back(journal, number, &new).await?;
        let (name, fingerprint) = (self.name(number), ports.key.fingerprint(&new));
        let id = known.id.clone();
        self.report.new = Some(NewToken { id, name: name.clone(), fingerprint: Some(fingerprint) });
        self.wait(until)?;
        self.revoke(journal, number, &seen, &known).await?;
        let dead = self.verify(&new, number, &seen).await?;
        self.settle(&new).await?;
        self.record(&seen, known, name, fingerprint, dead).await?;
        self.end(journal, dead).await
    }

    fn remember(&mut self, seen: Seen) {
        let detail = match (&seen.old_id, seen.alike.len()) {
            (Some(id), _) => format!("{} holds token {id}", seen.place),
            (None, 0) => format!("{} holds a token that is dead already", seen.place),
            (None, many) => format!("{} holds one of {many} tokens that end alike", seen.place),
        };
        self.report.step("look", Status::Done, detail);
        let (id, fingerprint) = (seen.old_id.clone(), seen.old);
        self.report.old = Some(OldToken { id, fingerprint, revoked: false });
        self.seen = Some(seen);
    }

    /// What the store holds; it must be a token that this run knows.
    async fn held(&self) -> Result<Stored, StepError> {
        let (place, stored) = (self.ports.store.place(), self.ports.store.read().await?);
        let fingerprint = stored.as_ref().map(|stored| self.ports.key.fingerprint(&stored.secret));
        match stored {
            Some(stored) if fingerprint.is_some_and(|of| self.is_ours(of)) => Ok(stored),
            _ => Err(StepError::No(format!("somebody else has changed what {place} holds: begin a new run"))),
        }
    }

    pub(super) fn is_ours(&self, fingerprint: Fingerprint) -> bool {
        self.seen.as_ref().is_some_and(|seen| seen.old == fingerprint)
            || self.tried.iter().any(|attempt| attempt.is(fingerprint))
    }

    fn name(&self, number: usize) -> String {
        self.tried.get(number).map(|attempt| attempt.name.clone()).unwrap_or_default()
    }

    /// Gives what is stored a new version, if an earlier runner had turned back: should it wake up, its late write
    /// no longer finds the version that it saw.
    async fn touch(&self, journal: &Journal<'_>, held: &Stored) -> Result<(), Stop> {
        if journal.marks().any(|(step, _)| step.starts_with("back.")) {
            let written = self.ports.store.write(&held.secret, Some(&held.version)).await;
            written.map_err(|error| Stop::Failed { step: "look", error: error.into() })?;
        }
        Ok(())
    }

    /// Sees that the new token still stands in the store, now that there is no other.
    async fn settle(&self, new: &SecretString) -> Result<(), Stop> {
        let failed = |error: StepError| Stop::Failed { step: "verify", error };
        let held = self.held().await.map_err(failed)?;
        if held.secret != *new {
            let written = self.ports.store.write(new, Some(&held.version)).await;
            written.map_err(|error| failed(error.into()))?;
        }
        Ok(())
    }

    async fn lives(&self, token: &SecretString) -> Result<bool, Stop> {
        let identity = self.ports.probe.identify(token).await;
        let identity = identity.map_err(|error| Stop::Failed { step: "look", error: error.into() })?;
        Ok(identity.holder != Holder::Nobody)
    }

    /// Issues a token, and gives the number of the attempt.
    async fn issue(
        &mut self,
        journal: &mut Journal<'_>,
        held: &SecretString,
        seen: &Seen,
    ) -> Result<(usize, SecretString), Stop> {
        let (plan, ports, number) = (self.plan, self.ports, self.tried.len());
        let tried = self.tried.clone();
        let naming = Act::again(|| Box::pin(look::name(plan, ports, held, &tried)));
        let name = journal.step(&format!("name.{number}"), &naming).await.map_err(stopped("issue"))?;
        self.tried.push(Attempt { name: name.clone(), made: None });
        let text = Mutex::new(None);
        let issue = Act::again(|| {
            Box::pin(async {
                // An interrupted attempt may have left a token whose text nobody has.
                if number > 0 {
                    look::sweep(plan, ports, &tried, None).await?;
                }
                let (id, token) = match ports.issuing {
                    Issuing::Api(issuer) => {
                        let issued = issuer.issue(&plan.app, &name).await?;
                        (Some(issued.id), issued.token)
                    }
                    Issuing::Person(prompt) => match prompt.ask(&plan.app, &name).await? {
                        Some(token) => (None, token),
                        None => return Err(StepError::No("nobody gave a new token".to_owned())),
                    },
                };
                let fingerprint = ports.key.fingerprint(&token);
                if fingerprint == seen.old {
                    return Err(StepError::No("the new token is the old one".to_owned()));
                }
                let made = Made { id, fingerprint };
                *text.lock().unwrap_or_else(PoisonError::into_inner) = Some((made.clone(), token));
                Ok(made)
            })
        });
        let result = journal.step(&format!("issue.{number}"), &issue).await;
        drop(issue);
        let text = text.into_inner().unwrap_or_else(PoisonError::into_inner);
        // Made, even when the journal could not take it down any more.
        if let (Some((made, token)), Some(attempt)) = (&text, self.tried.last_mut()) {
            attempt.made = Some(made.clone());
            self.new = Some(token.clone());
        }
        result.map_err(stopped("issue"))?;
        let Some((_, token)) = text else {
            let error = StepError::No("the journal says it was issued, but nobody has it".to_owned());
            return Err(Stop::Failed { step: "issue", error });
        };
        self.report.step("issue", Status::Done, format!("`{name}`"));
        Ok((number, token))
    }

    async fn validate(
        &mut self,
        journal: &mut Journal<'_>,
        number: usize,
        new: &SecretString,
    ) -> Result<Known, Stop> {
        let (plan, ports) = (self.plan, self.ports);
        let issued_id = self.tried.get(number).and_then(|attempt| attempt.id().cloned());
        let policy = &Policy { max_age: None, ..plan.policy.clone() };
        let issued_id = &issued_id;
        let act = Act::again(|| {
            Box::pin(async move {
                let now = ports.clock.now();
                let found = validate(new, policy, Some(ports.probe), Some(now), now, Some(ports.key)).await;
                let found = found.map_err(|Unanswered { source, .. }| source)?;
                if !found.valid {
                    let issues = found.issues.into_iter().map(|issue| issue.message);
                    return Err(StepError::No(issues.collect::<Vec<_>>().join("; ")));
                }
                match found.identity {
                    Some(owner) if owner.kind == "app" && owner.id == plan.app => {}
                    _ => return Err(StepError::No("the new token belongs to another app".to_owned())),
                }
                let id = match issued_id {
                    Some(id) => Some(id.clone()),
                    None => only(&look::listed(plan, ports, new).await?, new).map(|listed| listed.id.clone()),
                };
                Ok(Known { id, permissions: found.permissions.available })
            })
        });
        self.step(journal, "validate", number, &act, "it is sound, and may do what it must").await
    }

    async fn try_out(
        &mut self,
        journal: &mut Journal<'_>,
        number: usize,
        new: &SecretString,
    ) -> Result<(), Stop> {
        let tests = self.ports.smoke_tests;
        let act = Act::again(|| {
            Box::pin(async move {
                for test in tests {
                    let result = test.run(new).await?;
                    result.map_err(|why| StepError::No(format!("{}: {why}", test.name())))?;
                }
                Ok(())
            })
        });
        let detail = format!("{} passed", tests.len());
        self.step(journal, "smoke_tests", number, &act, &detail).await
    }

    async fn store(
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

    async fn read_back(
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

    fn wait(&mut self, until: DateTime<Utc>) -> Result<(), Stop> {
        self.report.until = Some(until);
        if self.ports.clock.now() >= until {
            self.report.step("grace", Status::Done, format!("over since {until}"));
            return Ok(());
        }
        self.report.step("grace", Status::Waiting, format!("both tokens live until {until}"));
        self.report.outcome = Outcome::Waiting;
        Err(Stop::Later)
    }

    async fn revoke(
        &mut self,
        journal: &mut Journal<'_>,
        number: usize,
        seen: &Seen,
        known: &Known,
    ) -> Result<(), Stop> {
        let (plan, ports) = (self.plan, self.ports);
        let Issuing::Api(issuer) = ports.issuing else { return Ok(()) };
        let tried = &self.tried.clone();
        let act = Act::again(|| {
            Box::pin(async move {
                if let Some(id) = &seen.old_id {
                    issuer.revoke(id).await?;
                }
                Ok(look::sweep(plan, ports, tried, known.id.as_deref()).await?)
            })
        });
        let detail = match (&seen.old_id, seen.alike.is_empty()) {
            (Some(id), _) => format!("token {id}"),
            (None, true) => "it was dead already".to_owned(),
            (None, false) => "nothing, because it is not certain which one it is".to_owned(),
        };
        self.step(journal, "revoke", number, &act, &detail).await
    }

    /// Whether the old token is dead. If a person has to end it, that is said.
    async fn verify(&mut self, new: &SecretString, number: usize, seen: &Seen) -> Result<bool, Stop> {
        let failed = |error: StepError| Stop::Failed { step: "verify", error };
        let listed = look::listed(self.plan, self.ports, new).await.map_err(|error| failed(error.into()))?;
        let is_listed = |id: &str| listed.iter().any(|listed| listed.id == id);
        let by_person = matches!(self.ports.issuing, Issuing::Person(_));
        let hand = &mut self.report.by_hand;
        match &seen.old_id {
            Some(id) if is_listed(id) && by_person => {
                hand.push(format!("delete the old token, {}, in the dashboard", named(&listed, id)));
            }
            Some(id) if is_listed(id) => {
                return Err(failed(StepError::No(format!("token {id} was revoked, and is still there"))));
            }
            None if !seen.alike.is_empty() => {
                let alike: Vec<_> = seen.alike.iter().map(|alike| named(&seen.alike, &alike.id)).collect();
                let alike = alike.join(", ");
                hand.push(format!("find out which of these is the old token, and delete it: {alike}"));
            }
            _ => {}
        }
        for (_, attempt) in self.tried.iter().enumerate().filter(|(other, _)| *other != number) {
            for lost in listed.iter().filter(|listed| listed.name == attempt.name) {
                let which = named(&listed, &lost.id);
                hand.push(format!("delete the token that was made in vain, {which}, in the dashboard"));
            }
        }
        let dead = hand.is_empty();
        if let Some(old) = self.old.as_ref().filter(|_| dead) {
            let identity = self.ports.probe.identify(old).await.map_err(|error| failed(error.into()))?;
            if identity.holder != Holder::Nobody {
                return Err(failed(StepError::No("the old token still opens the store".to_owned())));
            }
        }
        let (status, detail) = match dead {
            true => (Status::Done, "the old token is dead"),
            false => (Status::ByHand, "somebody has to end it by hand"),
        };
        self.report.step("verify", status, detail);
        if let Some(old) = &mut self.report.old {
            old.revoked = dead;
        }
        Ok(dead)
    }

    async fn record(
        &mut self,
        seen: &Seen,
        known: Known,
        name: String,
        fingerprint: Fingerprint,
        dead: bool,
    ) -> Result<(), Stop> {
        let Some(inventory) = self.ports.inventory else { return Ok(()) };
        let failed = |error: PortError| Stop::Failed { step: "record", error: error.into() };
        let lost = self.tried.iter().filter_map(Attempt::id).filter(|id| Some(*id) != known.id.as_ref());
        let gone: Vec<_> = lost.chain(seen.old_id.iter().filter(|_| dead)).cloned().collect();
        if let Some(id) = known.id {
            let record = Record {
                id,
                app: seen.app.clone(),
                environment: self.plan.policy.environment.name().to_owned(),
                name,
                fingerprint,
                issued_at: seen.at,
                rotated_at: Some(seen.at),
                permissions: known.permissions,
            };
            inventory.record(record).await.map_err(failed)?;
        }
        for id in gone {
            inventory.remove(&id).await.map_err(failed)?;
        }
        self.report.step("record", Status::Done, "the inventory knows the new token");
        Ok(())
    }

    async fn end(&mut self, journal: &mut Journal<'_>, dead: bool) -> Result<(), Stop> {
        self.report.rotated = true;
        self.report.outcome = if dead { Outcome::Rotated } else { Outcome::ByHand };
        if dead {
            let report = serde_json::to_value(&self.report).unwrap_or_default();
            let act = Act::again(move || {
                let report = report.clone();
                Box::pin(async { Ok(report) })
            });
            // Everything is done. Without this entry the next runner finds that out by looking.
            let _ = journal.step("end", &act).await;
        }
        Ok(())
    }

    async fn step<S: Step<Error = StepError>>(
        &mut self,
        journal: &mut Journal<'_>,
        name: &'static str,
        number: usize,
        step: &S,
        detail: &str,
    ) -> Result<S::Output, Stop> {
        let output = journal.step(&format!("{name}.{number}"), step).await.map_err(stopped(name))?;
        self.report.step(name, Status::Done, detail);
        Ok(output)
    }

    /// Says what would be done.
    pub(super) async fn rehearse(&mut self) {
        let looked = async {
            let seen = Seen::look(self.plan, self.ports).await?;
            let held = self.ports.store.read().await?.map_or_else(|| "".into(), |stored| stored.secret);
            let name = look::name(self.plan, self.ports, &held, &[]).await?;
            Ok::<_, StepError>((seen, name))
        };
        let (seen, name) = match looked.await {
            Ok(looked) => looked,
            Err(error) => {
                self.report.step("look", Status::Failed, error.to_string());
                if let StepError::Port(error) = error {
                    self.report.cause = Some(error);
                }
                return;
            }
        };
        let (place, grace) = (seen.place.clone(), self.plan.grace);
        let revoke = match (&seen.old_id, self.ports.issuing) {
            (Some(id), Issuing::Api(_)) => format!("end token {id}"),
            (Some(id), Issuing::Person(_)) => format!("ask a person to delete token {id}"),
            (None, _) => "nothing, or what a person finds to be the old token".to_owned(),
        };
        self.remember(seen);
        for (step, detail) in [
            ("issue", format!("make `{name}`")),
            ("validate", "judge it by the policy".to_owned()),
            ("smoke_tests", format!("run {}", self.ports.smoke_tests.len())),
            ("store", format!("put it into {place}")),
            ("read_back", "compare what comes back".to_owned()),
            ("grace", format!("leave both alive for {} minutes", grace.num_minutes())),
            ("revoke", revoke),
            ("verify", "see that the old one is dead".to_owned()),
        ] {
            self.report.step(step, Status::Planned, detail);
        }
        self.report.new = Some(NewToken { id: None, name, fingerprint: None });
        self.report.outcome = Outcome::Planned;
    }
}

fn named(listed: &[Listed], id: &str) -> String {
    let name = listed.iter().find(|listed| listed.id == id).map_or("", |listed| listed.name.as_str());
    format!("`{name}` ({id})")
}

fn only<'l>(tokens: &'l [Listed], token: &SecretString) -> Option<&'l Listed> {
    let mut matching = tokens.iter().filter(|listed| has_ending(token, &listed.ending));
    matching.next().filter(|_| matching.next().is_none())
}

fn done(journal: &Journal<'_>, name: &str) -> Option<serde_json::Value> {
    journal.marks().find(|(step, _)| *step == name).and_then(|(_, mark)| match mark {
        Mark::Done { output } => Some(output.clone()),
        _ => None,
    })
}

/// The attempts so far, by the journal.
fn tried(journal: &Journal<'_>) -> Vec<Attempt> {
    let output = |step: &str, number: usize| done(journal, &format!("{step}.{number}"));
    (0..)
        .map_while(|number| {
            let name = serde_json::from_value(output("name", number)?).ok()?;
            let made = output("issue", number).and_then(|made| serde_json::from_value(made).ok());
            Some(Attempt { name, made })
        })
        .collect()
}
