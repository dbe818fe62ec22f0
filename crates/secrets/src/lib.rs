#![doc = include_str!("../README.md")]

mod decode;
mod engine;
pub mod finding;
mod judge;
mod position;
pub mod rule;
pub mod scanner;

pub use finding::{Finding, Place};
pub use rule::{Confidence, Rule};
pub use scanner::{Scanner, ScannerBuilder};
