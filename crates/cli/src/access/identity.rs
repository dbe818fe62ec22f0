//! Who asks, and who vouches for that.

use anyhow::{Context, anyhow, bail};
use chrono::{DateTime, Utc};
use storeward_access::{
    Engine, Session,
    oidc::{self, GITHUB, Issuer},
};
use storeward_core::{Actor, Attestation, actor::ActorKind};
use storeward_token::{PermissionProbe, port::Holder};

use crate::{
    args::{Identity, IdentityArgs},
    env::Env,
    exit::NoAnswer,
    token::Desk,
};

/// Whom the tokens of pipelines must be meant for.
const AUDIENCE: &str = "storeward";

/// Who asks, with the roles they are said to hold, or those whose members they are.
///
/// # Errors
///
/// When nobody is known, an identity is refused, or [there is no answer](NoAnswer) about it.
pub(crate) async fn actor(
    args: &IdentityArgs,
    desk: &Desk<'_>,
    engine: &Engine,
    env: &Env,
    now: DateTime<Utc>,
) -> anyhow::Result<Actor> {
    let mut actor = match args.identity {
        Identity::Claimed => claimed(args, env)?,
        Identity::Github => github(desk, env, now).await?,
        Identity::Saleor => saleor(args, desk).await?,
    };
    if args.identity != Identity::Claimed
        && let Some(named) = args.actor.as_ref().filter(|named| **named != actor.id)
    {
        bail!("the identity that was verified is `{}`, not `{named}`", actor.id);
    }
    match (args.automation, args.identity, actor.kind) {
        (true, Identity::Claimed, _) => actor.kind = ActorKind::Automation,
        // It would be asked for less.
        (true, _, ActorKind::Human) => bail!("`{}` was verified to be a person, not a pipeline", actor.id),
        _ => {}
    }
    actor.roles = match args.roles.as_slice() {
        [] => engine.roles_of(&actor.id).map(str::to_owned).collect(),
        given => given.iter().map(|role| role.trim().to_owned()).filter(|role| !role.is_empty()).collect(),
    };
    Ok(actor)
}

/// Whether somebody can be asked while it runs.
pub(crate) fn session(unattended: bool, actor: &Actor) -> Session {
    if unattended || actor.kind == ActorKind::Automation { Session::Unattended } else { Session::Interactive }
}

fn claimed(args: &IdentityArgs, env: &Env) -> anyhow::Result<Actor> {
    let user = || ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|name| env.get(name));
    match args.actor.as_deref().or_else(user) {
        Some(id) => Ok(Actor::local(id)),
        None => bail!("nobody is known here: give --actor"),
    }
}

async fn github(desk: &Desk<'_>, env: &Env, now: DateTime<Utc>) -> anyhow::Result<Actor> {
    let need = |name: &str| {
        env.get(name).with_context(|| {
            format!("{name} is not set: this is no job of GitHub Actions with `permissions: id-token: write`")
        })
    };
    let (address, secret) = (need("ACTIONS_ID_TOKEN_REQUEST_URL")?, need("ACTIONS_ID_TOKEN_REQUEST_TOKEN")?);
    let token = oidc::request(address, &secret.into(), AUDIENCE).await.map_err(NoAnswer::from)?;
    // GitHub Enterprise Server has an issuer of its own.
    let issuer = desk.project.values.access.issuer.as_deref().unwrap_or(GITHUB);
    let issuer = Issuer::new(issuer, AUDIENCE).map_err(|error| anyhow!("access.issuer: {error}"))?;
    match issuer.verify(&token, now).await.map_err(NoAnswer::from)? {
        Ok(identity) => Ok(identity.into_actor()),
        Err(refusal) => {
            Err(NoAnswer::because(&format!("the identity of this job is not verified: {refusal}")).into())
        }
    }
}

/// A member of the staff, for whom the store answers.
async fn saleor(args: &IdentityArgs, desk: &Desk<'_>) -> anyhow::Result<Actor> {
    let url = desk.url(args.url.as_deref())?;
    let token = desk.token(args.token_from.as_deref()).await?;
    let identity = desk.saleor(Some(&url))?.identify(&token).await.map_err(NoAnswer::from)?;
    let (name, id, active, kind) = match identity.holder {
        Holder::Staff { id, email, active } => (email, id, active, ActorKind::Human),
        Holder::App { id, name, active, .. } => (name, id, active, ActorKind::Automation),
        Holder::Nobody => return Err(NoAnswer::because("the store knows nobody by this token").into()),
    };
    if !active {
        return Err(NoAnswer::because("the account or app that the token belongs to is not active").into());
    }
    let attestation = Attestation::Store { url, id };
    Ok(Actor { kind, attestation, ..Actor::local(name) })
}
