//! `storeward sanitize --explain PATH`

use std::io::Write;

use serde::Serialize;
use storeward_sanitize::{Audience, FieldPath, Match, RuleSet, Unclassified};

use crate::{
    args::{ListFormat, SanitizeArgs},
    exit::Exit,
    render::{self, printable},
};

/// All that is known about a field.
#[derive(Serialize)]
struct Explained<'a> {
    schema: &'static str,
    path: String,
    /// The rules that describe the field, the one that decides first.
    rules: Vec<Described<'a>>,
    /// What each audience, or the one that was named, gets to see.
    audiences: Vec<Shown>,
}

#[derive(Serialize)]
struct Described<'a> {
    rule: &'a str,
    pattern: String,
    class: &'static str,
    handling: &'static str,
    reason: &'a str,
    /// Why it stands where it does among the others.
    specificity: String,
    from: &'static str,
}

#[derive(Serialize)]
struct Shown {
    audience: Audience,
    sees: String,
}

pub(super) fn run(rules: &RuleSet, path: &str, args: &SanitizeArgs) -> anyhow::Result<Exit> {
    let path: FieldPath = path.parse()?;
    let matches = rules.explain(&path);
    let audiences = match args.audience {
        Some(audience) => vec![audience],
        None => Audience::ALL.to_vec(),
    };
    let explained = Explained {
        schema: "storeward.sanitize.explain/1",
        path: path.to_string(),
        rules: matches.iter().map(described).collect(),
        audiences: audiences
            .into_iter()
            .map(|audience| Shown { audience, sees: sees(matches.first(), audience, args.unclassified) })
            .collect(),
    };
    let mut out = Vec::new();
    match args.format {
        ListFormat::Json => render::json(&mut out, &explained)?,
        ListFormat::Human => human(&mut out, &explained)?,
    }
    render::deliver(&out, None)?;
    Ok(Exit::Yes)
}

fn described<'a>(found: &Match<'a>) -> Described<'a> {
    Described {
        rule: &found.rule.name,
        pattern: found.pattern.to_string(),
        class: found.rule.class.as_str(),
        handling: found.rule.handling.as_str(),
        reason: &found.rule.reason,
        specificity: found.specificity.to_string(),
        from: if found.layer == 0 { "built-in rules" } else { "your rules" },
    }
}

fn sees(decides: Option<&Match<'_>>, audience: Audience, unclassified: Unclassified) -> String {
    match decides.map(|found| found.rule) {
        Some(rule) if rule.shows(audience) => "the value, without any secret in it".to_owned(),
        Some(rule) => rule.handling.to_string(),
        None => match unclassified {
            Unclassified::Keep => "the value, for nobody classified it".to_owned(),
            Unclassified::Redact => "full_redaction, for nobody classified it".to_owned(),
            _ => "the value, without what the detectors recognise, for nobody classified it".to_owned(),
        },
    }
}

fn human(out: &mut Vec<u8>, explained: &Explained<'_>) -> anyhow::Result<()> {
    match explained.rules.split_first() {
        None => writeln!(out, "{}: no rule classifies it", printable(&explained.path))?,
        Some((decides, others)) => {
            writeln!(
                out,
                "{}: {}, {}\n  by the rule {} ({})\n  because: {}",
                printable(&explained.path),
                decides.class,
                decides.handling,
                printable(decides.rule),
                decides.from,
                printable(decides.reason),
            )?;
            if !others.is_empty() {
                writeln!(out, "  it is the most specific ({}); less so, or older:", decides.specificity)?;
            }
            for other in others {
                writeln!(
                    out,
                    "    {}: {}, {} ({}; {})",
                    printable(other.rule),
                    other.class,
                    other.handling,
                    other.specificity,
                    other.from
                )?;
            }
        }
    }
    for Shown { audience, sees } in &explained.audiences {
        writeln!(out, "  {audience:<12} sees {sees}")?;
    }
    Ok(())
}
