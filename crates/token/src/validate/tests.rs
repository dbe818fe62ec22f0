use std::sync::atomic::{AtomicUsize, Ordering};

use storeward_core::{BoxFuture, Fault, Severity, Tier};

use super::*;
use crate::port::{Holder, Identity, Listed, Refusal};

/// A store that gives one answer, and counts how often it was asked.
struct Answer {
    identity: Option<Identity>,
    asked: AtomicUsize,
}

impl PermissionProbe for Answer {
    fn identify<'a>(&'a self, _: &'a SecretString) -> BoxFuture<'a, Result<Identity, PortError>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let unreachable = || PortError::new("store", Fault::Unreachable, "nobody answers");
        Box::pin(async move { self.identity.clone().ok_or_else(unreachable) })
    }
}

fn good() -> SecretString {
    format!("{}{}", "q7EXAMPLEvT2mXk9Zr4L", "bW8sYc1Hd5").into()
}

fn app(active: bool, token: &str, permissions: &[&str]) -> Answer {
    let listed = Listed { id: "T1".into(), name: token.into(), ending: "1Hd5".into() };
    let other = Listed { id: "T2".into(), name: String::new(), ending: "zzzz".into() };
    let holder =
        Holder::App { id: "A1".into(), name: "Configurator".into(), active, tokens: vec![listed, other] };
    let permissions = permissions.iter().map(|&code| code.to_owned()).collect();
    Answer { identity: Some(Identity { holder, permissions, refusal: None }), asked: AtomicUsize::new(0) }
}

fn production() -> Policy {
    Policy { required: ["MANAGE_PRODUCTS".to_owned()].into(), ..Policy::new(Tier::Production.into()) }
}

fn now() -> DateTime<Utc> {
    "2026-11-24T12:00:00Z".parse().unwrap()
}

fn run(token: &SecretString, policy: &Policy, probe: &Answer) -> Validation {
    pollster::block_on(validate(token, policy, Some(probe), None, now(), None)).unwrap()
}

/// The stable names of the issues, and whether the token is valid all the same.
fn check(token: &SecretString, policy: &Policy, probe: &Answer, valid: bool, issues: &[&str]) {
    let found = run(token, policy, probe);
    assert_eq!(found.issues.iter().map(|issue| issue.id).collect::<Vec<_>>(), issues);
    assert_eq!(found.valid, valid, "{issues:?}");
    assert_eq!(found.recommendations.len(), issues.len(), "each issue has its advice");
    assert!(!format!("{found:?}").contains(token.expose()) || token.is_empty(), "no secret is in it");
}

#[test]
fn a_sound_token_is_valid() {
    check(
        &good(),
        &production(),
        &app(true, "prod-configurator-devops-2026-11-01", &["MANAGE_PRODUCTS"]),
        true,
        &[],
    );
    check(&good(), &production(), &app(true, "any old name", &["MANAGE_PRODUCTS"]), true, &[]);
}

#[test]
fn what_cannot_be_a_token_is_not_sent_anywhere() {
    for (token, issue) in
        [("", "token.form"), ("your-token-here", "token.form"), ("abc", "token.weak"), ("a b", "token.form")]
    {
        let probe = app(true, "", &["MANAGE_PRODUCTS"]);
        check(&token.into(), &production(), &probe, false, &[issue]);
        assert_eq!(probe.asked.load(Ordering::SeqCst), 0, "{token}");
    }
}

#[test]
fn a_development_token_is_refused_in_production_only() {
    let by_form: SecretString = format!("dev-{}", good().expose()).into();
    let all = &["MANAGE_PRODUCTS"];
    check(&by_form, &production(), &app(true, "", all), false, &["token.development"]);
    let named = app(true, "staging-configurator-devops-2026-11-01", all);
    check(&good(), &production(), &named, false, &["token.development"]);
    let staging = Policy { environment: Tier::Staging.into(), ..production() };
    check(&good(), &staging, &named, true, &[]);
    check(&by_form, &staging, &named, true, &[]);
    let other = app(true, "prod-configurator-devops-2026-11-01", all);
    check(&good(), &staging, &other, true, &["token.other_environment"]);
}

#[test]
fn a_refused_token_is_known_by_its_fingerprint() {
    let key = FingerprintKey::new(&[7; 32]);
    let policy = Policy { refused: vec![key.fingerprint(&good())], ..production() };
    let probe = app(true, "", &["MANAGE_PRODUCTS"]);
    let found =
        pollster::block_on(validate(&good(), &policy, Some(&probe), None, now(), Some(&key))).unwrap();
    assert!(!found.valid && found.issues[0].id == "token.refused");
    assert_eq!(found.fingerprint, Some(key.fingerprint(&good())));
    check(&good(), &policy, &probe, false, &["token.refused_unknown"]);
}

#[test]
fn nobody_and_the_inactive_may_not() {
    let nobody = Identity { holder: Holder::Nobody, permissions: BTreeSet::new(), refusal: None };
    let nobody = Answer { identity: Some(nobody), asked: AtomicUsize::new(0) };
    check(&good(), &production(), &nobody, false, &["token.nobody"]);
    let refused =
        Identity { holder: Holder::Nobody, permissions: BTreeSet::new(), refusal: Some(Refusal::Expired) };
    let refused = Answer { identity: Some(refused), asked: AtomicUsize::new(0) };
    let found = run(&good(), &production(), &refused);
    assert_eq!(found.issues[0].message, "the token opens nothing: it has expired");
    check(&good(), &production(), &app(false, "", &["MANAGE_PRODUCTS"]), false, &["token.inactive"]);
    let holder = Holder::Staff { id: "U1".into(), email: "maria@example.com".into(), active: false };
    let staff = Identity { holder, permissions: ["MANAGE_PRODUCTS".to_owned()].into(), refusal: None };
    let staff = Answer { identity: Some(staff), asked: AtomicUsize::new(0) };
    check(&good(), &production(), &staff, false, &["token.inactive"]);
}

#[test]
fn permissions_are_compared() {
    check(&good(), &production(), &app(true, "", &[]), false, &["token.missing_permission"]);
    let more = app(true, "", &["MANAGE_PRODUCTS", "MANAGE_STAFF"]);
    check(&good(), &production(), &more, true, &["token.excess_permission"]);
    let both = app(true, "", &["MANAGE_STAFF"]);
    check(&good(), &production(), &both, false, &["token.missing_permission", "token.excess_permission"]);
    let found = run(&good(), &production(), &both);
    assert!(found.issues[1].message.contains("MANAGE_STAFF"));
    assert!(found.permissions.missing.contains("MANAGE_PRODUCTS"));
}

#[test]
fn age_is_that_of_the_inventory_or_else_of_the_name() {
    let policy = Policy { max_age: Some(TimeDelta::days(90)), ..production() };
    let all = &["MANAGE_PRODUCTS"];
    check(&good(), &policy, &app(true, "prod-a-ops-2026-11-01", all), true, &[]);
    check(&good(), &policy, &app(true, "prod-a-ops-2026-01-01", all), false, &["token.too_old"]);
    check(&good(), &policy, &app(true, "", all), true, &["token.age_unknown"]);
    let probe = app(true, "prod-a-ops-2026-01-01", all);
    let known = Some(now() - TimeDelta::days(90));
    let found = pollster::block_on(validate(&good(), &policy, Some(&probe), known, now(), None)).unwrap();
    assert!(found.valid, "the inventory knows better, and ninety days are not more than ninety");
    let old = Some(now() - TimeDelta::days(91));
    let offline = pollster::block_on(validate(&good(), &policy, None, old, now(), None)).unwrap();
    assert_eq!(offline.issues.iter().map(|i| i.id).collect::<Vec<_>>(), ["token.not_asked", "token.too_old"]);
}

#[test]
fn a_store_that_was_not_asked_is_no_yes() {
    let policy = Policy::new(production().environment);
    let found = pollster::block_on(validate(&good(), &policy, None, None, now(), None)).unwrap();
    assert!(!found.valid && found.issues[0].id == "token.not_asked");
}

#[test]
fn no_answer_is_no_yes() {
    let silent = Answer { identity: None, asked: AtomicUsize::new(0) };
    let by_form: SecretString = format!("dev-{}", good().expose()).into();
    let error =
        pollster::block_on(validate(&by_form, &production(), Some(&silent), None, now(), None)).unwrap_err();
    assert_eq!(error.source.fault(), Fault::Unreachable);
    assert!(!error.found.valid && error.found.issues[0].id == "token.development", "what was found is kept");
    let report = error.into_report();
    assert!(!report.valid && report.issues.last().unwrap().id == "token.unanswered");
    let error =
        pollster::block_on(validate(&good(), &production(), Some(&silent), None, now(), None)).unwrap_err();
    assert!(!error.found.valid && error.found.issues.is_empty());
}

#[test]
fn the_report_has_its_shape() {
    let found = run(&good(), &production(), &app(true, "", &["MANAGE_PRODUCTS"]));
    let expected = serde_json::json!({
        "schema": "storeward.token.validate/1",
        "valid": true,
        "kind": "app",
        "identity": { "type": "app", "id": "A1", "name": "Configurator", "active": true },
        "fingerprint": null,
        "permissions": {
            "available": ["MANAGE_PRODUCTS"], "required": ["MANAGE_PRODUCTS"], "missing": [], "excess": [],
        },
        "issues": [],
        "recommendations": [],
    });
    assert_eq!(serde_json::to_value(found).unwrap(), expected);
    let found = run(&"".into(), &production(), &app(true, "", &[]));
    assert_eq!(serde_json::to_value(&found.issues[0]).unwrap()["severity"], Severity::Critical.as_str());
}
