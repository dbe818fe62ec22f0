//! `storeward mfa verify`

use std::path::Path;

use anyhow::Context;
use storeward_access::mfa::{Outcome, Scope, port::Challenge};
use storeward_core::{ChangeDigest, Clock, Operation, SystemClock};

use super::failed;
use crate::{
    args::{ListFormat, VerifyArgs},
    ask::runtime,
    env::Env,
    exit::Exit,
    mfa::{self, Desk, Verified},
    project::Project,
    render,
};

pub(super) fn run(args: &VerifyArgs, env: &Env) -> anyhow::Result<Exit> {
    let (project, environment) = Project::in_environment(Path::new("."), &args.environment, env)?;
    let operation: Operation = args.operation.parse()?;
    let change = args.change.as_deref().map(str::parse::<ChangeDigest>).transpose().context("--change")?;
    let mut scope = Scope::new(&args.who.actor, operation, &environment);
    if let Some(change) = change {
        scope = scope.of_change(change);
    }
    let outcome = runtime()?.block_on(async {
        let desk = Desk::open(&project, env).await?;
        let clock = SystemClock::new();
        let outcome = match args.provider {
            None => {
                let code = mfa::code(args.code_from.as_deref(), env, "Code: ").await?;
                desk.mfa().verify(&code, &scope, clock.now()).await
            }
            Some(provider) => {
                let verifier = mfa::verifier(provider, env)?;
                let code = match args.push {
                    true => None,
                    false => Some(mfa::code(args.code_from.as_deref(), env, "Code: ").await?),
                };
                let challenge = code.as_ref().map_or(Challenge::Push, Challenge::Code);
                desk.mfa().verify_elsewhere(verifier.as_ref(), challenge, &scope, clock.now()).await
            }
        };
        outcome.map_err(failed)
    })?;
    let mut report = Verified {
        schema: "storeward.mfa.verify/1",
        verified: false,
        actor: &args.who.actor,
        operation,
        environment: environment.name(),
        session: None,
        ends: None,
        method: None,
        once: None,
        reason: None,
    };
    match outcome {
        Outcome::Opened(session) => {
            report.verified = true;
            report.session = Some(session.id.written().expose().to_owned());
            report.ends = Some(session.ends);
            report.method = Some(session.method);
            report.once = Some(session.once);
        }
        Outcome::Refused(refusal) => report.reason = Some(refusal.to_string()),
    }
    let mut out = Vec::new();
    match args.who.format {
        ListFormat::Human => render::mfa::verified(&mut out, &report)?,
        ListFormat::Json => render::json(&mut out, &report)?,
    }
    render::deliver(&out, None)?;
    Ok(if report.verified { Exit::Yes } else { Exit::No })
}
