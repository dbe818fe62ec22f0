//! What the commands about second factors share: where they are kept, and by which key.

mod provider;
mod report;

use anyhow::{Context, anyhow, bail};
use storeward_access::mfa::{Keys, Mfa, Policy, SealingKey, SqliteMfaStore};
use storeward_core::SecretString;

use crate::{env::Env, exit::NoAnswer, key, project::Project, state, token::source::Source};

pub(crate) use self::{
    provider::verifier,
    report::{Listed, Verified},
};

/// Where second factors are kept, what seals them, and when they are needed.
pub(crate) struct Desk {
    store: SqliteMfaStore,
    keys: Keys,
    policy: Policy,
}

impl Desk {
    /// # Errors
    ///
    /// When the key or the database cannot be had.
    pub(crate) async fn open(project: &Project, env: &Env) -> anyhow::Result<Self> {
        let keys = Keys::new(sealing_key(project, env).await?);
        let store = SqliteMfaStore::open(&state::database(project)?).await.map_err(NoAnswer::from)?;
        Ok(Self { store, keys, policy: Policy::default() })
    }

    /// The use cases.
    pub(crate) fn mfa(&self) -> Mfa<'_> {
        Mfa::new(&self.store, &self.keys, &self.policy)
    }

    /// Everybody who has an app, or has begun to set one up.
    ///
    /// # Errors
    ///
    /// When that cannot be read.
    pub(crate) async fn actors(&self) -> anyhow::Result<Vec<String>> {
        use storeward_access::mfa::MfaStore;
        Ok(self.store.actors().await.map_err(NoAnswer::from)?)
    }
}

/// The key from where the configuration says, or from the environment, or this user's own.
async fn sealing_key(project: &Project, env: &Env) -> anyhow::Result<SealingKey> {
    let text = match &project.values.mfa.key_from {
        Some(from) => {
            let source: Source =
                from.parse().map_err(|error: String| anyhow!(error)).context("mfa.key_from")?;
            // The fingerprint key makes versions of what is written; nothing is written here.
            let fingerprints = key::find(&key::FINGERPRINTS, env, true)?;
            source.read(env, &fingerprints).await.context("mfa.key_from")?
        }
        None => key::find(&key::SECOND_FACTORS, env, true)?.written().clone(),
    };
    SealingKey::parse(&text).map_err(|error| anyhow!("the key of second factors: {error}"))
}

/// A code, from where a flag says, or asked for at the terminal, unseen.
///
/// # Errors
///
/// When it cannot be read, or nobody is there to be asked.
pub(crate) async fn code(from: Option<&str>, env: &Env, prompt: &str) -> anyhow::Result<SecretString> {
    let Some(from) = from else {
        return match rpassword::prompt_password(prompt) {
            Ok(code) => Ok(SecretString::from(code)),
            Err(_) => bail!("nobody is there to be asked for a code: give --code-from stdin"),
        };
    };
    let source: Source = from
        .parse()
        .map_err(|_| {
            anyhow!(
                "a code is not given itself, but where it is read from: stdin, env:NAME, file:PATH, command:…"
            )
        })
        .context("--code-from")?;
    source.read(env, &key::find(&key::FINGERPRINTS, env, true)?).await.context("--code-from")
}
