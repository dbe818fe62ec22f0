//! A proof is for one actor, operation, environment and change, and comes from an issuer that is believed.

use chrono::TimeDelta;
use storeward_access::{Engine, Evidence, Issuer, ObligationKind, Proof, Request};
use storeward_core::{ChangeDigest, Operation, Tier};

use crate::{engine, monday, person};

const MATRIX: &str = "
[security_review]
roles = ['security']
[roles.operator]
permissions = ['DEPLOY_ALL', 'READ_CONFIG', 'REVOKE_TOKENS']
environments = ['all']
restrictions = ['RESTRICTION']
[roles.security]
permissions = ['AUDIT_ACCESS']
environments = ['all']
members = ['jonas']
";

fn restricted(restriction: &str) -> Engine {
    engine(&MATRIX.replace("RESTRICTION", restriction))
}

fn evidence() -> Evidence {
    Evidence {
        actor: "maria".into(),
        operation: Operation::Deploy,
        environment: "production".into(),
        change: Some(ChangeDigest::new([1; 32])),
        from: monday(),
        until: monday() + TimeDelta::minutes(15),
        by: Some(person("jonas", &["security"])),
        reference: "1".into(),
    }
}

/// Whether maria may deploy a change to production with this proof, and what is said if not.
fn with(engine: &Engine, proof: Proof) -> Result<(), String> {
    let (maria, production) = (person("maria", &["operator"]), Tier::Production.into());
    let (change, proofs) = (ChangeDigest::new([1; 32]), [proof]);
    let request =
        Request::new(&maria, Operation::Deploy, &production, monday()).applying(&change).with_proofs(&proofs);
    let decision = engine.decide(&request);
    if decision.is_allowed() {
        Ok(())
    } else {
        Err(decision.obligations().next().unwrap().reason.to_string())
    }
}

#[test]
fn a_proof_is_for_what_it_says_and_nothing_else() {
    for (restriction, kind) in [
        ("require_mfa", ObligationKind::Mfa),
        ("require_approval_for_production", ObligationKind::Approval),
        ("require_code_review", ObligationKind::CodeReview),
        ("security_review_required", ObligationKind::SecurityReview),
        ("audit_all_actions", ObligationKind::AuditBefore),
        ("full_audit_trail", ObligationKind::AuditBeforeAndAfter),
    ] {
        let issuer = Issuer::new(kind);
        let engine = restricted(restriction).trusting(&issuer);
        let with = |evidence| with(&engine, issuer.issue(evidence).unwrap());
        assert_eq!(with(evidence()), Ok(()), "{kind}");
        for (other, lack) in [
            (Evidence { actor: "mario".into(), ..evidence() }, "another actor"),
            (Evidence { operation: Operation::MassUpdate, ..evidence() }, "another operation"),
            (Evidence { environment: "staging".into(), ..evidence() }, "another environment"),
            (Evidence { environment: "eu-live".into(), ..evidence() }, "another environment"),
            (Evidence { change: Some(ChangeDigest::new([2; 32])), ..evidence() }, "another change"),
            (Evidence { change: None, ..evidence() }, "another change"),
            (
                Evidence { until: monday(), from: monday() - TimeDelta::minutes(1), ..evidence() },
                "at this time",
            ),
            (Evidence { from: monday() + TimeDelta::seconds(1), ..evidence() }, "at this time"),
        ] {
            let said = with(other).unwrap_err();
            assert!(said.contains(lack) && said.contains(restriction), "{kind}: {said}");
        }
    }
}

#[test]
fn an_issuer_that_nobody_introduced_proves_nothing() {
    let (known, stranger) = (Issuer::new(ObligationKind::Mfa), Issuer::new(ObligationKind::Mfa));
    let engine = restricted("require_mfa").trusting(&known);
    let said = with(&engine, stranger.issue(evidence()).unwrap()).unwrap_err();
    assert!(said.contains("not trusted"), "{said}");
}

#[test]
fn a_proof_of_one_kind_is_none_of_another_but_both_audits_are_one_before() {
    for &kind in ObligationKind::ALL.iter().filter(|kind| kind.is_before()) {
        let issuer = Issuer::new(kind);
        for (restriction, wanted) in [
            ("require_mfa", &[ObligationKind::Mfa][..]),
            ("require_code_review", &[ObligationKind::CodeReview]),
            ("require_approval_for_production", &[ObligationKind::Approval]),
            ("audit_all_actions", &[ObligationKind::AuditBefore, ObligationKind::AuditBeforeAndAfter]),
            ("full_audit_trail", &[ObligationKind::AuditBeforeAndAfter]),
        ] {
            let engine = restricted(restriction).trusting(&issuer);
            let met = with(&engine, issuer.issue(evidence()).unwrap()).is_ok();
            assert_eq!(met, wanted.contains(&kind), "{kind} for {restriction}");
        }
    }
}

#[test]
fn a_security_review_is_by_a_member_of_a_role_that_reviews() {
    let issuer = Issuer::new(ObligationKind::SecurityReview);
    let engine = restricted("security_review_required").trusting(&issuer);
    for reviewer in [
        person("jonas", &["operator"]),
        person("jonas", &[]),
        person("lea", &["security"]), // who is no member of it
    ] {
        let proof = issuer.issue(Evidence { by: Some(reviewer), ..evidence() }).unwrap();
        let said = with(&engine, proof).unwrap_err();
        assert!(said.contains("no role that reviews security"), "{said}");
    }
}

#[test]
fn what_was_reviewed_is_a_change() {
    let issuer = Issuer::new(ObligationKind::CodeReview);
    let engine = restricted("require_code_review").trusting(&issuer);
    let (maria, production) = (person("maria", &["operator"]), Tier::Production.into());
    let proofs = [issuer.issue(Evidence { change: None, ..evidence() }).unwrap()];
    let request = Request::new(&maria, Operation::Deploy, &production, monday()).with_proofs(&proofs);
    let decision = engine.decide(&request);
    assert!(!decision.is_allowed());
    let said = decision.obligations().next().unwrap().reason.to_string();
    assert!(said.contains("does not say which change"), "{said}");
}

#[test]
fn an_operation_that_applies_no_change_needs_none() {
    let issuer = Issuer::new(ObligationKind::SecurityReview);
    let engine = restricted("security_review_required").trusting(&issuer);
    let (maria, production) = (person("maria", &["operator"]), Tier::Production.into());
    let evidence = Evidence { change: None, operation: Operation::RevokeTokens, ..evidence() };
    let proofs = [issuer.issue(evidence).unwrap()];
    let request = Request::new(&maria, Operation::RevokeTokens, &production, monday()).with_proofs(&proofs);
    assert!(engine.decide(&request).is_allowed());
}
