//! The built-in matrix has few cells: each is decided under all facts, and compared with the reference.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use storeward_access::{Engine, Evidence, Issuer, Matrix, ObligationKind, Proof, Request, Session};
use storeward_core::{Actor, ActorKind, Attestation, ChangeDigest, Environment, Environments, Operation};

use crate::{environments, monday, person, reference::Reference};

const KINDS: [ObligationKind; 6] = [
    ObligationKind::Mfa,
    ObligationKind::Approval,
    ObligationKind::CodeReview,
    ObligationKind::SecurityReview,
    ObligationKind::AuditBefore,
    ObligationKind::AuditBeforeAndAfter,
];

const CHANGE: ChangeDigest = ChangeDigest::new([7; 32]);

struct Bench {
    matrix: Matrix,
    engine: Engine,
    issuers: [Issuer; 6],
    environments: Environments,
}

fn bench() -> Bench {
    let (matrix, issuers) = (Matrix::built_in(), KINDS.map(Issuer::new));
    let mut engine = Engine::new(&matrix, &environments()).unwrap();
    for issuer in &issuers {
        engine = engine.trusting(issuer);
    }
    Bench { matrix, engine, issuers, environments: environments() }
}

impl Bench {
    /// Decides by both, and says whether the operation may run.
    fn agree(&self, request: &Request<'_>) -> bool {
        let reference = Reference { matrix: &self.matrix, environments: &self.environments };
        let expected = reference.decide(request);
        let decision = self.engine.decide(request);
        let asked: BTreeSet<_> = decision.obligations().map(|o| (o.kind, o.satisfied)).collect();
        assert_eq!((decision.outcome(), asked), expected, "{request:?}");
        decision.is_allowed()
    }

    /// One proof of each of these kinds.
    fn proofs(
        &self,
        set: usize,
        operation: Operation,
        place: &Environment,
        until: DateTime<Utc>,
    ) -> Vec<Proof> {
        let chosen = self.issuers.iter().enumerate().filter(|(at, _)| set & 1 << at != 0);
        chosen
            .map(|(_, issuer)| {
                let evidence = Evidence {
                    actor: "maria".into(),
                    operation,
                    environment: place.name().into(),
                    change: Some(CHANGE),
                    from: until - TimeDelta::days(9),
                    until,
                    by: Some(person("jonas", &["security"])),
                    reference: "1".into(),
                };
                issuer.issue(evidence).unwrap()
            })
            .collect()
    }
}

/// Every set of roles of the built-in matrix, every environment and every operation.
fn cells(mut see: impl FnMut(&[&str], &Environment, Operation)) {
    let names = ["developer", "devops", "security", "ci_cd"];
    for set in 0..1 << names.len() {
        let roles: Vec<&str> =
            names.iter().enumerate().filter(|(at, _)| set & 1 << at != 0).map(|(_, name)| *name).collect();
        for place in environments().iter() {
            for &operation in Operation::ALL {
                see(&roles, place, operation);
            }
        }
    }
}

#[test]
fn every_cell_under_all_facts() {
    let bench = bench();
    let attestations = [Attestation::Claimed, person("", &[]).attestation, crate::pipeline(&[]).attestation];
    let times = [monday(), monday() + TimeDelta::hours(12)];
    let types: [&[&str]; 4] = [&[], &["products"], &["shop"], &["products", "shop"]];
    let (mut seen, mut allowed) = (0, 0);
    cells(|roles, place, operation| {
        let all = bench.proofs(usize::MAX, operation, place, monday() + TimeDelta::days(2));
        for kind in [ActorKind::Human, ActorKind::Automation] {
            for attestation in &attestations {
                let actor = Actor { kind, attestation: attestation.clone(), ..person("maria", roles) };
                for session in [Session::Interactive, Session::Unattended] {
                    for now in times {
                        for entity_types in types {
                            for proofs in [&[], all.as_slice()] {
                                let request = Request::new(&actor, operation, place, now)
                                    .touching(entity_types)
                                    .in_session(session)
                                    .applying(&CHANGE)
                                    .with_proofs(proofs);
                                seen += 1;
                                allowed += usize::from(bench.agree(&request));
                            }
                        }
                    }
                }
            }
        }
    });
    assert_eq!(seen, 16 * 4 * 13 * 2 * 3 * 2 * 2 * 4 * 2);
    assert!(allowed > seen / 20 && allowed < seen / 2, "{allowed} of {seen}");
}

#[test]
fn every_cell_with_every_set_of_proofs() {
    let bench = bench();
    let mut allowed = 0;
    cells(|roles, place, operation| {
        let actor = person("maria", roles);
        for set in 0..1 << KINDS.len() {
            for until in [monday(), monday() + TimeDelta::seconds(1)] {
                let proofs = bench.proofs(set, operation, place, until);
                let request = Request::new(&actor, operation, place, monday())
                    .touching(&["products"])
                    .applying(&CHANGE)
                    .with_proofs(&proofs);
                allowed += usize::from(bench.agree(&request));
                if set == 0 {
                    break; // no proof ends
                }
            }
        }
    });
    assert!(allowed > 1000, "{allowed}");
}
