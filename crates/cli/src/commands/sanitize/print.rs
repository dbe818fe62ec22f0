//! What was done to a document, for a person.

use std::io::Write;

use storeward_sanitize::report::{Changed, Report};

use crate::{
    args::ListFormat,
    render::{self, counted, printable},
};

/// A line on standard error.
pub(super) fn summary(report: &Report) {
    let coverage = report.coverage;
    let fields = coverage.classified + coverage.detected + coverage.unknown;
    let searched = match report.proof.secrets_searched {
        0 => String::new(),
        secrets => format!(" and searched for {}", counted(secrets, "hidden secret")),
    };
    let beyond = match report.proof.secrets_beyond {
        0 => String::new(),
        beyond => format!(" ({beyond} more were too many to search for)"),
    };
    render::note(&format!(
        "{} hidden for audience {}; {} of {} classified; the result was read again{searched}{beyond}, and nothing was \
         left to hide",
        counted(report.changes(), "field"),
        report.audience,
        coverage.classified,
        counted(fields, "field"),
    ));
}

/// What would be hidden.
pub(super) fn check(report: &Report, format: ListFormat) -> anyhow::Result<()> {
    let mut out = Vec::new();
    match format {
        ListFormat::Json => render::json(&mut out, report)?,
        ListFormat::Human => {
            for Changed { path, class, handling, rule, count, .. } in &report.fields {
                let class = class.map_or("unclassified", |class| class.as_str());
                let times = count.map(|count| format!(" ({count} times)")).unwrap_or_default();
                writeln!(out, "{}: {class}, {handling} by {}{times}", printable(path), printable(rule))?;
            }
            match report.changes() {
                0 => writeln!(out, "nothing would be hidden for audience {}", report.audience)?,
                changes => {
                    writeln!(
                        out,
                        "{} would be hidden for audience {}",
                        counted(changes, "field"),
                        report.audience
                    )?;
                }
            }
        }
    }
    render::deliver(&out, None)
}
