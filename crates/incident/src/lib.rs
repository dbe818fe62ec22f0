#![doc = include_str!("../README.md")]

pub mod incident;

pub use incident::{Category, Status};
