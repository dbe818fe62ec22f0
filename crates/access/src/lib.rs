#![doc = include_str!("../README.md")]

#[cfg(feature = "oidc")]
pub mod oidc;
pub mod restriction;

pub use restriction::Restriction;
