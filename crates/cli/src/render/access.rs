//! Decisions and roles, for reading.

mod table;

use std::io::{self, Write};

use storeward_access::{DecisionReport, Diff, Finding, Level, Step};

pub(crate) use self::table::Table;
use super::{
    human::{DIM, GREEN, RED, YELLOW},
    printable,
};
use crate::access::glass::Listed;

pub(crate) fn decision(out: &mut impl Write, decision: &DecisionReport, steps: &[Step]) -> io::Result<()> {
    for step in steps {
        let (style, mark) = if step.favours { (GREEN, "+") } else { (RED, "-") };
        let place = step.source.as_ref().map_or_else(String::new, |source| printable(&source.to_string()));
        writeln!(out, "  {style}{mark}{style:#} {} {DIM}{place}{DIM:#}", printable(&step.text))?;
    }
    let open = decision.obligations.iter().any(|obligation| !obligation.satisfied);
    let (style, verdict) = match (decision.allowed, open) {
        (true, _) => (GREEN, "✓ allowed"),
        (false, true) => (YELLOW, "! not yet"),
        (false, false) => (RED, "✗ refused"),
    };
    writeln!(out, "{style}{verdict}{style:#}: {}", printable(&decision.reason))?;
    if decision.break_glass {
        writeln!(out, "  {RED}this is an override: it is recorded, and must be reviewed{RED:#}")?;
    }
    for obligation in &decision.obligations {
        let (style, mark) = if obligation.satisfied { (GREEN, "✓") } else { (YELLOW, "·") };
        let (kind, reason) = (obligation.kind, printable(&obligation.reason));
        writeln!(out, "  {style}{mark}{style:#} {DIM}{kind}{DIM:#} {reason}")?;
    }
    if let Some(source) = &decision.decided_by.source {
        writeln!(out, "  {DIM}{}{DIM:#}", printable(source))?;
    }
    Ok(())
}

pub(crate) fn overrides(out: &mut impl Write, listed: &[Listed]) -> io::Result<()> {
    for one in listed {
        let operations: Vec<_> = one.operations.iter().map(|operation| operation.as_str()).collect();
        let (from, until) = (one.from.format("%F %H:%M"), one.until.format("%F %H:%M UTC"));
        let (actor, environment) = (printable(&one.actor), printable(&one.environment));
        writeln!(
            out,
            "{} · {actor} · {environment} · {} · {from} to {until}",
            one.id,
            operations.join(", ")
        )?;
        writeln!(out, "  {}", printable(&one.reason))?;
        match (&one.reviewed_by, one.to_be_reviewed) {
            (Some(by), _) => writeln!(out, "  {GREEN}✓ reviewed by {}{GREEN:#}", printable(by))?,
            (None, true) => {
                writeln!(out, "  {RED}✗ to be reviewed; until then there is no other override{RED:#}")?
            }
            (None, false) => writeln!(out, "  {YELLOW}! in force{YELLOW:#}")?,
        }
    }
    if listed.is_empty() {
        writeln!(out, "there are no overrides")?;
    }
    Ok(())
}

pub(crate) fn findings(out: &mut impl Write, findings: &[Finding]) -> io::Result<()> {
    for finding in findings {
        let (style, mark) = if finding.level == Level::Error { (RED, "✗") } else { (YELLOW, "!") };
        writeln!(
            out,
            "{style}{mark}{style:#} {}: {} {DIM}{}{DIM:#}",
            finding.source,
            printable(&finding.message),
            finding.code
        )?;
    }
    if findings.is_empty() {
        writeln!(out, "{GREEN}✓{GREEN:#} nothing was found")?;
    }
    Ok(())
}

pub(crate) fn diff(out: &mut impl Write, diff: &Diff) -> io::Result<()> {
    for cell in &diff.cells {
        let changes: Vec<_> = cell.changes.iter().map(ToString::to_string).collect();
        let (role, environment) = (printable(&cell.role), printable(&cell.environment));
        writeln!(out, "{role} · {environment} · {}: {}", cell.operation, changes.join(", "))?;
    }
    for setting in &diff.settings {
        let (name, old, new) =
            (printable(&setting.setting), printable(&setting.old), printable(&setting.new));
        writeln!(out, "{name}: {} → {}", or_nothing(&old), or_nothing(&new))?;
    }
    if diff.is_empty() {
        writeln!(out, "{GREEN}✓{GREEN:#} nobody may do more or less than before")?;
    }
    Ok(())
}

pub(crate) fn diff_markdown(out: &mut impl Write, diff: &Diff) -> io::Result<()> {
    if diff.is_empty() {
        return writeln!(out, "Nobody may do more or less than before.");
    }
    writeln!(out, "| role | environment | operation | change |\n| --- | --- | --- | --- |")?;
    for cell in &diff.cells {
        let changes: Vec<_> = cell.changes.iter().map(ToString::to_string).collect();
        let (role, environment) = (table::cell(&cell.role), table::cell(&cell.environment));
        writeln!(out, "| {role} | {environment} | {} | {} |", cell.operation, changes.join(", "))?;
    }
    if !diff.settings.is_empty() {
        writeln!(out, "\n| setting | before | after |\n| --- | --- | --- |")?;
    }
    for setting in &diff.settings {
        let [name, old, new] = [&setting.setting, &setting.old, &setting.new].map(|text| table::cell(text));
        writeln!(out, "| {name} | {} | {} |", or_nothing(&old), or_nothing(&new))?;
    }
    Ok(())
}

fn or_nothing(text: &str) -> &str {
    if text.is_empty() { "(nothing)" } else { text }
}
