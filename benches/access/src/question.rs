//! A matrix, and what is asked about it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use storeward_access::{
    Engine, Evidence, InvalidMatrix, Issuer, Matrix, ObligationKind, Proof, Request, Session,
};
use storeward_core::{Actor, ActorKind, Attestation, ChangeDigest, Environment, Environments, Operation};

/// The change that every question is about.
static CHANGE: ChangeDigest = ChangeDigest::new([1; 32]);

/// May this actor do that there?
pub struct Question {
    /// The index of who asks.
    pub actor: usize,
    /// What.
    pub operation: Operation,
    /// Where.
    pub environment: Environment,
    proofs: Vec<Proof>,
}

/// An engine, and questions to it and to its peers.
pub struct Case {
    /// The engine, which believes the proofs of the questions.
    pub engine: Engine,
    /// Those who ask: one for each set of roles.
    pub actors: Vec<Actor>,
    /// The questions.
    pub questions: Vec<Question>,
    by_roles: BTreeMap<BTreeSet<String>, usize>,
    issuers: Vec<(ObligationKind, Issuer)>,
}

impl Case {
    /// A case without questions.
    ///
    /// # Errors
    ///
    /// When the matrix cannot be used.
    pub fn new(matrix: &Matrix, environments: &Environments) -> Result<Self, InvalidMatrix> {
        let before = ObligationKind::ALL.iter().copied().filter(|kind| kind.is_before());
        let issuers: Vec<_> = before.map(|kind| (kind, Issuer::new(kind))).collect();
        let engine = Engine::new(matrix, environments)?;
        let engine = issuers.iter().fold(engine, |engine, (_, issuer)| engine.trusting(issuer));
        Ok(Self { engine, actors: Vec::new(), questions: Vec::new(), by_roles: BTreeMap::new(), issuers })
    }

    /// Asks one more question, with all facts in its favour, and proofs of what is asked for.
    pub fn ask(&mut self, roles: BTreeSet<String>, operation: Operation, environment: Environment) {
        let actor = *self.by_roles.entry(roles).or_insert_with_key(|roles| {
            let id = format!("actor-{}", self.actors.len());
            let attestation = Attestation::Store {
                url: "https://shop.example".to_owned(),
                id: self.actors.len().to_string(),
            };
            let kind = ActorKind::Automation;
            self.actors.push(Actor { roles: roles.clone(), kind, attestation, ..Actor::local(id) });
            self.actors.len() - 1
        });
        self.questions.push(Question { actor, operation, environment, proofs: Vec::new() });
        let proofs = self.questions.last().map_or_else(Vec::new, |question| self.proofs(question));
        if let Some(question) = self.questions.last_mut() {
            question.proofs = proofs;
        }
    }

    /// Proofs of all that the engine asks for.
    fn proofs(&self, question: &Question) -> Vec<Proof> {
        let reviewers = self.engine.matrix().security_reviewers.iter().map(|role| role.value.clone());
        let reviewer = Actor { roles: reviewers.collect(), ..Actor::local("jonas") };
        let request = self.request(question);
        let asked = self.engine.decide(&request).obligations().map(|asked| asked.kind).collect::<Vec<_>>();
        let issuers = self.issuers.iter().filter(|(kind, _)| asked.contains(kind));
        let proofs = issuers.map(|(_, issuer)| {
            let evidence = Evidence {
                actor: request.actor.id.clone(),
                operation: question.operation,
                environment: question.environment.name().to_owned(),
                change: Some(CHANGE),
                from: monday(),
                until: monday() + TimeDelta::minutes(15),
                by: Some(reviewer.clone()),
                reference: "1".to_owned(),
            };
            issuer.issue(evidence).expect("the evidence is complete")
        });
        proofs.collect()
    }

    /// The question as storeward is asked it.
    #[must_use]
    pub fn request<'a>(&'a self, question: &'a Question) -> Request<'a> {
        let actor = &self.actors[question.actor];
        Request::new(actor, question.operation, &question.environment, monday())
            .touching(&["products"])
            .in_session(Session::Unattended)
            .applying(&CHANGE)
            .with_proofs(&question.proofs)
    }

    /// The roles with which an actor is enrolled at a peer.
    pub fn enrolled<'a>(&self, actor: &'a Actor) -> impl Iterator<Item = &'a str> {
        let known = |role: &String| self.engine.matrix().roles.iter().any(|known| known.name.value == *role);
        let roles = actor.roles.iter().all(known).then_some(&actor.roles);
        roles.into_iter().flatten().map(String::as_str)
    }
}

fn monday() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_458) + TimeDelta::hours(10) // 5 January 2026
}
