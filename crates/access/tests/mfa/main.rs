//! Second factors as their users meet them: beside another program that makes codes, and in files that processes share.

mod oathtool;
#[cfg(feature = "sqlite")]
mod race;
#[cfg(feature = "sqlite")]
mod sqlite;
