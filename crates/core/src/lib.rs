#![doc = include_str!("../README.md")]

pub mod actor;
pub mod change;
pub mod clock;
pub mod environment;
pub mod fingerprint;
#[cfg(feature = "http")]
pub mod http;
pub mod journal;
pub mod nearest;
pub mod operation;
pub mod port;
pub mod secret;
pub mod severity;
pub mod signal;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub mod sql;
#[cfg(feature = "testing")]
pub mod testing;
pub mod vocabulary;

pub use actor::{Actor, ActorKind, Attestation};
pub use change::ChangeDigest;
pub use clock::{Clock, FixedClock, SystemClock};
pub use environment::{Environment, Environments, Tier, UnknownEnvironment};
pub use fingerprint::{Fingerprint, FingerprintKey};
pub use journal::{Journal, JournalError, JournalStore, MemoryJournal};
pub use operation::Operation;
pub use port::{BoxFuture, Fault, PortError};
pub use secret::{Masked, SecretString};
pub use severity::Severity;
pub use signal::Signal;
pub use vocabulary::UnknownWord;

#[doc(hidden)] // what the `vocabulary!` macro expands to
pub use serde;
