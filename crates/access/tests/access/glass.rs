//! Overrides: what they lift, what they ask for, and when they do not help.

use chrono::{DateTime, TimeDelta, Utc};
use storeward_access::{
    BreakGlass, Engine, Evidence, Issuer, ObligationKind, Outcome, PastOverride, Proof, Request,
};
use storeward_core::{Actor, ActorKind, Attestation, Operation, Tier};

use crate::{engine, monday, person};

const MATRIX: &str = "
[break_glass]
roles = ['operator']
max_hours = 2
[roles.operator]
permissions = ['READ_CONFIG']
environments = ['all']
[roles.guest]
permissions = ['READ_CONFIG']
environments = ['all']
[roles.held]
deny = ['RESTORE']
";

fn glass(operations: &[Operation], from: DateTime<Utc>) -> BreakGlass {
    let span = (from, from + TimeDelta::hours(2));
    let operations = operations.iter().copied();
    BreakGlass::new("maria", "the checkout is down", span, &Tier::Production.into(), operations).unwrap()
}

/// What is decided when maria wants to do something in production with an override.
fn decide(
    engine: &Engine,
    actor: &Actor,
    operation: Operation,
    (glass, past): (&BreakGlass, &[PastOverride]),
    proofs: &[Proof],
) -> (Outcome, String) {
    let production = Tier::Production.into();
    let request =
        Request::new(actor, operation, &production, monday()).breaking_glass(glass, past).with_proofs(proofs);
    let decision = engine.decide(&request);
    assert_eq!(decision.break_glass().is_some(), decision.reason().to_string().contains("OVERRIDE"));
    assert_eq!(decision.report(), engine.explain(&request).decision.report());
    (decision.outcome(), decision.reason().to_string())
}

#[test]
fn it_lifts_what_no_role_grants_and_asks_for_audit_factor_and_review() {
    let issuers = [ObligationKind::AuditBeforeAndAfter, ObligationKind::Mfa].map(Issuer::new);
    let engine = engine(MATRIX).trusting(&issuers[0]).trusting(&issuers[1]);
    let maria = person("maria", &["operator"]);
    let override_ = glass(&[Operation::Deploy], monday());
    let (outcome, reason) = decide(&engine, &maria, Operation::Deploy, (&override_, &[]), &[]);
    assert_eq!(outcome, Outcome::Pending);
    assert_eq!(
        reason,
        "OVERRIDE by `maria` until 2026-01-05T12:00Z for `deploy` in `production`: the checkout is down; \
         it still needs a second factor, audit events before and after the operation"
    );

    let proofs = issuers.map(|issuer| {
        issuer
            .issue(Evidence {
                actor: "maria".into(),
                operation: Operation::Deploy,
                environment: "production".into(),
                change: None,
                from: monday(),
                until: monday() + TimeDelta::minutes(5),
                by: None,
                reference: "1".into(),
            })
            .unwrap()
    });
    let production = Tier::Production.into();
    let request = Request::new(&maria, Operation::Deploy, &production, monday())
        .breaking_glass(&override_, &[])
        .with_proofs(&proofs);
    let decision = engine.decide(&request);
    assert!(decision.is_allowed() && decision.break_glass() == Some(&override_));
    let report = decision.report();
    assert!(report.allowed && report.break_glass && report.decided_by.rule == "break_glass");
    let asked: Vec<_> = report.obligations.iter().map(|o| (o.kind, o.satisfied)).collect();
    assert_eq!(
        asked,
        [
            (ObligationKind::Mfa, true),
            (ObligationKind::AuditBeforeAndAfter, true),
            (ObligationKind::ReviewAfter, false), // which nothing proves beforehand
        ]
    );
    // One of the two is not enough.
    let request = request.with_proofs(&proofs[..1]);
    assert_eq!(engine.decide(&request).outcome(), Outcome::Pending);
}

#[test]
fn it_lifts_what_a_restriction_refuses_or_asks_for_and_a_factor_may_be_waived() {
    let maria = person("maria", &["operator"]);
    let override_ = glass(&[Operation::Deploy], monday());
    let audit = Issuer::new(ObligationKind::AuditBeforeAndAfter);
    let evidence = || Evidence {
        actor: "maria".into(),
        operation: Operation::Deploy,
        environment: "production".into(),
        change: None,
        from: monday(),
        until: monday() + TimeDelta::minutes(5),
        by: None,
        reference: "1".into(),
    };
    let waived = MATRIX.replace("max_hours = 2", "max_hours = 2\nrequire_mfa = false");
    for restriction in ["require_approval_for_production", "no_interactive_access"] {
        let granted = "permissions = ['READ_CONFIG', 'DEPLOY_ALL']\nenvironments = ['all']\nrestrictions = ";
        let text = waived.replacen(
            "permissions = ['READ_CONFIG']\nenvironments = ['all']",
            &format!("{granted}['{restriction}']"),
            1,
        );
        let engine = engine(&text).trusting(&audit);
        let proofs = [audit.issue(evidence()).unwrap()];
        let (outcome, reason) = decide(&engine, &maria, Operation::Deploy, (&override_, &[]), &proofs);
        assert!(outcome == Outcome::Allowed && reason.starts_with("OVERRIDE"), "{restriction}: {reason}");
        let production = Tier::Production.into();
        let plain = Request::new(&maria, Operation::Deploy, &production, monday()).with_proofs(&proofs);
        assert!(!engine.decide(&plain).is_allowed());
    }
}

#[test]
fn it_is_not_used_where_the_roles_suffice() {
    let maria = person("maria", &["operator"]);
    let override_ = glass(&[Operation::ReadConfig], monday());
    let (outcome, reason) = decide(&engine(MATRIX), &maria, Operation::ReadConfig, (&override_, &[]), &[]);
    assert!(outcome == Outcome::Allowed && reason.contains("grants `read_config`"), "{reason}");
}

#[test]
fn it_does_not_help_everybody_everywhere_and_always() {
    let maria = || person("maria", &["operator"]);
    let engine = engine(MATRIX);
    let now = monday();
    let deploy = [Operation::Deploy];
    let elsewhere = BreakGlass::new(
        "maria",
        "the checkout is down",
        (now, now + TimeDelta::hours(1)),
        &Tier::Staging.into(),
        deploy,
    );
    let long = BreakGlass::new(
        "maria",
        "the checkout is down",
        (now, now + TimeDelta::hours(3)),
        &Tier::Production.into(),
        deploy,
    );
    for (actor, override_, part) in [
        (person("mario", &["operator"]), glass(&deploy, now), "somebody else's"),
        (person("maria", &["guest"]), glass(&deploy, now), "none of `break_glass.roles` is held"),
        (person("maria", &[]), glass(&deploy, now), "who somebody is"),
        (person("maria", &["operator", "root"]), glass(&deploy, now), "what exists"),
        (Actor { attestation: Attestation::Claimed, ..maria() }, glass(&deploy, now), "who somebody is"),
        (Actor { kind: ActorKind::Automation, ..maria() }, glass(&deploy, now), "for people"),
        (maria(), glass(&[Operation::Restore], now), "other operations"),
        (maria(), glass(&deploy, now + TimeDelta::seconds(1)), "at this time"),
        (maria(), glass(&deploy, now - TimeDelta::hours(2)), "at this time"),
        (maria(), elsewhere.unwrap(), "another environment"),
        (maria(), long.unwrap(), "longer than `break_glass.max_hours`"),
    ] {
        let (outcome, reason) = decide(&engine, &actor, Operation::Deploy, (&override_, &[]), &[]);
        assert!(outcome == Outcome::Refused && reason.contains(part), "{part}: {reason}");
    }
}

#[test]
fn it_lifts_a_deny_only_where_the_matrix_says_so() {
    let maria = person("maria", &["operator", "held"]);
    let override_ = glass(&[Operation::Restore], monday());
    let decide =
        |text: &str, actor: &Actor| decide(&engine(text), actor, Operation::Restore, (&override_, &[]), &[]);
    let (outcome, reason) = decide(MATRIX, &maria);
    assert!(outcome == Outcome::Refused && reason.contains("what is denied stays denied"), "{reason}");
    let lifted = MATRIX.replace("max_hours = 2", "max_hours = 2\noverride_deny = true");
    assert_eq!(decide(&lifted, &maria).0, Outcome::Pending);
    let claimed = Actor { attestation: Attestation::Claimed, ..maria };
    assert_eq!(decide(&lifted, &claimed).0, Outcome::Refused);
}

#[test]
fn an_earlier_one_that_nobody_reviewed_blocks_it() {
    let (engine, maria) = (engine(MATRIX), person("maria", &["operator"]));
    let override_ = glass(&[Operation::Deploy], monday());
    let past = PastOverride::new(glass(&[Operation::Deploy], monday() - TimeDelta::hours(3)));
    let decide = |past: &[PastOverride]| decide(&engine, &maria, Operation::Deploy, (&override_, past), &[]);
    let (outcome, reason) = decide(std::slice::from_ref(&past));
    assert!(outcome == Outcome::Refused && reason.contains("an earlier one was not reviewed"), "{reason}");
    let reviewed = past.reviewed(&person("jonas", &[]), monday()).unwrap();
    assert_eq!(decide(std::slice::from_ref(&reviewed)).0, Outcome::Pending);
    // Those that have not ended, this one among them, have nothing to be reviewed yet.
    assert_eq!(decide(&[PastOverride::new(override_.clone()), reviewed]).0, Outcome::Pending);
}

#[test]
fn nobody_may_unless_the_matrix_names_a_role() {
    let text = MATRIX.replace("roles = ['operator']\nmax", "max");
    let override_ = glass(&[Operation::Deploy], monday());
    let decided =
        decide(&engine(&text), &person("maria", &["operator"]), Operation::Deploy, (&override_, &[]), &[]);
    assert_eq!(decided.0, Outcome::Refused);
}
