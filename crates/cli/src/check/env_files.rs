//! The `.env*` files of a directory: what they hold, which environment each is for, and how they are kept.

use std::process::{Command, Stdio};

use storeward_core::{Environment, Environments, SecretString, Tier};

use super::{
    catalogue,
    files::Files,
    report::{Check, Evidence, Status},
};
use crate::{config::layer::Origin, position::Position};

/// One file, read.
pub(crate) struct EnvFile {
    pub(crate) path: String,
    /// The environment in its name. A bare `.env` or `.env.local` has none: it is read whatever the environment.
    environment: Option<Environment>,
    ignored: bool,
    /// Meant to be committed: `.env.example`.
    template: bool,
    pub(crate) variables: Vec<Variable>,
    faults: Vec<(Position, String)>,
    unreadable: Option<String>,
}

pub(crate) struct Variable {
    pub(crate) name: String,
    pub(crate) value: SecretString,
    pub(crate) at: Position,
}

impl EnvFile {
    pub(crate) fn get(&self, name: &str) -> Option<&Variable> {
        self.variables.iter().rev().find(|variable| variable.name == name && !variable.value.is_empty())
    }

    /// The variables as a layer of configuration.
    pub(crate) fn layer(&self) -> impl Iterator<Item = (&str, &str, Origin)> {
        self.variables.iter().map(|variable| {
            let origin = Origin::File { path: self.path.clone(), at: variable.at, section: None };
            (variable.name.as_str(), variable.value.expose(), origin)
        })
    }

    /// What is read whatever the environment is a person's own file, unless production is what is checked with it.
    fn is_for_development(&self, checked: &Environment) -> bool {
        match &self.environment {
            Some(own) => own.tier() == Tier::Development,
            None => !checked.is_production(),
        }
    }

    fn is_for_production(&self) -> bool {
        self.environment.as_ref().is_some_and(Environment::is_production)
    }
}

/// The files that speak for an environment, the weightiest last: those without a name, for the environment under
/// check, then those with its name. A file in a folder below belongs to something else that lives there.
pub(crate) fn speaking_for<'f>(
    all: &'f [EnvFile],
    environment: &Environment,
    checked: bool,
) -> Vec<&'f EnvFile> {
    let here = || all.iter().filter(|file| !file.template && !file.path.contains('/'));
    let unnamed = here().filter(|file| checked && file.environment.is_none());
    unnamed.chain(here().filter(|file| file.environment.as_ref() == Some(environment))).collect()
}

/// Reads all of them. Templates hold no values that count.
pub(crate) fn read(files: &Files, environments: &Environments) -> Vec<EnvFile> {
    let mut read = Vec::new();
    for env in &files.env {
        let name = env.path.rsplit('/').next().unwrap_or_default();
        let words: Vec<&str> =
            name.split(['.', '-']).filter(|word| !matches!(*word, "" | "env" | "local")).collect();
        let template =
            words.iter().any(|w| matches!(*w, "example" | "sample" | "template" | "dist" | "defaults"));
        let named = words.iter().find_map(|word| environments.resolve(word).ok());
        let mut file = EnvFile {
            path: env.path.clone(),
            environment: named,
            ignored: env.ignored,
            template,
            variables: Vec::new(),
            faults: Vec::new(),
            unreadable: None,
        };
        match files.text(&env.path) {
            Ok(text) => file.parse(&text),
            Err(reason) => file.unreadable = Some(reason),
        }
        read.push(file);
    }
    read
}

impl EnvFile {
    fn parse(&mut self, text: &str) {
        let (document, diagnostics) = adotenv::parse(text);
        for diagnostic in diagnostics.iter().filter(|d| d.severity() == adotenv::Severity::Error) {
            // The diagnostic's own words may quote the line.
            let what = format!("is no NAME=value line ({:?})", diagnostic.code());
            self.faults.push((Position::of(text, diagnostic.span().start), what));
        }
        for entry in document.entries() {
            let start = entry.value_span().map_or(entry.key_span().start, |span| span.start);
            self.variables.push(Variable {
                name: entry.key().to_owned(),
                value: entry.value().unwrap_or_default().into(),
                at: Position::of(text, start),
            });
        }
    }
}

/// How the files are kept, and whether one reaches into production.
pub(crate) fn checks(files: &Files, env_files: &[EnvFile], checked: &Environment) -> Vec<Check> {
    let definitions = [
        &catalogue::ENV_IGNORED,
        &catalogue::ENV_TRACKED,
        &catalogue::ENV_MODE,
        &catalogue::ENV_PRODUCTION_TOKEN,
        &catalogue::ENV_PRODUCTION_URL,
        &catalogue::ENV_SYNTAX,
    ];
    if env_files.is_empty() {
        return definitions.map(|definition| Check::skipped(definition, "no .env file here")).into();
    }
    let [mut ignored, mut tracked, mut mode, mut token, mut url, mut syntax] = definitions.map(Check::new);
    let in_index = tracked_by_git(files);
    for file in env_files.iter().filter(|file| !file.template) {
        if !file.ignored {
            ignored.fail(Evidence::in_file(&file.path, "no .gitignore covers this file"));
        }
        if in_index.as_ref().is_some_and(|paths| paths.contains(&file.path)) {
            tracked.fail(Evidence::in_file(&file.path, "is tracked by git"));
        }
        check_mode(files, &file.path, &mut mode);
    }
    if in_index.is_none() {
        tracked = Check::skipped(&catalogue::ENV_TRACKED, "not in a git repository");
    }
    for file in env_files.iter().filter(|file| file.is_for_development(checked) && !file.template) {
        reaches_production(file, env_files, &mut token, &mut url);
    }
    for file in env_files {
        for (at, fault) in &file.faults {
            syntax.warn(Evidence::at(&file.path, *at, fault));
        }
        if let Some(reason) = &file.unreadable {
            syntax.fail(Evidence::in_file(&file.path, reason));
            syntax.unanswered = true;
        }
    }
    vec![ignored, tracked, mode, token, url, syntax]
}

#[cfg(unix)]
fn check_mode(files: &Files, path: &str, check: &mut Check) {
    use std::os::unix::fs::PermissionsExt;
    let Ok(metadata) = files.absolute(path).metadata() else { return };
    let mode = metadata.permissions().mode() & 0o777;
    let (status, who) = match mode {
        mode if mode & 0o004 != 0 => (Status::Fail, "every user of this machine"),
        mode if mode & 0o040 != 0 => (Status::Warn, "its group"),
        _ => return,
    };
    check.notice(status, Evidence::in_file(path, format!("may be read by {who} (mode {mode:03o})")));
}

#[cfg(not(unix))]
fn check_mode(_: &Files, _: &str, _: &mut Check) {}

fn reaches_production(file: &EnvFile, all: &[EnvFile], token: &mut Check, url: &mut Check) {
    let production = || all.iter().filter(|other| other.is_for_production() && !other.template);
    for variable in &file.variables {
        if variable.value.is_empty() || storeward_token::form::is_placeholder(variable.value.expose()) {
            continue;
        }
        let upper = variable.name.to_ascii_uppercase();
        let says_production = upper.split('_').any(|word| matches!(word, "PROD" | "PRODUCTION" | "LIVE"));
        if upper.contains("TOKEN") && !upper.contains("NAME") {
            let shared = production()
                .find(|other| other.variables.iter().any(|theirs| theirs.value == variable.value))
                .map(|other| format!("{} is the token of {}", variable.name, other.path));
            let named = says_production.then(|| format!("{} is named as a production token", variable.name));
            if let Some(message) = shared.or(named) {
                token.fail(Evidence::at(&file.path, variable.at, message));
            }
        } else if upper == "SALEOR_TOKEN_NAME" {
            let environments = Environments::default();
            let name = storeward_token::TokenName::parse(variable.value.expose(), &environments);
            if name.is_ok_and(|name| name.environment().is_production()) {
                let message = format!("{} says that the token is for production", variable.name);
                token.fail(Evidence::at(&file.path, variable.at, message));
            }
        } else if upper.contains("URL") {
            let Ok(address) = url::Url::parse(variable.value.expose()) else { continue };
            let host = address.host_str().unwrap_or_default();
            let says_production = says_production
                || host.split(['.', '-']).any(|word| matches!(word, "prod" | "production" | "live"));
            let shared = production().find(|other| {
                other.get("SALEOR_URL").is_some_and(|theirs| {
                    url::Url::parse(theirs.value.expose()).is_ok_and(|theirs| theirs.host_str() == Some(host))
                })
            });
            if let Some(other) = shared {
                let message = format!("{} points at the store of {}", variable.name, other.path);
                url.fail(Evidence::at(&file.path, variable.at, message));
            } else if says_production {
                let message = format!("{} points at {host}, which is named as production", variable.name);
                url.fail(Evidence::at(&file.path, variable.at, message));
            }
        }
    }
}

/// The paths in git's index below the directory; `None` outside a repository or without git.
fn tracked_by_git(files: &Files) -> Option<Vec<String>> {
    // The repository is a stranger's: nothing it configures may run.
    let output = Command::new("git")
        .args(["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "ls-files", "-z", "--", "."])
        .current_dir(files.root())
        .stdin(Stdio::null())
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let paths = String::from_utf8_lossy(&output.stdout);
    Some(paths.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect())
}
