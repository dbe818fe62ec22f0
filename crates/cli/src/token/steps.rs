//! Which step a rotation is at, on a terminal and nowhere else.

use storeward_core::{
    BoxFuture, JournalStore, PortError,
    journal::{Claim, Entry, Mark},
};

use crate::progress::Spinner;

/// A journal that shows what is written to it.
pub(crate) struct Shown<'a> {
    pub(crate) journal: &'a dyn JournalStore,
    pub(crate) spinner: &'a Spinner,
}

impl JournalStore for Shown<'_> {
    fn claim<'a>(&'a self, run: &'a str) -> BoxFuture<'a, Result<Claim, PortError>> {
        self.journal.claim(run)
    }

    fn append<'a>(&'a self, run: &'a str, fence: u64, entry: Entry) -> BoxFuture<'a, Result<(), PortError>> {
        if entry.mark == Mark::Started {
            self.spinner.say(words(&entry.step));
        }
        self.journal.append(run, fence, entry)
    }

    fn runs<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<Vec<String>, PortError>> {
        self.journal.runs(prefix)
    }

    fn entries<'a>(&'a self, run: &'a str) -> BoxFuture<'a, Result<Vec<Entry>, PortError>> {
        self.journal.entries(run)
    }
}

fn words(step: &str) -> &'static str {
    match step.split('.').next().unwrap_or_default() {
        "look" => "looking at what is stored",
        "name" | "issue" => "making a new token",
        "validate" => "validating the new token",
        "smoke_tests" => "trying the new token out",
        "store" => "storing the new token",
        "read_back" => "reading it back",
        "revoke" => "ending the old token",
        "back" => "turning back",
        _ => "rotating",
    }
}
