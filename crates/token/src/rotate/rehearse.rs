//! Saying what would be done, and doing nothing.

use super::{
    Issuing, NewToken, Outcome, Status,
    act::StepError,
    look::{self, Seen},
    runner::Runner,
};

impl Runner<'_> {
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
        let place = seen.place.clone();
        let until = self.ports.clock.now().checked_add_signed(self.plan.grace);
        let grace = match until.filter(|_| !self.plan.grace.is_zero()) {
            Some(until) => format!("leave both alive, from now until {}", until.format("%F %T UTC")),
            None => "end the old one at once".to_owned(),
        };
        let revoke = match (&seen.old_id, self.ports.issuing) {
            (Some(id), Issuing::Api(_)) => format!("end token {id}"),
            (Some(id), Issuing::Person(_)) => format!("ask a person to delete token {id}"),
            (None, _) => "nothing, or what a person finds to be the old token".to_owned(),
        };
        self.remember(seen);
        for (step, detail) in [
            ("issue", format!("make `{name}`")),
            ("validate", "judge it by the policy".to_owned()),
            ("smoke_tests", self.tests()),
            ("store", format!("put it into {place}")),
            ("read_back", "compare what comes back".to_owned()),
            ("grace", grace),
            ("revoke", revoke),
            ("verify", "see that the old one is dead".to_owned()),
        ] {
            self.report.step(step, Status::Planned, detail);
        }
        self.report.new = Some(NewToken { id: None, name, fingerprint: None });
        self.report.outcome = Outcome::Planned;
    }
}
