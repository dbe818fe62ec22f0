//! `storeward access lint`

use std::path::Path;

use serde::Serialize;
use storeward_access::{Finding, Level};

use crate::{
    access::matrix,
    args::{LintArgs, ListFormat},
    env::Env,
    exit::Exit,
    project::Project,
    render,
};

#[derive(Serialize)]
struct Findings<'a> {
    schema: &'static str,
    usable: bool,
    findings: &'a [Finding],
}

pub(super) fn run(args: &LintArgs, env: &Env) -> anyhow::Result<Exit> {
    let project = Project::around(Path::new("."), env)?;
    let matrix = matrix(args.matrix.matrix.as_deref(), &project)?;
    let findings = matrix.lint(&project.environments);
    let usable = findings.iter().all(|finding| finding.level != Level::Error);
    let mut out = Vec::new();
    match args.format {
        ListFormat::Human => render::access::findings(&mut out, &findings)?,
        ListFormat::Json => render::json(
            &mut out,
            &Findings { schema: "storeward.access.lint/1", usable, findings: &findings },
        )?,
    }
    render::deliver(&out, None)?;
    Ok(match (usable, findings.is_empty()) {
        (false, _) => Exit::Usage,
        (true, false) => Exit::No,
        (true, true) => Exit::Yes,
    })
}
