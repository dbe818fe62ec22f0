//! Runs that survive: in a file, on a server, and when their runner is killed.
#![expect(clippy::panic, reason = "helpers of tests")]

mod child;
mod postgres;
mod server;
mod sqlite;

use chrono::{DateTime, TimeDelta};
use storeward_core::{
    Fault, PortError,
    journal::{Entry, Mark},
};

fn entry(step: &str, micros: i64) -> Entry {
    let at = DateTime::UNIX_EPOCH + TimeDelta::microseconds(micros);
    Entry { step: step.to_owned(), at, mark: Mark::Started }
}

/// The steps by name, in order.
fn steps(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.step.as_str()).collect()
}

/// What is refused, by its fault and a part of what it says.
#[track_caller]
fn refused<T>(result: Result<T, PortError>, fault: Fault, says: &str) {
    let error = result.err().unwrap_or_else(|| panic!("it must be refused, and say {says:?}"));
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    assert_eq!((error.port(), error.fault()), ("journal", fault), "{text}");
    assert!(error.to_string().contains(says), "{text} does not say {says:?}");
}
