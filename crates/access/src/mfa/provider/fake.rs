//! How providers are tested.

pub(super) use storeward_core::testing::{Fake, Reply};

/// Drives a future as its users do.
pub(super) fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}
