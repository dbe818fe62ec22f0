//! `storeward mfa reset` and `storeward mfa logout`

use std::path::Path;

use anyhow::bail;
use serde::Serialize;

use super::failed;
use crate::{
    args::{ListFormat, LogoutArgs, ResetArgs, WhoArgs},
    ask::{confirmed, runtime},
    env::Env,
    exit::Exit,
    mfa::Desk,
    project::Project,
    render,
};

/// What was forgotten or ended.
#[derive(Serialize)]
struct Done<'a> {
    schema: &'static str,
    actor: &'a str,
    done: bool,
    /// How many sessions were ended, of a logout.
    #[serde(skip_serializing_if = "Option::is_none")]
    sessions: Option<u64>,
}

pub(super) fn reset(args: &ResetArgs, env: &Env) -> anyhow::Result<Exit> {
    let project = Project::around(Path::new("."), env)?;
    let actor = &args.who.actor;
    let what = if args.failures { "failures" } else { "app, recovery codes and sessions" };
    if !args.yes && !confirmed(&format!("Forget the {what} of {actor}?"))? {
        bail!("nothing was forgotten");
    }
    let done = runtime()?.block_on(async {
        let desk = Desk::open(&project, env).await?;
        match args.failures {
            true => desk.mfa().unlock(actor).await.map(|()| true),
            false => desk.mfa().reset(actor).await,
        }
        .map_err(failed)
    })?;
    let told = if done {
        format!("the {what} of {actor} are forgotten")
    } else {
        format!("nothing is known of {actor}")
    };
    tell(&args.who, &Done { schema: "storeward.mfa.reset/1", actor, done, sessions: None }, &told)?;
    Ok(if done { Exit::Yes } else { Exit::No })
}

pub(super) fn logout(args: &LogoutArgs, env: &Env) -> anyhow::Result<Exit> {
    let project = Project::around(Path::new("."), env)?;
    let actor = &args.who.actor;
    let ended = runtime()?.block_on(async {
        let desk = Desk::open(&project, env).await?;
        desk.mfa().logout(actor).await.map_err(failed)
    })?;
    let told = format!("{} of {actor} ended", render::counted(ended, "session"));
    let done = Done { schema: "storeward.mfa.logout/1", actor, done: true, sessions: Some(ended) };
    tell(&args.who, &done, &told)?;
    Ok(Exit::Yes)
}

fn tell(who: &WhoArgs, done: &Done<'_>, told: &str) -> anyhow::Result<()> {
    let mut out = Vec::new();
    match who.format {
        ListFormat::Human => out.extend_from_slice(format!("{}\n", render::printable(told)).as_bytes()),
        ListFormat::Json => render::json(&mut out, done)?,
    }
    render::deliver(&out, None)
}
