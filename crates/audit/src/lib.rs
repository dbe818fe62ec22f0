#![doc = include_str!("../README.md")]

pub mod phase;

pub use phase::Phase;
