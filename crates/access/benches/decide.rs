//! What a decision costs: under 200 ns with the built-in matrix, and under 1 µs with 1,000 roles.
//!
//! `cargo bench -p storeward-access --bench decide`.
#![expect(clippy::unwrap_used, reason = "a benchmark may panic")]

use std::{fmt::Write, hint::black_box, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use criterion::{Criterion, criterion_group, criterion_main};
use storeward_access::{
    Engine, Evidence, Issuer, Matrix, MatrixFile, ObligationKind, Outcome, Proof, Request, Session,
};
use storeward_core::{
    Actor, ActorKind, Attestation, ChangeDigest, Environment, Environments, Operation, Tier,
};

fn monday() -> DateTime<Utc> {
    "2026-01-05T10:00:00Z".parse().unwrap()
}

fn actor(kind: ActorKind, roles: &[&str]) -> Actor {
    let attestation = Attestation::Store { url: "https://shop.example".to_owned(), id: "7".to_owned() };
    let roles = roles.iter().map(|&role| role.to_owned()).collect();
    Actor { kind, roles, attestation, ..Actor::local("maria") }
}

fn proof(issuer: &Issuer) -> Proof {
    let evidence = Evidence {
        actor: "maria".to_owned(),
        operation: Operation::Deploy,
        environment: "production".to_owned(),
        change: Some(ChangeDigest::new([1; 32])),
        from: monday(),
        until: monday() + TimeDelta::minutes(15),
        by: Some(Actor::local("jonas")),
        reference: "1".to_owned(),
    };
    issuer.issue(evidence).unwrap()
}

fn built_in(c: &mut Criterion) {
    let issuers =
        [ObligationKind::Mfa, ObligationKind::Approval, ObligationKind::AuditBefore].map(Issuer::new);
    let engine = Engine::new(&Matrix::built_in(), &Environments::default()).unwrap();
    let engine = issuers.iter().fold(engine, Engine::trusting);
    let proofs = issuers.each_ref().map(proof);
    let change = ChangeDigest::new([1; 32]);
    let [development, staging, production] = Tier::ALL.map(Environment::from);

    let person = |roles| actor(ActorKind::Human, roles);
    let mut group = c.benchmark_group("built-in");
    let mut run = |name: &str, actor: &Actor, operation, place: &Environment, proofs: &[Proof], outcome| {
        let request = Request::new(actor, operation, place, monday())
            .touching(&["products", "menus"])
            .in_session(Session::Unattended)
            .applying(&change)
            .with_proofs(proofs);
        assert_eq!(engine.decide(&request).outcome(), outcome, "{name}");
        group.bench_function(name, |b| b.iter(|| engine.decide(black_box(&request)).outcome()));
    };
    run("read", &person(&["developer"]), Operation::ReadConfig, &development, &[], Outcome::Allowed);
    run("review open", &person(&["developer"]), Operation::Deploy, &development, &[], Outcome::Pending);
    run(
        "pipeline",
        &actor(ActorKind::Automation, &["ci_cd"]),
        Operation::Deploy,
        &staging,
        &[],
        Outcome::Allowed,
    );
    run("three proofs", &person(&["devops"]), Operation::Deploy, &production, &proofs, Outcome::Allowed);
    let all = ["ci_cd", "developer", "devops", "security"];
    run("four roles", &person(&all), Operation::Deploy, &production, &proofs, Outcome::Allowed);
    run("refused", &person(&["developer"]), Operation::Deploy, &production, &[], Outcome::Refused);
    group.finish();
}

/// A thousand roles, of which each inherits the one before in groups of ten.
fn thousand(c: &mut Criterion) {
    let mut text = String::new();
    for at in 0..1000 {
        writeln!(
            text,
            "[roles.role-{at}]\npermissions = ['READ_CONFIG', 'DEPLOY_ALL']\nenvironments = ['all']"
        )
        .unwrap();
        if at % 10 != 0 {
            writeln!(text, "inherits = ['role-{}']", at - 1).unwrap();
        }
        if at % 7 == 0 {
            writeln!(text, "restrictions = ['audit_all_actions']").unwrap();
        }
    }
    let matrix = MatrixFile::new("thousand.toml", text).parse().unwrap();
    let engine = Engine::new(&matrix, &Environments::default()).unwrap();
    let place = Tier::Production.into();
    let mut group = c.benchmark_group("1,000 roles");
    let roles: Vec<Actor> = (0..1000)
        .map(|at| actor(ActorKind::Human, &[&format!("role-{at}"), &format!("role-{}", (at + 500) % 1000)]))
        .collect();
    let mut next = 0;
    group.bench_function("two roles, another pair each time", |b| {
        b.iter(|| {
            next = (next + 389) % 1000;
            let actor = roles.get(next).unwrap();
            engine.decide(black_box(&Request::new(actor, Operation::Deploy, &place, monday_once()))).outcome()
        });
    });
    group.finish();
}

/// The same moment without reading its text each time.
fn monday_once() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_458)
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(50).warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(2));
    targets = built_in, thousand
}
criterion_main!(benches);
