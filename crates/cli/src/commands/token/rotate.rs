//! `storeward token rotate`

use std::{
    collections::BTreeSet,
    io::{self, IsTerminal},
};

use anyhow::{Context, bail};
use chrono::{DateTime, Utc};
use storeward_core::{Clock, JournalStore, MemoryJournal, SystemClock, journal::SqlJournal};
use storeward_token::{
    PermissionProbe, SecretStore, SmokeTest, TokenName,
    inventory::FileInventory,
    port::{Holder, Identity},
    rotate::{Issuing, Outcome, Plan, Ports, Report, dry_run, rotate},
    saleor::{Saleor, SaleorAdmin},
    smoke::CommandTest,
};

use super::confirmed;
use crate::{
    args::{ListFormat, RotateArgs},
    env::Env,
    exit::{Exit, NoAnswer},
    progress::Spinner,
    render,
    token::{
        Desk, inventory,
        place::program,
        prompt::Terminal,
        run::{self, Last},
        runtime, span,
        steps::Shown,
    },
};

/// The name of the database with what the program remembers.
const DATABASE: &str = "storeward.db";

pub(super) fn run(args: &RotateArgs, env: &Env) -> anyhow::Result<Exit> {
    let desk = Desk::new(&args.about.environment, args.about.quiet, env)?;
    let Some(store) = desk.store(args.store.as_deref())? else {
        bail!("nobody says where the token is kept: give --store, or set token.store in storeward.toml");
    };
    let saleor = desk.saleor(args.about.url.as_deref())?;
    let report = runtime()?.block_on(async {
        let admin = desk.admin(args.admin_from.as_deref()).await?;
        if admin.is_none() && !args.dry_run && !io::stdin().is_terminal() {
            bail!("nobody may make tokens: give --admin-from, or run it at a terminal to type in one that you made");
        }
        Rotation {
            plan: plan(args, &desk, store.as_ref(), &saleor).await?,
            tests: smoke_tests(args, &desk)?,
            url: desk.url(args.about.url.as_deref())?,
            admin: admin.map(|token| saleor.as_admin(token)),
            inventory: inventory(&desk.project),
            spinner: Spinner::new(args.about.quiet || args.dry_run),
            store,
            saleor,
            args,
            desk: &desk,
        }
        .run()
        .await
    })?;
    let mut out = Vec::new();
    match args.about.format {
        ListFormat::Human => render::token::rotation(&mut out, &report)?,
        ListFormat::Json => render::json(&mut out, &report)?,
    }
    render::deliver(&out, args.about.output.as_deref())?;
    Ok(match (report.outcome, &report.cause) {
        (Outcome::Rotated | Outcome::Planned, _) => Exit::Yes,
        (Outcome::ByHand | Outcome::Waiting, _) => Exit::Step,
        (_, Some(_)) => Exit::Unanswered,
        (_, None) => Exit::No,
    })
}

/// Nothing is known of the stored token.
const NOBODY: Identity = Identity { holder: Holder::Nobody, permissions: BTreeSet::new(), refusal: None };

/// What is to be rotated. Its run has no name yet.
async fn plan(
    args: &RotateArgs,
    desk: &Desk<'_>,
    store: &dyn SecretStore,
    saleor: &Saleor,
) -> anyhow::Result<Plan> {
    let configured = &desk.project.values.token;
    let given = args.app.as_ref().or(configured.app.as_ref());
    let stored = match (identity(store, saleor).await, given) {
        // What keeps it from being known is told by the rotation, in its report.
        (stored, Some(_)) => stored.unwrap_or(NOBODY),
        (stored, None) => stored?,
    };
    let app = match (given, &stored.holder) {
        (Some(app), _) => app.clone(),
        (None, Holder::App { id, .. }) => id.clone(),
        (None, _) => bail!("{} holds no app's token: give --app to say which app it is for", store.place()),
    };
    let name = configured.name.as_deref();
    let name = name.and_then(|name| TokenName::parse(name, &desk.project.environments).ok());
    let purpose = args.purpose.as_deref().or(name.as_ref().map(TokenName::purpose)).unwrap_or("configurator");
    let team = args.team.as_deref().or(name.as_ref().map(TokenName::team)).unwrap_or("ops");
    // Wrong words are told before anything is done.
    TokenName::new(&desk.environment, purpose, team, SystemClock::new().now().date_naive(), &[] as &[&str])?;
    let mut policy = desk.policy(&args.require, None)?;
    if args.require.is_empty() && configured.required_permissions.is_none() {
        // It must be able to do what the old one can; a rotation is no time to ask for more.
        policy.required = stored.permissions;
    }
    Ok(Plan {
        run: String::new(),
        app,
        purpose: purpose.to_owned(),
        team: team.to_owned(),
        policy,
        grace: span("--grace", &args.grace)?,
    })
}

/// Whose the stored token is, and what it may do.
async fn identity(store: &dyn SecretStore, saleor: &Saleor) -> anyhow::Result<Identity> {
    let Some(stored) = store.read().await.map_err(NoAnswer::from)? else {
        bail!("{} holds no token that could be replaced", store.place());
    };
    Ok(saleor.identify(&stored.secret).await.map_err(NoAnswer::from)?)
}

fn smoke_tests(args: &RotateArgs, desk: &Desk<'_>) -> anyhow::Result<Vec<CommandTest>> {
    let url = desk.url(args.about.url.as_deref())?;
    let commands = desk.project.values.token.smoke_tests.iter().chain(&args.smoke_test);
    let test = |command: &String| {
        let program = program(command).with_context(|| format!("the smoke test `{command}`"))?;
        Ok(CommandTest::new(command.as_str(), program).url(url.as_str()))
    };
    commands.map(test).collect()
}

struct Rotation<'a> {
    args: &'a RotateArgs,
    desk: &'a Desk<'a>,
    plan: Plan,
    store: Box<dyn SecretStore>,
    saleor: Saleor,
    admin: Option<SaleorAdmin>,
    tests: Vec<CommandTest>,
    inventory: FileInventory,
    url: String,
    spinner: Spinner,
}

impl Rotation<'_> {
    async fn run(mut self) -> anyhow::Result<Report> {
        if self.args.dry_run {
            let journal = MemoryJournal::default();
            return Ok(self.with_ports(&journal, async |ports| dry_run(&self.plan, ports).await).await);
        }
        let journal = SqlJournal::sqlite(&self.desk.state()?.join(DATABASE)).await.map_err(NoAnswer::from)?;
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
        let ports = Ports {
            issuing: self.admin.as_ref().map_or(Issuing::Person(&prompt), |admin| Issuing::Api(admin)),
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
