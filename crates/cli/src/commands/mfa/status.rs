//! `storeward mfa status`

use std::path::Path;

use serde::Serialize;
use storeward_core::{Clock, SystemClock};

use super::failed;
use crate::{
    args::{ListFormat, StatusArgs},
    ask::runtime,
    env::Env,
    exit::Exit,
    mfa::{Desk, Listed},
    project::Project,
    render,
};

#[derive(Serialize)]
struct List<'a> {
    schema: &'static str,
    actors: &'a [Listed],
}

pub(super) fn run(args: &StatusArgs, env: &Env) -> anyhow::Result<Exit> {
    let project = Project::around(Path::new("."), env)?;
    let listed = runtime()?.block_on(async {
        let desk = Desk::open(&project, env).await?;
        let actors = match &args.actor {
            Some(actor) => vec![actor.clone()],
            None => desk.actors().await?,
        };
        let now = SystemClock::new().now();
        let mut listed = Vec::new();
        for actor in actors {
            let status = desk.mfa().status(&actor, now).await.map_err(failed)?;
            listed.push(Listed { actor, status });
        }
        anyhow::Ok(listed)
    })?;
    let mut out = Vec::new();
    match args.format {
        ListFormat::Human => render::mfa::status(&mut out, &listed)?,
        ListFormat::Json => {
            render::json(&mut out, &List { schema: "storeward.mfa.status/1", actors: &listed })?
        }
    }
    render::deliver(&out, None)?;
    Ok(Exit::Yes)
}
