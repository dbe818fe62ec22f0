//! Secrets in the files that git would take.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use storeward_core::Severity;
use storeward_secrets::{Scanner, Sighting, source::is_binary};

use super::{
    catalogue,
    files::{Files, reason},
    report::{Check, Evidence, Status},
};
use crate::{
    position::Position,
    project::Project,
    secrets::policy::{Judgement, Policy},
};

/// Scans every file once, by the project's rules, baseline and waivers. A file that cannot be read is told to `unreadable`.
pub(crate) fn check(files: &Files, project: Project, unreadable: &mut Check) -> Check {
    let mut check = Check::new(&catalogue::SECRETS);
    let policy = match Policy::of_project(project) {
        Ok(policy) => policy,
        Err(error) => {
            check.fail(Evidence::new(format!("could not be looked for: {error:#}")));
            check.unanswered = true;
            return check;
        }
    };
    for path in &files.kept {
        let scanned = scan(&policy.scanner, &files.absolute(path), |sighting| {
            let finding = &sighting.finding;
            if policy.judge(&sighting) != Judgement::Report
                || policy.waives_inside(finding, path, sighting.lines())
            {
                return;
            }
            let place = finding.place;
            let at = Position { line: counted(place.line), column: counted(place.column) };
            let name = policy
                .scanner
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
fn scan(scanner: &Scanner, path: &Path, found: impl FnMut(Sighting<'_>)) -> io::Result<()> {
    let mut file = File::open(path)?;
    let mut head = Vec::new();
    file.by_ref().take(8000).read_to_end(&mut head)?;
    if is_binary(&head) { Ok(()) } else { scanner.scan_reader_revealing(head.as_slice().chain(file), found) }
}

fn counted(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
