//! The places that keep a token, one file a medium.

pub mod contract;
