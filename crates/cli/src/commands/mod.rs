//! One module for each command.

pub(crate) mod access;
pub(crate) mod check;
pub(crate) mod config;
pub(crate) mod init;
pub(crate) mod mfa;
pub(crate) mod sanitize;
pub(crate) mod secrets;
pub(crate) mod shell;
pub(crate) mod token;
