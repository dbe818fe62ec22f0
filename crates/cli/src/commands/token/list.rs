//! `storeward token list`

use std::path::Path;

use storeward_core::{Clock, SystemClock};
use storeward_token::Inventory;

use crate::{
    args::{ListArgs, ListFormat},
    ask::runtime,
    env::Env,
    exit::{Exit, NoAnswer},
    project::Project,
    render::{self, token::Listed},
    token::{inventory, span},
};

pub(super) fn run(args: &ListArgs, env: &Env) -> anyhow::Result<Exit> {
    let (project, only) = match &args.environment {
        Some(name) => {
            let (project, environment) = Project::in_environment(Path::new("."), name, env)?;
            (project, Some(environment))
        }
        None => (Project::around(Path::new("."), env)?, None),
    };
    let configured = project.values.token.max_age.as_deref();
    let max_age = args.max_age.as_deref().or(configured).map(|age| span("--max-age", age)).transpose()?;
    let mut records = runtime()?.block_on(inventory(&project).list()).map_err(NoAnswer::from)?;
    records.retain(|record| only.as_ref().is_none_or(|only| record.environment == only.name()));
    records.sort_by_key(|record| record.issued_at);
    let now = SystemClock::new().now();
    let listed: Vec<_> = records.iter().map(|record| Listed::new(record, now, max_age)).collect();
    let mut out = Vec::new();
    match args.format {
        ListFormat::Human => render::token::list(&mut out, &listed)?,
        ListFormat::Json => render::json(
            &mut out,
            &serde_json::json!({ "schema": "storeward.token.list/1", "tokens": listed }),
        )?,
    }
    render::deliver(&out, None)?;
    let overdue = args.max_age.is_some() && listed.iter().any(|token| token.overdue == Some(true));
    Ok(if overdue { Exit::No } else { Exit::Yes })
}
