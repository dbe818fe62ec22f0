//! A report for reading: groups, what is wrong with its places and remedy, the summary last.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::printable;
use crate::check::report::{Check, Evidence, Report, Status};

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const GREEN: Style = AnsiColor::Green.on_default();
pub(crate) const YELLOW: Style = AnsiColor::Yellow.on_default();
pub(crate) const RED: Style = AnsiColor::Red.on_default().bold();

/// How many pieces of evidence are shown for one check; JSON has them all.
const SHOWN: usize = 10;

pub(crate) fn check(out: &mut impl Write, report: &Report) -> io::Result<()> {
    let mut line_before = "";
    for group in report.checks.chunk_by(|a, b| group_of(a.id) == group_of(b.id)) {
        let Some(first) = group.first() else { continue };
        writeln!(out, "{line_before}{BOLD}{}{BOLD:#}", group_of(first.id))?;
        line_before = "\n";
        // A group that had nothing to look at is one line.
        match &first.reason {
            Some(reason) if group.iter().all(|check| check.reason.as_ref() == Some(reason)) => {
                writeln!(out, "  {DIM}- skipped: {}{DIM:#}", printable(reason))?;
            }
            _ => group.iter().try_for_each(|check| one(out, check))?,
        }
    }
    summary(out, report)
}

fn one(out: &mut impl Write, check: &Check) -> io::Result<()> {
    let (style, mark) = match check.status {
        Status::Pass => (GREEN, "✓"),
        Status::Skipped => (DIM, "-"),
        Status::Warn => (YELLOW, "!"),
        Status::Fail => (RED, "✗"),
    };
    write!(out, "  {style}{mark}{style:#} {DIM}{}{DIM:#} {}", check.id, check.title)?;
    match (&check.reason, check.status) {
        (Some(reason), _) => write!(out, " {DIM}(skipped: {}){DIM:#}", printable(reason))?,
        (None, Status::Warn | Status::Fail) => write!(out, " {style}{}{style:#}", check.severity)?,
        _ => {}
    }
    writeln!(out)?;
    for evidence in check.evidence.iter().take(SHOWN) {
        writeln!(out, "      {}{}", place(evidence), printable(&evidence.message))?;
    }
    if let Some(more) = check.evidence.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        writeln!(out, "      {DIM}and {more} more; --format json lists them all{DIM:#}")?;
    }
    if check.status >= Status::Warn {
        writeln!(out, "      {DIM}→ {}{DIM:#}", check.remedy)?;
    }
    Ok(())
}

/// `path:line:column: `, which terminals and editors can open.
pub(super) fn place(evidence: &Evidence) -> String {
    match (&evidence.path, evidence.at) {
        (Some(path), Some(at)) => format!("{}:{}:{}: ", printable(path), at.line, at.column),
        (Some(path), None) => format!("{}: ", printable(path)),
        (None, _) => String::new(),
    }
}

fn summary(out: &mut impl Write, report: &Report) -> io::Result<()> {
    let crate::check::report::Summary { pass, warn, fail, skipped } = report.summary;
    let strict = if report.strict { ", strict" } else { "" };
    let (style, verdict) = match (fail, warn) {
        (0, 0) => (GREEN, "nothing is wrong"),
        (0, _) => (YELLOW, "nothing fails"),
        _ => (RED, "not safe"),
    };
    writeln!(
        out,
        "\n{BOLD}{}{strict}{BOLD:#}: {style}{verdict}{style:#} · {fail} failed, {warn} warned, {pass} passed, {skipped} skipped",
        report.environment
    )
}

/// The heading of a check's group.
pub(super) fn group_of(id: &str) -> &'static str {
    match id.split('-').nth(1) {
        Some("SRC") => "What was checked",
        Some("SEC") => "Secrets",
        Some("ENV") => ".env files",
        Some("URL" | "TOK") => "Store and token",
        Some("CTL") => "Controls",
        Some("CFG") => "Configuration",
        Some("WF") => "Workflows",
        _ => "Other",
    }
}
