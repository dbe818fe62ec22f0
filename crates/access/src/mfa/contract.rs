//! What every [`MfaStore`] must do, as tests that its adapter runs.

use std::{
    sync::{
        Barrier,
        atomic::{AtomicU32, Ordering},
    },
    thread,
};

use chrono::{DateTime, TimeDelta, Utc};
use storeward_core::{BoxFuture, ChangeDigest, Operation, Tier};

use super::{
    port::{Acceptance, Enrolment, Factor, MfaStore, Record},
    recovery::{RecoveryHashes, Rounds},
    session::{Method, Scope, SessionId, SessionRecord},
    throttle::Attempts,
    totp::{Algorithm, Form},
};

const NAMES: [&str; 9] = [
    "maria",
    "MARIA",
    "maria ",
    "it's \"quoted\"; DROP TABLE mfa_enrolment; --",
    "a%b_c*",
    "__proto__",
    "Żółć 漢字 🔑",
    "e\u{301}", // with a combining accent, which is not
    "\u{e9}",   // this one letter
];

/// Runs the contract on a store that keeps nothing yet.
///
/// # Panics
///
/// When the store breaks it.
#[expect(clippy::expect_used, reason = "it is a test, for the adapters' tests to call")]
pub async fn check(store: &dyn MfaStore) {
    assert_eq!(store.read("maria").await.expect("it can be read"), Record::default(), "nothing is there");
    assert!(store.actors().await.expect("it can be read").is_empty(), "nobody is there");
    assert!(!store.remove("maria").await.expect("it can be told"), "nobody was there");
    assert!(!accept(store, &step("maria", "1", 7)).await, "without enrolment no code is taken");
    enrolments(store).await;
    attempts(store).await;
    factors(store).await;
    sessions(store).await;
    names(store).await;
}

#[expect(clippy::expect_used, reason = "as above")]
async fn enrolments(store: &dyn MfaStore) {
    let (first, second) = (enrolment("first", 3), enrolment("second", 0));
    assert!(store.enroll("maria", &first).await.expect("it can be kept"));
    assert_eq!(enrolled(store, "maria").await, first, "it comes back as it was");
    assert!(store.enroll("maria", &second).await.expect("a pending one is replaced"));
    assert_eq!(enrolled(store, "maria").await, second, "with its recovery codes");
    assert!(!accept(store, &step("maria", "first", 1)).await, "the code of one that was replaced");
    assert!(!accept(store, &recovery("maria", "second", 0)).await, "it has no recovery codes");
    assert!(store.enroll("maria", &first).await.expect("a pending one is replaced"));
    assert!(!accept(store, &recovery("maria", "first", 0)).await, "a pending one takes no recovery code");
    assert!(accept(store, &step("maria", "first", 1)).await, "its first code confirms it");
    let confirmed = Enrolment { confirmed: true, last_step: Some(1), ..first.clone() };
    assert_eq!(enrolled(store, "maria").await, confirmed);
    assert!(!store.enroll("maria", &second).await.expect("a confirmed one stays"), "it is not replaced");
    assert_eq!(enrolled(store, "maria").await, confirmed, "and is as it was");

    let resealed = sealed("other");
    assert!(!store.reseal("maria", &resealed, &second.sealed).await.expect("it can be told"), "not that one");
    assert!(store.reseal("maria", &first.sealed, &resealed).await.expect("it can be told"));
    let resealed = Enrolment { sealed: resealed, ..confirmed };
    assert_eq!(enrolled(store, "maria").await, resealed, "nothing else changes");
    let others = enrolment("x", 2).recovery;
    assert!(
        !store.replace_recovery("maria", "second", &others).await.expect("it can be told"),
        "not that one"
    );
    assert!(store.replace_recovery("maria", "first", &others).await.expect("it can be told"));
    assert_eq!(enrolled(store, "maria").await, Enrolment { recovery: others, ..resealed });
    assert_eq!(store.actors().await.expect("it can be read"), ["maria"]);
}

/// Counting, which needs no enrolment.
#[expect(clippy::expect_used, reason = "as above")]
async fn attempts(store: &dyn MfaStore) {
    let counted = [
        Attempts::default(),
        Attempts { failures: 1, last: Some(at(1)) },
        Attempts { failures: 2, last: Some(at(-1)) },
        Attempts { failures: u32::MAX, last: Some(at(1_700_000_000_000_001)) },
    ];
    for (seen, then) in counted.iter().zip(counted.iter().skip(1)) {
        for wrong in counted.iter().filter(|wrong| *wrong != seen) {
            let done = store.count("mario", *wrong, *then).await.expect("it can be told");
            assert!(!done, "{wrong:?} was not seen");
        }
        assert!(store.count("mario", *seen, *then).await.expect("it can be told"));
        let record = store.read("mario").await.expect("it can be read");
        assert_eq!(record, Record { enrolment: None, attempts: *then }, "it comes back as it was");
    }
    assert!(
        accept(store, &Acceptance { actor: "mario".into(), factor: Factor::Elsewhere, session: None }).await
    );
    assert_eq!(store.read("mario").await.expect("it can be read"), Record::default(), "they are forgotten");
    let one = Attempts { failures: 1, last: Some(at(1)) };
    assert!(store.count("mario", Attempts::default(), one).await.expect("it can be told"));
    assert!(store.remove("mario").await.expect("it can be told"), "attempts are something to forget");
    assert_eq!(store.read("mario").await.expect("it can be read"), Record::default());
    assert!(!store.remove("mario").await.expect("it can be told"));
}

/// What is taken is taken once, and what was refused has changed nothing.
#[expect(clippy::expect_used, reason = "as above")]
async fn factors(store: &dyn MfaStore) {
    let one = Attempts { failures: 1, last: Some(at(1)) };
    assert!(store.count("maria", Attempts::default(), one).await.expect("it can be told"));
    let before = store.read("maria").await.expect("it can be read");
    let session = session("maria", 0, false);
    let with_session = |acceptance: Acceptance| Acceptance { session: Some(session.clone()), ..acceptance };
    for (refused, why) in [
        (step("maria", "first", 1), "it was used"),
        (step("maria", "first", 0), "a later one was used"),
        (step("maria", "second", 9), "there is no such enrolment"),
        (step("mario", "first", 9), "it is another's"),
        (recovery("maria", "first", 2), "there is no such number"),
        (recovery("maria", "second", 0), "there is no such enrolment"),
        (recovery("mario", "first", 0), "it is another's"),
    ] {
        assert!(!accept(store, &with_session(refused)).await, "{why}");
        assert_eq!(store.read("maria").await.expect("it can be read"), before, "nothing changes: {why}");
        let begun = store.session(&session.hash).await.expect("it can be read");
        assert_eq!(begun, None, "no session begins: {why}");
    }
    assert!(accept(store, &recovery("maria", "first", 0)).await);
    assert!(!accept(store, &recovery("maria", "first", 0)).await, "it was used");
    let record = store.read("maria").await.expect("it can be read");
    assert_eq!(record.attempts, Attempts::default(), "they are forgotten");
    let left = record.enrolment.map(|enrolment| enrolment.recovery.left.into_keys().collect::<Vec<_>>());
    assert_eq!(left, Some(vec![1]));
    let last = i64::MAX.unsigned_abs();
    for step_number in [2, 3, last] {
        assert!(accept(store, &with_session(step("maria", "first", step_number))).await, "{step_number}");
    }
    assert!(!accept(store, &step("maria", "first", last)).await, "it was used");
    assert_eq!(store.session(&session.hash).await.expect("it can be read"), Some(session), "it has begun");
}

#[expect(clippy::expect_used, reason = "as above")]
async fn sessions(store: &dyn MfaStore) {
    let sessions = [session("maria", 1, false), session("maria", 2, true), session("mario", 3, false)];
    for session in &sessions {
        assert!(accept(store, &elsewhere(session)).await, "it begins");
    }
    for session in &sessions {
        let found = store.session(&session.hash).await.expect("it can be read");
        assert_eq!(found.as_ref(), Some(session), "it comes back as it was");
    }
    let [of_maria, once, of_mario] = sessions;
    assert!(store.end(&once.hash).await.expect("it can be told"));
    assert!(!store.end(&once.hash).await.expect("it can be told"), "it has ended");
    assert_eq!(store.session(&once.hash).await.expect("it can be read"), None);
    assert_eq!(store.end_all("maria").await.expect("it can be told"), 2, "this one and the one before");
    assert_eq!(store.session(&of_maria.hash).await.expect("it can be read"), None);
    assert_eq!(store.end_all("maria").await.expect("it can be told"), 0);
    assert_eq!(
        store.session(&of_mario.hash).await.expect("it can be read"),
        Some(of_mario.clone()),
        "another's"
    );
    assert!(enrolled(store, "maria").await.confirmed, "a logout ends no enrolment");
    assert!(store.remove("mario").await.expect("it can be told"), "a session is something to forget");
    assert_eq!(store.session(&of_mario.hash).await.expect("it can be read"), None, "a reset ends sessions");
    assert!(store.remove("maria").await.expect("it can be told"));
    assert_eq!(store.read("maria").await.expect("it can be read"), Record::default());
    assert!(!accept(store, &step("maria", "first", u64::from(u32::MAX))).await, "nothing is left of it");
    // The next enrolment has none of the recovery codes of the one before.
    assert!(store.enroll("maria", &enrolment("third", 0)).await.expect("it can be kept"));
    assert_eq!(enrolled(store, "maria").await, enrolment("third", 0));
    assert!(store.remove("maria").await.expect("it can be told"));
}

/// Whatever an actor is called, nobody is mistaken for another.
#[expect(clippy::expect_used, reason = "as above")]
async fn names(store: &dyn MfaStore) {
    for name in NAMES {
        assert!(store.enroll(name, &enrolment(name, 1)).await.expect("an actor may have any name"));
        assert!(accept(store, &elsewhere(&session(name, 9, false))).await);
    }
    let mut sorted = NAMES;
    sorted.sort_unstable();
    assert_eq!(store.actors().await.expect("it can be read"), sorted);
    for name in NAMES {
        assert_eq!(enrolled(store, name).await, enrolment(name, 1));
        assert_eq!(store.end_all(name).await.expect("it can be told"), 1, "{name}");
        assert!(store.remove(name).await.expect("it can be told"), "{name}");
    }
    assert!(store.actors().await.expect("it can be read").is_empty());
}

/// Lets eight threads show one factor at the same time, again and again, and sees that one of them wins each time. `run`
/// is what drives a future on a thread of its own: `&|work| pollster::block_on(work)` for a store that needs no runtime.
///
/// # Panics
///
/// When the store breaks the contract.
#[expect(clippy::expect_used, reason = "it is a test, for the adapters' tests to call")]
pub fn race(store: &dyn MfaStore, run: &(dyn Fn(BoxFuture<'_, ()>) + Sync)) {
    const ROUNDS: u32 = 20;
    run(Box::pin(async {
        store.enroll("raced for", &enrolment("one", ROUNDS)).await.expect("it can be kept");
        accept(store, &step("raced for", "one", 0)).await;
    }));
    let session = session("raced for", 0, true);
    run(Box::pin(async { assert!(accept(store, &elsewhere(&session)).await) }));
    let (wins, counted, ended) = (&AtomicU32::new(0), &AtomicU32::new(0), &AtomicU32::new(0));
    let (start, session) = (&Barrier::new(8), &session);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    start.wait();
                    run(Box::pin(async move {
                        let step = step("raced for", "one", u64::from(round) + 1);
                        let recovery = recovery("raced for", "one", round);
                        for factor in [step, recovery] {
                            wins.fetch_add(accept(store, &factor).await.into(), Ordering::SeqCst);
                        }
                        let attempts = |failures| Attempts { failures, last: Some(at(failures.into())) };
                        let seen = if round == 0 { Attempts::default() } else { attempts(round) };
                        let done = store.count("counted", seen, attempts(round + 1)).await;
                        counted.fetch_add(done.expect("it can be told").into(), Ordering::SeqCst);
                    }));
                }
                start.wait();
                run(Box::pin(async move {
                    let done = store.end(&session.hash).await.expect("it can be told");
                    ended.fetch_add(done.into(), Ordering::SeqCst);
                }));
            });
        }
    });
    assert_eq!(wins.load(Ordering::SeqCst), 2 * ROUNDS, "of those who race for a factor one wins");
    assert_eq!(counted.load(Ordering::SeqCst), ROUNDS, "of those who count from one number one does");
    assert_eq!(ended.load(Ordering::SeqCst), 1, "of those who end a session one does");
}

#[expect(clippy::expect_used, reason = "it is a part of a test")]
async fn accept(store: &dyn MfaStore, acceptance: &Acceptance) -> bool {
    store.accept(acceptance).await.expect("it can be told")
}

#[expect(clippy::expect_used, reason = "it is a part of a test")]
async fn enrolled(store: &dyn MfaStore, actor: &str) -> Enrolment {
    store.read(actor).await.expect("it can be read").enrolment.expect("it is there")
}

fn at(micros: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::microseconds(micros)
}

/// No real one: stores take any.
#[expect(clippy::expect_used, reason = "it is a part of a test")]
fn sealed(text: &str) -> super::seal::Sealed {
    let letters: String = text.bytes().map(|byte| if byte % 2 == 0 { "AAAA" } else { "BBBB" }).collect();
    format!("1.0123456789abcdef.{letters}").parse().expect("it has the form")
}

#[expect(clippy::expect_used, reason = "it is a part of a test")]
fn enrolment(id: &str, codes: u32) -> Enrolment {
    let rounds = Rounds::dangerous(std::num::NonZeroU32::MAX);
    let left = (0..codes).map(|number| (number, format!("{number:064x}"))).collect();
    Enrolment {
        id: id.to_owned(),
        sealed: sealed(id),
        form: Form::new(Algorithm::Sha512, 8, 3600).expect("there is such a form"),
        since: at(1_700_000_000_000_001),
        confirmed: false,
        last_step: None,
        recovery: RecoveryHashes { salt: format!("salt of {id}"), rounds, left },
    }
}

fn step(actor: &str, enrolment: &str, step: u64) -> Acceptance {
    let factor = Factor::Step { enrolment: enrolment.to_owned(), step };
    Acceptance { actor: actor.to_owned(), factor, session: None }
}

fn recovery(actor: &str, enrolment: &str, number: u32) -> Acceptance {
    let factor = Factor::Recovery { enrolment: enrolment.to_owned(), number };
    Acceptance { actor: actor.to_owned(), factor, session: None }
}

fn elsewhere(session: &SessionRecord) -> Acceptance {
    let actor = session.scope.actor.clone();
    Acceptance { actor, factor: Factor::Elsewhere, session: Some(session.clone()) }
}

fn session(actor: &str, number: u8, once: bool) -> SessionRecord {
    let id = SessionId::read(&format!("EXAMPLE {actor} {number}").as_str().into());
    let mut scope = Scope::new(actor, Operation::MassUpdate, &Tier::Staging.into());
    if once {
        scope = scope.of_change(ChangeDigest::of(&[number]));
    }
    let begins = at(1_700_000_000_000_000 + i64::from(number));
    SessionRecord {
        hash: id.hash(),
        scope,
        method: Method::ProviderPush,
        begins,
        ends: begins + TimeDelta::minutes(15),
        once,
    }
}
