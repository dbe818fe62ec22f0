//! Second factors kept in an SQLite file, where they survive the process and several processes share them.

use std::{fmt, path::Path};

use chrono::{DateTime, Utc};
use sqlx::{AnyConnection, Connection, Transaction, any::Any};
use storeward_core::{
    BoxFuture, PortError,
    sql::{Failure, Part, SqliteFile},
};
use tokio::sync::Mutex;

use super::{
    port::{Acceptance, Enrolment, MfaStore, Record, STORE},
    recovery::RecoveryHashes,
    seal::Sealed,
    session::{SessionHash, SessionRecord},
    throttle::Attempts,
};

mod query;

/// Times are in microseconds since 1970, digests and sealed secrets are text. A step that is none is -1, a change that is
/// none the empty text.
const PART: Part = Part {
    name: STORE,
    port: STORE,
    version: 1,
    tables: &["mfa_attempts", "mfa_enrolment", "mfa_recovery", "mfa_session"],
    make: &[
        "CREATE TABLE mfa_attempts (actor TEXT PRIMARY KEY, failures BIGINT NOT NULL, last BIGINT)",
        "CREATE TABLE mfa_enrolment (actor TEXT PRIMARY KEY, id TEXT NOT NULL, sealed TEXT NOT NULL, \
         algorithm TEXT NOT NULL, digits BIGINT NOT NULL, period BIGINT NOT NULL, since BIGINT NOT NULL, \
         confirmed BIGINT NOT NULL, last_step BIGINT NOT NULL, salt TEXT NOT NULL, rounds BIGINT NOT NULL)",
        "CREATE TABLE mfa_recovery (actor TEXT NOT NULL, number BIGINT NOT NULL, hash TEXT NOT NULL, \
         PRIMARY KEY (actor, number))",
        "CREATE TABLE mfa_session (hash TEXT PRIMARY KEY, actor TEXT NOT NULL, operation TEXT NOT NULL, \
         environment TEXT NOT NULL, change TEXT NOT NULL, method TEXT NOT NULL, begins BIGINT NOT NULL, \
         ends BIGINT NOT NULL, once BIGINT NOT NULL)",
        "CREATE INDEX mfa_session_actor ON mfa_session (actor)",
    ],
};

/// Second factors kept in an SQLite file, which may be the one that a journal is in.
///
/// Each call is a transaction that takes the write lock before it reads, so nothing comes between what it compares and what
/// it replaces, in whatever process. It is on disk when the call returns. A call that is given up leaves nothing half done:
/// its connection is closed and another is made.
pub struct SqliteMfaStore {
    file: SqliteFile,
    /// Taken out while it is at work, so that one whose work was broken off is never used again.
    connection: Mutex<Option<AnyConnection>>,
}

impl SqliteMfaStore {
    /// Opens the file, making it, for its owner alone (0600), where there is none. Its directory must exist.
    ///
    /// It needs no particular executor.
    ///
    /// # Errors
    ///
    /// As of [`SqliteFile::open`].
    pub async fn open(path: &Path) -> Result<Self, PortError> {
        let (file, connection) = SqliteFile::open(path, &PART).await?;
        Ok(Self { file, connection: Mutex::new(Some(connection)) })
    }

    /// Does something in a transaction that no other comes into.
    async fn alone<T>(
        &self,
        work: impl AsyncFnOnce(&mut Transaction<'_, Any>) -> Result<T, Failure>,
    ) -> Result<T, PortError> {
        let mut slot = self.connection.lock().await;
        let work = async {
            let mut connection = match slot.take() {
                Some(connection) => connection,
                None => self.file.connect().await?,
            };
            let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
            let done = work(&mut transaction).await?;
            transaction.commit().await?;
            *slot = Some(connection);
            Ok(done)
        };
        work.await.map_err(|failure: Failure| failure.at(STORE, self.file.place()))
    }
}

impl fmt::Debug for SqliteMfaStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteMfaStore").field("place", &self.file.place()).finish_non_exhaustive()
    }
}

impl MfaStore for SqliteMfaStore {
    fn place(&self) -> String {
        self.file.place().to_owned()
    }

    fn read<'a>(&'a self, actor: &'a str) -> BoxFuture<'a, Result<Record, PortError>> {
        Box::pin(self.alone(async move |db| query::record(db, actor).await))
    }

    fn actors(&self) -> BoxFuture<'_, Result<Vec<String>, PortError>> {
        Box::pin(self.alone(async |db| query::actors(db).await))
    }

    fn enroll<'a>(
        &'a self,
        actor: &'a str,
        enrolment: &'a Enrolment,
    ) -> BoxFuture<'a, Result<bool, PortError>> {
        Box::pin(self.alone(async move |db| query::enroll(db, actor, enrolment).await))
    }

    fn remove<'a>(&'a self, actor: &'a str) -> BoxFuture<'a, Result<bool, PortError>> {
        Box::pin(self.alone(async move |db| query::remove(db, actor).await))
    }

    fn count<'a>(
        &'a self,
        actor: &'a str,
        seen: Attempts,
        then: Attempts,
    ) -> BoxFuture<'a, Result<bool, PortError>> {
        Box::pin(self.alone(async move |db| query::count(db, actor, seen, then).await))
    }

    fn accept<'a>(&'a self, acceptance: &'a Acceptance) -> BoxFuture<'a, Result<bool, PortError>> {
        Box::pin(self.alone(async move |db| query::accept(db, acceptance).await))
    }

    fn replace_recovery<'a>(
        &'a self,
        actor: &'a str,
        enrolment: &'a str,
        recovery: &'a RecoveryHashes,
    ) -> BoxFuture<'a, Result<bool, PortError>> {
        Box::pin(self.alone(async move |db| query::replace_recovery(db, actor, enrolment, recovery).await))
    }

    fn reseal<'a>(
        &'a self,
        actor: &'a str,
        over: &'a Sealed,
        with: &'a Sealed,
    ) -> BoxFuture<'a, Result<bool, PortError>> {
        Box::pin(self.alone(async move |db| query::reseal(db, actor, over, with).await))
    }

    fn session<'a>(
        &'a self,
        hash: &'a SessionHash,
    ) -> BoxFuture<'a, Result<Option<SessionRecord>, PortError>> {
        Box::pin(self.alone(async move |db| query::session(db, hash).await))
    }

    fn end<'a>(&'a self, hash: &'a SessionHash) -> BoxFuture<'a, Result<bool, PortError>> {
        Box::pin(self.alone(async move |db| query::end(db, hash).await))
    }

    fn end_all<'a>(&'a self, actor: &'a str) -> BoxFuture<'a, Result<u64, PortError>> {
        Box::pin(self.alone(async move |db| query::end_all(db, actor).await))
    }
}

fn micros(time: DateTime<Utc>) -> i64 {
    time.timestamp_micros()
}
