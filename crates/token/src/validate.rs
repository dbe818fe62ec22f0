//! Whether a token may be used in an environment: its form and strength, whose it is, what it may do, how old it is.

mod report;
mod rules;

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use storeward_core::{Environment, Environments, Fingerprint, FingerprintKey, PortError, SecretString};

pub use report::{Issue, Owner, Permissions, Recommendation, Validation};
pub(crate) use rules::has_ending;

use crate::{PermissionProbe, form};

/// What is demanded of a token.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_structs, reason = "made by every caller")]
pub struct Policy {
    /// Where it is to be used.
    pub environment: Environment,
    /// The known environments, by which the token's name is read.
    pub environments: Environments,
    /// The permissions it must carry, such as those of [`permission::configurator`](crate::permission::configurator).
    pub required: BTreeSet<String>,
    /// Tokens that must not be used here: those of other environments, and those that leaked.
    pub refused: Vec<Fingerprint>,
    /// How old it may be.
    pub max_age: Option<TimeDelta>,
}

impl Policy {
    /// Asks for a sound token that is somebody's, and nothing more.
    #[must_use]
    pub fn new(environment: Environment) -> Self {
        Self {
            environment,
            environments: Environments::default(),
            required: BTreeSet::new(),
            refused: Vec::new(),
            max_age: None,
        }
    }
}

/// The store could not be asked. What was found until then is no yes.
#[derive(Debug, thiserror::Error)]
#[error("the store could not be asked about the token")]
#[expect(clippy::exhaustive_structs, reason = "what there is to say, and why there is no more")]
pub struct Unanswered {
    /// What was found without the store; it is not valid.
    pub found: Box<Validation>,
    /// Why there is no answer.
    pub source: PortError,
}

impl Unanswered {
    /// What was found, and that there is no answer as one more issue.
    #[must_use]
    pub fn into_report(self) -> Validation {
        let mut found = *self.found;
        rules::unanswered(&mut found, &self.source);
        found
    }
}

/// Judges a token by a policy.
///
/// Its form and strength come first: what cannot be a token is not sent to the store. Without a `probe` the
/// store is not asked, the report says so, and the token is not valid: nobody knows whether it opens anything. `issued` is when the token was issued, if that is known;
/// otherwise the date in its name counts. With a `key` the report has the fingerprint.
///
/// # Errors
///
/// [`Unanswered`] when there is a probe that cannot answer.
pub async fn validate(
    token: &SecretString,
    policy: &Policy,
    probe: Option<&dyn PermissionProbe>,
    issued: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
    key: Option<&FingerprintKey>,
) -> Result<Validation, Unanswered> {
    let mut found = Validation::new(policy.required.clone());
    match form::judge(token) {
        Ok(form) => found.kind = Some(form),
        Err(weakness) => rules::weak(&mut found, weakness),
    }
    if found.kind.is_some() {
        found.fingerprint = key.map(|key| key.fingerprint(token));
        rules::by_sight(&mut found, token, policy, now);
        match probe {
            None => rules::not_asked(&mut found),
            Some(probe) => match probe.identify(token).await {
                Ok(identity) => rules::by_identity(&mut found, token, identity, policy, issued, now),
                Err(source) => return Err(Unanswered { found: Box::new(found), source }),
            },
        }
        if probe.is_none() {
            rules::age(&mut found, policy, issued, now);
        }
        found.settle();
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
