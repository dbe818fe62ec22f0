//! Reports about tokens, for reading.

use std::io::{self, Write};

use anstyle::Style;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use storeward_core::{Environment, Severity};
use storeward_token::{
    Form,
    form::Claims,
    inventory::Record,
    permission, revoke, rotate,
    validate::{Permissions, Validation},
};

use super::{
    counted,
    human::{BOLD, DIM, GREEN, RED, YELLOW},
    printable,
};

pub(crate) fn validation(
    out: &mut impl Write,
    found: &Validation,
    environment: &Environment,
) -> io::Result<()> {
    match found.valid {
        true => writeln!(out, "{GREEN}✓{GREEN:#} the token may be used in {environment}")?,
        false => writeln!(out, "{RED}✗ the token may not be used in {environment}{RED:#}")?,
    }
    if let Some(owner) = &found.identity {
        let active = if owner.active { "" } else { ", not active" };
        let id = printable(&owner.id);
        line(out, owner.kind, &format!("{} ({id}){active}", printable(&owner.name)))?;
    }
    if let Some(kind) = found.kind {
        let kind = match kind {
            Form::App => "app token",
            Form::Jwt => "staff token (JWT)",
            _ => "unknown to Saleor",
        };
        line(out, "form", kind)?;
    }
    if let Some(claims) = &found.claims {
        line(out, "says", &said(claims))?;
    }
    if let Some(fingerprint) = found.fingerprint {
        line(out, "fingerprint", &fingerprint.to_string())?;
    }
    if found.identity.is_some() {
        let Permissions { available, required, missing, excess, .. } = &found.permissions;
        let of = format!(
            "{} of {} required, {} beyond",
            required.len().saturating_sub(missing.len()),
            required.len(),
            excess.len()
        );
        line(out, "permissions", &format!("{} available: {of}", available.len()))?;
    }
    for issue in &found.issues {
        let message = match issue.id {
            // Each is told below, with the reason.
            "token.missing_permission" => "the token may not do what it must:",
            _ => issue.message.as_str(),
        };
        let (style, mark) = if issue.severity >= Severity::High { (RED, "✗") } else { (YELLOW, "!") };
        writeln!(out, "  {style}{mark}{style:#} {DIM}{}{DIM:#} {}", issue.id, printable(message))?;
        if issue.id == "token.missing_permission" {
            for code in &found.permissions.missing {
                let reason =
                    permission::reason(code).map_or_else(String::new, |reason| format!(" for {reason}"));
                writeln!(out, "      {}{DIM}{reason}{DIM:#}", printable(code))?;
            }
        }
        for advice in found.recommendations.iter().filter(|advice| advice.id == issue.id) {
            writeln!(out, "      {DIM}→ {}{DIM:#}", advice.message)?;
        }
    }
    Ok(())
}

/// What a staff token says of itself.
fn said(claims: &Claims) -> String {
    let kind = claims.kind.as_deref().unwrap_or("a token");
    let user = claims.email.as_deref().or(claims.user.as_deref()).unwrap_or("nobody");
    let issuer = claims.issuer.as_deref().unwrap_or("nobody");
    let until = claims
        .expires
        .map_or_else(|| "without end".to_owned(), |at| format!("until {}", at.format("%F %T UTC")));
    printable(&format!("{kind} of {user}, made by {issuer}, {until} (nobody has verified that)"))
}

fn line(out: &mut impl Write, what: &str, value: &str) -> io::Result<()> {
    writeln!(out, "  {DIM}{what:<11}{DIM:#} {value}")
}

pub(crate) fn rotation(out: &mut impl Write, report: &rotate::Report) -> io::Result<()> {
    use rotate::{Outcome, Status};
    for step in &report.steps {
        let (style, mark) = match step.status {
            Status::Done => (GREEN, "✓"),
            Status::Failed => (RED, "✗"),
            Status::Planned => (DIM, "·"),
            _ => (YELLOW, "!"),
        };
        writeln!(out, "  {style}{mark}{style:#} {DIM}{:<11}{DIM:#} {}", step.name, printable(&step.detail))?;
    }
    let until =
        report.until.map_or_else(String::new, |until| format!(" until {}", until.format("%F %T UTC")));
    let (style, verdict): (Style, String) = match report.outcome {
        Outcome::Rotated => (GREEN, "rotated: the new token is stored, the old one is dead".to_owned()),
        Outcome::ByHand => {
            (YELLOW, "the new token is stored; the old one is still to be ended by hand".to_owned())
        }
        Outcome::Waiting => (
            YELLOW,
            format!("the new token is stored; both live{until}: after that, run it again with --resume"),
        ),
        Outcome::Kept => (RED, "not rotated: the old token is in force, there is no new one".to_owned()),
        Outcome::Planned => (BOLD, "nothing was done, as asked".to_owned()),
        _ => (RED, "stopped halfway: run it again with --resume to finish it".to_owned()),
    };
    if let Some(new) = &report.new {
        let id = new.id.as_deref().map_or_else(String::new, |id| format!(" ({})", printable(id)));
        line(out, "new token", &format!("{}{id}", printable(&new.name)))?;
    }
    writeln!(out, "{style}{verdict}{style:#}")?;
    for todo in &report.by_hand {
        writeln!(out, "  {YELLOW}→{YELLOW:#} {}", printable(todo))?;
    }
    Ok(())
}

pub(crate) fn revocation(out: &mut impl Write, report: &revoke::Report) -> io::Result<()> {
    use revoke::Status;
    for token in &report.tokens {
        let (style, mark, what) = match token.status {
            Status::Revoked => (GREEN, "✓", "ended"),
            Status::Planned => (DIM, "·", "would be ended"),
            Status::InUse => (YELLOW, "!", "is in use, or may be: it stays; --force ends it too"),
            Status::Unknown => (RED, "✗", "the app has no such token"),
            _ => (RED, "✗", "is still there"),
        };
        let name = token.name.as_deref().map_or_else(String::new, |name| format!(" `{}`", printable(name)));
        writeln!(out, "  {style}{mark}{style:#} {}{name} {what}", printable(&token.id))?;
    }
    if report.tokens.is_empty() && report.cause.is_none() {
        writeln!(out, "the app has no tokens")?;
    }
    Ok(())
}

/// What is known of a token, and how old it is.
#[derive(Serialize)]
pub(crate) struct Listed<'r> {
    #[serde(flatten)]
    record: &'r Record,
    age_days: i64,
    /// Nothing when nobody says how old it may be.
    pub(crate) overdue: Option<bool>,
}

impl<'r> Listed<'r> {
    pub(crate) fn new(record: &'r Record, now: DateTime<Utc>, max_age: Option<TimeDelta>) -> Self {
        let age_days = now.signed_duration_since(record.issued_at).num_days();
        Self { record, age_days, overdue: max_age.map(|age| record.is_overdue(now, age)) }
    }
}

pub(crate) fn list(out: &mut impl Write, tokens: &[Listed<'_>]) -> io::Result<()> {
    for Listed { record, age_days, overdue } in tokens {
        let (style, mark) = match overdue {
            Some(true) => (RED, "✗ overdue"),
            Some(false) => (GREEN, "✓"),
            None => (DIM, "-"),
        };
        let name = printable(&record.name);
        writeln!(out, "{BOLD}{name}{BOLD:#} {style}{mark}{style:#}")?;
        line(out, "environment", &printable(&record.environment))?;
        line(out, "age", &format!("{age_days} days, issued {}", record.issued_at.format("%F")))?;
        let rotated = record.rotated_at.map_or_else(|| "never".to_owned(), |at| at.format("%F").to_string());
        line(out, "rotated", &rotated)?;
        line(out, "id", &format!("{} of app {}", printable(&record.id), printable(&record.app)))?;
        line(out, "fingerprint", &record.fingerprint.to_string())?;
        let permissions: Vec<_> = record.permissions.iter().map(|code| printable(code)).collect();
        line(out, "permissions", &permissions.join(", "))?;
    }
    match tokens.iter().filter(|token| token.overdue == Some(true)).count() {
        _ if tokens.is_empty() => {
            writeln!(
                out,
                "no token is known: one is recorded when it is rotated with `storeward token rotate`"
            )
        }
        0 => writeln!(out, "{}", counted(tokens.len() as u64, "token")),
        overdue => writeln!(out, "{}, {RED}{overdue} overdue{RED:#}", counted(tokens.len() as u64, "token")),
    }
}
