//! Counts what could not be read and passes on why.

use std::{fmt, sync::Arc};

use crate::{
    notice::{Notice, Reason},
    port::Summary,
};

type Listen = dyn Fn(&Notice) + Send + Sync;

/// Whoever wants to know; by default nobody.
#[derive(Clone, Default)]
pub(crate) struct Listener(Option<Arc<Listen>>);

impl Listener {
    pub(crate) fn new(listen: impl Fn(&Notice) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(listen)))
    }

    /// Counts it, heard or not.
    pub(crate) fn tell(&self, summary: &mut Summary, path: &str, reason: Reason) {
        if reason.is_limit() {
            summary.truncated += 1;
        } else {
            summary.unreadable += 1;
        }
        if let Some(listen) = &self.0 {
            listen(&Notice::new(path, reason));
        }
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Listener(…)" } else { "Nobody" })
    }
}
