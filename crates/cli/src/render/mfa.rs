//! Second factors, for reading.

use std::io::{self, Write};

use qrcode::{QrCode, render::unicode::Dense1x2};
use storeward_access::mfa::service::Stage;

use super::{
    human::{BOLD, DIM, GREEN, RED, YELLOW},
    printable,
};
use crate::mfa::{Listed, Verified};

pub(crate) fn enrolled(
    out: &mut impl Write,
    actor: &str,
    uri: &str,
    code: Option<&QrCode>,
    recovery: &[String],
) -> io::Result<()> {
    writeln!(out, "{BOLD}Scan this with the app of {}, or type the address in:{BOLD:#}", printable(actor))?;
    if let Some(code) = code {
        // Dark on light, whatever the terminal's colours are: some apps read no other.
        let picture =
            code.render::<Dense1x2>().dark_color(Dense1x2::Dark).light_color(Dense1x2::Light).build();
        for line in picture.lines() {
            writeln!(out, "\u{1b}[30;107m{line}\u{1b}[0m")?;
        }
    }
    writeln!(out, "{uri}\n")?;
    writeln!(out, "{BOLD}Recovery codes, each for one use. They are shown this once: print them.{BOLD:#}")?;
    for pair in recovery.chunks(2) {
        writeln!(out, "  {}", pair.join("    "))?;
    }
    writeln!(out, "\n{DIM}The app counts from the first code that `storeward mfa verify` takes.{DIM:#}")
}

pub(crate) fn verified(out: &mut impl Write, report: &Verified<'_>) -> io::Result<()> {
    match (&report.session, report.ends) {
        (Some(session), Some(ends)) => {
            writeln!(out, "{GREEN}✓{GREEN:#} verified, until {}", ends.format("%F %T UTC"))?;
            writeln!(out, "  {DIM}session{DIM:#} {session}")
        }
        _ => {
            let reason = report.reason.as_deref().unwrap_or("no reason was given");
            writeln!(out, "{RED}✗ not verified{RED:#}: {reason}")
        }
    }
}

pub(crate) fn status(out: &mut impl Write, listed: &[Listed]) -> io::Result<()> {
    for Listed { actor, status } in listed {
        let (style, stage) = match status.enrolled {
            Stage::Confirmed => (GREEN, "✓ has a second factor"),
            Stage::Pending => (YELLOW, "! set up, but no code was verified yet"),
            Stage::No => (RED, "✗ has no second factor"),
        };
        writeln!(out, "{BOLD}{}{BOLD:#} {style}{stage}{style:#}", printable(actor))?;
        if let Some(since) = status.since {
            writeln!(
                out,
                "  since {}, {} recovery codes left",
                since.format("%F"),
                status.recovery_codes_left
            )?;
        }
        match (status.locked, status.waits_until) {
            (true, _) => writeln!(out, "  {RED}locked after {} failures{RED:#}", status.failures)?,
            (_, Some(until)) => {
                writeln!(
                    out,
                    "  {YELLOW}waits until {} after {} failures{YELLOW:#}",
                    until.format("%T UTC"),
                    status.failures
                )?;
            }
            _ if status.failures > 0 => writeln!(out, "  {} failures", status.failures)?,
            _ => {}
        }
    }
    if listed.is_empty() {
        writeln!(out, "nobody has a second factor")?;
    }
    Ok(())
}
