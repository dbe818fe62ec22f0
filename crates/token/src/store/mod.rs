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
#![cfg_attr(
    feature = "azure",
    doc = "| [`AzureStore`] | `azure` | Key Vault's id of it | nobody: it looks and then writes |"
)]
#![cfg_attr(
    feature = "github",
    doc = "| [`GithubStore`] | `github` | a time and a count of own writes | nobody: it looks and then writes |"
)]

#[cfg(feature = "age")]
pub mod age;
#[cfg(feature = "aws")]
pub mod aws;
#[cfg(feature = "azure")]
pub mod azure;
pub mod command;
pub mod contract;
#[cfg(feature = "dotenv")]
pub mod dotenv;
#[cfg(all(test, any(feature = "aws", feature = "azure", feature = "github", feature = "vault")))]
mod fake;
#[cfg(any(feature = "age", feature = "dotenv"))]
mod file;
#[cfg(feature = "github")]
pub mod github;
#[cfg(feature = "keyring")]
pub mod keyring;
#[cfg(any(feature = "age", feature = "dotenv", feature = "keyring"))]
mod lock;
pub mod memory;
#[cfg(feature = "vault")]
pub mod vault;

#[cfg(any(feature = "aws", feature = "azure", feature = "github", feature = "vault"))]
use storeward_core::http::{Client, Failure, Limits};
use storeward_core::{Fault, PortError};

#[cfg(feature = "age")]
pub use age::AgeStore;
#[cfg(feature = "aws")]
pub use aws::AwsStore;
#[cfg(feature = "azure")]
pub use azure::AzureStore;
pub use command::CommandStore;
#[cfg(feature = "dotenv")]
pub use dotenv::DotenvStore;
#[cfg(feature = "github")]
pub use github::GithubStore;
#[cfg(feature = "keyring")]
pub use keyring::KeyringStore;
pub use memory::MemoryStore;
#[cfg(feature = "vault")]
pub use vault::VaultStore;

/// What this port is called in errors.
const fn port_name() -> &'static str {
    "secret store"
}

/// The longest answer that is read, in bytes. A secret of Vault may have 1 MiB, one of AWS 64 KiB.
#[cfg(any(feature = "aws", feature = "azure", feature = "github", feature = "vault"))]
const LONGEST: usize = 1 << 20;

/// A client for a store, by how long an answer may take.
#[cfg(any(feature = "aws", feature = "azure", feature = "github", feature = "vault"))]
fn client(timeout: std::time::Duration) -> Result<Client, PortError> {
    Client::new(Limits::within(timeout, LONGEST)).map_err(failed)
}

/// Gives the port its name.
#[cfg(any(feature = "aws", feature = "azure", feature = "github", feature = "vault"))]
fn failed(failure: Failure) -> PortError {
    failure.of(port_name())
}

/// An error of this port. The message holds no secret.
fn error(fault: Fault, message: impl Into<String>) -> PortError {
    PortError::new(port_name(), fault, message)
}
