//! storeward from the outside: the real program in fresh directories, and the shape of the house.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on has failed; clippy.toml lets off test functions only, not their helpers"
)]

mod access;
mod architecture;
mod bad_input;
mod cases;
mod check;
mod init;
mod mfa;
mod program;
mod sanitize;
mod sarif;
mod secrets;
mod token;
