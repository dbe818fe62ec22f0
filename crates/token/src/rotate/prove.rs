//! Proving the new token before it is stored: by the policy, and by what it is for.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use storeward_core::{Journal, SecretString};

use super::{
    act::{Act, StepError, Stop},
    look,
    runner::Runner,
};
use crate::{
    port::Listed,
    validate::{Policy, Unanswered, has_ending, validate},
};

/// What validating it told.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Known {
    pub(super) id: Option<String>,
    pub(super) permissions: BTreeSet<String>,
}

impl Runner<'_> {
    pub(super) async fn validate(
        &mut self,
        journal: &mut Journal<'_>,
        number: usize,
        new: &SecretString,
    ) -> Result<Known, Stop> {
        let (plan, ports) = (self.plan, self.ports);
        let issued_id = self.tried.get(number).and_then(|attempt| attempt.id().cloned());
        let policy = &Policy { max_age: None, ..plan.policy.clone() };
        let issued_id = &issued_id;
        let act = Act::again(|| {
            Box::pin(async move {
                let now = ports.clock.now();
                let found = validate(new, policy, Some(ports.probe), Some(now), now, Some(ports.key)).await;
                let found = found.map_err(|Unanswered { source, .. }| source)?;
                if !found.valid {
                    let issues = found.issues.into_iter().map(|issue| issue.message);
                    return Err(StepError::No(issues.collect::<Vec<_>>().join("; ")));
                }
                match found.identity {
                    Some(owner) if owner.kind == "app" && owner.id == plan.app => {}
                    _ => return Err(StepError::No("the new token belongs to another app".to_owned())),
                }
                let id = match issued_id {
                    Some(id) => Some(id.clone()),
                    None => only(&look::listed(plan, ports, new).await?, new).map(|listed| listed.id.clone()),
                };
                Ok(Known { id, permissions: found.permissions.available })
            })
        });
        self.step(journal, "validate", number, &act, "it is sound, and may do what it must").await
    }

    /// The names of the smoke tests.
    pub(super) fn tests(&self) -> String {
        let names: Vec<_> = self.ports.smoke_tests.iter().map(|test| test.name()).collect();
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    }

    pub(super) async fn try_out(
        &mut self,
        journal: &mut Journal<'_>,
        number: usize,
        new: &SecretString,
    ) -> Result<(), Stop> {
        let tests = self.ports.smoke_tests;
        let act = Act::again(|| {
            Box::pin(async move {
                for test in tests {
                    let result = test.run(new).await?;
                    result.map_err(|why| StepError::No(format!("{}: {why}", test.name())))?;
                }
                Ok(())
            })
        });
        let detail = format!("passed: {}", self.tests());
        self.step(journal, "smoke_tests", number, &act, &detail).await
    }
}

fn only<'l>(tokens: &'l [Listed], token: &SecretString) -> Option<&'l Listed> {
    let mut matching = tokens.iter().filter(|listed| has_ending(token, &listed.ending));
    matching.next().filter(|_| matching.next().is_none())
}
