//! Annotations of GitHub Actions: workflow commands, one a line.

use std::io::{self, Write};

use storeward_core::Severity;

use super::Report;
use crate::secrets::leak::REMEDY;

pub(super) fn write(out: &mut impl Write, report: &Report<'_>) -> io::Result<()> {
    for leak in &report.outcome.leaks {
        let command = match leak.severity {
            Severity::Info | Severity::Low => "notice",
            Severity::Medium => "warning",
            Severity::High | Severity::Critical => "error",
        };
        let (line, column, end_line) = (leak.line, leak.column, leak.end_line);
        write!(out, "::{command} file={},line={line},endLine={end_line},col={column}", property(&leak.path))?;
        // Columns of an end count only on the same line.
        if leak.line == leak.end_line {
            write!(out, ",endColumn={}", leak.end_column)?;
        }
        let message = format!("{} ({}). {REMEDY}.", leak.masked, leak.rule);
        writeln!(out, ",title={}::{}", property(report.name(leak)), data(&message))?;
    }
    Ok(())
}

/// Escapes as the runner reads it back: first `%`, then line ends.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
