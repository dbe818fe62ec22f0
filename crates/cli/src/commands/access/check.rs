//! `storeward access check` and `storeward access explain`

use anyhow::Context;
use chrono::{DateTime, Utc};
use serde::Serialize;
use storeward_access::{DecisionReport, Request, Step};
use storeward_core::{ChangeDigest, Clock, Operation, SystemClock};

use crate::{
    access::{engine, factor, glass, identity, matrix},
    args::{CheckAccessArgs, ListFormat},
    ask::runtime,
    env::Env,
    exit::Exit,
    render,
    token::Desk,
};

/// What is told beside the decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ask {
    Check,
    Explain,
}

/// The answer.
#[derive(Serialize)]
struct Answer<'a> {
    schema: &'static str,
    #[serde(flatten)]
    decision: DecisionReport,
    actor: &'a str,
    roles: Vec<&'a str>,
    operation: Operation,
    environment: &'a str,
    /// The rules that were looked at, of `explain`.
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<Vec<Step>>,
}

pub(super) fn run(args: &CheckAccessArgs, env: &Env, ask: Ask) -> anyhow::Result<Exit> {
    let desk = Desk::new(&args.environment, true, env)?;
    let operation: Operation = args.operation.parse()?;
    let change = args.change.as_deref().map(str::parse::<ChangeDigest>).transpose().context("--change")?;
    let now = match &args.at {
        Some(at) => at
            .parse::<DateTime<Utc>>()
            .with_context(|| format!("--at: `{at}` is no time: write it as 2026-11-24T12:00:00Z"))?,
        None => SystemClock::new().now(),
    };
    let matrix = matrix(args.matrix.matrix.as_deref(), &desk.project)?;
    let engine = engine(&matrix, &desk.project.environments)?;
    let (actor, issuer, proofs, glass) = runtime()?.block_on(async {
        let actor = identity::actor(&args.who, &desk, &engine, env, now).await?;
        let from = args.mfa_session_from.as_deref();
        let (issuer, proofs) = factor::proof(from, &actor.id, operation, change, now, &desk, env).await?;
        let glass = match &args.break_glass {
            Some(number) => Some(glass::find(number, &desk.project).await?),
            None => None,
        };
        anyhow::Ok((actor, issuer, proofs, glass))
    })?;
    let engine = engine.trusting(&issuer);
    let types: Vec<&str> = args.entity_type.iter().map(String::as_str).collect();
    let mut request = Request::new(&actor, operation, &desk.environment, now)
        .touching(&types)
        .in_session(identity::session(args.unattended, &actor))
        .with_proofs(&proofs);
    if let Some(change) = &change {
        request = request.applying(change);
    }
    if let Some((glass, past)) = &glass {
        request = request.breaking_glass(glass, past);
    }
    let explanation = engine.explain(&request);
    let decision = explanation.decision.report();
    let allowed = decision.allowed;
    let answer = Answer {
        schema: match ask {
            Ask::Check => "storeward.access.check/1",
            Ask::Explain => "storeward.access.explain/1",
        },
        decision,
        actor: &actor.id,
        roles: actor.roles.iter().map(String::as_str).collect(),
        operation,
        environment: desk.environment.name(),
        steps: (ask == Ask::Explain).then_some(explanation.steps),
    };
    let mut out = Vec::new();
    match args.format {
        ListFormat::Human => {
            let steps = answer.steps.as_deref().unwrap_or_default();
            render::access::decision(&mut out, &answer.decision, steps)?;
        }
        ListFormat::Json => render::json(&mut out, &answer)?,
    }
    render::deliver(&out, None)?;
    Ok(if allowed { Exit::Yes } else { Exit::No })
}
