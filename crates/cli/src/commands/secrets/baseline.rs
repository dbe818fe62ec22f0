//! `storeward secrets baseline create|update`

use std::{collections::HashSet, path::Path};

use anyhow::bail;
use storeward_core::FingerprintKey;
use storeward_secrets::Baseline;

use crate::{
    args::BaselineCommand,
    env::Env,
    exit::Exit,
    progress::Progress,
    project::Project,
    render,
    secrets::{
        policy::{self, Policy},
        scan,
        source::Chosen,
    },
    stop::Stop,
};

pub(super) fn run(command: &BaselineCommand, env: &Env) -> anyhow::Result<Exit> {
    let (args, create) = match command {
        BaselineCommand::Create(args) => (args, true),
        BaselineCommand::Update(args) => (args, false),
    };
    let project = Project::around(Path::new("."), env)?;
    let named = project.values.secrets.baseline.as_deref().unwrap_or(policy::BASELINE);
    let path = args.how.baseline.clone().unwrap_or_else(|| project.root.join(named));
    let mut baseline = match (create, path.exists()) {
        (true, true) => {
            bail!("{} is there already; `secrets baseline update` brings it up to date", path.display())
        }
        (true, false) => Baseline::new(FingerprintKey::generate()?),
        (false, true) => policy::read_baseline(&path)?,
        (false, false) => bail!("{} does not exist; `secrets baseline create` writes it", path.display()),
    };
    let Some(key) = baseline.key().cloned() else {
        bail!(
            "{} is of another tool; `secrets baseline create --baseline FILE` writes one of ours",
            path.display()
        );
    };
    // Whatever is found counts, known or not.
    let policy = Policy::with_baseline(&args.how, project, Baseline::new(key), env, false)?;
    let stop = Stop::on_signals()?;
    let outcome = match scan::run(&Chosen::of(&args.what)?, &policy, &stop, &Progress::new(false), false) {
        Ok(outcome) => outcome,
        Err(error) => return Ok(super::scan::unread(error)),
    };
    if outcome.interrupted || outcome.summary.unreadable > 0 || !outcome.broken.is_empty() {
        render::note("error: not all could be read, so the baseline was left as it is");
        return Ok(Exit::Unanswered);
    }
    let before = baseline.len();
    let found: HashSet<_> = outcome.leaks.iter().filter_map(|leak| leak.fingerprint).collect();
    let gone = baseline.retain(|fingerprint| found.contains(&fingerprint));
    for leak in &outcome.leaks {
        if let Some(fingerprint) = leak.fingerprint {
            baseline.add(fingerprint, &leak.rule, &leak.path);
        }
    }
    render::replace(&path, baseline.to_json().as_bytes())?;
    let new = baseline.len() + gone - before;
    render::note(&format!(
        "{}: {}, {new} new, {gone} gone",
        path.display(),
        render::counted(baseline.len() as u64, "secret")
    ));
    Ok(Exit::Yes)
}
