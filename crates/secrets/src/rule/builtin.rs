//! The rules that come with the crate, as the build script wrote them from `rules/*.toml`.

use std::borrow::Cow;

use storeward_core::Severity;

use super::{CharClass, Checksum, Confidence, Rule, Run, Search};

include!(concat!(env!("OUT_DIR"), "/rules.rs"));
