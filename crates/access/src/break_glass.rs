//! Overrides for an emergency: limited in time, with a reason, loud, and reviewed afterwards.
//!
//! [`port`] says where they are kept, and [`contract`] what every such place must do. [`MemoryOverrides`] forgets with its
//! process.
#![cfg_attr(
    feature = "sqlite",
    doc = "[`SqliteOverrides`] is a file, which several processes may use at a time."
)]

pub mod contract;
mod memory;
pub mod port;
#[cfg(feature = "sqlite")]
mod sqlite;

pub use memory::MemoryOverrides;
pub use port::{Ended, OverrideId, OverrideStore, Reviewed};
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteOverrides;

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use storeward_core::{Actor, Environment, Operation};

/// The longest that any matrix may let an override last, in hours: one working shift.
pub const MAX_HOURS: u16 = 8;

/// The fewest characters of a reason. Shorter ones (`urgent`) say nothing to whoever reviews it.
pub const MIN_REASON: usize = 12;

/// An override that somebody takes for themselves. Whether it helps, the engine decides by the matrix's rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreakGlass {
    actor: String,
    reason: String,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    environment: String,
    operations: BTreeSet<Operation>,
}

impl BreakGlass {
    /// An override for these operations in one environment, from one moment up to but not including another.
    ///
    /// # Errors
    ///
    /// [`InvalidBreakGlass`] when it names no actor or no operation, gives less than [`MIN_REASON`] characters of reason,
    /// or lasts no time or longer than [`MAX_HOURS`].
    pub fn new(
        actor: impl Into<String>,
        reason: impl Into<String>,
        (from, until): (DateTime<Utc>, DateTime<Utc>),
        environment: &Environment,
        operations: impl IntoIterator<Item = Operation>,
    ) -> Result<Self, InvalidBreakGlass> {
        let (actor, reason) = (actor.into(), reason.into());
        let operations = operations.into_iter().collect();
        Self { actor, reason, from, until, environment: environment.name().to_owned(), operations }.valid()
    }

    /// What every override must be, also one that was kept somewhere.
    fn valid(self) -> Result<Self, InvalidBreakGlass> {
        let Self { actor, reason, from, until, operations, .. } = &self;
        if actor.is_empty() {
            return Err(InvalidBreakGlass::NoActor);
        }
        if reason.trim().chars().count() < MIN_REASON {
            return Err(InvalidBreakGlass::Reason);
        }
        if until <= from || *until - *from > TimeDelta::hours(MAX_HOURS.into()) {
            return Err(InvalidBreakGlass::Span);
        }
        if operations.is_empty() {
            return Err(InvalidBreakGlass::NoOperation);
        }
        Ok(self)
    }

    /// The id of whoever may use it.
    #[must_use]
    pub fn actor(&self) -> &str {
        &self.actor
    }

    /// Why it is needed.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// When it begins.
    #[must_use]
    pub const fn from(&self) -> DateTime<Utc> {
        self.from
    }

    /// When it has ended.
    #[must_use]
    pub const fn until(&self) -> DateTime<Utc> {
        self.until
    }

    /// The environment it is for.
    #[must_use]
    pub fn environment(&self) -> &str {
        &self.environment
    }

    /// Whether it is for this operation.
    #[must_use]
    pub fn is_for(&self, operation: Operation) -> bool {
        self.operations.contains(&operation)
    }

    /// The operations it is for, of which there is at least one.
    pub fn operations(&self) -> impl Iterator<Item = Operation> + '_ {
        self.operations.iter().copied()
    }
}

/// Why there is no such override.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidBreakGlass {
    /// Nobody is to use it.
    #[error("an override names who uses it")]
    NoActor,
    /// The reason says too little.
    #[error("an override needs a reason of at least {MIN_REASON} characters")]
    Reason,
    /// It lasts no time, or too long.
    #[error("an override ends after it begins, and within {MAX_HOURS} hours")]
    Span,
    /// It is for nothing.
    #[error("an override names its operations")]
    NoOperation,
}

/// An earlier override, and whether somebody looked at what was done with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastOverride {
    glass: BreakGlass,
    review: Option<(String, DateTime<Utc>)>,
}

impl PastOverride {
    /// An override that nobody reviewed yet.
    #[must_use]
    pub const fn new(glass: BreakGlass) -> Self {
        Self { glass, review: None }
    }

    /// The same override, reviewed by somebody at a time.
    ///
    /// # Errors
    ///
    /// [`InvalidReview`] when that is whoever used it, is not attested, or is before the override ended.
    pub fn reviewed(mut self, by: &Actor, at: DateTime<Utc>) -> Result<Self, InvalidReview> {
        if by.id.is_empty() || by.id == self.glass.actor {
            return Err(InvalidReview::Own);
        }
        if !by.attestation.is_attested() {
            return Err(InvalidReview::Claimed);
        }
        if at < self.glass.until {
            return Err(InvalidReview::Early);
        }
        self.review = Some((by.id.clone(), at));
        Ok(self)
    }

    /// The same override, ended before its time by whoever took it: it has ended at that moment.
    ///
    /// # Errors
    ///
    /// [`InvalidEnd`] when that is somebody else, is not attested, or when the override is not under way.
    pub fn ended(mut self, by: &Actor, at: DateTime<Utc>) -> Result<Self, InvalidEnd> {
        if by.id != self.glass.actor {
            return Err(InvalidEnd::Other);
        }
        // In an emergency nobody takes it from them by saying that they are them.
        if !by.attestation.is_attested() {
            return Err(InvalidEnd::Claimed);
        }
        if at <= self.glass.from {
            return Err(InvalidEnd::Early);
        }
        if at >= self.glass.until || self.review.is_some() {
            return Err(InvalidEnd::Over);
        }
        self.glass.until = at;
        Ok(self)
    }

    /// The override.
    #[must_use]
    pub const fn glass(&self) -> &BreakGlass {
        &self.glass
    }

    /// Who reviewed it, and when.
    #[must_use]
    pub fn review(&self) -> Option<(&str, DateTime<Utc>)> {
        self.review.as_ref().map(|(by, at)| (by.as_str(), *at))
    }
}

/// Why a review does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidReview {
    /// Nobody reviews their own override.
    #[error("an override is reviewed by somebody else")]
    Own,
    /// Anybody could claim to be the reviewer.
    #[error("an override is reviewed by somebody whose identity is attested")]
    Claimed,
    /// More could still be done with it.
    #[error("an override is reviewed after it ended")]
    Early,
}

/// Why an override does not end before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidEnd {
    /// Somebody else took it.
    #[error("an override is ended by whoever took it")]
    Other,
    /// Anybody could claim to be who took it.
    #[error("an override is ended by somebody whose identity is attested")]
    Claimed,
    /// It would have lasted no time.
    #[error("an override is ended after it has begun")]
    Early,
    /// There is nothing left to end.
    #[error("the override has ended already")]
    Over,
}

#[cfg(test)]
mod tests {
    use storeward_core::{Attestation, Tier};

    use super::*;

    #[test]
    fn an_override_is_limited_and_has_a_reason() {
        let start = DateTime::UNIX_EPOCH;
        let make = |actor: &str, reason: &str, hours: i64, operations: &[Operation]| {
            let span = (start, start + TimeDelta::hours(hours));
            BreakGlass::new(actor, reason, span, &Tier::Production.into(), operations.iter().copied())
        };
        let (reason, deploy) = ("the checkout is down", [Operation::Deploy]);
        assert!(make("maria", reason, 8, &deploy).is_ok());
        assert_eq!(make("", reason, 1, &deploy), Err(InvalidBreakGlass::NoActor));
        assert_eq!(make("maria", "  urgent      ", 1, &deploy), Err(InvalidBreakGlass::Reason));
        assert_eq!(make("maria", reason, 0, &deploy), Err(InvalidBreakGlass::Span));
        assert_eq!(make("maria", reason, -1, &deploy), Err(InvalidBreakGlass::Span));
        assert_eq!(make("maria", reason, 9, &deploy), Err(InvalidBreakGlass::Span));
        assert_eq!(make("maria", reason, 1, &[]), Err(InvalidBreakGlass::NoOperation));
    }

    #[test]
    fn it_is_reviewed_by_somebody_else_who_is_known() {
        let start = DateTime::UNIX_EPOCH;
        let glass = BreakGlass::new(
            "maria",
            "the checkout is down",
            (start, start + TimeDelta::hours(1)),
            &Tier::Production.into(),
            [Operation::Deploy],
        );
        let past = PastOverride::new(glass.unwrap());
        let mut jonas = Actor::local("jonas");
        assert_eq!(past.clone().reviewed(&jonas, start), Err(InvalidReview::Claimed));
        jonas.attestation = Attestation::Store { url: "https://shop.example".into(), id: "7".into() };
        assert_eq!(past.clone().reviewed(&jonas, start), Err(InvalidReview::Early));
        let maria = Actor { id: "maria".into(), ..jonas.clone() };
        let end = past.glass().until();
        assert_eq!(past.clone().reviewed(&maria, end), Err(InvalidReview::Own));
        assert_eq!(past.reviewed(&jonas, end).unwrap().review(), Some(("jonas", end)));
    }

    #[test]
    fn it_is_ended_early_by_whoever_took_it() {
        let start = DateTime::UNIX_EPOCH;
        let (middle, end) = (start + TimeDelta::minutes(30), start + TimeDelta::hours(1));
        let reason = "the checkout is down";
        let glass =
            BreakGlass::new("maria", reason, (start, end), &Tier::Production.into(), [Operation::Deploy]);
        let past = PastOverride::new(glass.unwrap());
        let claimed = Actor::local("maria");
        let attestation = Attestation::Store { url: "https://shop.example".into(), id: "7".into() };
        let maria = Actor { attestation, ..claimed.clone() };
        let jonas = Actor { id: "jonas".into(), ..maria.clone() };
        assert_eq!(past.clone().ended(&jonas, middle), Err(InvalidEnd::Other));
        assert_eq!(past.clone().ended(&claimed, middle), Err(InvalidEnd::Claimed));
        assert_eq!(past.clone().ended(&maria, start), Err(InvalidEnd::Early));
        assert_eq!(past.clone().ended(&maria, end), Err(InvalidEnd::Over));
        let reviewed = past.clone().reviewed(&jonas, end).unwrap();
        assert_eq!(reviewed.ended(&maria, middle), Err(InvalidEnd::Over));
        let ended = past.ended(&maria, middle).unwrap();
        assert_eq!(ended.glass().until(), middle);
        assert_eq!(ended.clone().ended(&maria, middle), Err(InvalidEnd::Over));
        assert!(ended.reviewed(&jonas, middle).is_ok());
    }
}
