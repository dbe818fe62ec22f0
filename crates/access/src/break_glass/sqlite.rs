//! Overrides kept in an SQLite file, where they survive the process and several processes share them.

use std::{fmt, path::Path};

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{AnyConnection, Connection, Row, Transaction, any::Any, any::AnyRow};
use storeward_core::{
    Actor, BoxFuture, PortError,
    sql::{Failure, Part, SqliteFile},
};
use tokio::sync::Mutex;

use super::{
    BreakGlass, PastOverride,
    port::{self, Ended, OverrideId, OverrideStore, Reviewed, STORE, whole},
};

/// Times are in microseconds since 1970, operations and the reviewer JSON. `ends` stays as it was taken; `ended` is when
/// it was ended early.
const PART: Part = Part {
    name: STORE,
    port: STORE,
    version: 1,
    tables: &["break_glass"],
    make: &["CREATE TABLE break_glass (id BIGINT PRIMARY KEY, actor TEXT NOT NULL, reason TEXT NOT NULL, \
             begins BIGINT NOT NULL, ends BIGINT NOT NULL, ended BIGINT, environment TEXT NOT NULL, \
             operations TEXT NOT NULL, reviewed BIGINT, reviewer TEXT)"],
};

const ALL: &str = "SELECT id, actor, reason, begins, ends, ended, environment, operations, reviewed, reviewer \
                   FROM break_glass ORDER BY id";

const ONE: &str = "SELECT id, actor, reason, begins, ends, ended, environment, operations, reviewed, reviewer \
                   FROM break_glass WHERE id = $1";

/// Overrides kept in an SQLite file, which may be the one that a journal or second factors are in.
///
/// Each call is a transaction that takes the write lock before it reads, so nothing comes between what it reads and what it
/// writes, in whatever process. It is on disk when the call returns. A call that is given up leaves nothing half done: its
/// connection is closed and another is made.
pub struct SqliteOverrides {
    file: SqliteFile,
    /// Taken out while it is at work, so that one whose work was broken off is never used again.
    connection: Mutex<Option<AnyConnection>>,
}

impl SqliteOverrides {
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

impl fmt::Debug for SqliteOverrides {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteOverrides").field("place", &self.file.place()).finish_non_exhaustive()
    }
}

impl OverrideStore for SqliteOverrides {
    fn place(&self) -> String {
        self.file.place().to_owned()
    }

    fn take<'a>(&'a self, glass: &'a BreakGlass) -> BoxFuture<'a, Result<OverrideId, PortError>> {
        Box::pin(async move {
            let kept = port::kept(glass).map_err(|why| port::not_kept(self.file.place(), why))?;
            self.alone(async move |db| take(db, &kept).await).await
        })
    }

    fn list(&self) -> BoxFuture<'_, Result<Vec<(OverrideId, PastOverride)>, PortError>> {
        Box::pin(self.alone(async |db| {
            let rows = sqlx::query(ALL).fetch_all(&mut **db).await?;
            rows.iter().map(read).collect()
        }))
    }

    fn review<'a>(
        &'a self,
        id: OverrideId,
        by: &'a Actor,
        at: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<Reviewed, PortError>> {
        Box::pin(self.alone(async move |db| review(db, id, by, whole(at)).await))
    }

    fn end<'a>(
        &'a self,
        id: OverrideId,
        by: &'a Actor,
        at: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<Ended, PortError>> {
        Box::pin(self.alone(async move |db| end(db, id, by, whole(at)).await))
    }
}

async fn take(db: &mut AnyConnection, glass: &BreakGlass) -> Result<OverrideId, Failure> {
    let last = sqlx::query("SELECT COALESCE(MAX(id), 0) FROM break_glass").fetch_one(&mut *db).await?;
    let id = last.try_get::<i64, _>(0)?.checked_add(1).ok_or_else(damaged)?;
    sqlx::query(
        "INSERT INTO break_glass (id, actor, reason, begins, ends, environment, operations) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(id)
    .bind(&glass.actor)
    .bind(&glass.reason)
    .bind(glass.from.timestamp_micros())
    .bind(glass.until.timestamp_micros())
    .bind(&glass.environment)
    .bind(json(&glass.operations)?)
    .execute(db)
    .await?;
    Ok(OverrideId::new(u64::try_from(id).map_err(|_| damaged())?))
}

async fn review(
    db: &mut AnyConnection,
    id: OverrideId,
    by: &Actor,
    at: DateTime<Utc>,
) -> Result<Reviewed, Failure> {
    let Some((number, past)) = find(db, id).await? else { return Ok(Reviewed::Unknown) };
    if let Err(answer) = port::review(past, by, at) {
        return Ok(answer);
    }
    sqlx::query("UPDATE break_glass SET reviewed = $1, reviewer = $2 WHERE id = $3")
        .bind(at.timestamp_micros())
        .bind(json(by)?)
        .bind(number)
        .execute(db)
        .await?;
    Ok(Reviewed::Done)
}

async fn end(
    db: &mut AnyConnection,
    id: OverrideId,
    by: &Actor,
    at: DateTime<Utc>,
) -> Result<Ended, Failure> {
    let Some((number, past)) = find(db, id).await? else { return Ok(Ended::Unknown) };
    if let Err(why) = past.ended(by, at) {
        return Ok(Ended::Invalid(why));
    }
    sqlx::query("UPDATE break_glass SET ended = $1 WHERE id = $2")
        .bind(at.timestamp_micros())
        .bind(number)
        .execute(db)
        .await?;
    Ok(Ended::Done)
}

/// One override, and its number as the database has it.
async fn find(db: &mut AnyConnection, id: OverrideId) -> Result<Option<(i64, PastOverride)>, Failure> {
    // None has a number that the database cannot hold.
    let Ok(number) = i64::try_from(id.get()) else { return Ok(None) };
    let rows = sqlx::query(ONE).bind(number).fetch_all(db).await?;
    rows.first().map(|row| Ok((number, read(row)?.1))).transpose()
}

/// What breaks the rules was not kept by us, and is an error, so that nothing is taken for a review that is none.
fn read(row: &AnyRow) -> Result<(OverrideId, PastOverride), Failure> {
    let id = u64::try_from(row.try_get::<i64, _>(0)?).map_err(|_| damaged())?;
    let taken = BreakGlass {
        actor: row.try_get(1)?,
        reason: row.try_get(2)?,
        from: time(row.try_get(3)?)?,
        until: time(row.try_get(4)?)?,
        environment: row.try_get(6)?,
        operations: serde_json::from_str(row.try_get(7)?).map_err(|_| damaged())?,
    };
    let mut glass = taken.valid().map_err(|_| damaged())?;
    if let Some(ended) = row.try_get::<Option<i64>, _>(5)? {
        let until = Some(time(ended)?).filter(|ended| *ended < glass.until).ok_or_else(damaged)?;
        glass = BreakGlass { until, ..glass }.valid().map_err(|_| damaged())?;
    }
    let past = PastOverride::new(glass);
    let past = match (row.try_get::<Option<i64>, _>(8)?, row.try_get::<Option<String>, _>(9)?) {
        (None, None) => past,
        (Some(at), Some(by)) => {
            let by = serde_json::from_str(&by).map_err(|_| damaged())?;
            past.reviewed(&by, time(at)?).map_err(|_| damaged())?
        }
        _ => return Err(damaged()),
    };
    Ok((OverrideId::new(id), past))
}

fn time(micros: i64) -> Result<DateTime<Utc>, Failure> {
    DateTime::from_timestamp_micros(micros).ok_or_else(damaged)
}

fn damaged() -> Failure {
    Failure::Invalid("holds an override that makes no sense".into())
}

fn json(value: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(value)
        .map_err(|error| Failure::Invalid(format!("cannot keep this as JSON: {error}")))
}
