//! A git repository: its index, and its history.
//!
//! `git` itself is asked, in ways that execute nothing of the repository's: no hooks, no filters, no text conversion, no
//! external diff, no file system monitor, no pager, and no fetching of objects that are not there.

mod batch;
mod families;
mod fresh;
mod history;
mod locate;
mod run;
mod staged;

pub use history::HistorySource;
pub use locate::{Introduced, Sought};
pub use staged::StagedSource;
