//! The second factor: when one is needed, how it is shown, and for what it then counts.
//!
//! | module | what it says |
//! | --- | --- |
//! | [`policy`] | which operations need one where |
//! | [`totp`], [`otpauth`], [`recovery`] | codes of an app, how the app gets its secret, codes for who has lost it |
//! | [`throttle`] | how often somebody may be wrong |
//! | [`session`] | what a factor was shown for, and until when it counts: the proof |
//! | [`seal`] | secrets at rest |
//! | [`port`], [`contract`] | where enrolments and sessions are kept, who else verifies; what every such place must do |
//! | [`service`] | the use cases |
//!
//! [`MemoryMfaStore`] forgets with its process.
#![cfg_attr(
    feature = "sqlite",
    doc = "[`SqliteMfaStore`] is a file, which several processes may use at a time."
)]

mod base32;
pub mod contract;
mod memory;
pub mod otpauth;
pub mod policy;
pub mod port;
#[cfg(feature = "http")]
pub mod provider;
mod random;
pub mod recovery;
pub mod seal;
pub mod service;
pub mod session;
#[cfg(feature = "sqlite")]
mod sqlite;
pub mod throttle;
pub mod totp;

pub use memory::MemoryMfaStore;
pub use otpauth::OtpAuth;
pub use policy::Policy;
pub use port::{MfaStore, MfaVerifier};
pub use random::NoRandomness;
pub use seal::{Keys, SealingKey};
pub use service::{Mfa, MfaError, Outcome, Refusal};
pub use session::{Scope, SessionId, Verified};
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteMfaStore;
