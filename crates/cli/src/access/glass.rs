//! Overrides, as they are told and as a decision takes them.

use chrono::{DateTime, Utc};
use serde::Serialize;
use storeward_access::{BreakGlass, OverrideId, OverrideStore, PastOverride, SqliteOverrides};
use storeward_core::Operation;

use crate::{exit::NoAnswer, project::Project, state};

/// An override, for showing.
#[derive(Serialize)]
pub(crate) struct Listed {
    pub(crate) id: OverrideId,
    pub(crate) actor: String,
    pub(crate) reason: String,
    pub(crate) environment: String,
    pub(crate) operations: Vec<Operation>,
    pub(crate) from: DateTime<Utc>,
    pub(crate) until: DateTime<Utc>,
    pub(crate) reviewed_by: Option<String>,
    pub(crate) reviewed_at: Option<DateTime<Utc>>,
    /// It has ended, and nobody has looked at what was done with it.
    pub(crate) to_be_reviewed: bool,
}

impl Listed {
    pub(crate) fn new(id: OverrideId, past: &PastOverride, now: DateTime<Utc>) -> Self {
        let glass = past.glass();
        Self {
            id,
            actor: glass.actor().to_owned(),
            reason: glass.reason().to_owned(),
            environment: glass.environment().to_owned(),
            operations: Operation::ALL.iter().copied().filter(|operation| glass.is_for(*operation)).collect(),
            from: glass.from(),
            until: glass.until(),
            reviewed_by: past.review().map(|(by, _)| by.to_owned()),
            reviewed_at: past.review().map(|(_, at)| at),
            to_be_reviewed: past.review().is_none() && glass.until() <= now,
        }
    }
}

/// An override by its number, and all there are, for a decision to weigh.
///
/// # Errors
///
/// When there is no such override, or they cannot be read: that is no yes.
pub(crate) async fn find(number: &str, project: &Project) -> anyhow::Result<(BreakGlass, Vec<PastOverride>)> {
    let id: OverrideId = number.parse()?;
    let store = SqliteOverrides::open(&state::database(project)?).await.map_err(NoAnswer::from)?;
    let all = store.list().await.map_err(NoAnswer::from)?;
    let Some((_, wanted)) = all.iter().find(|(known, _)| *known == id) else {
        anyhow::bail!("there is no override {id}");
    };
    let glass = wanted.glass().clone();
    Ok((glass, all.into_iter().map(|(_, past)| past).collect()))
}
