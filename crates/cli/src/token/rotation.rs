//! A rotation of a token, followed to its end.

use anyhow::bail;
use chrono::{DateTime, Utc};
use storeward_core::{Clock, JournalStore, MemoryJournal, SecretString, SystemClock, journal::SqlJournal};
use storeward_token::{
    SecretStore, SmokeTest,
    inventory::FileInventory,
    rotate::{Issuing, Outcome, Plan, Ports, Report, dry_run, rotate},
    saleor::{Itself, Saleor},
    smoke::CommandTest,
};

use super::{
    Desk,
    prompt::Terminal,
    run::{self, Last},
    steps::Shown,
};
use crate::{args::RotateArgs, ask::confirmed, exit::NoAnswer, progress::Spinner, state};

/// A rotation with everything it needs.
pub(crate) struct Rotation<'a> {
    pub(crate) args: &'a RotateArgs,
    pub(crate) desk: &'a Desk<'a>,
    /// Its run is named here.
    pub(crate) plan: Plan,
    pub(crate) store: Box<dyn SecretStore>,
    pub(crate) saleor: Saleor,
    /// An administrator's token; without it a person is asked.
    pub(crate) admin: Option<SecretString>,
    /// Whether that is the stored token itself.
    pub(crate) is_itself: bool,
    pub(crate) tests: Vec<CommandTest>,
    pub(crate) inventory: FileInventory,
    pub(crate) url: String,
    pub(crate) spinner: Spinner,
}

impl Rotation<'_> {
    /// Rotates, or says what would be done.
    ///
    /// # Errors
    ///
    /// When it does not begin, or is interrupted; all else is told by the report.
    pub(crate) async fn run(mut self) -> anyhow::Result<Report> {
        if self.args.dry_run {
            let journal = MemoryJournal::default();
            return Ok(self.with_ports(&journal, async |ports| dry_run(&self.plan, ports).await).await);
        }
        let journal =
            SqlJournal::sqlite(&state::database(&self.desk.project)?).await.map_err(NoAnswer::from)?;
        let last = run::last(&journal, self.desk.environment.name(), &self.store.place()).await;
        self.plan.run = self.choose(last.map_err(NoAnswer::from)?)?;
        let question = format!(
            "Rotate the token of app {} in {}, kept in {}?",
            self.plan.app,
            self.desk.environment,
            self.store.place()
        );
        if !self.args.yes && !self.spinner.suspend(|| confirmed(&question))? {
            bail!("nothing was rotated");
        }
        let report = self.follow(&journal).await?;
        if report.outcome == Outcome::Kept {
            let closed = run::close(&journal, &SystemClock::new(), &self.plan.run).await;
            closed.map_err(NoAnswer::from)?;
        }
        Ok(report)
    }

    /// The name of the run to go on with, or of a new one.
    fn choose(&self, last: Last) -> anyhow::Result<String> {
        match (last, self.args.resume) {
            (Last::Clear(name), _) => Ok(name),
            (Last::Open { name, .. } | Last::Ended { name, .. }, true) => Ok(name),
            (Last::Ended { next, .. }, false) => Ok(next),
            (Last::Open { step, at, .. }, false) => {
                let at = at.map_or_else(String::new, |at| format!(" since {}", at.format("%F %T UTC")));
                bail!(
                    "a rotation of {} stands at the step `{step}`{at}: another runner is at work on it, or it was interrupted; \
                     --resume goes on with it",
                    self.store.place()
                )
            }
        }
    }

    /// Rotates, and waits for the end of the grace period if there is one.
    async fn follow(&self, journal: &dyn JournalStore) -> anyhow::Result<Report> {
        let shown = Shown { journal, spinner: &self.spinner };
        loop {
            let report = self.with_ports(&shown, async |ports| {
                tokio::select! {
                    report = rotate(&self.plan, ports) => Ok(report),
                    () = stopped() => {
                        let how = "interrupted: run it again with --resume to finish the rotation";
                        Err(anyhow::Error::from(NoAnswer::because(how)))
                    }
                }
            });
            let report = report.await?;
            let Some(until) =
                report.until.filter(|_| report.outcome == Outcome::Waiting && !self.args.no_wait)
            else {
                return Ok(report);
            };
            tokio::select! {
                () = self.wait(until) => {}
                () = stopped() => return Ok(report),
            }
        }
    }

    /// Lets the grace period pass.
    async fn wait(&self, until: DateTime<Utc>) {
        while let Ok(left) = until.signed_duration_since(SystemClock::new().now()).to_std()
            && !left.is_zero()
        {
            let seconds = left.as_secs().saturating_add(1);
            let shown = humantime::format_duration(std::time::Duration::from_secs(seconds));
            self.spinner.say(format!("both tokens live for another {shown}"));
            tokio::time::sleep(left.min(std::time::Duration::from_secs(1))).await;
        }
    }

    async fn with_ports<T>(&self, journal: &dyn JournalStore, work: impl AsyncFnOnce(&Ports<'_>) -> T) -> T {
        let prompt = Terminal { spinner: &self.spinner, url: &self.url };
        let mut tests: Vec<&dyn SmokeTest> = vec![&self.saleor];
        tests.extend(self.tests.iter().map(|test| test as &dyn SmokeTest));
        let clock = SystemClock::new();
        let itself = Itself::new(self.saleor.clone(), self.store.as_ref());
        let admin = self.admin.clone().map(|token| self.saleor.as_admin(token));
        let issuing = match &admin {
            _ if self.is_itself => Issuing::Api(&itself),
            Some(admin) => Issuing::Api(admin),
            None => Issuing::Person(&prompt),
        };
        let ports = Ports {
            issuing,
            probe: &self.saleor,
            smoke_tests: &tests,
            store: self.store.as_ref(),
            journal,
            inventory: Some(&self.inventory),
            clock: &clock,
            key: &self.desk.key,
        };
        work(&ports).await
    }
}

/// Ctrl-C, or the end that a CI system sends.
async fn stopped() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    if let Ok(mut end) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = interrupt => {}
            _ = end.recv() => {}
        }
        return;
    }
    let _ = interrupt.await;
}
