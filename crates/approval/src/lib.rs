#![doc = include_str!("../README.md")]

pub mod vote;
pub mod window;

pub use vote::Vote;
pub use window::{DailyWindow, InvalidWindow};
