#![doc = include_str!("../README.md")]

pub mod form;
pub mod name;
pub mod port;
pub mod store;

pub use form::{Form, Weakness};
pub use name::{InvalidName, TokenName};
pub use port::{PermissionProbe, SecretStore, SmokeTest, TokenIssuer};
