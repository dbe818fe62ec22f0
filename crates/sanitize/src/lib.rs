#![doc = include_str!("../README.md")]

pub mod automaton;
mod batch;
pub mod class;
pub mod coverage;
pub mod detect;
pub mod error;
pub mod format;
pub mod handling;
mod known;
pub mod mask;
pub mod memory;
pub mod path;
mod policy;
pub mod port;
#[cfg(test)]
mod properties;
pub mod report;
pub mod rule;
#[cfg(feature = "rule-files")]
pub mod rule_file;
pub mod rules;
pub mod sanitizer;
pub mod scalar;
mod shape;
mod walk;

pub use automaton::{Machine, Match, RuleSet, State};
pub use class::{Audience, Class};
pub use detect::Kind;
pub use error::SanitizeError;
pub use format::{Format, FormatError};
pub use handling::Handling;
pub use mask::{Masks, MissingKey};
pub use path::{FieldPath, Pattern};
pub use policy::Unclassified;
pub use port::{Detector, RuleSource};
pub use report::Report;
pub use rule::Rule;
#[cfg(feature = "rule-files")]
pub use rule_file::RuleFile;
pub use sanitizer::Sanitizer;
pub use scalar::Scalar;
