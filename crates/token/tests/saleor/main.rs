//! The adapter for Saleor: against a store for tests, against servers that are none, and against a real store where the
//! environment names one.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod containment;
mod hostile;
mod identify;
mod real;
mod rotate;
mod schema;
mod suite;

use std::{future::Future, time::Duration};

use storeward_core::SecretString;
use storeward_token::{
    PermissionProbe, Saleor,
    port::Identity,
    saleor::{Limits, testing::FakeSaleor},
};

fn run<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test)
}

/// A store that is asked again at once.
fn client(fake: &FakeSaleor) -> Saleor {
    Saleor::with_limits(&fake.url(), limits()).unwrap()
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.pause = Duration::ZERO;
    limits
}

fn identify(store: &Saleor, token: &SecretString) -> Identity {
    run(store.identify(token)).unwrap_or_else(|error| panic!("{error}"))
}

/// A token of the right form that no store has made.
fn unknown() -> SecretString {
    format!("{}{}", "EXAMPLEqvT2mXk9Zr4LbW8", "sYc1Hd5x").into()
}
