//! `storeward token rotate`

use std::{
    collections::BTreeSet,
    io::{self, IsTerminal},
};

use anyhow::{Context, bail};
use storeward_core::{Clock, SecretString, SystemClock};
use storeward_token::{
    PermissionProbe, SecretStore, TokenName,
    port::{Holder, Identity},
    rotate::{Outcome, Plan},
    saleor::Saleor,
    smoke::CommandTest,
};

use crate::{
    args::{ListFormat, RotateArgs},
    ask::runtime,
    env::Env,
    exit::{Exit, NoAnswer},
    progress::Spinner,
    render,
    token::{Desk, inventory, place::program, rotation::Rotation, span},
};

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
        let stored = stored(store.as_ref()).await;
        // An app that asks in its own name has another token afterwards.
        let is_itself = matches!((&admin, &stored), (Some(admin), Ok(stored)) if admin == stored);
        Rotation {
            plan: plan(args, &desk, &store.place(), stored, &saleor).await?,
            tests: smoke_tests(args, &desk)?,
            url: desk.url(args.about.url.as_deref())?,
            admin,
            is_itself,
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
    place: &str,
    stored: anyhow::Result<SecretString>,
    saleor: &Saleor,
) -> anyhow::Result<Plan> {
    let configured = &desk.project.values.token;
    let given = args.app.as_ref().or(configured.app.as_ref());
    let stored = match stored {
        Ok(token) => saleor.identify(&token).await.map_err(|error| NoAnswer::from(error).into()),
        Err(error) => Err(error),
    };
    let stored = match given {
        // What keeps it from being known is told by the rotation, in its report.
        Some(_) => stored.unwrap_or(NOBODY),
        None => stored?,
    };
    let app = match (given, &stored.holder) {
        (Some(app), _) => app.clone(),
        (None, Holder::App { id, .. }) => id.clone(),
        (None, _) => bail!("{place} holds no app's token: give --app to say which app it is for"),
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

async fn stored(store: &dyn SecretStore) -> anyhow::Result<SecretString> {
    match store.read().await.map_err(NoAnswer::from)? {
        Some(stored) => Ok(stored.secret),
        None => bail!("{} holds no token that could be replaced", store.place()),
    }
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
