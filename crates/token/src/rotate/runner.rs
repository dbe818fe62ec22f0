//! One run: the order of its steps, and what is known between them.

use storeward_core::{
    Fingerprint, Journal, PortError, SecretString,
    journal::{Mark, Step},
};

use super::{
    NewToken, OldToken, Outcome, Plan, Ports, Report, Status,
    act::{Act, StepError, Stop, stopped},
    attempt::Attempt,
    look::Seen,
};
use crate::port::{Holder, Stored};

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
                self.report.step("issue", Status::Done, "done before");
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

    pub(super) fn remember(&mut self, seen: Seen) {
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
    pub(super) async fn held(&self) -> Result<Stored, StepError> {
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

    pub(super) fn name(&self, number: usize) -> String {
        self.tried.get(number).map(|attempt| attempt.name.clone()).unwrap_or_default()
    }

    async fn lives(&self, token: &SecretString) -> Result<bool, Stop> {
        let identity = self.ports.probe.identify(token).await;
        let identity = identity.map_err(|error| Stop::Failed { step: "look", error: error.into() })?;
        Ok(identity.holder != Holder::Nobody)
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

    pub(super) async fn step<S: Step<Error = StepError>>(
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
