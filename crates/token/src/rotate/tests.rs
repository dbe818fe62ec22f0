mod faults;
mod world;

use chrono::TimeDelta;
use storeward_core::{FingerprintKey, SecretString};

use super::*;
use crate::inventory::Record;
use world::{Handle, State, World, names, plan};

fn run(world: &World, plan: &Plan) -> Report {
    world.attempt(plan, &Handle::new(world)).expect("nothing crashes")
}

#[test]
fn a_token_is_rotated_and_the_report_says_so() {
    let world = World::new();
    let report = run(&world, &plan(0));
    world.check_rotated(&report);
    assert_eq!(
        names(&report),
        [
            "lock",
            "look",
            "issue",
            "validate",
            "smoke_tests",
            "store",
            "read_back",
            "grace",
            "revoke",
            "verify",
            "record"
        ]
    );
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["schema"], "storeward.token.rotate/1");
    assert_eq!((&json["rotated"], &json["outcome"]), (&true.into(), &"rotated".into()));
    assert_eq!(json["old"]["revoked"], true);
    assert_eq!(json["new"]["name"], "production-configurator-devops-2026-11-24");
    assert_eq!(json["steps"][2]["status"], "done");

    // Once more, and nothing is done a second time.
    let before = world.live();
    let again = run(&world, &plan(0));
    assert_eq!(serde_json::to_value(&again).unwrap(), json);
    assert_eq!(world.live(), before);

    // Another run of the same day has another name.
    let report = run(&world, &Plan { run: "another".into(), ..plan(0) });
    world.check_rotated(&report);
    assert_eq!(report.new.unwrap().name, "production-configurator-devops-2026-11-24-2");
}

#[test]
fn both_tokens_live_until_the_grace_period_is_over() {
    let world = World::new();
    let plan = plan(60);
    for minutes in [0, 1, 58] {
        world.clock.advance(TimeDelta::minutes(minutes));
        let report = run(&world, &plan);
        assert_eq!((report.outcome, report.rotated), (Outcome::Waiting, false));
        assert_eq!(report.until.unwrap().to_rfc3339(), "2026-11-24T13:00:00+00:00");
        assert_eq!(world.live().len(), 2);
        assert_eq!(world.stored(), world.live()[1], "the new one is in force");
    }
    world.clock.advance(TimeDelta::minutes(1));
    let report = run(&world, &plan);
    world.check_rotated(&report);
}

#[test]
fn a_dry_run_changes_nothing() {
    let world = World::new();
    let handle = Handle::new(&world);
    let report = world::now(dry_run(&plan(60), &handle.ports(&[&handle]))).unwrap();
    assert_eq!((report.outcome, report.rotated), (Outcome::Planned, false));
    assert!(report.steps.iter().any(|step| step.name == "revoke" && step.detail == "end token T1"));
    assert!(report.steps.iter().skip(1).all(|step| step.status == Status::Planned));
    assert_eq!(world.changes(), 0);
    world.check_kept();
}

#[test]
fn a_new_token_that_is_unsound_is_not_stored() {
    let world = World::new();
    let mut plan = plan(0);
    plan.policy.required.insert("MANAGE_ORDERS".to_owned());
    let report = run(&world, &plan);
    assert_eq!(report.outcome, Outcome::Kept);
    let failed = report.steps.iter().find(|step| step.status == Status::Failed).unwrap();
    assert_eq!(failed.name, "validate");
    assert!(failed.detail.contains("MANAGE_ORDERS"));
    assert!(report.new.is_none());
    world.check_kept();
}

#[test]
fn a_new_token_that_fails_its_smoke_test_is_not_stored() {
    let world = World::new();
    world.set(|state| state.smoke = Some("HTTP 500".to_owned()));
    let report = run(&world, &plan(0));
    assert_eq!(report.outcome, Outcome::Kept);
    let failed = report.steps.iter().find(|step| step.status == Status::Failed).unwrap();
    assert_eq!((failed.name.as_str(), failed.detail.as_str()), ("smoke_tests", "shop: HTTP 500"));
    world.check_kept();
    // When the reason is gone, the same run goes on.
    world.set(|state| state.smoke = None);
    world.check_rotated(&run(&world, &plan(0)));
}

#[test]
fn what_somebody_else_has_stored_is_left_alone() {
    let world = World::new();
    assert_eq!(run(&world, &plan(60)).outcome, Outcome::Waiting);
    world.set(|state| state.put("somebody else's"));
    world.clock.advance(TimeDelta::minutes(60));
    let report = run(&world, &plan(60));
    assert_eq!(report.outcome, Outcome::Kept);
    assert_eq!(world.stored(), "somebody else's");
    assert_eq!(world.live().len(), 1, "the old one was not revoked, the new one was");
}

#[test]
fn another_key_or_another_app_touches_nothing() {
    let world = World::new();
    assert_eq!(run(&world, &plan(60)).outcome, Outcome::Waiting);
    let (changes, live) = (world.changes(), world.live());
    let handle = Handle::new(&world);
    let key = FingerprintKey::new(&[8; 32]);
    let report = world::now(rotate(&plan(60), &Ports { key: &key, ..handle.ports(&[&handle]) })).unwrap();
    assert_eq!(report.outcome, Outcome::Unfinished);
    assert!(report.steps.last().unwrap().detail.contains("another fingerprint key"));
    let report = run(&world, &Plan { app: "A2".into(), ..plan(60) });
    assert_eq!(report.outcome, Outcome::Unfinished);
    assert_eq!((world.changes(), world.live()), (changes, live), "but for the journal, nothing changes");

    let world = World::new();
    let report = run(&world, &Plan { app: "A2".into(), ..plan(60) });
    assert!(report.steps.last().unwrap().detail.contains("another app"));
    world.check_kept();
}

#[test]
fn of_tokens_that_end_alike_none_is_revoked_by_guessing() {
    let world = World::new();
    world.set(State::add_alike);
    let report = run(&world, &plan(0));
    assert_eq!((report.outcome, report.rotated), (Outcome::ByHand, true));
    assert!(!report.old.as_ref().unwrap().revoked && report.old.unwrap().id.is_none());
    assert!(report.by_hand[0].contains("T1") && report.by_hand[0].contains("T2"), "{:?}", report.by_hand);
    assert_eq!(world.live().len(), 3);

    // The inventory knows which one it is.
    let world = World::new();
    let handle = Handle::new(&world);
    let old = Record { id: "T1".into(), ..world.record_of_old() };
    world.set(State::add_alike);
    world::now(world.inventory.record(old)).unwrap().unwrap();
    let report = world.attempt(&plan(0), &handle).unwrap();
    assert_eq!((report.outcome, report.old.unwrap().revoked), (Outcome::Rotated, true));
    assert_eq!(world.live().len(), 2, "the other one lives on");
}

#[test]
fn a_dead_token_is_replaced_too() {
    let world = World::new();
    world.set(|state| state.tokens.clear());
    let report = run(&world, &plan(0));
    assert_eq!((report.outcome, world.live().len()), (Outcome::Rotated, 1));
    assert_eq!(world.stored(), world.live()[0]);
}

#[test]
fn an_empty_store_has_nothing_to_rotate() {
    let world = World::new();
    world.set(|state| state.secret = None);
    let report = run(&world, &plan(0));
    assert_eq!(report.outcome, Outcome::Kept);
    assert!(report.steps.last().unwrap().detail.contains("holds no token"));
}

/// A person who gives this token.
struct Person(Option<String>);

impl TokenPrompt for Person {
    fn ask<'a>(&'a self, _: &'a str, _: &'a str) -> BoxFuture<'a, Result<Option<SecretString>, PortError>> {
        Box::pin(async { Ok(self.0.clone().map(SecretString::from)) })
    }
}

fn with_person(world: &World, gives: Option<String>) -> Report {
    let (handle, person) = (Handle::new(world), Person(gives));
    world::now(rotate(&plan(0), &Ports { issuing: Issuing::Person(&person), ..handle.ports(&[&handle]) }))
        .unwrap()
}

#[test]
fn where_a_person_issues_they_are_told_what_to_end() {
    let world = World::new();
    let new = world.add("production-configurator-devops-2026-11-24");
    let report = with_person(&world, Some(new.clone()));
    assert_eq!((report.outcome, report.rotated), (Outcome::ByHand, true));
    assert!(report.by_hand[0].contains("T1"), "{:?}", report.by_hand);
    assert_eq!((world.live().len(), world.stored()), (2, new.clone()));
    // Not yet…
    assert_eq!(with_person(&world, None).outcome, Outcome::ByHand);
    // … and now they have.
    world.set(|state| drop(state.tokens.remove(0)));
    let report = with_person(&world, None);
    assert_eq!((report.outcome, report.old.unwrap().revoked), (Outcome::Rotated, true));
    assert_eq!(world.live(), [new]);
}

#[test]
fn a_person_may_give_nothing_or_the_wrong_token() {
    let world = World::new();
    assert_eq!(with_person(&world, None).outcome, Outcome::Kept);
    world.check_kept();
    let old = world.stored();
    let report = with_person(&world, Some(old));
    assert_eq!(report.outcome, Outcome::Kept);
    assert!(report.by_hand.is_empty(), "nobody is asked to delete the old token: {:?}", report.by_hand);
    world.check_kept();
    let report = with_person(&world, Some("q7EXAMPLEvT2mXk9Zr4LbW8sYc1Hd5".to_owned()));
    assert_eq!(report.outcome, Outcome::Kept);
    assert_eq!(report.by_hand.len(), 1);
    world.check_kept();
}
