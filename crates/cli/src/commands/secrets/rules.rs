//! `storeward secrets rules list|show|test`

use std::{
    io::{self, Write},
    path::PathBuf,
};

use anyhow::bail;
use serde::Serialize;
use storeward_core::Severity;
use storeward_secrets::{Confidence, Rule, Scanner, ScannerBuilder, rule::example::expand};

use crate::{
    args::{ListFormat, RulesCommand},
    exit::Exit,
    render::{
        self,
        human::{BOLD, DIM, GREEN, RED},
    },
    secrets::policy::RuleFiles,
};

#[derive(Serialize)]
struct List<'a> {
    schema: &'static str,
    rules: Vec<Shown<'a>>,
}

#[derive(Serialize)]
struct Shown<'a> {
    id: &'a str,
    name: &'a str,
    description: &'a str,
    severity: Severity,
    confidence: Confidence,
    keywords: Vec<&'a str>,
    pattern: &'a str,
    min_entropy: f32,
    examples: Vec<&'a str>,
    counterexamples: Vec<&'a str>,
    references: Vec<&'a str>,
}

impl<'a> Shown<'a> {
    fn of(rule: &'a Rule) -> Self {
        Self {
            id: rule.id(),
            name: rule.name(),
            description: rule.description(),
            severity: rule.severity(),
            confidence: rule.confidence(),
            keywords: rule.keywords().collect(),
            pattern: rule.pattern(),
            min_entropy: rule.min_entropy(),
            examples: rule.examples().collect(),
            counterexamples: rule.counterexamples().collect(),
            references: rule.references().collect(),
        }
    }
}

pub(super) fn run(command: &RulesCommand) -> anyhow::Result<Exit> {
    match command {
        RulesCommand::List { rules, format } => list(&scanner(rules)?, *format),
        RulesCommand::Show { id, rules, format } => show(&scanner(rules)?, id, *format),
        RulesCommand::Test { ids, rules } => test(ids, rules),
    }
}

fn scanner(files: &[PathBuf]) -> anyhow::Result<Scanner> {
    with(Scanner::builder(), files)
}

/// A scanner with the rules of some files besides what it has.
fn with(mut builder: ScannerBuilder, files: &[PathBuf]) -> anyhow::Result<Scanner> {
    let mut rules = RuleFiles::default();
    for path in files {
        builder = rules.add(builder, path)?;
    }
    Ok(builder.build())
}

fn find<'a>(scanner: &'a Scanner, id: &str) -> anyhow::Result<&'a Rule> {
    if let Some(rule) = scanner.rules().find(|rule| rule.id() == id) {
        return Ok(rule);
    }
    let nearest = storeward_core::nearest::nearest(id, scanner.rules().map(Rule::id));
    bail!("unknown rule `{id}`{}; `secrets rules list` lists them", storeward_core::nearest::hint(nearest))
}

fn list(scanner: &Scanner, format: ListFormat) -> anyhow::Result<Exit> {
    let mut rules: Vec<Shown<'_>> = scanner.rules().map(Shown::of).collect();
    rules.sort_by_key(|rule| rule.id);
    let mut out = Vec::new();
    match format {
        ListFormat::Json => render::json(&mut out, &List { schema: "storeward/rules/1", rules })?,
        ListFormat::Human => {
            let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
            for rule in &rules {
                let (id, severity, confidence) = (rule.id, rule.severity, rule.confidence);
                writeln!(
                    out,
                    "{BOLD}{id:width$}{BOLD:#} {severity:8} {confidence:6} {DIM}{}{DIM:#}",
                    rule.name
                )?;
            }
            writeln!(out, "{} rules", rules.len())?;
        }
    }
    render::deliver(&out, None)?;
    Ok(Exit::Yes)
}

fn show(scanner: &Scanner, id: &str, format: ListFormat) -> anyhow::Result<Exit> {
    let rule = find(scanner, id)?;
    let mut out = Vec::new();
    match format {
        ListFormat::Json => render::json(&mut out, &Shown::of(rule))?,
        ListFormat::Human => human(&mut out, rule)?,
    }
    render::deliver(&out, None)?;
    Ok(Exit::Yes)
}

fn human(out: &mut impl Write, rule: &Rule) -> io::Result<()> {
    writeln!(out, "{BOLD}{}{BOLD:#}  {}", rule.id(), rule.name())?;
    writeln!(out, "  {}", rule.description())?;
    writeln!(out, "  {} severity, {} confidence", rule.severity(), rule.confidence())?;
    writeln!(out, "  {DIM}keywords{DIM:#}  {}", rule.keywords().collect::<Vec<_>>().join(", "))?;
    if !rule.pattern().is_empty() {
        writeln!(out, "  {DIM}pattern{DIM:#}   {}", rule.pattern())?;
    }
    if rule.min_entropy() > 0.0 {
        writeln!(out, "  {DIM}entropy{DIM:#}   at least {} bits a character", rule.min_entropy())?;
    }
    for (heading, texts) in [
        ("finds   ", rule.examples().collect::<Vec<_>>()),
        ("ignores ", rule.counterexamples().collect()),
        ("see     ", rule.references().collect()),
    ] {
        for text in texts {
            for line in text.lines() {
                writeln!(out, "  {DIM}{heading}{DIM:#}  {line}")?;
            }
        }
    }
    Ok(())
}

/// Scans each example as if nothing else were there, with the rule alone.
fn test(ids: &[String], files: &[PathBuf]) -> anyhow::Result<Exit> {
    let all = scanner(files)?;
    let own = if files.is_empty() { None } else { Some(with(Scanner::builder().without_builtin(), files)?) };
    let rules: Vec<&Rule> = match (ids, &own) {
        ([], Some(own)) => own.rules().collect(),
        ([], None) => all.rules().collect(),
        (ids, _) => ids.iter().map(|id| find(&all, id)).collect::<anyhow::Result<_>>()?,
    };
    let mut out = Vec::new();
    let (mut tried, mut wrong) = (0, 0);
    for rule in &rules {
        let alone = all.alone(rule.id());
        let examples = rule.examples().map(|text| (text, true));
        for (text, expected) in examples.chain(rule.counterexamples().map(|text| (text, false))) {
            tried += 1;
            let found = !alone.scan(expand(text, rule.id()).as_bytes()).is_empty();
            if found != expected {
                wrong += 1;
                let fault = if expected { "does not find" } else { "finds" };
                writeln!(
                    out,
                    "{RED}✗{RED:#} {BOLD}{}{BOLD:#} {fault}: {}",
                    rule.id(),
                    render::printable(text)
                )?;
            }
        }
    }
    let (style, mark) = if wrong == 0 { (GREEN, "✓") } else { (RED, "✗") };
    writeln!(out, "{style}{mark}{style:#} {} rules, {tried} examples, {wrong} wrong", rules.len())?;
    render::deliver(&out, None)?;
    Ok(if wrong == 0 { Exit::Yes } else { Exit::No })
}
