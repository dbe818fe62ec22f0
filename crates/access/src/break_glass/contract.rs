//! What every [`OverrideStore`] must do, as tests that its adapter runs.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Barrier, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    thread,
};

use chrono::{DateTime, TimeDelta, Utc};
use storeward_core::{Actor, Attestation, BoxFuture, Environment, Fault, Operation, Tier};

use super::{
    BreakGlass, InvalidEnd, InvalidReview, PastOverride,
    port::{Ended, OverrideId, OverrideStore, Reviewed},
};

/// Runs the contract on a store that keeps nothing yet.
///
/// # Panics
///
/// When the store breaks it.
pub async fn check(store: &dyn OverrideStore) {
    assert_eq!(list(store).await, [], "nothing is there");
    for id in [0, 1, u64::MAX].map(OverrideId::new) {
        assert_eq!(review(store, id, &attested("jonas"), at(1)).await, Reviewed::Unknown);
        assert_eq!(end(store, id, &attested("maria"), at(1)).await, Ended::Unknown);
    }
    taken(store).await;
    reviews(store).await;
    ends(store).await;
    finer_than_microseconds(store).await;
}

/// What is taken comes back as it was, in the order in which it was taken, which is not that of the times.
async fn taken(store: &dyn OverrideStore) {
    let span = |from: i64, until: i64| (at(from), at(until));
    let all = [
        glass("maria", "the checkout is down", span(1_700_000_000_000_001, 1_700_000_000_000_002)),
        glass("it's \"quoted\"; DROP TABLE break_glass; --", "  Żółć 漢字 🔑\n\t e\u{301} ", span(-2, -1)),
        glass("MARIA ", "the checkout is down", span(0, 8 * 60 * 60 * 1_000_000)),
        glass("maria", "the checkout is down", span(1_700_000_000_000_001, 1_700_000_000_000_002)),
    ];
    for (glass, before) in all.iter().zip(0..) {
        let id = take(store, glass).await;
        assert_eq!(id, OverrideId::new(before + 1), "ids are short, and never another's");
    }
    let there: Vec<_> = (1..).map(OverrideId::new).zip(all.map(PastOverride::new)).collect();
    assert_eq!(list(store).await, there);
}

/// Only what the rules let count is kept, and once.
async fn reviews(store: &dyn OverrideStore) {
    let past = PastOverride::new(glass("maria", "the checkout is down", (at(10), at(20))));
    let id = take(store, past.glass()).await;
    let before = list(store).await;
    for (by, time, why) in [
        (attested("maria"), at(20), InvalidReview::Own),
        (attested(""), at(20), InvalidReview::Own),
        (Actor::local("jonas"), at(20), InvalidReview::Claimed),
        (attested("jonas"), at(19), InvalidReview::Early),
    ] {
        assert_eq!(review(store, id, &by, time).await, Reviewed::Invalid(why));
        assert_eq!(list(store).await, before, "nothing changes: {why}");
    }
    let jonas = attested("jonas");
    assert_eq!(review(store, id, &jonas, at(20)).await, Reviewed::Done);
    let mut after = before;
    if let Some((_, last)) = after.last_mut() {
        assert_eq!(last.review(), None);
        *last = past.reviewed(&jonas, at(20)).unwrap_or_else(|_| last.clone());
    }
    assert_eq!(list(store).await, after, "one is reviewed and no other");
    let already = Reviewed::Already { by: "jonas".to_owned(), at: at(20) };
    for by in [jonas, attested("anna"), attested("maria"), Actor::local("anna")] {
        assert_eq!(review(store, id, &by, at(30)).await, already);
    }
    let over = Ended::Invalid(InvalidEnd::Over);
    assert_eq!(end(store, id, &attested("maria"), at(15)).await, over, "it stays as it was reviewed");
    assert_eq!(list(store).await, after, "the first review stays");
}

/// One that is ended early can be reviewed from then on.
async fn ends(store: &dyn OverrideStore) {
    let span = (at(10), at(20));
    let id = take(store, &glass("maria", "the checkout is down", span)).await;
    let before = list(store).await;
    let (maria, jonas) = (attested("maria"), attested("jonas"));
    for (by, time, why) in [
        (&jonas, at(15), InvalidEnd::Other),
        (&attested(""), at(15), InvalidEnd::Other),
        (&Actor::local("maria"), at(15), InvalidEnd::Claimed),
        (&maria, at(9), InvalidEnd::Early),
        (&maria, at(10), InvalidEnd::Early),
        (&maria, at(20), InvalidEnd::Over),
    ] {
        assert_eq!(end(store, id, by, time).await, Ended::Invalid(why));
        assert_eq!(list(store).await, before, "nothing changes: {why}");
    }
    assert_eq!(end(store, id, &maria, at(15)).await, Ended::Done);
    let mut after = before;
    if let Some((_, last)) = after.last_mut() {
        *last = PastOverride::new(glass("maria", "the checkout is down", (at(10), at(15))));
    }
    assert_eq!(list(store).await, after, "one has ended and no other");
    let over = Ended::Invalid(InvalidEnd::Over);
    assert_eq!(end(store, id, &maria, at(15)).await, over);
    assert_eq!(end(store, id, &maria, at(18)).await, over, "it does not go on again");
    assert_eq!(list(store).await, after);
    let early = Reviewed::Invalid(InvalidReview::Early);
    assert_eq!(review(store, id, &jonas, at(14)).await, early);
    assert_eq!(review(store, id, &jonas, at(15)).await, Reviewed::Done);
    let reviewed = list(store).await.pop().and_then(|(_, last)| last.review().map(|(_, at)| at));
    assert_eq!(reviewed, Some(at(15)));
}

/// Whatever a store keeps times in, it keeps no override that its rules do not allow.
#[expect(clippy::expect_used, reason = "it is a part of a test")]
async fn finer_than_microseconds(store: &dyn OverrideStore) {
    let nanos = |micros, nanos| at(micros) + TimeDelta::nanoseconds(nanos);
    let before = list(store).await;
    let none = glass("maria", "the checkout is down", (nanos(1, 1), nanos(1, 2)));
    let error = store.take(&none).await.expect_err("it lasts no time");
    assert_eq!(error.fault(), Fault::Invalid);
    assert_eq!(list(store).await, before, "it is not kept");
    let id = take(store, &glass("maria", "the checkout is down", (nanos(1, 999), nanos(9, 999)))).await;
    let last = list(store).await.pop().expect("it is there").1;
    assert_eq!((last.glass().from(), last.glass().until()), (at(1), at(9)));
    let early = Ended::Invalid(InvalidEnd::Early);
    assert_eq!(end(store, id, &attested("maria"), nanos(1, 999)).await, early, "it would last no time");
    assert_eq!(end(store, id, &attested("maria"), nanos(5, 999)).await, Ended::Done);
    assert_eq!(review(store, id, &attested("jonas"), nanos(5, 999)).await, Reviewed::Done);
    let last = list(store).await.pop().expect("it is there").1;
    assert_eq!((last.glass().until(), last.review()), (at(5), Some(("jonas", at(5)))));
}

/// Lets eight threads take, end and review at the same time, again and again, and sees that nothing is lost and that of
/// those who end or review one override one does. `run` is what drives a future on a thread of its own:
/// `&|work| pollster::block_on(work)` for a store that needs no runtime. The store keeps nothing yet.
///
/// # Panics
///
/// When the store breaks the contract.
pub fn race(store: &dyn OverrideStore, run: &(dyn Fn(BoxFuture<'_, ()>) + Sync)) {
    const ROUNDS: u32 = 20;
    const THREADS: u32 = 8;
    run(Box::pin(async {
        for round in 1..=ROUNDS {
            let id = take(store, &glass("maria", "what all race for", (at(0), at(100)))).await;
            assert_eq!(id, OverrideId::new(round.into()));
        }
    }));
    let (start, ended) = (&Barrier::new(THREADS as usize), &AtomicU32::new(0));
    let (reasons, reviewers) = (&Mutex::new(BTreeMap::new()), &Mutex::new(BTreeMap::new()));
    thread::scope(|scope| {
        for thread in 0..THREADS {
            scope.spawn(move || {
                let (maria, me) = (&attested("maria"), &attested(&format!("jonas {thread}")));
                for round in 1..=ROUNDS {
                    let id = OverrideId::new(round.into());
                    start.wait();
                    run(Box::pin(async move {
                        let done = end(store, id, maria, at(50)).await == Ended::Done;
                        ended.fetch_add(done.into(), Ordering::SeqCst);
                        let reason = format!("thread {thread} in round {round}");
                        let own = take(store, &glass("maria", &reason, (at(0), at(100)))).await;
                        let mut reasons = reasons.lock().unwrap_or_else(PoisonError::into_inner);
                        assert_eq!(reasons.insert(own, reason), None, "nobody else has this id");
                    }));
                    start.wait();
                    run(Box::pin(async move {
                        match review(store, id, me, at(50)).await {
                            Reviewed::Done => {
                                let mut reviewers = reviewers.lock().unwrap_or_else(PoisonError::into_inner);
                                assert_eq!(reviewers.insert(id, me.id.clone()), None, "one reviews it");
                            }
                            answer => assert!(matches!(answer, Reviewed::Already { .. }), "{answer:?}"),
                        }
                    }));
                }
            });
        }
    });
    assert_eq!(ended.load(Ordering::SeqCst), ROUNDS, "of those who end one override one does");
    let reasons = &*reasons.lock().unwrap_or_else(PoisonError::into_inner);
    let reviewers = &*reviewers.lock().unwrap_or_else(PoisonError::into_inner);
    run(Box::pin(async {
        let all = list(store).await;
        let kept = |(id, past): &(OverrideId, PastOverride)| (*id, past.glass().reason().to_owned());
        assert_eq!(all.iter().skip(ROUNDS as usize).map(kept).collect::<BTreeMap<_, _>>(), *reasons);
        assert_eq!(all.len(), (ROUNDS + THREADS * ROUNDS) as usize, "none is lost");
        let ids: BTreeSet<_> = all.iter().map(|(id, _)| id).collect();
        assert_eq!(ids.len(), all.len(), "no two have one id");
        let by = |(id, past): &(OverrideId, PastOverride)| Some((*id, past.review()?.0.to_owned()));
        assert_eq!(all.iter().filter_map(by).collect::<BTreeMap<_, _>>(), *reviewers);
        assert_eq!(reviewers.len(), ROUNDS as usize, "of those who review one override one does");
    }));
}

#[expect(clippy::expect_used, reason = "it is a part of a test")]
async fn take(store: &dyn OverrideStore, glass: &BreakGlass) -> OverrideId {
    store.take(glass).await.expect("it can be kept")
}

#[expect(clippy::expect_used, reason = "it is a part of a test")]
async fn list(store: &dyn OverrideStore) -> Vec<(OverrideId, PastOverride)> {
    store.list().await.expect("they can be read")
}

#[expect(clippy::expect_used, reason = "it is a part of a test")]
async fn review(store: &dyn OverrideStore, id: OverrideId, by: &Actor, at: DateTime<Utc>) -> Reviewed {
    store.review(id, by, at).await.expect("it can be told")
}

#[expect(clippy::expect_used, reason = "it is a part of a test")]
async fn end(store: &dyn OverrideStore, id: OverrideId, by: &Actor, at: DateTime<Utc>) -> Ended {
    store.end(id, by, at).await.expect("it can be told")
}

fn at(micros: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::microseconds(micros)
}

/// For two operations, so that a store which keeps one shows it.
#[expect(clippy::expect_used, reason = "it is a part of a test")]
fn glass(actor: &str, reason: &str, span: (DateTime<Utc>, DateTime<Utc>)) -> BreakGlass {
    let staging: Environment = Tier::Staging.into();
    let operations = [Operation::Deploy, Operation::DeleteEntities];
    BreakGlass::new(actor, reason, span, &staging, operations).expect("it is one")
}

fn attested(id: &str) -> Actor {
    let attestation = Attestation::Store { url: "https://shop.example".to_owned(), id: "7".to_owned() };
    Actor { attestation, ..Actor::local(id) }
}
