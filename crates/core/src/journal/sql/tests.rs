//! What the database does by itself, where no lock keeps two runners apart.

use sqlx::Row;
use tokio::runtime::Runtime;

use super::*;
use crate::journal::contract;

#[path = "../../../tests/journal/server.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod server;

/// A journal whose every call has a connection of its own and takes no lock but the database's.
struct Unlocked(Medium);

impl JournalStore for Unlocked {
    fn claim<'a>(&'a self, run: &'a str) -> BoxFuture<'a, Result<Claim, PortError>> {
        Box::pin(async move {
            let work = async {
                query::claim(&mut self.0.connect().await?, &query::Name::new(run)?, "EXAMPLE").await
            };
            work.await.map_err(|failure| failure.at(PORT, "there"))
        })
    }

    fn append<'a>(&'a self, run: &'a str, fence: u64, entry: Entry) -> BoxFuture<'a, Result<(), PortError>> {
        Box::pin(async move {
            let work = async {
                let (name, step) = (query::Name::new(run)?, query::Name::new(&entry.step)?);
                query::append(&mut self.0.connect().await?, &name, fence, &step, &entry).await
            };
            work.await.map_err(|failure| failure.at(PORT, "there"))
        })
    }

    fn runs<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<Vec<String>, PortError>> {
        Box::pin(async move {
            let work = async { query::runs(&mut self.0.connect().await?, &query::Name::new(prefix)?).await };
            work.await.map_err(|failure| failure.at(PORT, "there"))
        })
    }

    fn entries<'a>(&'a self, run: &'a str) -> BoxFuture<'a, Result<Vec<Entry>, PortError>> {
        Box::pin(async move {
            let work = async { query::entries(&mut self.0.connect().await?, &query::Name::new(run)?).await };
            work.await.map_err(|failure| failure.at(PORT, "there"))
        })
    }
}

#[test]
fn connections_to_a_file_do_not_come_between_each_other() {
    let directory = tempfile::tempdir().unwrap();
    let store = pollster::block_on(SqlJournal::sqlite(&directory.path().join("journal.db"))).unwrap();
    contract::race(&Unlocked(store.medium), &|work| pollster::block_on(work));
}

#[test]
fn sessions_of_a_server_do_not_come_between_each_other() {
    let Some(server) = server::Server::shared() else { return };
    let runtime = Runtime::new().unwrap();
    let url = server.database("race").into();
    let store = runtime.block_on(SqlJournal::postgres(&url)).unwrap();
    contract::race(&Unlocked(store.medium), &|work| runtime.block_on(work));
}

#[test]
fn a_file_is_written_through_to_the_disk() {
    let directory = tempfile::tempdir().unwrap();
    pollster::block_on(async {
        let store = SqlJournal::sqlite(&directory.path().join("journal.db")).await.unwrap();
        let mut connection = store.medium.connect().await.ok().unwrap();
        let sync = sqlx::query("PRAGMA synchronous").fetch_all(&mut connection).await.unwrap();
        assert_eq!(sync[0].get::<i64, _>(0), 3, "EXTRA");
        let log = sqlx::query("PRAGMA journal_mode").fetch_all(&mut connection).await.unwrap();
        assert_eq!(log[0].get::<String, _>(0), "wal");
    });
}
