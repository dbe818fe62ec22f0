//! Overrides in files that processes share.
#![cfg(feature = "sqlite")]

mod race;
mod sqlite;
