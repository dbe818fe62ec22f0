//! A second factor that was shown, as a proof for a decision.

use anyhow::{Context, anyhow};
use chrono::{DateTime, Utc};
use storeward_access::{
    Evidence, Issuer, ObligationKind, Proof,
    mfa::{Scope, SessionId},
};
use storeward_core::{ChangeDigest, Operation};

use crate::{
    env::Env,
    exit::NoAnswer,
    mfa::Desk as Factors,
    token::{Desk, source::Source},
};

/// The variable with the session that `storeward mfa verify` gave.
const SESSION: &str = "STOREWARD_MFA_SESSION";

/// What a decision may believe of second factors, and the proof of one if there is a session for exactly this.
///
/// # Errors
///
/// When a session cannot be read or looked at: that is no answer, and no yes.
pub(crate) async fn proof(
    from: Option<&str>,
    actor: &str,
    operation: Operation,
    change: Option<ChangeDigest>,
    now: DateTime<Utc>,
    desk: &Desk<'_>,
    env: &Env,
) -> anyhow::Result<(Issuer, Vec<Proof>)> {
    let issuer = Issuer::new(ObligationKind::Mfa);
    let text = match (from, env.get(SESSION)) {
        (Some(from), _) => {
            let source: Source = from
                .parse()
                .map_err(|_| {
                    anyhow!(
                        "a session is not given itself, but where it is read from: env:NAME, file:PATH, stdin"
                    )
                })
                .context("--mfa-session-from")?;
            source.read(env, &desk.key).await.context("--mfa-session-from")?
        }
        (None, Some(text)) => text.into(),
        (None, None) => return Ok((issuer, Vec::new())),
    };
    let scope = Scope::new(actor, operation, &desk.environment);
    let scope = match change {
        Some(change) => scope.of_change(change),
        None => scope,
    };
    let factors = Factors::open(&desk.project, env).await?;
    let id = SessionId::read(&text);
    let checked = factors.mfa().check(&id, &scope, now).await;
    let Ok(verified) = checked.map_err(|error| NoAnswer::because(&error.to_string()))? else {
        // The decision says that nothing was proved.
        return Ok((issuer, Vec::new()));
    };
    let proof = issuer.issue(Evidence {
        actor: actor.to_owned(),
        operation,
        environment: desk.environment.name().to_owned(),
        change,
        from: verified.since(),
        until: verified.until(),
        by: None,
        reference: format!("second factor, {}", verified.method()),
    })?;
    Ok((issuer, vec![proof]))
}
