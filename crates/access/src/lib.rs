#![doc = include_str!("../README.md")]

pub mod restriction;

pub use restriction::Restriction;
