//! Looking around: what is stored, whose it is, which names are free, what is left over.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use storeward_core::{Fingerprint, PortError, SecretString};

use super::{Issuing, Plan, Ports, act::StepError, attempt::Attempt};
use crate::{
    TokenName,
    port::{Holder, Listed},
    validate::has_ending,
};

/// What was seen before anything was changed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Seen {
    /// Where the token is kept.
    pub(super) place: String,
    /// The app whose token it is.
    pub(super) app: String,
    /// What the key makes of a known text: another key would recognise nothing.
    pub(super) key: Fingerprint,
    /// The old token.
    pub(super) old: Fingerprint,
    /// Its id, when that is certain.
    pub(super) old_id: Option<String>,
    /// The tokens of which it may be any one.
    pub(super) alike: Vec<Listed>,
    /// When this was seen.
    pub(super) at: DateTime<Utc>,
}

fn mark(ports: &Ports<'_>) -> Fingerprint {
    ports.key.fingerprint(&"storeward token rotation".into())
}

impl Seen {
    /// Looks.
    pub(super) async fn look(plan: &Plan, ports: &Ports<'_>) -> Result<Self, StepError> {
        let place = ports.store.place();
        let Some(stored) = ports.store.read().await? else {
            return Err(StepError::No(format!("{place} holds no token that could be replaced")));
        };
        let (alive, own) = match ports.probe.identify(&stored.secret).await?.holder {
            Holder::App { id, tokens, .. } if id == plan.app => (true, tokens),
            Holder::App { name, .. } => {
                return Err(StepError::No(format!("{place} holds a token of another app, `{name}`")));
            }
            Holder::Staff { .. } => {
                return Err(StepError::No(format!("{place} holds the session of a member of the staff")));
            }
            Holder::Nobody => (false, Vec::new()),
        };
        let listed = match ports.issuing {
            Issuing::Api(issuer) => issuer.list(&plan.app).await?,
            Issuing::Person(_) => own,
        };
        let old = ports.key.fingerprint(&stored.secret);
        let known = match ports.inventory {
            Some(inventory) => inventory.list().await?,
            None => Vec::new(),
        };
        let certain = known.into_iter().find(|record| record.fingerprint == old && record.app == plan.app);
        let certain = certain.filter(|record| listed.iter().any(|listed| listed.id == record.id));
        let mut alike: Vec<_> =
            listed.iter().filter(|listed| has_ending(&stored.secret, &listed.ending)).cloned().collect();
        let old_id = match (certain, alike.as_slice()) {
            (Some(record), _) => Some(record.id),
            // A dead token is not listed, so what ends alike is another one, or the app is not active.
            (None, [only]) if alive => Some(only.id.clone()),
            _ => None,
        };
        if old_id.is_some() {
            alike.clear();
        }
        let at = ports.clock.now();
        Ok(Self { place, app: plan.app.clone(), key: mark(ports), old, old_id, alike, at })
    }

    /// Whether what was seen by an earlier runner is what this one is to work on.
    pub(super) fn fits(&self, plan: &Plan, ports: &Ports<'_>) -> Result<(), StepError> {
        let no = |what: &str| Err(StepError::No(format!("this run was begun with another {what}")));
        if self.key != mark(ports) {
            return no("fingerprint key");
        }
        if self.place != ports.store.place() {
            return no("place for the token");
        }
        if self.app != plan.app { no("app") } else { Ok(()) }
    }
}

/// The app's tokens: as the API lists them, or as the app itself does when asked with one of its tokens.
pub(super) async fn listed(
    plan: &Plan,
    ports: &Ports<'_>,
    token: &SecretString,
) -> Result<Vec<Listed>, PortError> {
    match ports.issuing {
        Issuing::Api(issuer) => issuer.list(&plan.app).await,
        Issuing::Person(_) => match ports.probe.identify(token).await?.holder {
            Holder::App { tokens, .. } => Ok(tokens),
            _ => Ok(Vec::new()),
        },
    }
}

/// A name for a new token, which neither a token of the app has nor one that this run tried to make.
pub(super) async fn name(
    plan: &Plan,
    ports: &Ports<'_>,
    held: &SecretString,
    tried: &[Attempt],
) -> Result<String, StepError> {
    let mut taken: Vec<_> = listed(plan, ports, held).await?.into_iter().map(|listed| listed.name).collect();
    taken.extend(tried.iter().map(|attempt| attempt.name.clone()));
    let today = ports.clock.now().date_naive();
    TokenName::new(&plan.policy.environment, &plan.purpose, &plan.team, today, &taken)
        .map(|name| name.to_string())
        .map_err(|error| StepError::No(error.to_string()))
}

/// Revokes all tokens with the names of these attempts but one. A person's tokens are told, not revoked.
///
/// Each attempt has a name of its own, so a runner never ends what one after it has made.
pub(super) async fn sweep(
    plan: &Plan,
    ports: &Ports<'_>,
    tried: &[Attempt],
    keep: Option<&str>,
) -> Result<(), PortError> {
    if let Issuing::Api(issuer) = ports.issuing {
        for listed in issuer.list(&plan.app).await? {
            let tried = tried.iter().any(|attempt| attempt.name == listed.name);
            if tried && Some(listed.id.as_str()) != keep {
                issuer.revoke(&listed.id).await?;
            }
        }
    }
    Ok(())
}
