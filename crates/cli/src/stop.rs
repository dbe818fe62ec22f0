//! Ctrl-C: the first one ends the scan and lets what was found be told, the second one ends the program.

use std::{
    io::{self, Read},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag,
};

/// Whether somebody asked to stop.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Listens for the signals from now on.
    pub(crate) fn on_signals() -> io::Result<Self> {
        let stop = Self::default();
        for signal in [SIGINT, SIGTERM] {
            // The order matters: the second signal finds the flag set and ends the program with 128 + its number.
            flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&stop.0))?;
            flag::register(signal, Arc::clone(&stop.0))?;
        }
        Ok(stop)
    }

    pub(crate) fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// A reader that ends early when asked to.
    pub(crate) fn watch<'a>(&'a self, reader: &'a mut dyn Read) -> impl Read + 'a {
        Watched { stop: self, reader }
    }
}

struct Watched<'a> {
    stop: &'a Stop,
    reader: &'a mut dyn Read,
}

impl Read for Watched<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.stop.is_asked() { Ok(0) } else { self.reader.read(out) }
    }
}
