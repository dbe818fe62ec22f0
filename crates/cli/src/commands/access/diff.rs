//! `storeward access diff`

use std::path::Path;

use serde::Serialize;
use storeward_access::{Diff, diff};

use crate::{
    access::{engine, read},
    args::{DiffArgs, DiffFormat},
    env::Env,
    exit::Exit,
    project::Project,
    render,
};

#[derive(Serialize)]
struct Difference<'a> {
    schema: &'static str,
    #[serde(flatten)]
    diff: &'a Diff,
}

pub(super) fn run(args: &DiffArgs, env: &Env) -> anyhow::Result<Exit> {
    let project = Project::around(Path::new("."), env)?;
    let engine = |path: &Path| engine(&read(path)?, &project.environments);
    let diff = diff(&engine(&args.old)?, &engine(&args.new)?);
    let mut out = Vec::new();
    match args.format {
        DiffFormat::Human => render::access::diff(&mut out, &diff)?,
        DiffFormat::Json => {
            render::json(&mut out, &Difference { schema: "storeward.access.diff/1", diff: &diff })?;
        }
        DiffFormat::Markdown => render::access::diff_markdown(&mut out, &diff)?,
    }
    render::deliver(&out, None)?;
    Ok(if diff.is_empty() { Exit::Yes } else { Exit::No })
}
