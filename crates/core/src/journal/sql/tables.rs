//! The journal's tables, but for that of runs, whose ids each database makes in its own way.

/// The journal's name among the parts of the program that keep something in the database.
pub(super) const NAME: &str = "journal";

/// The version of the tables that this program reads and writes.
pub(super) const VERSION: i64 = 1;

pub(super) const TABLES: &[&str] = &["run", "run_entry"];

/// A time is in microseconds since 1970, a mark is JSON.
pub(super) const ENTRIES: &str = "CREATE TABLE run_entry (run BIGINT NOT NULL REFERENCES run (id), number BIGINT NOT NULL, \
     written BIGINT NOT NULL, step TEXT NOT NULL, mark TEXT NOT NULL, PRIMARY KEY (run, number))";
