//! How stores behind HTTP are tested.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

pub(super) use storeward_core::testing::{Fake, Reply};

/// Drives a future as its users do.
pub(super) fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}
