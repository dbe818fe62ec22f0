//! How often somebody may be wrong.
//!
//! An attempt is counted before its code is looked at, and forgotten when the code was right: who breaks off in between
//! has used it up, and of many who try at once each is counted.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

/// How long to wait after how many failures. Recovery codes count as codes do.
///
/// The default lets three failures pass, then asks for 30 seconds, twice as long after each further one, an hour at most,
/// and locks after ten. Ten guesses at three codes of six digits that hold at a time find one with a chance of three in a
/// hundred thousand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "data that callers write; a new bound is a breaking change")]
pub struct Throttle {
    /// So many failures in a row cost nothing.
    pub free: u32,
    /// How long to wait after the next one. It doubles with each failure.
    pub first: TimeDelta,
    /// The longest wait.
    pub longest: TimeDelta,
    /// After so many failures nothing but a reset helps.
    pub lock_after: u32,
}

impl Default for Throttle {
    fn default() -> Self {
        Self { free: 3, first: TimeDelta::seconds(30), longest: TimeDelta::hours(1), lock_after: 10 }
    }
}

/// The attempts since the last that succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_structs, reason = "what stores keep; a new field is a breaking change for them")]
pub struct Attempts {
    /// How many.
    pub failures: u32,
    /// When the last of them was, to the microsecond.
    pub last: Option<DateTime<Utc>>,
}

/// Whether a code may be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "an answer that callers must handle whole")]
pub enum Admission {
    /// It may, if the attempt is counted first: this is then the count.
    Admitted(Attempts),
    /// Not before this time.
    Wait(DateTime<Utc>),
    /// Not until somebody resets it.
    Locked,
}

impl Throttle {
    /// Judges whether a code may be tried now. When the clock went back, the wait is as much longer.
    #[must_use]
    pub fn judge(&self, attempts: Attempts, now: DateTime<Utc>) -> Admission {
        if attempts.failures >= self.lock_after {
            return Admission::Locked;
        }
        if let Some(last) = attempts.last
            && let Some(wait) = self.wait(attempts.failures)
        {
            // A time past the end of all times never comes.
            let until = last.checked_add_signed(wait).unwrap_or(DateTime::<Utc>::MAX_UTC);
            if now < until {
                return Admission::Wait(until);
            }
        }
        let failures = attempts.failures.saturating_add(1);
        Admission::Admitted(Attempts { failures, last: Some(now.trunc_subsecs(6)) })
    }

    fn wait(&self, failures: u32) -> Option<TimeDelta> {
        let doubled = failures.checked_sub(self.free)?.checked_sub(1)?.min(30);
        Some(self.first.checked_mul(1 << doubled).map_or(self.longest, |wait| wait.min(self.longest)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    #[test]
    fn waits_grow_until_it_locks() {
        let throttle = Throttle { longest: TimeDelta::seconds(400), ..Throttle::default() };
        for (failures, wait) in
            [(0, 0), (1, 0), (3, 0), (4, 30), (5, 60), (6, 120), (7, 240), (8, 400), (9, 400)]
        {
            let attempts = Attempts { failures, last: Some(at(1000)) };
            let next = Attempts { failures: failures + 1, last: Some(at(1000 + wait)) };
            assert_eq!(throttle.judge(attempts, at(1000 + wait)), Admission::Admitted(next), "{failures}");
            if wait > 0 {
                for early in [wait - 1, 0, -1_000_000] {
                    let judged = throttle.judge(attempts, at(1000 + early));
                    assert_eq!(judged, Admission::Wait(at(1000 + wait)), "{failures}, after {early}");
                }
            }
        }
        for failures in [10, 11, u32::MAX] {
            for last in [None, Some(at(0)), Some(DateTime::<Utc>::MIN_UTC)] {
                let judged = throttle.judge(Attempts { failures, last }, at(1 << 40));
                assert_eq!(judged, Admission::Locked, "{failures}");
            }
        }
    }

    #[test]
    fn no_number_makes_it_wait_less() {
        let throttle = Throttle { lock_after: u32::MAX, ..Throttle::default() };
        for failures in [34, 35, 64, 1000, u32::MAX - 1] {
            let judged = throttle.judge(Attempts { failures, last: Some(at(0)) }, at(3599));
            assert_eq!(judged, Admission::Wait(at(3600)), "{failures}");
        }
        let never = Attempts { failures: 5, last: Some(DateTime::<Utc>::MAX_UTC) };
        assert_eq!(throttle.judge(never, at(0)), Admission::Wait(DateTime::<Utc>::MAX_UTC));
    }
}
