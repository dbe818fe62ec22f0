//! Secrets in the files that git would take.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use storeward_core::Severity;
use storeward_secrets::{Finding, Scanner};

use super::{
    catalogue,
    files::{Files, reason},
    report::{Check, Evidence, Status},
};
use crate::position::Position;

/// Scans every file once. A file that cannot be read is told to `unreadable`.
pub(crate) fn check(files: &Files, unreadable: &mut Check) -> Check {
    let mut check = Check::new(&catalogue::SECRETS);
    let scanner = Scanner::builtin();
    for path in &files.kept {
        let scanned = scan(&scanner, &files.absolute(path), |finding| {
            let place = finding.place;
            let at = Position { line: counted(place.line), column: counted(place.column) };
            let name = scanner
                .rules()
                .find(|rule| rule.id() == finding.rule)
                .map_or(&*finding.rule, |rule| rule.name());
            let evidence = Evidence::at(path, at, format!("{name} {} ({})", finding.masked, finding.rule));
            // Some rules name what is worth a look and opens nothing.
            check
                .notice(if finding.severity > Severity::Low { Status::Fail } else { Status::Warn }, evidence);
        });
        if let Err(error) = scanned {
            unreadable.fail(Evidence::in_file(path, reason(&error)));
            unreadable.unanswered = true;
        }
    }
    check
}

/// Scans a text file piece by piece, whatever its size; leaves out a binary one.
fn scan(scanner: &Scanner, path: &Path, found: impl FnMut(Finding)) -> io::Result<()> {
    let mut file = File::open(path)?;
    let mut head = Vec::new();
    file.by_ref().take(8000).read_to_end(&mut head)?;
    // As git decides what is binary: a NUL among the first 8000 bytes.
    if head.contains(&0) { Ok(()) } else { scanner.scan_reader(head.as_slice().chain(file), found) }
}

fn counted(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
