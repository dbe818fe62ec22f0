//! What the commands about tokens share: the store they speak of, where tokens come from and where they are kept.

pub(crate) mod place;
mod prompt;
pub(crate) mod rotation;
mod run;
pub(crate) mod source;
mod steps;
mod vendor;

use std::{path::Path, time::Duration};

use anyhow::{Context, anyhow, bail};
use chrono::TimeDelta;
use storeward_core::{Environment, FingerprintKey, SecretString};
use storeward_token::{SecretStore, inventory::FileInventory, permission, saleor::Saleor, validate::Policy};

use self::{place::Place, source::Source};
use crate::{env::Env, key, project::Project, state};

/// The variable that a Configurator reads its token from.
const TOKEN: &str = "env:SALEOR_TOKEN";

/// The environment that a command is about, and what is configured for it.
pub(crate) struct Desk<'e> {
    pub(crate) project: Project,
    pub(crate) environment: Environment,
    pub(crate) key: FingerprintKey,
    env: &'e Env,
}

impl<'e> Desk<'e> {
    /// # Errors
    ///
    /// When there is no such environment, the configuration is wrong, or a key cannot be read.
    pub(crate) fn new(environment: &str, quiet: bool, env: &'e Env) -> anyhow::Result<Self> {
        let (project, environment) = Project::in_environment(Path::new("."), environment, env)?;
        let key = key::find(&key::FINGERPRINTS, env, quiet)?;
        Ok(Self { project, environment, key, env })
    }

    /// The address of the store's GraphQL.
    ///
    /// # Errors
    ///
    /// When neither the flag nor the configuration has one.
    pub(crate) fn url(&self, given: Option<&str>) -> anyhow::Result<String> {
        let configured = self.project.values.saleor.url.as_deref();
        let url = given.or(configured).with_context(|| {
            format!(
                "no store is known for {}: give --url, or set saleor.url in storeward.toml",
                self.environment
            )
        })?;
        Ok(url.to_owned())
    }

    /// The store there. It is not asked yet.
    ///
    /// # Errors
    ///
    /// When it is no address that a token may be sent to.
    pub(crate) fn saleor(&self, given: Option<&str>) -> anyhow::Result<Saleor> {
        Saleor::new(&self.url(given)?).map_err(|error| anyhow!("{error}"))
    }

    /// The token that is looked at: from where the flag says, or the configuration, or `SALEOR_TOKEN`.
    ///
    /// # Errors
    ///
    /// As of [`Source::read`].
    pub(crate) async fn token(&self, given: Option<&str>) -> anyhow::Result<SecretString> {
        let from = given.or(self.project.values.token.from.as_deref()).unwrap_or(TOKEN);
        self.read("--token-from", from).await
    }

    /// An administrator's token; nothing if nobody says where it is.
    ///
    /// # Errors
    ///
    /// As of [`Source::read`].
    pub(crate) async fn admin(&self, given: Option<&str>) -> anyhow::Result<Option<SecretString>> {
        match given.or(self.project.values.token.admin_from.as_deref()) {
            Some(from) => self.read("--admin-from", from).await.map(Some),
            None => Ok(None),
        }
    }

    async fn read(&self, flag: &'static str, from: &str) -> anyhow::Result<SecretString> {
        let source: Source = from.parse().map_err(|error: String| anyhow!(error)).context(flag)?;
        source.read(self.env, &self.key).await.context(flag)
    }

    /// Where the token is kept; nothing if nobody says so.
    ///
    /// # Errors
    ///
    /// When that makes no sense, or what belongs to it is not set.
    pub(crate) fn store(&self, given: Option<&str>) -> anyhow::Result<Option<Box<dyn SecretStore>>> {
        let Some(text) = given.or(self.project.values.token.store.as_deref()) else { return Ok(None) };
        let place: Place = text.parse().map_err(|error: String| anyhow!(error)).context("--store")?;
        place.open(self.env, &self.key).context("--store").map(Some)
    }

    /// What is demanded of a token.
    ///
    /// # Errors
    ///
    /// When an age is no span of time, or a fingerprint none.
    pub(crate) fn policy(&self, required: &[String], max_age: Option<&str>) -> anyhow::Result<Policy> {
        let configured = &self.project.values.token;
        let required = match (required, &configured.required_permissions) {
            ([], None) => permission::configurator(),
            ([], Some(configured)) => configured.iter().cloned().collect(),
            (given, _) => given.iter().cloned().collect(),
        };
        let refused = configured.refused.iter().map(|written| {
            written.parse().with_context(|| format!("token.refused: `{written}` is no fingerprint"))
        });
        Ok(Policy {
            environments: self.project.environments.clone(),
            required,
            refused: refused.collect::<anyhow::Result<_>>()?,
            max_age: self.max_age(max_age)?,
            ..Policy::new(self.environment.clone())
        })
    }

    /// How old a token may be; nothing if nobody says so.
    ///
    /// # Errors
    ///
    /// When it is no span of time.
    pub(crate) fn max_age(&self, given: Option<&str>) -> anyhow::Result<Option<TimeDelta>> {
        let age = given.or(self.project.values.token.max_age.as_deref());
        age.map(|age| span("--max-age", age)).transpose()
    }
}

/// What is known of the tokens that were issued.
pub(crate) fn inventory(project: &Project) -> FileInventory {
    FileInventory::new(project.root.join(state::FOLDER).join("tokens.json"))
}

/// A span of time as people write it.
///
/// # Errors
///
/// When it is none.
pub(crate) fn span(flag: &'static str, text: &str) -> anyhow::Result<TimeDelta> {
    let wrong = || anyhow!("{flag}: `{text}` is no span of time: write it as 90d, 12h or 10m");
    let span: Duration = humantime::parse_duration(text).map_err(|_| wrong())?;
    TimeDelta::from_std(span).map_err(|_| wrong())
}

/// Both cannot be read from one input.
///
/// # Errors
///
/// When more than one of these is standard input.
pub(crate) fn one_from_stdin(sources: &[Option<&str>]) -> anyhow::Result<()> {
    if sources.iter().filter(|source| **source == Some("stdin")).count() > 1 {
        bail!("only one token can be read from stdin");
    }
    Ok(())
}
