//! Secrets in the files that git would take.

use std::fs;

use storeward_core::Severity;
use storeward_secrets::Scanner;

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
        let bytes = match fs::read(files.absolute(path)) {
            Ok(bytes) => bytes,
            Err(error) => {
                unreadable.fail(Evidence::in_file(path, reason(&error)));
                unreadable.unanswered = true;
                continue;
            }
        };
        if is_binary(&bytes) {
            continue;
        }
        for finding in scanner.scan(&bytes) {
            let at = Position { line: finding.place.line as usize, column: finding.place.column as usize };
            let name = scanner
                .rules()
                .find(|rule| rule.id() == finding.rule)
                .map_or(&*finding.rule, |rule| rule.name());
            let evidence = Evidence::at(path, at, format!("{name} {} ({})", finding.masked, finding.rule));
            // Some rules name what is worth a look and opens nothing.
            check
                .notice(if finding.severity > Severity::Low { Status::Fail } else { Status::Warn }, evidence);
        }
    }
    check
}

/// As git decides it: a NUL among the first 8000 bytes.
fn is_binary(bytes: &[u8]) -> bool {
    bytes.iter().take(8000).any(|byte| *byte == 0)
}
