//! The use cases over a store in memory, with a clock that is set.

use std::num::NonZeroU32;

use chrono::TimeDelta;
use pollster::block_on;
use storeward_core::{BoxFuture, Environments, Operation};

use super::*;
use crate::mfa::{MemoryMfaStore, SealingKey, session::LENGTH};

struct World {
    store: MemoryMfaStore,
    keys: Keys,
    policy: Policy,
}

impl World {
    fn new() -> Self {
        let keys = Keys::new(SealingKey::new(&[7; 32]).unwrap());
        Self { store: MemoryMfaStore::default(), keys, policy: Policy::default() }
    }

    fn mfa(&self) -> Mfa<'_> {
        let rounds = Rounds::dangerous(NonZeroU32::MIN);
        Mfa { rounds, ..Mfa::new(&self.store, &self.keys, &self.policy) }
    }

    fn enroll(&self) -> Enrolled {
        match block_on(self.mfa().enroll("maria", "shop", Form::default(), at(0))).unwrap() {
            Enroll::Pending(enrolled) => *enrolled,
            Enroll::AlreadyEnrolled => panic!("nobody is enrolled"),
        }
    }

    /// An enrolment of which the code of the first step was used.
    fn confirmed(&self) -> Enrolled {
        let enrolled = self.enroll();
        opened(self.verify(&code(&enrolled, 0), 0));
        enrolled
    }

    fn verify(&self, code: &SecretString, seconds: i64) -> Outcome {
        block_on(self.mfa().verify(code, &scope(Operation::Deploy), at(seconds))).unwrap()
    }

    fn check(&self, id: &SessionId, scope: &Scope, seconds: i64) -> Result<Verified, NoSession> {
        block_on(self.mfa().check(id, scope, at(seconds))).unwrap()
    }
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

fn scope(operation: Operation) -> Scope {
    Scope::new("maria", operation, &Environments::default().resolve("production").unwrap())
}

fn code(enrolled: &Enrolled, step: u64) -> SecretString {
    enrolled.otpauth.totp().code(step)
}

/// Six digits that are not the code of any step near.
fn wrong(enrolled: &Enrolled, seconds: i64) -> SecretString {
    let totp = enrolled.otpauth.totp();
    let mut tried = (0..).map(|n| SecretString::from(format!("{n:06}")));
    tried.find(|code| totp.verify(code, at(seconds), 10).is_none()).unwrap()
}

#[track_caller]
fn opened(outcome: Outcome) -> Session {
    match outcome {
        Outcome::Opened(session) => session,
        Outcome::Refused(refusal) => panic!("{refusal}"),
    }
}

#[track_caller]
fn refused(outcome: Outcome) -> Refusal {
    match outcome {
        Outcome::Refused(refusal) => refusal,
        Outcome::Opened(session) => panic!("a session was opened: {session:?}"),
    }
}

#[test]
fn an_enrolment_counts_from_its_first_code() {
    let world = World::new();
    let stage = || block_on(world.mfa().status("maria", at(0))).unwrap().enrolled;
    assert_eq!((stage(), refused(world.verify(&"000000".into(), 0))), (Stage::No, Refusal::NotEnrolled));
    let first = world.enroll();
    assert_eq!(stage(), Stage::Pending);
    assert!(first.otpauth.uri().expose().starts_with("otpauth://totp/shop:maria?secret="));
    let drawer = first.recovery[0].written();
    assert_eq!(refused(world.verify(&drawer, 0)), Refusal::WrongCode, "no recovery before it counts");
    let second = world.enroll();
    assert_eq!(refused(world.verify(&wrong(&second, 0), 0)), Refusal::WrongCode);
    assert_eq!(stage(), Stage::Pending);
    opened(world.verify(&code(&second, 0), 0));
    assert_eq!(stage(), Stage::Confirmed);
    let again = block_on(world.mfa().enroll("maria", "shop", Form::default(), at(0))).unwrap();
    assert!(matches!(again, Enroll::AlreadyEnrolled));
    for actor in ["", "a\nb", "a\0"] {
        let error = block_on(world.mfa().enroll(actor, "shop", Form::default(), at(0))).unwrap_err();
        assert!(matches!(error, MfaError::Actor), "{actor:?}");
    }
}

#[test]
fn a_code_is_taken_once_and_no_earlier_one_after_it() {
    let world = World::new();
    let enrolled = world.confirmed();
    assert_eq!(refused(world.verify(&code(&enrolled, 0), 0)), Refusal::Used);
    opened(world.verify(&code(&enrolled, 3), 60));
    for step in [1, 2, 3] {
        assert_eq!(refused(world.verify(&code(&enrolled, step), 60)), Refusal::Used, "{step}");
    }
    opened(world.verify(&code(&enrolled, 4), 90));
}

#[test]
fn a_recovery_code_works_once() {
    let world = World::new();
    let enrolled = world.confirmed();
    let typed = SecretString::from(enrolled.recovery[4].written().expose().to_lowercase().replace('-', " "));
    assert_eq!(opened(world.verify(&typed, 0)).method, Method::Recovery);
    assert_eq!(refused(world.verify(&typed, 0)), Refusal::WrongCode);
    let left = || block_on(world.mfa().status("maria", at(0))).unwrap().recovery_codes_left;
    assert_eq!(left(), 9);
    let renewed = block_on(world.mfa().renew_recovery("maria")).unwrap().unwrap();
    assert_eq!((left(), renewed.len()), (10, 10));
    assert_eq!(refused(world.verify(&enrolled.recovery[5].written(), 0)), Refusal::WrongCode);
    opened(world.verify(&renewed[0].written(), 0));
    assert!(block_on(world.mfa().renew_recovery("mario")).unwrap().is_none());
}

#[test]
fn failures_make_it_wait_and_then_lock() {
    let world = World::new();
    let enrolled = world.confirmed();
    for _ in 0..4 {
        assert_eq!(refused(world.verify(&wrong(&enrolled, 100), 100)), Refusal::WrongCode);
    }
    // The fourth failure costs thirty seconds, also for codes that are right.
    assert_eq!(refused(world.verify(&code(&enrolled, 4), 129)), Refusal::Wait(at(130)));
    assert_eq!(block_on(world.mfa().status("maria", at(129))).unwrap().waits_until, Some(at(130)));
    opened(world.verify(&code(&enrolled, 4), 130));
    assert_eq!(block_on(world.mfa().status("maria", at(130))).unwrap().failures, 0, "they are forgotten");
    let mut now = 1_000;
    for _ in 0..10 {
        assert_eq!(refused(world.verify(&wrong(&enrolled, now), now)), Refusal::WrongCode);
        now += 3_600;
    }
    let step = u64::try_from(now / 30).unwrap();
    assert_eq!(refused(world.verify(&code(&enrolled, step), now)), Refusal::Locked);
    assert_eq!(refused(world.verify(&enrolled.recovery[0].written(), now)), Refusal::Locked);
    assert!(block_on(world.mfa().status("maria", at(now))).unwrap().locked);
    block_on(world.mfa().unlock("maria")).unwrap();
    block_on(world.mfa().unlock("maria")).unwrap();
    opened(world.verify(&code(&enrolled, step), now));
}

#[test]
fn a_session_holds_for_what_it_was_opened_for_until_its_end() {
    let world = World::new();
    let deploy = scope(Operation::Deploy);
    let session = opened(world.verify(&code(&world.enroll(), 0), 10));
    assert_eq!((session.ends, session.once), (at(10) + LENGTH, false));
    for _ in 0..2 {
        let proof = world.check(&session.id, &deploy, 600).unwrap();
        assert!(proof.covers(&deploy, at(600)) && !proof.covers(&deploy, session.ends));
    }
    assert_eq!(world.check(&session.id, &scope(Operation::Restore), 600), Err(NoSession::OtherScope));
    let _proof = world.check(&session.id, &deploy, 10).unwrap();
    let other = SessionId::read(&"EXAMPLE".into());
    assert_eq!(world.check(&other, &deploy, 10), Err(NoSession::Unknown));
    assert_eq!(world.check(&session.id, &deploy, 910), Err(NoSession::Ended));
    assert_eq!(world.check(&session.id, &deploy, 10), Err(NoSession::Unknown), "no clock brings it back");
}

#[test]
fn a_clock_that_goes_back_a_logout_and_a_reset_end_sessions() {
    let world = World::new();
    let deploy = scope(Operation::Deploy);
    let enrolled = world.confirmed();
    let session = |step: u64| opened(world.verify(&code(&enrolled, step), 1_000)).id;
    let id = session(32);
    assert_eq!(world.check(&id, &deploy, 999), Err(NoSession::ClockWentBack));
    assert_eq!(world.check(&id, &deploy, 1_000), Err(NoSession::Unknown));
    let id = session(33);
    assert_eq!(block_on(world.mfa().logout("maria")).unwrap(), 1);
    assert_eq!(world.check(&id, &deploy, 1_000), Err(NoSession::Unknown));
    let id = session(34);
    assert!(block_on(world.mfa().revoke(&id)).unwrap() && !block_on(world.mfa().revoke(&id)).unwrap());
    assert_eq!(world.check(&id, &deploy, 1_000), Err(NoSession::Unknown));
    let id = opened(world.verify(&enrolled.recovery[0].written(), 1_000)).id;
    assert!(block_on(world.mfa().reset("maria")).unwrap());
    assert_eq!(world.check(&id, &deploy, 1_000), Err(NoSession::Unknown));
    assert_eq!(refused(world.verify(&code(&enrolled, 35), 1_000)), Refusal::NotEnrolled);
}

#[test]
fn what_cannot_be_undone_needs_a_code_each_time() {
    let world = World::new();
    let enrolled = world.confirmed();
    let delete = scope(Operation::DeleteEntities);
    let outcome = block_on(world.mfa().verify(&code(&enrolled, 1), &delete, at(30))).unwrap();
    let session = opened(outcome);
    assert!(session.once);
    assert_eq!(world.check(&session.id, &scope(Operation::Deploy), 30), Err(NoSession::OtherScope));
    let _proof = world.check(&session.id, &delete, 30).unwrap();
    assert_eq!(world.check(&session.id, &delete, 30), Err(NoSession::Unknown));
}

#[test]
fn without_the_key_nothing_is_verified_and_nothing_counted() {
    let mut world = World::new();
    let enrolled = world.confirmed();
    let other = SealingKey::new(&[8; 32]).unwrap();
    let old = std::mem::replace(&mut world.keys, Keys::new(other.clone()));
    let verified = block_on(world.mfa().verify(&code(&enrolled, 1), &scope(Operation::Deploy), at(30)));
    assert!(matches!(verified.unwrap_err(), MfaError::Seal(SealError::WrongKey { .. })));
    assert!(matches!(block_on(world.mfa().reseal()), Err(MfaError::Seal(SealError::WrongKey { .. }))));
    assert_eq!(block_on(world.mfa().status("maria", at(30))).unwrap().failures, 0);
    world.keys = Keys::new(other.clone()).and_older(old.current().clone());
    assert_eq!((block_on(world.mfa().reseal()).unwrap(), block_on(world.mfa().reseal()).unwrap()), (1, 0));
    world.keys = Keys::new(other.clone());
    opened(world.verify(&code(&enrolled, 1), 30));
    let status = block_on(world.mfa().status("maria", at(30))).unwrap();
    assert_eq!(status.sealed_with, Some(other.id().to_string()));
    let json = serde_json::to_value(&status).unwrap();
    assert_eq!((&json["enrolled"], &json["recovery_codes_left"]), (&"confirmed".into(), &10.into()));
}

/// Says what it is told to.
struct Provider(Result<Verdict, Fault>);

impl MfaVerifier for Provider {
    fn provider(&self) -> &'static str {
        "example"
    }

    fn verify<'a>(&'a self, _: &'a str, _: Challenge<'a>) -> BoxFuture<'a, Result<Verdict, PortError>> {
        Box::pin(
            async move { self.0.map_err(|fault| PortError::new("second factor provider", fault, "EXAMPLE")) },
        )
    }
}

#[test]
fn a_provider_opens_a_session_by_a_yes_alone() {
    let world = World::new();
    let deploy = scope(Operation::Deploy);
    let ask = |says, seconds| {
        block_on(world.mfa().verify_elsewhere(&Provider(says), Challenge::Push, &deploy, at(seconds)))
    };
    let session = opened(ask(Ok(Verdict::Allowed), 0).unwrap());
    assert_eq!(world.check(&session.id, &deploy, 0).unwrap().method(), Method::ProviderPush);
    for _ in 0..20 {
        assert!(ask(Err(Fault::Unreachable), 0).is_err(), "an outage locks nobody out");
    }
    for denial in [Denial::Rejected, Denial::NoAnswer, Denial::Bypassed] {
        let said = refused(ask(Ok(Verdict::Denied(denial)), 0).unwrap());
        assert_eq!(said, Refusal::Denied(denial));
    }
    assert!(ask(Err(Fault::TimedOut), 0).is_err(), "but what may have been guessed counts");
    assert_eq!(refused(ask(Ok(Verdict::Allowed), 29).unwrap()), Refusal::Wait(at(30)));
    opened(ask(Ok(Verdict::Allowed), 30).unwrap());
    let nobody = Scope { actor: String::new(), ..deploy.clone() };
    let asked = Provider(Ok(Verdict::Allowed));
    let error = block_on(world.mfa().verify_elsewhere(&asked, Challenge::Push, &nobody, at(0))).unwrap_err();
    assert!(matches!(error, MfaError::Actor));
}

#[test]
fn nothing_shows_a_secret() {
    let world = World::new();
    let enrolled = world.confirmed();
    let session = opened(world.verify(&code(&enrolled, 1), 0));
    let shown = format!(
        "{enrolled:?} {session:?} {:?} {:?} {:?}",
        world.mfa(),
        world.store,
        block_on(world.mfa().status("maria", at(0))).unwrap()
    );
    let secret = enrolled.otpauth.totp().secret().base32();
    for hidden in [&secret, session.id.written(), &enrolled.recovery[0].written()] {
        assert!(!shown.contains(hidden.expose()), "{shown}");
    }
}
