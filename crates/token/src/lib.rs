#![doc = include_str!("../README.md")]

pub mod command;
pub mod form;
pub mod inventory;
pub mod name;
pub mod permission;
pub mod port;
pub mod revoke;
pub mod rotate;
#[cfg(feature = "saleor")]
pub mod saleor;
pub mod smoke;
pub mod store;
pub mod validate;

pub use form::{Form, Weakness};
pub use inventory::Inventory;
pub use name::{InvalidName, TokenName};
pub use port::{PermissionProbe, SecretStore, SmokeTest, TokenIssuer};
#[cfg(feature = "saleor")]
pub use saleor::Saleor;
pub use validate::validate;
