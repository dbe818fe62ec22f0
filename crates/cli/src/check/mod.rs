//! `storeward check`: what is wrong with a store's directory. Each group of checks is a module; `run` puts them in order.

mod catalogue;
mod configurator;
mod controls;
mod env_files;
mod files;
pub(crate) mod report;
mod script;
mod secrets;
mod shape;
mod store;
mod workflows;

use std::path::Path;

use storeward_core::{Environment, Environments};

use self::{
    env_files::EnvFile,
    files::Files,
    report::{Check, Evidence, Report, Status},
    store::Target,
};
use crate::{
    config::{
        Config,
        file::{self, ConfigFile},
        layer::{self, Origin, Problem},
    },
    env::Env,
    exit::Exit,
    project::Project,
};

/// What to check, and for what.
pub(crate) struct Request<'a> {
    pub(crate) path: &'a Path,
    pub(crate) environment: &'a str,
    pub(crate) strict: bool,
    pub(crate) env: &'a Env,
}

/// Runs every check.
///
/// # Errors
///
/// Only where there is nothing to report on: an unknown environment.
pub(crate) fn run(request: &Request<'_>) -> anyhow::Result<(Report, Exit)> {
    let mut layers = Layers::read(request.path);
    let environment = layers.environments.resolve(request.environment)?;
    let excluded = layers.config(&environment, Some(request.env)).values.check.exclude;
    let exclusion = layers.exclude(&excluded);
    let Layers { files, environments, env_files, unreadable_config, .. } = &layers;
    // The process's variables speak for the environment under check, and for no other.
    let layered = |of: &Environment| layers.config(of, (*of == environment).then_some(request.env));
    let config = layered(&environment);

    let mut unreadable = Check::new(&catalogue::SOURCE_READABLE);
    for (path, reason) in &files.unreadable {
        unreadable.fail(Evidence::in_file(path, reason));
        unreadable.unanswered = true;
    }
    if let Err(error) = exclusion {
        unreadable.fail(Evidence::new(format!("check.exclude is no list of path patterns: {error}")));
    }
    let project = Project {
        root: files.root().to_owned(),
        values: config.values.clone(),
        environments: layers.environments.clone(),
    };
    let secrets = secrets::check(files, project, &mut unreadable);
    let (configuration, has_configuration) = configurator::checks(files, &config);
    let has_config_file = files.absolute(file::NAME).is_file() && request.path.is_dir();
    let has_store = has_configuration || has_config_file || !files.env.is_empty();
    let sound = config_check(has_config_file, unreadable_config.as_deref(), &config.problems);
    let unsound = sound.status == Status::Fail;

    let targets: Vec<Target> = environments
        .iter()
        .map(|other| target(other, *other == environment, &layered(other), env_files, request.env))
        .collect();
    let mut checks = vec![store_check(has_store, request.path), sound, unreadable, secrets];
    checks.extend(env_files::checks(files, env_files, &environment));
    checks.extend(store::checks(&targets, &environment, environments, &config));
    checks.extend(controls::checks(&config, &environment, request.strict));
    checks.extend(configuration);
    checks.extend(workflows::checks(files, environments));
    if request.strict {
        checks.iter_mut().filter(|check| !is_advice(check, &environment)).for_each(raise);
    }
    let exit = exit(&checks, has_store && !unsound);
    Ok((Report::new(environment.name().to_owned(), request.strict, checks), exit))
}

/// What a directory configures, layer by layer.
pub(crate) struct Layers {
    files: Files,
    pub(crate) environments: Environments,
    file: ConfigFile,
    unreadable_config: Option<String>,
    env_files: Vec<EnvFile>,
}

impl Layers {
    /// Reads `storeward.toml` and the `.env` files.
    pub(crate) fn read(path: &Path) -> Self {
        let files = Files::of(path);
        let mut environments = Environments::default();
        let (mut file, mut unreadable_config) = (ConfigFile::default(), None);
        if path.is_dir() && files.absolute(file::NAME).exists() {
            match files.text(file::NAME) {
                Ok(text) => file = ConfigFile::read(&text, &mut environments),
                Err(reason) => unreadable_config = Some(reason),
            }
        }
        let env_files = env_files::read(&files, &environments);
        Self { files, environments, file, unreadable_config, env_files }
    }

    fn exclude(&mut self, patterns: &[String]) -> Result<(), ignore::Error> {
        self.files.exclude(patterns)?;
        self.env_files.retain(|file| self.files.env.iter().any(|env| env.path == file.path));
        Ok(())
    }

    /// The configuration of an environment: its sections of the file, its `.env` files, the process's variables.
    pub(crate) fn config(&self, environment: &Environment, process: Option<&Env>) -> Config {
        let mut settings: Vec<_> = self.file.settings_for(environment).cloned().collect();
        let mut problems = self.file.problems.clone();
        let own = env_files::speaking_for(&self.env_files, environment, process.is_some());
        let own = own.into_iter().flat_map(EnvFile::layer);
        let process = process.into_iter().flat_map(Env::iter);
        let variables =
            own.chain(process.map(|(name, value)| (name, value, Origin::Variable(name.to_owned()))));
        let (more, wrong) = layer::from_variables(variables.filter(|(_, value, _)| !value.is_empty()));
        settings.extend(more);
        problems.extend(wrong);
        Config::merge(settings, problems)
    }
}

fn target(
    environment: &Environment,
    checked: bool,
    config: &Config,
    env_files: &[EnvFile],
    env: &Env,
) -> Target {
    const TOKEN: &str = "SALEOR_TOKEN";
    let url = config.values.saleor.url.clone();
    let process =
        env.get(TOKEN).filter(|_| checked).map(|token| (token.into(), Origin::Variable(TOKEN.to_owned())));
    let mut own = env_files::speaking_for(env_files, environment, checked).into_iter().rev();
    let file = own.find_map(|file| {
        let token = file.get(TOKEN)?;
        Some((token.value.clone(), Origin::File { path: file.path.clone(), at: token.at, section: None }))
    });
    Target {
        environment: environment.clone(),
        url: url.and_then(|url| Some((url, config.setting("saleor.url")?.origin.clone()))),
        token: process.or(file),
    }
}

fn store_check(has_store: bool, path: &Path) -> Check {
    let mut check = Check::new(&catalogue::SOURCE_STORE);
    if !has_store {
        check.fail(Evidence::new(format!(
            "{} holds no Configurator YAML, no {} and no .env file",
            path.display(),
            file::NAME
        )));
    }
    check
}

fn config_check(exists: bool, unreadable: Option<&str>, problems: &[Problem]) -> Check {
    if !exists && problems.is_empty() {
        return Check::skipped(
            &catalogue::SOURCE_CONFIG,
            "no storeward.toml here; `storeward init` writes one",
        );
    }
    let mut check = Check::new(&catalogue::SOURCE_CONFIG);
    if let Some(reason) = unreadable {
        check.fail(Evidence::in_file(file::NAME, reason));
    }
    for problem in problems {
        check.fail(match &problem.origin {
            Origin::File { path, at, section } => {
                let section = section.as_ref().map_or_else(String::new, |section| format!("[{section}]: "));
                Evidence::at(path, *at, format!("{section}{}", problem.message))
            }
            Origin::Variable(_) => Evidence::new(problem.to_string()),
        });
    }
    check
}

/// Missing controls of a development environment stay advice, however strict.
fn is_advice(check: &Check, environment: &Environment) -> bool {
    environment.tier() == storeward_core::Tier::Development && check.id.starts_with("SW-CTL-")
}

fn raise(check: &mut Check) {
    if check.status == Status::Warn {
        check.status = Status::Fail;
    }
}

/// A wrong question outweighs its answer; a real no outweighs what could not be asked.
fn exit(checks: &[Check], sound: bool) -> Exit {
    let mut failed = checks.iter().filter(|check| check.status == Status::Fail).peekable();
    if !sound {
        Exit::Usage
    } else if failed.peek().is_none() {
        Exit::Yes
    } else if failed.all(|check| check.unanswered) {
        Exit::Unanswered
    } else {
        Exit::No
    }
}
