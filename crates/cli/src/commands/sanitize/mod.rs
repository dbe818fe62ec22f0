//! `storeward sanitize …`

mod coverage;
mod explain;
mod input;
mod output;
mod print;

use std::{
    fs,
    io::{self, Read},
    path::Path,
};

use anyhow::Context;
use storeward_sanitize::{
    Handling, Masks, RuleFile, RuleSet, RuleSource, SanitizeError, Sanitizer, Unclassified, rules,
};

use tokio::runtime::Builder;

use self::{input::Input, output::Place};
use crate::{
    args::{RulesArgs, SanitizeArgs, SanitizeCommand},
    bridges::SecretsDetector,
    env::Env,
    exit::Exit,
    key,
    progress::Bytes,
    project::Project,
    render,
    secrets::policy::Policy,
    stop::Stop,
};

pub(crate) fn run(args: &SanitizeArgs, env: &Env) -> anyhow::Result<Exit> {
    if let Some(SanitizeCommand::Coverage(args)) = &args.command {
        return coverage::run(args, env);
    }
    let project = Project::around(Path::new("."), env)?;
    let rules = rules(&args.rules, &project)?;
    if let Some(path) = &args.explain {
        return explain::run(&rules, path, args);
    }
    let stop = Stop::on_signals()?;
    let audience = args.audience.context("--audience says who will read it")?;
    let wants_key = rules.rules().iter().any(|rule| rule.handling == Handling::Pseudonym);
    let masks = match wants_key {
        true => Masks::with_key(key::find(&key::PSEUDONYMS, env, args.quiet)?),
        false => Masks::new(),
    };
    let sanitizer = Sanitizer::new(rules, audience, masks)?.unclassified(args.unclassified);
    let detector = match args.unclassified {
        Unclassified::Keep => None,
        _ => Some(SecretsDetector(Policy::of_project(project)?.scanner)),
    };
    let mut input = Input::open(args.file.as_deref(), args.input_format)?;
    let written = if args.in_place { args.file.as_deref() } else { args.output.as_deref() };
    let place = Place::new(written);
    let progress = Bytes::new(input.length, args.quiet);
    let mut reader = progress.watch(Interrupted { stop: &stop, reader: &mut input.reader });
    let done = sanitizer.sanitize(
        input.format,
        &mut reader,
        || place.spool(),
        detector.as_ref().map(|detector| detector as _),
    );
    let done = block_on(done)?;
    drop(reader);
    drop(progress);
    let (report, document) = match done {
        Ok(done) => done,
        Err(_) if stop.is_asked() => {
            render::note("interrupted: nothing was written");
            return Ok(Exit::Unanswered);
        }
        Err(error) => return Ok(failed(error, &input.name)),
    };
    if let Some(path) = &args.report {
        let mut out = Vec::new();
        render::json(&mut out, &report)?;
        render::replace(path, &out)?;
    }
    if args.check {
        print::check(&report, args.format)?;
        return Ok(if report.changes() == 0 { Exit::Yes } else { Exit::No });
    }
    place.deliver(document)?;
    if !args.quiet {
        print::summary(&report);
    }
    Ok(Exit::Yes)
}

/// The built-in rules and those of the project and the command line.
fn rules(args: &RulesArgs, project: &Project) -> anyhow::Result<RuleSet> {
    let of_project = project.values.sanitize.rules.iter().map(|name| project.root.join(name));
    let files = of_project.chain(args.rules.iter().cloned()).map(|path| {
        let name = path.display().to_string();
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {name}"))?;
        Ok(RuleFile::new(name, text))
    });
    let files = files.collect::<anyhow::Result<Vec<RuleFile>>>()?;
    let sources: Vec<&dyn RuleSource> = files.iter().map(|file| file as _).collect();
    Ok(block_on(rules::load(&sources))??)
}

fn block_on<T>(done: impl Future<Output = T>) -> io::Result<T> {
    Ok(Builder::new_current_thread().build()?.block_on(done))
}

/// Says why there is no document.
fn failed(error: SanitizeError, name: &str) -> Exit {
    let (exit, error) = match error {
        SanitizeError::Format(error) => (Exit::Usage, anyhow::anyhow!("{name}:{error}")),
        SanitizeError::Unproven => (Exit::No, anyhow::Error::from(error).context(name.to_owned())),
        error => (Exit::Unanswered, anyhow::Error::from(error).context(name.to_owned())),
    };
    render::error(&error);
    exit
}

/// Fails when somebody asked to stop.
struct Interrupted<'a, R> {
    stop: &'a Stop,
    reader: R,
}

impl<R: Read> Read for Interrupted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.stop.is_asked() {
            return Err(io::Error::other("interrupted"));
        }
        self.reader.read(buffer)
    }
}
