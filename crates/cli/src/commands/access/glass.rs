//! `storeward access break-glass …`

use std::path::Path;

use anyhow::bail;
use serde::Serialize;
use storeward_access::{
    BreakGlass, OverrideId, OverrideStore, SqliteOverrides,
    break_glass::port::{Ended, Reviewed},
};
use storeward_core::{Actor, Clock, Operation, SystemClock};

use crate::{
    access::{engine, glass::Listed, identity, matrix},
    args::{AboutGlassArgs, BreakGlassCommand, ListFormat, ListGlassArgs, TakeGlassArgs},
    ask::runtime,
    env::Env,
    exit::{Exit, NoAnswer},
    project::Project,
    render, state,
    token::{Desk, span},
};

#[derive(Serialize)]
struct List<'a> {
    schema: &'static str,
    overrides: &'a [Listed],
}

#[derive(Serialize)]
struct Done {
    schema: &'static str,
    id: OverrideId,
    done: bool,
    /// Why not.
    reason: Option<String>,
}

pub(super) fn run(command: &BreakGlassCommand, env: &Env) -> anyhow::Result<Exit> {
    match command {
        BreakGlassCommand::Take(args) => take(args, env),
        BreakGlassCommand::List(args) => list(args, env),
        BreakGlassCommand::Review(args) => about(args, env, true),
        BreakGlassCommand::End(args) => about(args, env, false),
    }
}

fn take(args: &TakeGlassArgs, env: &Env) -> anyhow::Result<Exit> {
    let desk = Desk::new(&args.environment, true, env)?;
    let operations = args.operation.iter().map(|name| Ok(name.parse::<Operation>()?));
    let operations: Vec<_> = operations.collect::<anyhow::Result<_>>()?;
    let engine = engine(&matrix(args.matrix.matrix.as_deref(), &desk.project)?, &desk.project.environments)?;
    let id = runtime()?.block_on(async {
        let now = SystemClock::new().now();
        let actor = identity::actor(&args.who, &desk, &engine, env, now).await?;
        let until = now + span("--for", &args.span)?;
        let glass = BreakGlass::new(actor.id, &args.reason, (now, until), &desk.environment, operations)?;
        let store = SqliteOverrides::open(&state::database(&desk.project)?).await.map_err(NoAnswer::from)?;
        anyhow::Ok(store.take(&glass).await.map_err(NoAnswer::from)?)
    })?;
    let told = format!("override {id} is recorded; when it has ended, somebody else must review it");
    tell(
        args.format,
        &Done { schema: "storeward.access.break_glass/1", id, done: true, reason: None },
        &told,
    )?;
    Ok(Exit::Yes)
}

fn list(args: &ListGlassArgs, env: &Env) -> anyhow::Result<Exit> {
    let project = Project::around(Path::new("."), env)?;
    let now = SystemClock::new().now();
    let mut listed = runtime()?.block_on(async {
        let store = SqliteOverrides::open(&state::database(&project)?).await.map_err(NoAnswer::from)?;
        let all = store.list().await.map_err(NoAnswer::from)?;
        anyhow::Ok(all.iter().map(|(id, past)| Listed::new(*id, past, now)).collect::<Vec<_>>())
    })?;
    listed.retain(|one| !args.unreviewed || one.to_be_reviewed);
    let mut out = Vec::new();
    match args.format {
        ListFormat::Human => render::access::overrides(&mut out, &listed)?,
        ListFormat::Json => {
            render::json(
                &mut out,
                &List { schema: "storeward.access.break_glass.list/1", overrides: &listed },
            )?;
        }
    }
    render::deliver(&out, None)?;
    Ok(if args.unreviewed && !listed.is_empty() { Exit::No } else { Exit::Yes })
}

fn about(args: &AboutGlassArgs, env: &Env, review: bool) -> anyhow::Result<Exit> {
    let desk = Desk::new(&args.environment, true, env)?;
    let id: OverrideId = args.id.parse()?;
    let engine = engine(&matrix(args.matrix.matrix.as_deref(), &desk.project)?, &desk.project.environments)?;
    let reason = runtime()?.block_on(async {
        let now = SystemClock::new().now();
        let actor: Actor = identity::actor(&args.who, &desk, &engine, env, now).await?;
        let store = SqliteOverrides::open(&state::database(&desk.project)?).await.map_err(NoAnswer::from)?;
        if review {
            let came = store.review(id, &actor, now).await.map_err(NoAnswer::from)?;
            return anyhow::Ok(match came {
                Reviewed::Done => None,
                Reviewed::Unknown => bail!("there is no override {id}"),
                Reviewed::Already { by, at } => {
                    Some(format!("{by} reviewed it at {}", at.format("%F %T UTC")))
                }
                Reviewed::Invalid(why) => Some(why.to_string()),
            });
        }
        Ok(match store.end(id, &actor, now).await.map_err(NoAnswer::from)? {
            Ended::Done => None,
            Ended::Unknown => bail!("there is no override {id}"),
            Ended::Invalid(why) => Some(why.to_string()),
        })
    })?;
    let what = if review { "reviewed" } else { "ended" };
    let told = match &reason {
        None => format!("override {id} is {what}"),
        Some(reason) => format!("override {id} is not {what}: {reason}"),
    };
    let done = reason.is_none();
    tell(args.format, &Done { schema: "storeward.access.break_glass/1", id, done, reason }, &told)?;
    Ok(if done { Exit::Yes } else { Exit::No })
}

fn tell(format: ListFormat, done: &Done, told: &str) -> anyhow::Result<()> {
    let mut out = Vec::new();
    match format {
        ListFormat::Human => out.extend_from_slice(format!("{}\n", render::printable(told)).as_bytes()),
        ListFormat::Json => render::json(&mut out, done)?,
    }
    render::deliver(&out, None)
}
