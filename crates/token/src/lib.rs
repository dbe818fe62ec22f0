#![doc = include_str!("../README.md")]

pub mod form;
pub mod name;

pub use form::{Form, Weakness};
pub use name::{InvalidName, TokenName};
