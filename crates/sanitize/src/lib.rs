#![doc = include_str!("../README.md")]

pub mod class;
pub mod path;
pub mod rules;

pub use class::Class;
pub use path::{FieldPath, PathPattern};
