//! Secrets in the files that git would take.

use std::fs;

use storeward_secrets::Scanner;

use super::{
    catalogue,
    files::{Files, reason},
    report::{Check, Evidence},
};
use crate::position::Position;

/// Scans every file once. A file that cannot be read is told to `unreadable`.
pub(crate) fn check(files: &Files, excluded: &[String], unreadable: &mut Check) -> Check {
    let mut check = Check::new(&catalogue::SECRETS);
    let kept = match files.kept_except(excluded) {
        Ok(kept) => kept,
        Err(error) => {
            unreadable.fail(Evidence::new(format!("secrets.exclude is no list of path patterns: {error}")));
            files.kept.iter().map(String::as_str).collect()
        }
    };
    let scanner = Scanner::builtin();
    for path in kept {
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
            check.fail(Evidence::at(
                path,
                at,
                format!("{} {} ({})", finding.description, finding.masked, finding.rule),
            ));
        }
    }
    check
}

/// As git decides it: a NUL among the first 8000 bytes.
fn is_binary(bytes: &[u8]) -> bool {
    bytes.iter().take(8000).any(|byte| *byte == 0)
}
