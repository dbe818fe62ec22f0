//! For reading: each finding with its line, then what to do, then a summary.

use std::io::{self, Write};

use storeward_core::{Clock, Severity, SystemClock};
use storeward_secrets::port::Verdict;

use super::Report;
use crate::{
    render::{
        counted,
        human::{BOLD, DIM, GREEN, RED, YELLOW},
        printable,
    },
    secrets::leak::{Leak, REMEDY},
};

/// How much of a line is shown on either side of the secret, in characters.
const SIDE: usize = 60;

pub(super) fn write(out: &mut impl Write, report: &Report<'_>) -> io::Result<()> {
    report.outcome.leaks.iter().try_for_each(|leak| one(out, report, leak))?;
    if !report.outcome.leaks.is_empty() {
        writeln!(out, "{DIM}→ {REMEDY}.{DIM:#}\n")?;
    }
    summary(out, report)
}

fn one(out: &mut impl Write, report: &Report<'_>, leak: &Leak) -> io::Result<()> {
    let style = match leak.severity {
        Severity::Info | Severity::Low => DIM,
        Severity::Medium => YELLOW,
        Severity::High | Severity::Critical => RED,
    };
    let (path, line, column) = (printable(&leak.path), leak.line, leak.column);
    write!(out, "{BOLD}{path}:{line}:{column}{BOLD:#} {style}{}{style:#} ", leak.severity)?;
    write!(out, "{} {DIM}{}, {} confidence", report.name(leak), leak.rule, leak.confidence)?;
    match leak.verification {
        Some(Verdict::Verified) => writeln!(out, ",{DIM:#} {RED}verified{RED:#}")?,
        Some(verdict) => writeln!(out, ", {}{DIM:#}", verdict.as_str())?,
        None => writeln!(out, "{DIM:#}")?,
    }
    let [before, masked, after] = leak.snippet.parts(&leak.masked);
    let cut = before.chars().count().saturating_sub(SIDE);
    let before: String = before.chars().skip(cut).collect();
    let rest: String = after.chars().take(SIDE).collect();
    let (front, back) = (if cut > 0 { "…" } else { "" }, if rest.len() < after.len() { "…" } else { "" });
    writeln!(
        out,
        "  {DIM}│{DIM:#} {front}{}{style}{}{style:#}{}{back}",
        printable(&before),
        printable(&masked),
        printable(&rest)
    )?;
    let mut more = Vec::new();
    more.extend(leak.key_path.as_ref().map(|keys| format!("at {}", printable(keys))));
    more.extend(leak.expires.map(|moment| {
        let tense = if moment < SystemClock::new().now() { "expired" } else { "expires" };
        format!("{tense} {}", moment.format("%F %H:%M UTC"))
    }));
    more.extend(leak.decoded_from.as_ref().map(|from| format!("decoded from {from}")));
    more.extend(leak.commit.as_ref().map(|commit| {
        let short: String = commit.commit.chars().take(12).collect();
        format!("since {short} by {}, {}", printable(&commit.author), printable(&commit.date))
    }));
    if !more.is_empty() {
        writeln!(out, "  {DIM}│ {}{DIM:#}", more.join(" · "))?;
    }
    writeln!(out)
}

fn summary(out: &mut impl Write, report: &Report<'_>) -> io::Result<()> {
    let outcome = report.outcome;
    match outcome.leaks.len() {
        0 => write!(out, "{GREEN}no secrets{GREEN:#}")?,
        number => write!(out, "{RED}{}{RED:#}", counted(number as u64, "secret"))?,
    }
    let of = |severity| outcome.leaks.iter().filter(|leak| leak.severity == severity).count();
    let counts = Severity::ALL.into_iter().rev().map(|severity| (of(severity), severity));
    let counts: Vec<String> = counts
        .filter(|(count, _)| *count > 0)
        .map(|(count, severity)| format!("{count} {severity}"))
        .collect();
    if !counts.is_empty() {
        write!(out, " ({})", counts.join(", "))?;
    }
    let scanned = outcome.summary;
    write!(out, " in {}, {}", counted(scanned.pieces, "text"), size(scanned.bytes))?;
    for (count, what) in [
        (outcome.waived, "waived"),
        (outcome.known, "in the baseline"),
        (scanned.skipped, "skipped as binary or too large"),
        (scanned.unreadable + outcome.broken.len() as u64, "unreadable"),
    ] {
        if count > 0 {
            write!(out, " · {count} {what}")?;
        }
    }
    writeln!(out, "{}", if outcome.interrupted { " · interrupted" } else { "" })
}

fn size(bytes: u64) -> String {
    let tenths = |shift: u32| {
        let tenths = (bytes >> (shift - 10)) * 10 / 1024;
        format!("{}.{}", tenths / 10, tenths % 10)
    };
    match bytes {
        0..1024 => counted(bytes, "byte"),
        1024..0x10_0000 => format!("{} KiB", tenths(10)),
        0x10_0000..0x4000_0000 => format!("{} MiB", tenths(20)),
        _ => format!("{} GiB", tenths(30)),
    }
}
