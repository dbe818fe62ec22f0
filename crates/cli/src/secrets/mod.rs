//! What the commands around secrets share: where text comes from, how findings are decided upon, and a scan of it all.

pub(crate) mod git;
pub(crate) mod leak;
pub(crate) mod policy;
pub(crate) mod scan;
mod snippet;
pub(crate) mod source;
pub(crate) mod verify;
