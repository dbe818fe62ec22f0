//! Issuing the new token, whose text is in memory alone.

use std::sync::{Mutex, PoisonError};

use storeward_core::{Journal, SecretString};

use super::{
    Issuing, Status,
    act::{Act, StepError, Stop, stopped},
    attempt::{Attempt, Made},
    look::{self, Seen},
    runner::Runner,
};

impl Runner<'_> {
    /// Issues a token, and gives the number of the attempt.
    pub(super) async fn issue(
        &mut self,
        journal: &mut Journal<'_>,
        held: &SecretString,
        seen: &Seen,
    ) -> Result<(usize, SecretString), Stop> {
        let (plan, ports, number) = (self.plan, self.ports, self.tried.len());
        let tried = self.tried.clone();
        let naming = Act::again(|| Box::pin(look::name(plan, ports, held, &tried)));
        let name = journal.step(&format!("name.{number}"), &naming).await.map_err(stopped("issue"))?;
        self.tried.push(Attempt { name: name.clone(), made: None });
        let text = Mutex::new(None);
        let issue = Act::again(|| {
            Box::pin(async {
                // An interrupted attempt may have left a token whose text nobody has.
                if number > 0 {
                    look::sweep(plan, ports, &tried, None).await?;
                }
                let (id, token) = match ports.issuing {
                    Issuing::Api(issuer) => {
                        let issued = issuer.issue(&plan.app, &name).await?;
                        (Some(issued.id), issued.token)
                    }
                    Issuing::Person(prompt) => match prompt.ask(&plan.app, &name).await? {
                        Some(token) => (None, token),
                        None => return Err(StepError::No("nobody gave a new token".to_owned())),
                    },
                };
                let fingerprint = ports.key.fingerprint(&token);
                if fingerprint == seen.old {
                    return Err(StepError::No("the new token is the old one".to_owned()));
                }
                let made = Made { id, fingerprint };
                *text.lock().unwrap_or_else(PoisonError::into_inner) = Some((made.clone(), token));
                Ok(made)
            })
        });
        let result = journal.step(&format!("issue.{number}"), &issue).await;
        drop(issue);
        let text = text.into_inner().unwrap_or_else(PoisonError::into_inner);
        // Made, even when the journal could not take it down any more.
        if let (Some((made, token)), Some(attempt)) = (&text, self.tried.last_mut()) {
            attempt.made = Some(made.clone());
            self.new = Some(token.clone());
        }
        result.map_err(stopped("issue"))?;
        let Some((_, token)) = text else {
            let error = StepError::No("the journal says it was issued, but nobody has it".to_owned());
            return Err(Stop::Failed { step: "issue", error });
        };
        self.report.step("issue", Status::Done, format!("`{name}`"));
        Ok((number, token))
    }
}
