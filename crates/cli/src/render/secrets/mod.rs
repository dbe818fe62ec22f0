//! The findings of a scan, in each form that people and programs ask for.

mod csv;
mod github;
mod gitlab;
mod human;
mod junit;
mod sarif;

use std::collections::BTreeMap;

use serde::Serialize;
use storeward_secrets::{Rule, Scanner, port::Summary};

use crate::{
    args::ScanFormat,
    secrets::{
        leak::{Leak, REMEDY},
        scan::Outcome,
    },
};

/// What there is to show.
pub(crate) struct Report<'a> {
    outcome: &'a Outcome,
    /// The rules that found something.
    rules: BTreeMap<&'a str, &'a Rule>,
    started: String,
    ended: String,
}

impl<'a> Report<'a> {
    /// Times are those of the scan, as RFC 3339.
    pub(crate) fn new(outcome: &'a Outcome, scanner: &'a Scanner, started: String, ended: String) -> Self {
        let found: std::collections::HashSet<&str> = outcome.leaks.iter().map(|leak| &*leak.rule).collect();
        let rules = scanner.rules().filter(|rule| found.contains(rule.id())).map(|rule| (rule.id(), rule));
        Self { outcome, rules: rules.collect(), started, ended }
    }

    /// What a person calls what a rule finds.
    fn name(&self, leak: &'a Leak) -> &'a str {
        self.rules.get(&*leak.rule).map_or(&*leak.rule, |rule| rule.name())
    }
}

#[derive(Serialize)]
struct Object<'a> {
    schema: &'static str,
    /// What to do about any of them.
    remedy: &'static str,
    findings: &'a [Leak],
    waived: u64,
    known: u64,
    scanned: Summary,
    interrupted: bool,
}

pub(crate) fn write(out: &mut Vec<u8>, report: &Report<'_>, format: ScanFormat) -> anyhow::Result<()> {
    let outcome = report.outcome;
    match format {
        ScanFormat::Human => human::write(out, report)?,
        ScanFormat::Json => super::json(
            out,
            &Object {
                schema: "storeward/secrets/1",
                remedy: REMEDY,
                findings: &outcome.leaks,
                waived: outcome.waived,
                known: outcome.known,
                scanned: outcome.summary,
                interrupted: outcome.interrupted,
            },
        )?,
        ScanFormat::Jsonl => {
            for leak in &outcome.leaks {
                serde_json::to_writer(&mut *out, leak)?;
                out.push(b'\n');
            }
        }
        ScanFormat::Sarif => super::json(out, &sarif::of(report))?,
        ScanFormat::Csv => csv::write(out, outcome)?,
        ScanFormat::Junit => junit::write(out, report)?,
        ScanFormat::Github => github::write(out, report)?,
        ScanFormat::Gitlab => super::json(out, &gitlab::of(report))?,
    }
    Ok(())
}
