//! The places that keep a token, one file a medium.
//!
//! | store | feature | version | who keeps two writers apart |
//! | --- | --- | --- | --- |
//! | [`MemoryStore`] | | a count | a mutex |
#![cfg_attr(
    feature = "dotenv",
    doc = "| [`DotenvStore`] | `dotenv` | a keyed fingerprint | a lock on a file beside it |"
)]
#![cfg_attr(
    feature = "age",
    doc = "| [`AgeStore`] | `age` | a keyed fingerprint | a lock on a file beside it |"
)]
#![cfg_attr(
    feature = "keyring",
    doc = "| [`KeyringStore`] | `keyring` | a keyed fingerprint | a lock on a file in a folder that all writers name |"
)]
#![cfg_attr(feature = "vault", doc = "| [`VaultStore`] | `vault` | Vault's number | Vault's check-and-set |")]
#![cfg_attr(
    feature = "aws",
    doc = "| [`AwsStore`] | `aws` | AWS's id of it | the label `AWSCURRENT`, moved from that version |"
)]

#[cfg(feature = "age")]
pub mod age;
#[cfg(feature = "aws")]
pub mod aws;
pub mod command;
pub mod contract;
#[cfg(feature = "dotenv")]
pub mod dotenv;
#[cfg(all(test, any(feature = "aws", feature = "vault")))]
mod fake;
#[cfg(any(feature = "age", feature = "dotenv"))]
mod file;
#[cfg(any(feature = "aws", feature = "vault"))]
mod http;
#[cfg(feature = "keyring")]
pub mod keyring;
#[cfg(any(feature = "age", feature = "dotenv", feature = "keyring"))]
mod lock;
pub mod memory;
#[cfg(feature = "vault")]
pub mod vault;

use storeward_core::{Fault, PortError};

#[cfg(feature = "age")]
pub use age::AgeStore;
#[cfg(feature = "aws")]
pub use aws::AwsStore;
pub use command::CommandStore;
#[cfg(feature = "dotenv")]
pub use dotenv::DotenvStore;
#[cfg(feature = "keyring")]
pub use keyring::KeyringStore;
pub use memory::MemoryStore;
#[cfg(feature = "vault")]
pub use vault::VaultStore;

/// What this port is called in errors.
const fn port_name() -> &'static str {
    "secret store"
}

/// An error of this port. The message holds no secret.
fn error(fault: Fault, message: impl Into<String>) -> PortError {
    PortError::new(port_name(), fault, message)
}
