//! The contract finds what a store gets wrong.

use pollster::block_on;

use super::*;
use crate::{MemoryJournal, journal::Claim};

/// What a store may get wrong.
#[derive(PartialEq)]
enum Flaw {
    /// It takes any fence for the newest.
    Unfenced,
    /// It claims when it is only looked at.
    Grabs,
    /// It shows the newest entry first.
    Backwards,
    /// It finds names as a database might that folds case.
    FoldsCase,
}

struct Flawed(MemoryJournal, Flaw);

impl JournalStore for Flawed {
    fn claim<'a>(&'a self, run: &'a str) -> BoxFuture<'a, Result<Claim, PortError>> {
        self.0.claim(run)
    }

    fn append<'a>(&'a self, run: &'a str, fence: u64, entry: Entry) -> BoxFuture<'a, Result<(), PortError>> {
        Box::pin(async move {
            let known = self.0.runs(run).await?.iter().any(|name| name == run);
            let newest = known && self.1 == Flaw::Unfenced;
            let fence = if newest { self.0.claim(run).await?.fence } else { fence };
            self.0.append(run, fence, entry).await
        })
    }

    fn runs<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<Vec<String>, PortError>> {
        Box::pin(async move {
            let mut names = self.0.runs("").await?;
            match self.1 {
                Flaw::FoldsCase => {
                    names.retain(|name| name.to_lowercase().starts_with(&prefix.to_lowercase()));
                }
                _ => names.retain(|name| name.starts_with(prefix)),
            }
            Ok(names)
        })
    }

    fn entries<'a>(&'a self, run: &'a str) -> BoxFuture<'a, Result<Vec<Entry>, PortError>> {
        Box::pin(async move {
            let mut entries = self.0.entries(run).await?;
            match self.1 {
                Flaw::Grabs => drop(self.0.claim(run).await?),
                Flaw::Backwards => entries.reverse(),
                _ => {}
            }
            Ok(entries)
        })
    }
}

fn broken_by(flaw: Flaw) {
    block_on(check(&Flawed(MemoryJournal::default(), flaw)));
}

#[test]
#[should_panic(expected = "it must be refused")]
fn a_store_without_fences_breaks_it() {
    broken_by(Flaw::Unfenced);
}

#[test]
#[should_panic(expected = "looking makes no run")]
fn a_store_that_claims_what_it_shows_breaks_it() {
    broken_by(Flaw::Grabs);
}

#[test]
#[should_panic(expected = "oldest first")]
fn a_store_that_shows_the_newest_first_breaks_it() {
    broken_by(Flaw::Backwards);
}

#[test]
#[should_panic(expected = "begin with")]
fn a_store_that_mixes_cases_up_breaks_it() {
    broken_by(Flaw::FoldsCase);
}
