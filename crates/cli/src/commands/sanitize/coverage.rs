//! `storeward sanitize coverage`

use std::{io::Write, path::Path};

use serde::Serialize;
use storeward_sanitize::{coverage, report::Gaps};

use super::{block_on, failed, input::Input, rules};
use crate::{
    args::{CoverageArgs, ListFormat},
    env::Env,
    exit::Exit,
    project::Project,
    render::{self, counted, printable},
};

#[derive(Serialize)]
struct List {
    schema: &'static str,
    #[serde(flatten)]
    gaps: Gaps,
}

pub(super) fn run(args: &CoverageArgs, env: &Env) -> anyhow::Result<Exit> {
    let project = Project::around(Path::new("."), env)?;
    let rules = rules(&args.rules, &project)?;
    let mut input = Input::open(args.file.as_deref(), args.input_format)?;
    let gaps = coverage::gaps(rules, input.format, &mut input.reader);
    let gaps = match block_on(gaps)? {
        Ok(gaps) => gaps,
        Err(error) => return Ok(failed(error, &input.name)),
    };
    let mut out = Vec::new();
    match args.format {
        ListFormat::Json => {
            render::json(&mut out, &List { schema: "storeward.sanitize.coverage/1", gaps })?;
        }
        ListFormat::Human => {
            for (path, fields) in &gaps.fields {
                writeln!(out, "{} ({})", printable(path), counted(*fields, "field"))?;
            }
            if gaps.unlisted > 0 {
                writeln!(out, "and {} in further places", counted(gaps.unlisted, "field"))?;
            }
            let all = gaps.classified + gaps.unclassified;
            writeln!(out, "{} of {} classified", gaps.classified, counted(all, "field"))?;
        }
    }
    render::deliver(&out, None)?;
    Ok(Exit::Yes)
}
