//! A crash, a failure or a second runner at every single call of every port, and at every pair of them.

use chrono::TimeDelta;

use super::{
    run,
    world::{Event, Handle, World, names, plan},
};
use crate::rotate::{Outcome, Plan, Report, Status, StepReport};

const CRASHES: [Event; 2] = [Event::CrashBefore, Event::CrashAfter];
const FAILURES: [Event; 2] = [Event::FailBefore, Event::FailAfter];
const RACES: [Event; 2] = [Event::RaceBefore, Event::RaceAfter];

// For pairs, where every event counts twice. Before the next call the world is as it is after this one, and before a call
// that never comes as it is at the end: what happens after a call brings nothing new.
const CRASHES_ONCE: [Event; 1] = [Event::CrashBefore];
const RACES_ONCE: [Event; 1] = [Event::RaceBefore];

/// Calls that a rotation without grace makes when nothing goes wrong; at least. What it is exactly is counted.
const AT_LEAST: usize = 30;

/// Tries `each` with an event at the first call, at the second, until it says that there was no such call.
fn at_every_call(events: &[Event], mut each: impl FnMut(usize, Event) -> bool) -> usize {
    let mut last = |event| (0..1000).find(|&number| !each(number, event)).unwrap();
    events.iter().map(|&event| last(event)).min().unwrap()
}

/// A world in which the inventory knows the old token.
fn world() -> World {
    let world = World::new();
    let record = world.record_of_old();
    super::world::now(crate::Inventory::record(&world.inventory, record)).unwrap().unwrap();
    world
}

fn failed(report: &Report) -> Option<&str> {
    report.steps.iter().find(|step| step.status == Status::Failed).map(|step| step.name.as_str())
}

#[test]
fn what_happens_after_a_call_happens_before_the_next() {
    let left = |event, number| {
        let world = world();
        let other = || drop(run(&world, &plan(0)));
        let handle = Handle::with(&world, [(number, event)]).raced_by(other);
        drop(world.attempt(&plan(0), &handle));
        (handle.calls() > number, world.left())
    };
    for (after, before) in [(Event::CrashAfter, Event::CrashBefore), (Event::RaceAfter, Event::RaceBefore)] {
        let calls = at_every_call(&[after], |number, _| {
            let (fired, world) = left(after, number);
            assert!(!fired || world == left(before, number + 1).1, "{after:?} at call {number}");
            fired
        });
        assert!(calls >= AT_LEAST, "{calls}");
    }
}

#[test]
fn a_crash_at_any_call_is_resumed() {
    let calls = at_every_call(&CRASHES, |number, event| {
        let world = world();
        let handle = Handle::with(&world, [(number, event)]);
        let crashed = world.attempt(&plan(0), &handle).is_none();
        world.check_stored_lives();
        world.check_rotated(&run(&world, &plan(0)));
        crashed
    });
    assert!(calls >= AT_LEAST, "{calls}");
}

#[test]
fn two_crashes_at_any_two_calls_are_resumed() {
    at_every_call(&CRASHES_ONCE, |first, event| {
        let mut any = false;
        at_every_call(&CRASHES_ONCE, |second, again| {
            let world = world();
            any = world.attempt(&plan(0), &Handle::with(&world, [(first, event)])).is_none();
            let handle = Handle::with(&world, [(second, again)]);
            let crashed = world.attempt(&plan(0), &handle).is_none();
            world.check_stored_lives();
            world.check_rotated(&run(&world, &plan(0)));
            crashed
        });
        any
    });
}

#[test]
fn a_failure_at_any_call_leaves_the_old_token_in_force() {
    let calls = at_every_call(&FAILURES, |number, event| {
        let world = world();
        let handle = Handle::with(&world, [(number, event)]);
        let report = world.attempt(&plan(0), &handle).unwrap();
        let fired = handle.calls() > number;
        if !fired {
            return false;
        }
        let context = format!("{event:?} at call {number}: {report:?}");
        if world.old_lives() {
            world.check_kept();
            let refused = failed(&report) == Some("lock");
            assert!(report.outcome == Outcome::Kept || refused, "{context}");
            assert!(report.new.is_none() && !report.rotated, "{context}");
        } else {
            // It failed after the old token was dead, or the entry failed that says that all is done.
            assert_eq!(world.live(), [world.stored()], "{context}");
            assert!(names(&report).contains(&"grace"), "nothing is revoked before that: {context}");
            let step = failed(&report);
            assert_eq!(report.outcome == Outcome::Rotated, step.is_none(), "{context}");
            assert!(matches!(step, None | Some("revoke" | "verify" | "record")), "{context}");
        }
        world.check_rotated(&run(&world, &plan(0)));
        true
    });
    assert!(calls >= AT_LEAST, "{calls}");
}

#[test]
fn whatever_happens_on_the_way_back_is_mended_later() {
    at_every_call(&FAILURES, |first, event| {
        let mut fired = false;
        let events = [Event::CrashBefore, Event::FailBefore, Event::FailAfter];
        at_every_call(&events, |distance, again| {
            let world = world();
            let second = first + 1 + distance;
            let handle = Handle::with(&world, [(first, event), (second, again)]);
            let report = world.attempt(&plan(0), &handle);
            fired |= handle.calls() > first;
            world.check_stored_lives();
            if report.is_some_and(|report| report.outcome == Outcome::Kept) {
                world.check_kept();
            }
            world.check_rotated(&run(&world, &plan(0)));
            handle.calls() > second
        });
        fired
    });
}

#[test]
fn of_two_runners_one_is_fenced_off() {
    let calls = at_every_call(&RACES, |number, event| {
        let world = world();
        let other = || world.check_rotated(&run(&world, &plan(0)));
        let handle = Handle::with(&world, [(number, event)]).raced_by(other);
        let report = world.attempt(&plan(0), &handle).unwrap();
        if handle.calls() <= number {
            return false;
        }
        if report.outcome != Outcome::Rotated {
            let fenced = |step: &StepReport| step.name == "lock" && step.status == Status::Failed;
            assert!(report.steps.iter().any(fenced), "{report:?}");
            assert_eq!((report.outcome, report.rotated), (Outcome::Unfinished, false), "{report:?}");
        }
        world.check_rotated(&run(&world, &plan(0)));
        true
    });
    assert!(calls >= AT_LEAST, "{calls}");
}

#[test]
fn a_runner_that_wakes_up_after_another_has_crashed_does_no_harm() {
    at_every_call(&RACES_ONCE, |number, event| {
        let mut fired = false;
        at_every_call(&CRASHES_ONCE, |second, again| {
            let world = world();
            let crashed = std::sync::atomic::AtomicBool::new(false);
            let other = || {
                let attempt = world.attempt(&plan(0), &Handle::with(&world, [(second, again)]));
                crashed.store(attempt.is_none(), std::sync::atomic::Ordering::SeqCst);
            };
            let handle = Handle::with(&world, [(number, event)]).raced_by(other);
            let _ = world.attempt(&plan(0), &handle);
            fired = handle.calls() > number;
            world.check_rotated(&run(&world, &plan(0)));
            drop(handle);
            crashed.into_inner()
        });
        fired
    });
}

#[test]
fn a_runner_on_its_way_back_gives_way_to_another() {
    at_every_call(&FAILURES, |first, event| {
        let mut fired = false;
        at_every_call(&RACES_ONCE, |distance, race| {
            let world = world();
            let second = first + 1 + distance;
            let other = || world.check_rotated(&run(&world, &plan(0)));
            let events = [(first, event), (second, race)];
            let handle = Handle::with(&world, events).raced_by(other);
            let _ = world.attempt(&plan(0), &handle);
            fired |= handle.calls() > first;
            world.check_rotated(&run(&world, &plan(0)));
            handle.calls() > second
        });
        fired
    });
}

/// A run that has stored the new token, and whose grace period is over.
fn after_grace(plan: &Plan) -> World {
    let world = world();
    assert_eq!(run(&world, plan).outcome, Outcome::Waiting);
    world.clock.advance(TimeDelta::minutes(60));
    world
}

#[test]
fn after_the_grace_period_there_is_only_forward() {
    let events = [Event::CrashBefore, Event::CrashAfter, Event::FailBefore, Event::FailAfter];
    at_every_call(&events, |number, event| {
        let world = after_grace(&plan(60));
        let handle = Handle::with(&world, [(number, event)]);
        let report = world.attempt(&plan(60), &handle);
        world.check_stored_lives();
        assert_ne!(world.stored(), "", "a token is stored");
        if let Some(report) = report {
            let unfinished = matches!(report.outcome, Outcome::Unfinished | Outcome::Rotated);
            assert!(unfinished, "the new token stays: {report:?}");
        }
        world.check_rotated(&run(&world, &plan(60)));
        handle.calls() > number
    });
}

#[test]
fn a_crash_before_the_grace_period_is_resumed_within_it() {
    at_every_call(&CRASHES, |number, event| {
        let world = world();
        let crashed = world.attempt(&plan(60), &Handle::with(&world, [(number, event)])).is_none();
        let report = run(&world, &plan(60));
        assert_eq!(report.outcome, Outcome::Waiting);
        assert_eq!(world.live().len(), 2, "the old one and the new one, and no orphan");
        world.clock.advance(TimeDelta::minutes(60));
        world.check_rotated(&run(&world, &plan(60)));
        crashed
    });
}
