//! `storeward check`

use std::fs;

use anyhow::{Context, bail};

use crate::{
    args::{CheckArgs, CheckFormat},
    check::{self, Request},
    env::Env,
    exit::Exit,
    render,
};

pub(crate) fn run(args: &CheckArgs, env: &Env) -> anyhow::Result<Exit> {
    let path = &args.path;
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() || metadata.is_file() => {}
        Ok(_) => bail!("{} is neither a directory nor a file", path.display()),
        Err(error) => return Err(error).with_context(|| format!("cannot check {}", path.display())),
    }
    let request = Request { path, environment: &args.environment, strict: args.strict, env };
    let (report, exit) = check::run(&request)?;
    let mut out = Vec::new();
    match args.format {
        CheckFormat::Human => render::human::check(&mut out, &report)?,
        CheckFormat::Json => render::json(&mut out, &report)?,
        CheckFormat::Sarif => render::json(&mut out, &render::sarif::check(&report))?,
        CheckFormat::Markdown => render::markdown::check(&mut out, &report)?,
    }
    render::deliver(&out, args.output.as_deref())?;
    Ok(exit)
}
