//! What overrides need of the world: a place where they are kept.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde::Serialize;
use storeward_core::{Actor, BoxFuture, Fault, PortError};

use super::{BreakGlass, InvalidBreakGlass, InvalidEnd, InvalidReview, PastOverride};

/// Keeps overrides and their reviews. Nothing is ever deleted: an override is part of the record.
///
/// What is done is done in one step that nothing comes between, in this process or another, and is kept when the call
/// returns: of several who review or end one, one hears that it is done. Times are kept to the microsecond, what is finer is
/// cut off. A store has no clock; `at` is the present time, as the caller's clock says it.
///
/// [`contract::check`](super::contract::check) is the contract as a test.
pub trait OverrideStore: Send + Sync {
    /// Where it is, for a person.
    fn place(&self) -> String;

    /// Keeps an override, and says by which number. Whether it may be used, the engine decides; it is kept before it is.
    ///
    /// Besides what any port may fail with: [`Fault::Invalid`] when, to the microsecond, it lasts no time.
    fn take<'a>(&'a self, glass: &'a BreakGlass) -> BoxFuture<'a, Result<OverrideId, PortError>>;

    /// All of them in the order in which they were taken. The end of one that was ended early is when that was.
    fn list(&self) -> BoxFuture<'_, Result<Vec<(OverrideId, PastOverride)>, PortError>>;

    /// Keeps the review of an override, as far as [`PastOverride::reviewed`] lets it count and there is none yet.
    fn review<'a>(
        &'a self,
        id: OverrideId,
        by: &'a Actor,
        at: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<Reviewed, PortError>>;

    /// Ends an override before its time, as far as [`PastOverride::ended`] lets it.
    fn end<'a>(
        &'a self,
        id: OverrideId,
        by: &'a Actor,
        at: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<Ended, PortError>>;
}

/// The number of an override in its store: 1 for the first, and one more for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct OverrideId(u64);

impl OverrideId {
    /// The id with this number, whether there is such an override or not.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for OverrideId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for OverrideId {
    type Err = InvalidOverrideId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // A number in Rust may begin with a plus sign.
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| digits).map(Self).ok_or(InvalidOverrideId)
    }
}

/// A text is no [`OverrideId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an override is named by its number")]
#[non_exhaustive]
pub struct InvalidOverrideId;

/// What came of a review.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "an answer that callers must handle whole")]
pub enum Reviewed {
    /// It is kept.
    Done,
    /// There is no such override.
    Unknown,
    /// There is a review, which stays.
    Already {
        /// The id of whoever reviewed it.
        by: String,
        /// When.
        at: DateTime<Utc>,
    },
    /// It does not count, and is not kept.
    Invalid(InvalidReview),
}

/// What came of ending an override early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "an answer that callers must handle whole")]
pub enum Ended {
    /// It has ended.
    Done,
    /// There is no such override.
    Unknown,
    /// It goes on, or had ended before.
    Invalid(InvalidEnd),
}

/// What this port is called in errors.
pub(super) const STORE: &str = "override store";

/// To the microsecond, as stores keep it.
pub(super) fn whole(time: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(time.timestamp_micros()).unwrap_or(time)
}

/// The override as a store keeps it.
pub(super) fn kept(glass: &BreakGlass) -> Result<BreakGlass, InvalidBreakGlass> {
    BreakGlass { from: whole(glass.from), until: whole(glass.until), ..glass.clone() }.valid()
}

pub(super) fn not_kept(place: &str, why: InvalidBreakGlass) -> PortError {
    PortError::new(STORE, Fault::Invalid, format!("{place} keeps times to the microsecond: {why}"))
}

/// The override with a review that is to be kept, or what to answer.
pub(super) fn review(past: PastOverride, by: &Actor, at: DateTime<Utc>) -> Result<PastOverride, Reviewed> {
    match past.review() {
        Some((by, at)) => Err(Reviewed::Already { by: by.to_owned(), at }),
        None => past.reviewed(by, at).map_err(Reviewed::Invalid),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_typed_as_it_is_shown() {
        for number in [1, 42, u64::MAX] {
            let id = OverrideId::new(number);
            assert_eq!(id.to_string().parse(), Ok(id));
            assert_eq!(id.get(), number);
            assert_eq!(serde_json::to_string(&id).unwrap(), number.to_string());
        }
        for text in ["", "+1", "-1", " 1", "1 ", "one", "0x1", "١", "18446744073709551616"] {
            assert_eq!(text.parse::<OverrideId>(), Err(InvalidOverrideId), "{text}");
        }
    }
}
