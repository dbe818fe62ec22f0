//! Runs kept in a database, where they survive a crash of the process and of the machine.

#[cfg(feature = "postgres")]
mod postgres;
mod query;
#[cfg(feature = "sqlite")]
mod sqlite;
mod tables;
#[cfg(all(test, feature = "postgres", feature = "sqlite"))]
mod tests;

use std::fmt;

use sqlx::AnyConnection;
use tokio::sync::{Mutex, MutexGuard};

#[cfg(doc)]
use crate::Fault;
use crate::{
    BoxFuture, PortError,
    journal::{Claim, Entry, JournalStore, store::PORT},
    sql::Failure,
};

/// Runs kept in an SQLite file (feature `sqlite`) or in a PostgreSQL database (feature `postgres`).
///
/// An entry is on disk when `append` returns. The fence is checked in the transaction that writes, under a lock on
/// the run, so two processes never write between each other.
///
/// A run is held from its claim until the `SqlJournal` is dropped or its process dies, however it dies. Until then
/// a claim by any other `SqlJournal` is refused with [`Fault::Conflict`]. The same one may claim again, which fences
/// off the claim before. Names hold no NUL, which PostgreSQL's text cannot.
///
/// A request that is given up leaves nothing half done: its connection is closed and another is made.
pub struct SqlJournal {
    medium: Medium,
    /// Taken out while it is at work, so that one whose work was broken off is never used again.
    connection: Mutex<Option<AnyConnection>>,
}

enum Medium {
    #[cfg(feature = "sqlite")]
    Sqlite(sqlite::Sqlite),
    #[cfg(feature = "postgres")]
    Postgres(postgres::Postgres),
}

impl SqlJournal {
    /// Opens the journal in this file, making the file, for its owner alone (0600), where there is none. Its
    /// directory must exist. Beside it stand the files of SQLite's write-ahead log and a directory of locks,
    /// `<file>.locks`; all of them belong on a disk of this machine, not on a network's.
    ///
    /// It needs no particular executor.
    ///
    /// ```
    /// use storeward_core::{Fault, JournalStore, journal::SqlJournal};
    ///
    /// # pollster::block_on(async {
    /// # let directory = tempfile::tempdir()?;
    /// # let path = directory.path().join("journal.db");
    /// let store = SqlJournal::sqlite(&path).await?;
    /// store.claim("rotate production").await?;
    ///
    /// // Another process may look, but not claim what is held.
    /// let other = SqlJournal::sqlite(&path).await?;
    /// assert_eq!(other.runs("rotate ").await?, ["rotate production"]);
    /// assert_eq!(other.claim("rotate production").await.unwrap_err().fault(), Fault::Conflict);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// [`Fault::Invalid`] when the file is no SQLite database, is damaged, or belongs to another program or a newer
    /// version of this one; it is left as it is. [`Fault::NotFound`] when there is no such directory.
    /// [`Fault::Refused`] when the file may not be read and written, or its directory not written to.
    #[cfg(feature = "sqlite")]
    pub async fn sqlite(path: &std::path::Path) -> Result<Self, PortError> {
        let (sqlite, connection) = sqlite::Sqlite::open(path).await?;
        Ok(Self { medium: Medium::Sqlite(sqlite), connection: Mutex::new(Some(connection)) })
    }

    /// Opens the journal in the database of this URL (`postgres://user:password@host/database`), in the first schema
    /// of its `search_path`, making its tables where there are none. PostgreSQL 11 or newer.
    ///
    /// The server's certificate is verified (`sslmode=verify-full`) unless the URL names another `sslmode` or a
    /// host on this machine. What the URL leaves open is taken from `PGUSER`, `PGPASSWORD`, `~/.pgpass` and the like.
    /// A run is held by the connection's session, so a pooler in between must not share sessions among clients.
    ///
    /// It, and all that the journal does then, must run on one tokio runtime with its drivers of I/O and time
    /// on. Nothing takes longer than thirty seconds.
    ///
    /// # Errors
    ///
    /// [`Fault::Invalid`] when the URL is none of PostgreSQL, or the tables belong to another program or a newer
    /// version of this one; they are left as they are. [`Fault::Refused`] when the server does not let us in.
    /// [`Fault::Unreachable`] and [`Fault::TimedOut`] when it does not answer.
    #[cfg(feature = "postgres")]
    pub async fn postgres(url: &crate::SecretString) -> Result<Self, PortError> {
        let (postgres, connection) = postgres::Postgres::open(url).await?;
        Ok(Self { medium: Medium::Postgres(postgres), connection: Mutex::new(Some(connection)) })
    }

    /// Where it is: a path, or a server and its database. Holds no secret.
    #[must_use]
    pub fn place(&self) -> &str {
        match &self.medium {
            #[cfg(feature = "sqlite")]
            Medium::Sqlite(sqlite) => sqlite.place(),
            #[cfg(feature = "postgres")]
            Medium::Postgres(postgres) => postgres.place(),
        }
    }

    async fn session(&self) -> Result<Session<'_>, Failure> {
        let mut slot = self.connection.lock().await;
        let connection = match slot.take() {
            Some(connection) => self.medium.revive(connection).await?,
            None => self.medium.connect().await?,
        };
        Ok(Session { slot, connection })
    }

    /// Within the time that the medium may take, and with errors that say where.
    async fn limited<T>(
        &self,
        work: impl Future<Output = Result<T, Failure>> + Send,
    ) -> Result<T, PortError> {
        let result = match &self.medium {
            #[cfg(feature = "sqlite")]
            Medium::Sqlite(_) => work.await,
            #[cfg(feature = "postgres")]
            Medium::Postgres(_) => postgres::limited(work).await,
        };
        result.map_err(|failure| failure.at(PORT, self.place()))
    }
}

impl Medium {
    async fn connect(&self) -> Result<AnyConnection, Failure> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(sqlite) => sqlite.connect().await,
            #[cfg(feature = "postgres")]
            Self::Postgres(postgres) => postgres.connect().await,
        }
    }

    /// The connection, or another one in its place if it broke while nobody used it.
    async fn revive(&self, connection: AnyConnection) -> Result<AnyConnection, Failure> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => Ok(connection),
            #[cfg(feature = "postgres")]
            Self::Postgres(postgres) => postgres.revive(connection).await,
        }
    }

    /// Claims the run, and holds it if that worked.
    async fn claim(&self, connection: &mut AnyConnection, run: &str) -> Result<Claim, Failure> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(sqlite) => sqlite.claim(connection, run).await,
            #[cfg(feature = "postgres")]
            Self::Postgres(postgres) => postgres.claim(connection, run).await,
        }
    }
}

/// The one connection, for one request.
struct Session<'a> {
    slot: MutexGuard<'a, Option<AnyConnection>>,
    connection: AnyConnection,
}

impl Session<'_> {
    /// Keeps the connection, unless its request failed in a way that leaves its state unknown.
    fn end<T>(mut self, result: Result<T, Failure>) -> Result<T, Failure> {
        if let Ok(_) | Err(Failure::Answer(_)) = result {
            *self.slot = Some(self.connection);
        }
        result
    }
}

impl JournalStore for SqlJournal {
    fn claim<'a>(&'a self, run: &'a str) -> BoxFuture<'a, Result<Claim, PortError>> {
        Box::pin(self.limited(async move {
            let name = query::Name::new(run)?;
            let mut session = self.session().await?;
            let result = self.medium.claim(&mut session.connection, name.text()).await;
            session.end(result)
        }))
    }

    fn append<'a>(&'a self, run: &'a str, fence: u64, entry: Entry) -> BoxFuture<'a, Result<(), PortError>> {
        Box::pin(self.limited(async move {
            let (name, step) = (query::Name::new(run)?, query::Name::new(&entry.step)?);
            let mut session = self.session().await?;
            let result = query::append(&mut session.connection, &name, fence, &step, &entry).await;
            session.end(result)
        }))
    }

    fn runs<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<Vec<String>, PortError>> {
        Box::pin(self.limited(async move {
            let Ok(prefix) = query::Name::new(prefix) else { return Ok(Vec::new()) };
            let mut session = self.session().await?;
            let result = query::runs(&mut session.connection, &prefix).await;
            session.end(result)
        }))
    }

    fn entries<'a>(&'a self, run: &'a str) -> BoxFuture<'a, Result<Vec<Entry>, PortError>> {
        Box::pin(self.limited(async move {
            let Ok(name) = query::Name::new(run) else { return Ok(Vec::new()) };
            let mut session = self.session().await?;
            let result = query::entries(&mut session.connection, &name).await;
            session.end(result)
        }))
    }
}

impl fmt::Debug for SqlJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqlJournal").field("place", &self.place()).finish_non_exhaustive()
    }
}
