#![doc = include_str!("../README.md")]

pub mod baseline;
mod decode;
#[cfg(feature = "documents")]
pub mod document;
mod engine;
pub mod finding;
mod judge;
pub mod memory;
pub mod notice;
pub mod port;
mod position;
pub mod rule;
pub mod scanner;
pub mod source;
mod stream;
#[cfg(feature = "verify-http")]
pub mod verify;
pub mod waiver;

pub use baseline::Baseline;
pub use finding::{Finding, Place, Sighting};
pub use notice::Notice;
pub use port::{Source, Verifier};
pub use rule::{Confidence, Rule};
pub use scanner::{Scanner, ScannerBuilder};
pub use waiver::{Waiver, Waivers};
