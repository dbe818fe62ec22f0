//! What holds for any matrix and any request.

use proptest::{prelude::*, sample::subsequence, strategy::ValueTree};
use storeward_access::{
    Deny, Engine, Issuer, Level, Located, Matrix, MatrixFile, ObligationKind, Outcome, Permission, Request,
    Restriction, Role, Scope, Session, TimeWindow, diff, matrix_file::write,
};
use storeward_core::{Actor, ActorKind, Attestation, Environment, Operation, Tier};

use crate::{environments, monday, person, reference::Reference};

fn permission() -> impl Strategy<Value = Permission> {
    prop::sample::select(Permission::ALL)
}

fn scope() -> impl Strategy<Value = Scope> {
    let named = |name: &'static str| Just(Scope::Environment(name.to_owned()));
    prop_oneof![
        Just(Scope::All),
        prop::sample::select(&Tier::ALL[..]).prop_map(Scope::Tier),
        named("prod"),
        named("staging"),
        named("eu-live"),
    ]
}

fn deny() -> impl Strategy<Value = Deny> {
    (prop::collection::vec(permission(), 1..3), prop::collection::vec(scope(), 0..3)).prop_map(
        |(words, scopes)| {
            let mut deny = Deny::new(words);
            deny.environments = scopes.into_iter().map(Located::new).collect();
            deny
        },
    )
}

/// A role that inherits some of those before it. The second factor is left to those matrices that automate nothing.
fn role(at: usize, mfa: bool) -> impl Strategy<Value = Role> {
    let restrictions: Vec<Restriction> = Restriction::ALL
        .iter()
        .copied()
        .filter(|r| *r != if mfa { Restriction::AutomatedOnly } else { Restriction::RequireMfa })
        .collect();
    let before: Vec<usize> = (0..at).collect();
    let most = before.len().min(2);
    (
        subsequence(Permission::ALL, 0..6),
        prop::collection::vec(scope(), 1..3),
        subsequence(restrictions, 0..4),
        subsequence(before, 0..=most),
        prop::collection::vec(deny(), 0..=1),
        prop::option::weighted(0.2, subsequence(vec!["maria", "jonas"], 0..=2)),
        prop::bool::weighted(0.3),
    )
        .prop_map(move |(permissions, scopes, restrictions, parents, denies, members, with_denies)| {
            let mut role = Role::new(format!("r{at}"));
            role.permissions = permissions.into_iter().map(Located::new).collect();
            role.environments = scopes.into_iter().map(Located::new).collect();
            role.inherits = parents.into_iter().map(|at| Located::new(format!("r{at}"))).collect();
            if restrictions.contains(&Restriction::LimitedEntityTypes) {
                let types = ["products".to_owned(), format!("type{at}")];
                role.entity_types = Some(types.into_iter().map(Located::new).collect::<Vec<_>>().into());
            }
            if restrictions.contains(&Restriction::LimitedTimeWindow) {
                let hours = format!("09:{at:02}-13:00");
                role.time_window = Some(TimeWindow::new(&hours, ["mon"], "UTC").unwrap().into());
            }
            role.restrictions = restrictions.into_iter().map(Located::new).collect();
            role.denies = if with_denies { denies } else { Vec::new() };
            role.members = members
                .map(|ids| ids.into_iter().map(|id| Located::new(id.to_owned())).collect::<Vec<_>>().into());
            role
        })
}

/// A matrix that can be used: grants that can never be are taken out.
fn matrix() -> impl Strategy<Value = Matrix> {
    any::<bool>().prop_flat_map(|mfa| (role(0, mfa), role(1, mfa), role(2, mfa), role(3, mfa))).prop_map(
        |(a, b, c, d)| {
            let mut matrix = Matrix::default();
            matrix.roles = vec![a, b, c, d];
            matrix.security_reviewers = vec!["r0".to_owned().into()];
            usable(&mut matrix);
            matrix
        },
    )
}

fn usable(matrix: &mut Matrix) {
    for at in 0..matrix.roles.len() {
        for word in matrix.roles[at].permissions.clone() {
            let mut alone = matrix.clone();
            alone.roles[at].permissions = vec![word.clone()];
            let role = alone.roles[at].name.value.clone();
            let useless =
                |f: &storeward_access::Finding| f.level == Level::Error && f.role.as_deref() == Some(&role);
            if alone.lint(&environments()).iter().any(useless) {
                matrix.roles[at].permissions.retain(|other| other != &word);
            }
        }
    }
}

#[derive(Debug, Clone)]
struct Asked {
    actor: Actor,
    operation: Operation,
    environment: Environment,
    types: Vec<&'static str>,
    session: Session,
    hours: i64,
    proofs: usize,
}

fn asked() -> impl Strategy<Value = Asked> {
    let places: Vec<Environment> = environments().iter().cloned().collect();
    (
        subsequence(vec!["r0", "r1", "r2", "r3"], 1..=3),
        (prop::sample::select(vec!["maria", "jonas", "lea"]), any::<bool>(), 0..3_usize),
        prop::sample::select(Operation::ALL),
        prop::sample::select(places),
        subsequence(vec!["products", "type0", "type1", "shop"], 0..=2),
        any::<bool>(),
        0..4_i64,
        0..16_usize,
    )
        .prop_map(
            |(roles, (id, human, attested), operation, environment, types, attended, hours, proofs)| {
                let mut actor = person(id, &roles);
                actor.kind = if human { ActorKind::Human } else { ActorKind::Automation };
                if attested == 0 {
                    actor.attestation = Attestation::Claimed;
                }
                let session = if attended { Session::Interactive } else { Session::Unattended };
                Asked { actor, operation, environment, types, session, hours, proofs }
            },
        )
}

const KINDS: [ObligationKind; 4] = [
    ObligationKind::Mfa,
    ObligationKind::Approval,
    ObligationKind::SecurityReview,
    ObligationKind::AuditBeforeAndAfter,
];

impl Asked {
    /// What an engine for this matrix answers: no matrix, no yes.
    fn of(&self, matrix: &Matrix) -> Outcome {
        self.with(matrix, |engine, request| engine.decide(request).outcome()).unwrap_or(Outcome::Refused)
    }

    fn with<T>(&self, matrix: &Matrix, see: impl FnOnce(&Engine, &Request<'_>) -> T) -> Option<T> {
        let mut engine = Engine::new(matrix, &environments()).ok()?;
        let mut proofs = Vec::new();
        for (at, kind) in KINDS.into_iter().enumerate().filter(|(at, _)| self.proofs & 1 << at != 0) {
            let issuer = Issuer::new(kind);
            engine = engine.trusting(&issuer);
            let evidence = storeward_access::Evidence {
                actor: self.actor.id.clone(),
                operation: self.operation,
                environment: self.environment.name().to_owned(),
                change: Some(CHANGE),
                from: monday(),
                until: monday() + chrono::TimeDelta::hours(2),
                by: Some(person("otto", &["r0"])),
                reference: at.to_string(),
            };
            proofs.push(issuer.issue(evidence).unwrap());
        }
        let now = monday() + chrono::TimeDelta::hours(self.hours);
        let request = Request::new(&self.actor, self.operation, &self.environment, now)
            .touching(&self.types)
            .in_session(self.session)
            .applying(&CHANGE)
            .with_proofs(&proofs);
        Some(see(&engine, &request))
    }
}

const CHANGE: storeward_core::ChangeDigest = storeward_core::ChangeDigest::new([9; 32]);

/// How much an answer gives.
const fn much(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Refused => 0,
        Outcome::Pending => 1,
        Outcome::Allowed => 2,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn the_engine_and_the_reference_agree(matrix in matrix(), asked in prop::collection::vec(asked(), 8)) {
        for asked in asked {
            let places = environments();
            let reference = Reference { matrix: &matrix, environments: &places };
            asked.with(&matrix, |engine, request| {
                let decision = engine.decide(request);
                let got = (decision.outcome(), decision.obligations().map(|o| (o.kind, o.satisfied)).collect());
                prop_assert_eq!(got, reference.decide(request), "{}", decision.reason());
                let explained = engine.explain(request);
                prop_assert_eq!(explained.decision.report(), decision.report());
                prop_assert!(!explained.steps.is_empty());
                Ok(())
            }).unwrap_or(Ok(()))?;
        }
    }

    #[test]
    fn adding_a_deny_never_allows_more(matrix in matrix(), deny in deny(), at in 0..4_usize, asked in prop::collection::vec(asked(), 8)) {
        let mut stricter = matrix.clone();
        stricter.roles[at].denies.push(deny);
        for asked in asked {
            prop_assert!(much(asked.of(&stricter)) <= much(asked.of(&matrix)));
        }
    }

    #[test]
    fn adding_a_restriction_never_allows_more(matrix in matrix(), restriction in prop::sample::select(Restriction::ALL), at in 0..4_usize, asked in prop::collection::vec(asked(), 8)) {
        let mut stricter = matrix.clone();
        stricter.roles[at].restrictions.push(restriction.into());
        for asked in asked {
            prop_assert!(much(asked.of(&stricter)) <= much(asked.of(&matrix)));
        }
    }

    #[test]
    fn removing_a_role_from_the_matrix_never_allows_more(matrix in matrix(), at in 1..4_usize, asked in prop::collection::vec(asked(), 8)) {
        let mut smaller = matrix.clone();
        smaller.roles.remove(at);
        for asked in asked {
            prop_assert!(much(asked.of(&smaller)) <= much(asked.of(&matrix)));
        }
    }

    #[test]
    fn taking_a_role_without_denies_from_a_person_never_allows_more(mut matrix in matrix(), asked in prop::collection::vec(asked(), 8)) {
        for role in &mut matrix.roles {
            role.denies.clear();
        }
        for asked in asked {
            let mut fewer = asked.clone();
            fewer.actor.roles.pop_first();
            prop_assert!(much(fewer.of(&matrix)) <= much(asked.of(&matrix)));
        }
    }

    #[test]
    fn an_unknown_role_is_refused_even_beside_a_known_one(
        matrix in matrix(),
        name in prop_oneof![
            prop::sample::select(vec!["", "constructor", "__proto__", "toString", "all", "*", "R0", "r0 ", "r4", "r0\0", "admin"])
                .prop_map(str::to_owned),
            "\\PC{0,8}".prop_filter("known", |name| !["r0", "r1", "r2", "r3"].contains(&name.as_str())),
        ],
        mut asked in asked(),
        alone in any::<bool>(),
    ) {
        if alone {
            asked.actor.roles.clear();
        }
        asked.actor.roles.insert(name);
        prop_assert_eq!(asked.of(&matrix), Outcome::Refused);
    }

    #[test]
    fn a_place_that_nobody_declared_is_refused(matrix in matrix(), mut asked in asked()) {
        let mut others = storeward_core::Environments::default();
        others.declare("elsewhere", Tier::Development, &[]).unwrap();
        others.declare("eu-live", Tier::Development, &[]).unwrap(); // the name is known, but of another tier
        for name in ["elsewhere", "eu-live"] {
            asked.environment = others.resolve(name).unwrap();
            prop_assert_eq!(asked.of(&matrix), Outcome::Refused);
        }
    }

    #[test]
    fn any_matrix_reads_back(matrix in matrix()) {
        let again = MatrixFile::new("again.toml", write(&matrix)).parse().unwrap();
        prop_assert_eq!(write(&again), write(&matrix));
        let engines = [&matrix, &again].map(|matrix| Engine::new(matrix, &environments()));
        match engines {
            [Ok(old), Ok(new)] => prop_assert!(diff(&old, &new).is_empty()),
            [old, new] => prop_assert_eq!(old.is_ok(), new.is_ok()),
        }
    }
}

#[test]
fn most_matrices_made_here_can_be_used() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let made = (0..200).filter(|_| {
        let matrix = matrix().new_tree(&mut runner).unwrap().current();
        Engine::new(&matrix, &environments()).is_ok()
    });
    let made = made.count();
    assert!(made > 100, "{made} of 200");
}

#[test]
fn taking_a_role_that_denies_may_leave_more() {
    let engine = crate::engine(
        "[roles.a]\npermissions = ['DEPLOY_ALL']\nenvironments = ['all']\n[roles.b]\ndeny = ['RESTORE']\n",
    );
    let place = Tier::Staging.into();
    let outcome = |roles: &[&str]| {
        let actor = person("maria", roles);
        engine.decide(&Request::new(&actor, Operation::Restore, &place, monday())).outcome()
    };
    assert_eq!((outcome(&["a", "b"]), outcome(&["a"])), (Outcome::Refused, Outcome::Allowed));
}
