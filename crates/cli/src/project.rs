//! The project around the working directory: where it begins and what its `storeward.toml` says.

use std::{
    fs, io,
    path::{Component, Path, PathBuf},
};

use anyhow::{Context, bail};
use storeward_core::{Environment, Environments, Tier};

use crate::{
    config::{
        Config, Values,
        file::{self, ConfigFile},
        layer::{self, Origin},
    },
    env::Env,
};

/// A directory with a `storeward.toml`, a repository without one, or just a directory.
pub(crate) struct Project {
    pub(crate) root: PathBuf,
    pub(crate) values: Values,
    /// The environments there are, those that the configuration declares included.
    pub(crate) environments: Environments,
}

impl Project {
    /// Finds the project that a directory belongs to: the nearest one above with a `storeward.toml`, but no further up than
    /// its repository. The configuration is read as for development.
    ///
    /// # Errors
    ///
    /// When the configuration is wrong: what it would have said is unknown.
    pub(crate) fn around(directory: &Path, env: &Env) -> anyhow::Result<Self> {
        Ok(Self::read(directory, env, |_| Ok(Tier::Development.into()))?.0)
    }

    /// The same, with the configuration of the environment that is named.
    ///
    /// # Errors
    ///
    /// When there is no such environment, or the configuration is wrong.
    pub(crate) fn in_environment(
        directory: &Path,
        name: &str,
        env: &Env,
    ) -> anyhow::Result<(Self, Environment)> {
        Self::read(directory, env, |environments| Ok(environments.resolve(name)?))
    }

    fn read(
        directory: &Path,
        env: &Env,
        choose: impl Fn(&Environments) -> anyhow::Result<Environment>,
    ) -> anyhow::Result<(Self, Environment)> {
        let start = std::path::absolute(directory)
            .with_context(|| format!("{} has no absolute path", directory.display()))?;
        let root = start
            .ancestors()
            .find(|above| above.join(file::NAME).exists() || above.join(".git").exists())
            .unwrap_or(&start)
            .to_owned();
        let mut environments = Environments::default();
        let path = root.join(file::NAME);
        let file = match fs::read_to_string(&path) {
            Ok(text) => ConfigFile::read(&text, &mut environments),
            Err(error) if error.kind() == io::ErrorKind::NotFound => ConfigFile::default(),
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        let environment = choose(&environments)?;
        let mut settings: Vec<_> = file.settings_for(&environment).cloned().collect();
        let variables = env.iter().filter(|(_, value)| !value.is_empty());
        let (more, wrong) = layer::from_variables(
            variables.map(|(name, value)| (name, value, Origin::Variable(name.to_owned()))),
        );
        settings.extend(more);
        if let Some(problem) = file.problems.iter().chain(&wrong).next() {
            bail!("{problem}");
        }
        let config = Config::merge(settings, Vec::new());
        if let Some(problem) = config.problems.first() {
            bail!("{problem}");
        }
        Ok((Self { root, values: config.values, environments }, environment))
    }

    /// A file that the configuration names, or one of the usual name if it is there. Names are relative to the project.
    pub(crate) fn file(&self, configured: Option<&str>, usual: &str) -> Option<PathBuf> {
        match configured {
            Some(name) => Some(self.root.join(name)),
            None => Some(self.root.join(usual)).filter(|path| path.exists()),
        }
    }

    /// A path as the project's own files name it: relative to the project, with `/`. A path outside stays as it is.
    pub(crate) fn relative(&self, path: &str) -> String {
        let Ok(absolute) = std::path::absolute(path) else { return path.to_owned() };
        let Ok(inside) = absolute.strip_prefix(&self.root) else { return path.to_owned() };
        let parts = inside.components().filter(|part| !matches!(part, Component::CurDir));
        parts.map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
    }
}
