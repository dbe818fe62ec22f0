//! What is known of the tokens that were issued. The store itself keeps no dates.

mod file;
mod memory;

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use storeward_core::{BoxFuture, Fingerprint, PortError};

pub use file::FileInventory;
pub use memory::MemoryInventory;

/// What is known of one token. It holds nothing of the token itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "stored and read back by every inventory")]
pub struct Record {
    /// The token's id in the API.
    pub id: String,
    /// The id of the app it belongs to.
    pub app: String,
    /// The environment's canonical name.
    pub environment: String,
    /// The token's name.
    pub name: String,
    /// The fingerprint, by which it is recognised.
    pub fingerprint: Fingerprint,
    /// When it was issued.
    pub issued_at: DateTime<Utc>,
    /// When the token before it was replaced by it; nothing if it is the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotated_at: Option<DateTime<Utc>>,
    /// What it might do when it was issued.
    #[serde(default)]
    pub permissions: BTreeSet<String>,
}

impl Record {
    /// Whether it is older than `max_age`.
    #[must_use]
    pub fn is_overdue(&self, now: DateTime<Utc>, max_age: TimeDelta) -> bool {
        now.signed_duration_since(self.issued_at) > max_age
    }
}

/// Those that are older than `max_age`, the oldest first.
#[must_use]
pub fn overdue(records: &[Record], now: DateTime<Utc>, max_age: TimeDelta) -> Vec<&Record> {
    let mut overdue: Vec<_> = records.iter().filter(|record| record.is_overdue(now, max_age)).collect();
    overdue.sort_by_key(|record| record.issued_at);
    overdue
}

/// Keeps what is known of tokens.
pub trait Inventory: Send + Sync {
    /// All records, in the order of their ids.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    fn list(&self) -> BoxFuture<'_, Result<Vec<Record>, PortError>>;

    /// Keeps a record, in the place of one with the same id.
    ///
    /// # Errors
    ///
    /// When it cannot be written; the records before are still there then.
    fn record(&self, record: Record) -> BoxFuture<'_, Result<(), PortError>>;

    /// Forgets a token. One that is not there is no error.
    ///
    /// # Errors
    ///
    /// When it cannot be written; the records before are still there then.
    fn remove<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), PortError>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn record(id: &str, issued_at: i64) -> Record {
        Record {
            id: id.to_owned(),
            app: "QXBwOjE=".to_owned(),
            environment: "production".to_owned(),
            name: format!("production-configurator-devops-2026-11-24-{id}"),
            fingerprint: "0123456789abcdef0123456789abcdef".parse().expect("32 digits"),
            issued_at: DateTime::from_timestamp(issued_at, 0).expect("a small number"),
            rotated_at: None,
            permissions: ["MANAGE_PRODUCTS".to_owned()].into(),
        }
    }

    /// What every inventory does, beginning with an empty one.
    pub(super) async fn check(inventory: &dyn Inventory) {
        let ids = async || {
            let records = inventory.list().await.expect("it can be read");
            records.into_iter().map(|record| record.id).collect::<Vec<_>>()
        };
        assert!(ids().await.is_empty());
        inventory.remove("a").await.expect("what is not there is no error");
        for id in ["b", "a"] {
            inventory.record(record(id, 0)).await.expect("it can be written");
        }
        assert_eq!(ids().await, ["a", "b"]);
        inventory.record(record("a", 7)).await.expect("it can be written");
        let records = inventory.list().await.expect("it can be read");
        assert_eq!(records, [record("a", 7), record("b", 0)], "the same id is replaced");
        inventory.remove("a").await.expect("it can be written");
        assert_eq!(ids().await, ["b"]);
    }

    #[test]
    fn what_is_overdue_comes_oldest_first() {
        let records = [record("young", 1000), record("older", 500), record("oldest", 10)];
        let now = DateTime::from_timestamp(1500, 0).unwrap();
        let ids = |max_age| {
            let overdue = overdue(&records, now, TimeDelta::seconds(max_age));
            overdue.iter().map(|record| record.id.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(ids(600), ["oldest", "older"]);
        assert_eq!(ids(1000), ["oldest"], "of exactly that age is not overdue yet");
        assert!(ids(1490).is_empty());
    }
}
