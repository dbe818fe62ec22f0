//! Text inside text.

pub(crate) mod base64;
