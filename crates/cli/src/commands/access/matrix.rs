//! `storeward access matrix`

use std::path::Path;

use anyhow::bail;
use serde::Serialize;
use storeward_access::{diff::CellView, matrix::BUILT_IN};
use storeward_core::nearest;

use crate::{
    access::{engine, matrix},
    args::{MatrixArgs, MatrixFormat},
    env::Env,
    exit::Exit,
    project::Project,
    render::{self, access::Table},
};

#[derive(Serialize)]
struct Cells<'a> {
    schema: &'static str,
    cells: &'a [CellView],
}

pub(super) fn run(args: &MatrixArgs, env: &Env) -> anyhow::Result<Exit> {
    if args.built_in {
        render::deliver(BUILT_IN.as_bytes(), None)?;
        return Ok(Exit::Yes);
    }
    let project = Project::around(Path::new("."), env)?;
    let engine = engine(&matrix(args.matrix.matrix.as_deref(), &project)?, &project.environments)?;
    let only = args.environment.as_deref().map(|name| project.environments.resolve(name)).transpose()?;
    let roles: Vec<&str> = engine.matrix().roles.iter().map(|role| role.name.value.as_str()).collect();
    if let Some(unknown) = args.role.iter().find(|role| !roles.contains(&role.as_str())) {
        let hint = nearest::hint(nearest::nearest(unknown, roles.iter().copied()));
        bail!("unknown role `{unknown}`{hint}");
    }
    let mut cells: Vec<_> = engine.cells().collect();
    cells.retain(|cell| args.role.is_empty() || args.role.contains(&cell.role));
    cells.retain(|cell| only.as_ref().is_none_or(|only| only.name() == cell.environment));
    let mut out = Vec::new();
    match args.format {
        MatrixFormat::Json => {
            render::json(&mut out, &Cells { schema: "storeward.access.matrix/1", cells: &cells })?;
        }
        MatrixFormat::Human => Table::new(&cells).human(&mut out)?,
        MatrixFormat::Markdown => Table::new(&cells).markdown(&mut out)?,
        MatrixFormat::Html => Table::new(&cells).html(&mut out)?,
    }
    render::deliver(&out, args.output.as_deref())?;
    Ok(Exit::Yes)
}
