//! `storeward token name …`

use std::{io::Write, path::Path};

use serde::Serialize;
use storeward_core::{Clock, SystemClock};
use storeward_token::TokenName;

use crate::{
    args::{ListFormat, NameCommand},
    env::Env,
    exit::Exit,
    project::Project,
    render,
};

/// A name and its parts.
#[derive(Serialize)]
struct Named<'a> {
    schema: &'static str,
    name: String,
    environment: &'a str,
    tier: String,
    purpose: &'a str,
    team: &'a str,
    /// As `YYYY-MM-DD`; the first of the month where the name says no day.
    date: String,
}

pub(super) fn run(command: &NameCommand, env: &Env) -> anyhow::Result<Exit> {
    let project = Project::around(Path::new("."), env)?;
    match command {
        NameCommand::New(args) => {
            let environment = project.environments.resolve(&args.environment)?;
            let today = SystemClock::new().now().date_naive();
            let name = TokenName::new(&environment, &args.purpose, &args.team, today, &args.taken)?;
            let mut out = Vec::new();
            match args.format {
                ListFormat::Human => writeln!(out, "{name}")?,
                ListFormat::Json => render::json(&mut out, &named(&name))?,
            }
            render::deliver(&out, None)?;
        }
        NameCommand::Parse(args) => {
            let name = match TokenName::parse(&args.name, &project.environments) {
                Ok(name) => name,
                Err(error) => {
                    render::error(&anyhow::Error::from(error).context(args.name.clone()));
                    return Ok(Exit::No);
                }
            };
            let mut out = Vec::new();
            let named = named(&name);
            match args.format {
                ListFormat::Json => render::json(&mut out, &named)?,
                ListFormat::Human => {
                    writeln!(out, "environment  {} ({})", named.environment, named.tier)?;
                    writeln!(out, "purpose      {}", named.purpose)?;
                    writeln!(out, "team         {}", named.team)?;
                    writeln!(out, "date         {}", named.date)?;
                }
            }
            render::deliver(&out, None)?;
        }
    }
    Ok(Exit::Yes)
}

fn named(name: &TokenName) -> Named<'_> {
    Named {
        schema: "storeward.token.name/1",
        name: name.to_string(),
        environment: name.environment().name(),
        tier: name.environment().tier().to_string(),
        purpose: name.purpose(),
        team: name.team(),
        date: name.date().to_string(),
    }
}
