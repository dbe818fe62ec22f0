//! Ending the old token: when the grace period is over, and so that it is seen to be dead.

use chrono::{DateTime, Utc};
use storeward_core::{Fingerprint, Journal, PortError, SecretString};

use super::{
    Issuing, Outcome, Status,
    act::{Act, StepError, Stop},
    attempt::Attempt,
    look::{self, Seen},
    prove::Known,
    runner::Runner,
};
use crate::{
    inventory::Record,
    port::{Holder, Listed},
};

impl Runner<'_> {
    pub(super) fn wait(&mut self, until: DateTime<Utc>) -> Result<(), Stop> {
        self.report.until = Some(until);
        if self.ports.clock.now() >= until {
            self.report.step("grace", Status::Done, format!("over since {}", until.format("%F %T UTC")));
            return Ok(());
        }
        self.report.step(
            "grace",
            Status::Waiting,
            format!("both tokens live until {}", until.format("%F %T UTC")),
        );
        self.report.outcome = Outcome::Waiting;
        Err(Stop::Later)
    }

    pub(super) async fn revoke(
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
    pub(super) async fn verify(
        &mut self,
        new: &SecretString,
        number: usize,
        seen: &Seen,
    ) -> Result<bool, Stop> {
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

    pub(super) async fn record(
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
}

fn named(listed: &[Listed], id: &str) -> String {
    let name = listed.iter().find(|listed| listed.id == id).map_or("", |listed| listed.name.as_str());
    format!("`{name}` ({id})")
}
