//! Where runs are kept, and what is kept of them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{BoxFuture, Fault, PortError};

/// Where runs are kept.
///
/// An implementer promises that an entry is durable when `append` returns, that entries come back in the order in
/// which they were appended, with times to the microsecond at least, and that of two claims the later one has the
/// greater fence. [`contract`](super::contract) holds the tests of that.
pub trait JournalStore: Send + Sync {
    /// Takes a run over, making it if there is none. Every earlier claim is void from here on.
    ///
    /// A store that can tell that the present holder is alive (a file lock, a session) refuses with
    /// [`Fault::Conflict`]; one that cannot hands the run over and relies on the fence.
    fn claim<'a>(&'a self, run: &'a str) -> BoxFuture<'a, Result<Claim, PortError>>;

    /// Adds an entry, durably. Refuses with [`Fault::Conflict`] when `fence` is not that of the newest claim, and
    /// with [`Fault::NotFound`] when nobody has claimed the run yet.
    fn append<'a>(&'a self, run: &'a str, fence: u64, entry: Entry) -> BoxFuture<'a, Result<(), PortError>>;

    /// The names of the runs that begin with `prefix`, in the order in which they were first claimed. It looks and
    /// claims nothing, so whoever is at work goes on.
    fn runs<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<Vec<String>, PortError>>;

    /// What was written to a run so far, oldest first; empty when there is no such run. It claims nothing either.
    fn entries<'a>(&'a self, run: &'a str) -> BoxFuture<'a, Result<Vec<Entry>, PortError>>;
}

/// The right to write to a run, until somebody else claims it.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "made by every JournalStore")]
pub struct Claim {
    /// Greater than that of every earlier claim of this run.
    pub fence: u64,
    /// What was written so far, oldest first.
    pub entries: Vec<Entry>,
}

/// One line of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "stored and read back by every JournalStore")]
pub struct Entry {
    /// The step's name, unique in the run.
    pub step: String,
    /// When it was written. A store may drop what is finer than a microsecond.
    pub at: DateTime<Utc>,
    /// What was reached.
    pub mark: Mark,
}

/// What a step has reached.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "reached", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "whoever resumes must handle each of them")]
pub enum Mark {
    /// It is about to run; without a later entry, nobody knows how far it came.
    Started,
    /// It ended well.
    Done {
        /// What it left behind for later steps. Never a secret: ids and fingerprints.
        output: Value,
    },
    /// It ended badly; it may still have taken effect.
    Failed {
        /// Why, in a person's words.
        reason: String,
    },
}

/// What this port is called in errors.
pub(super) const PORT: &str = "journal";

/// The claim with this fence is no longer the newest one.
pub(super) fn taken_over(run: &str) -> PortError {
    PortError::new(PORT, Fault::Conflict, format!("another runner has taken run `{run}` over"))
}

/// Nobody has claimed it yet.
pub(super) fn unknown(run: &str) -> PortError {
    PortError::new(PORT, Fault::NotFound, format!("no run `{run}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_reads_back() {
        let mark = Mark::Done { output: serde_json::json!({ "id": "EXAMPLE" }) };
        let entry = Entry { step: "issue".into(), at: DateTime::UNIX_EPOCH, mark };
        let json = serde_json::to_string(&entry).unwrap();
        assert_eq!(serde_json::from_str::<Entry>(&json).unwrap(), entry);
    }
}
