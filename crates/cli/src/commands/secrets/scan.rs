//! `storeward secrets scan`

use std::path::Path;

use chrono::SecondsFormat;
use storeward_core::{Clock, Fault, PortError, Severity, SystemClock};
use storeward_secrets::port::Summary;

use crate::{
    args::{ScanArgs, ScanFormat},
    env::Env,
    exit::Exit,
    progress::Progress,
    project::Project,
    render::{
        self, counted,
        secrets::{Report, write},
    },
    secrets::{
        policy::Policy,
        scan::{self, Outcome},
        source::Chosen,
        verify::Asker,
    },
    stop::Stop,
};

pub(super) fn run(args: &ScanArgs, env: &Env) -> anyhow::Result<Exit> {
    let stop = Stop::on_signals()?;
    let policy = Policy::read(&args.how, Project::around(Path::new("."), env)?, env, args.quiet)?;
    let asker = args.verify.then(|| Asker::new(policy.store())).transpose()?;
    let chosen = Chosen::of(&args.what)?;
    let now = || SystemClock::new().now().to_rfc3339_opts(SecondsFormat::Secs, true);
    let started = now();
    let mut outcome = {
        let progress = Progress::new(args.quiet);
        match scan::run(&chosen, &policy, &stop, &progress, args.verify) {
            Ok(outcome) => outcome,
            Err(error) => {
                drop(progress);
                return Ok(unread(error));
            }
        }
    };
    if let Some(asker) = asker {
        let notes = asker.ask(&mut outcome.leaks, &stop);
        notes.iter().filter(|_| !args.quiet).for_each(|note| render::note(&format!("note: {note}")));
    }
    let report = Report::new(&outcome, &policy.scanner, started, now());
    let mut out = Vec::new();
    write(&mut out, &report, args.format)?;
    render::deliver(&out, args.output.as_deref())?;
    tell(&outcome, args);
    Ok(exit(&outcome, args.fail_on))
}

/// What is not there was asked for by mistake; what cannot be read is no answer.
pub(super) fn unread(error: PortError) -> Exit {
    let exit = if error.fault() == Fault::NotFound { Exit::Usage } else { Exit::Unanswered };
    render::error(&error.into());
    exit
}

/// Says on standard error what the findings do not show.
fn tell(outcome: &Outcome, args: &ScanArgs) {
    for (path, reason) in &outcome.broken {
        render::note(&format!("error: {path}: {reason}"));
    }
    let Summary { unreadable, pieces, .. } = outcome.summary;
    if unreadable > 0 {
        render::note(&format!("error: {} could not be read", counted(unreadable, "file")));
    }
    if outcome.interrupted {
        render::note("interrupted: what was found until then is all that is reported");
    } else if !args.quiet && args.format != ScanFormat::Human {
        render::note(&format!(
            "{} in {}, {} waived, {} in the baseline",
            counted(outcome.leaks.len() as u64, "secret"),
            counted(pieces, "text"),
            outcome.waived,
            outcome.known
        ));
    }
}

/// A finding is a no, whatever could not be looked at; what could not be looked at is no yes.
fn exit(outcome: &Outcome, fail_on: Severity) -> Exit {
    if outcome.leaks.iter().any(|leak| leak.severity >= fail_on) {
        Exit::No
    } else if outcome.interrupted || outcome.summary.unreadable > 0 || !outcome.broken.is_empty() {
        Exit::Unanswered
    } else {
        Exit::Yes
    }
}
