//! `storeward config show`

use std::io::Write;

use anyhow::bail;
use serde::Serialize;
use storeward_core::Masked;

use crate::{
    args::{ConfigCommand, ConfigShowArgs, ListFormat},
    check::Layers,
    config::keys::KEYS,
    env::Env,
    exit::Exit,
    render,
};

#[derive(Serialize)]
struct List {
    schema: &'static str,
    environment: String,
    values: Vec<Shown>,
    problems: Vec<String>,
}

#[derive(Serialize)]
struct Shown {
    key: &'static str,
    value: Option<serde_json::Value>,
    origin: Option<String>,
}

pub(crate) fn run(command: &ConfigCommand, env: &Env) -> anyhow::Result<Exit> {
    let ConfigCommand::Show(args) = command;
    show(args, env)
}

fn show(args: &ConfigShowArgs, env: &Env) -> anyhow::Result<Exit> {
    if !args.path.is_dir() {
        bail!("{} is no directory", args.path.display());
    }
    let layers = Layers::read(&args.path);
    let environment = layers.environments.resolve(&args.environment)?;
    let config = layers.config(&environment, Some(env));
    let values = KEYS
        .iter()
        .map(|key| Shown {
            key: key.name,
            value: config
                .value(key.name)
                .and_then(|value| serde_json::to_value(value).ok())
                .map(without_password),
            origin: config.setting(key.name).map(|setting| setting.origin.to_string()),
        })
        .collect();
    let mut problems: Vec<String> = config.problems.iter().map(ToString::to_string).collect();
    problems.extend(config.below_floor(&environment).map(|setting| {
        format!("{}: `{}` is turned off, below what {environment} demands", setting.origin, setting.key.name)
    }));
    let list = List { schema: "storeward/config/1", environment: environment.to_string(), values, problems };
    let mut out = Vec::new();
    match args.format {
        ListFormat::Json => render::json(&mut out, &list)?,
        ListFormat::Human => {
            let width = list.values.iter().map(|shown| shown.key.len()).max().unwrap_or_default();
            for shown in &list.values {
                match (&shown.value, &shown.origin) {
                    (Some(value), Some(origin)) => {
                        writeln!(out, "{:width$} = {value}  ({origin})", shown.key)?
                    }
                    _ => writeln!(out, "{:width$}   not set", shown.key)?,
                }
            }
        }
    }
    render::deliver(&out, None)?;
    for problem in list.problems.iter().filter(|_| args.format == ListFormat::Human) {
        render::note(problem);
    }
    Ok(if list.problems.is_empty() { Exit::Yes } else { Exit::Usage })
}

/// An address may hold a password although it should not.
fn without_password(value: serde_json::Value) -> serde_json::Value {
    let Some(text) = value.as_str() else { return value };
    match url::Url::parse(text) {
        Ok(url) if !url.username().is_empty() || url.password().is_some() || url.query().is_some() => {
            Masked::of(text).as_str().into()
        }
        _ => value,
    }
}
