//! The statements, which are the same for all databases.

use chrono::DateTime;
use ring::digest::{SHA256, digest};
use sqlx::{AnyConnection, Connection, Row, any::AnyRow};

use crate::{
    Fault, PortError,
    journal::{
        Claim, Entry,
        store::{PORT, taken_over, unknown},
    },
    sql::Failure,
};

/// A run's or a step's name, which every database can keep.
pub(super) struct Name<'a>(&'a str);

impl<'a> Name<'a> {
    pub(super) fn new(text: &'a str) -> Result<Self, Failure> {
        match text.contains('\0') {
            true => Err(Failure::Invalid(format!("cannot keep the name {text:?}, which holds a NUL"))),
            false => Ok(Self(text)),
        }
    }

    pub(super) const fn text(&self) -> &'a str {
        self.0
    }

    /// What the run is found by: an index takes it, and a file system too, however long the name is.
    pub(super) fn digest(&self) -> String {
        digest(&SHA256, self.0.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Takes the run over. The first statement writes, so that from there to the end no other transaction comes between.
pub(super) async fn claim(
    connection: &mut AnyConnection,
    name: &Name<'_>,
    holder: &str,
) -> Result<Claim, Failure> {
    let mut transaction = connection.begin().await?;
    // Of two fences the database gives one, whatever both have read before.
    let claimed = sqlx::query(
        "INSERT INTO run (digest, name, fence, entries, holder) VALUES ($1, $2, 1, 0, $3) \
         ON CONFLICT (digest) DO UPDATE SET fence = run.fence + 1, holder = excluded.holder RETURNING fence",
    )
    .bind(name.digest())
    .bind(name.text())
    .bind(holder)
    .fetch_all(&mut *transaction)
    .await?;
    let fence: i64 = one(&claimed)?.try_get(0)?;
    let entries = entries(&mut transaction, name).await?;
    transaction.commit().await?;
    let fence = u64::try_from(fence).map_err(|_| Failure::Invalid(format!("holds the fence {fence}")))?;
    Ok(Claim { fence, entries })
}

/// Adds an entry, if the fence is the newest.
pub(super) async fn append(
    connection: &mut AnyConnection,
    name: &Name<'_>,
    fence: u64,
    step: &Name<'_>,
    entry: &Entry,
) -> Result<(), Failure> {
    let mark = serde_json::to_string(&entry.mark).map_err(|error| {
        Failure::Invalid(format!("cannot keep what `{}` left behind: {error}", entry.step))
    })?;
    let mut transaction = connection.begin().await?;
    // It locks the run's row until the end, so that a claim comes before or after, and gives the entry its number.
    let numbered = sqlx::query(
        "UPDATE run SET entries = entries + 1 WHERE digest = $1 AND fence = $2 RETURNING id, entries",
    )
    .bind(name.digest())
    .bind(i64::try_from(fence).unwrap_or(-1)) // none that was ever given
    .fetch_all(&mut *transaction)
    .await?;
    let Some(row) = numbered.first() else {
        let known = sqlx::query("SELECT COUNT(*) FROM run WHERE digest = $1")
            .bind(name.digest())
            .fetch_all(&mut *transaction)
            .await?;
        let known = one(&known)?.try_get::<i64, _>(0)? > 0;
        transaction.rollback().await?;
        return Err(Failure::Answer(if known { taken_over(name.text()) } else { unknown(name.text()) }));
    };
    sqlx::query("INSERT INTO run_entry (run, number, written, step, mark) VALUES ($1, $2, $3, $4, $5)")
        .bind(row.try_get::<i64, _>(0)?)
        .bind(row.try_get::<i64, _>(1)?)
        .bind(entry.at.timestamp_micros())
        .bind(step.text())
        .bind(mark)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// The names that begin so.
pub(super) async fn runs(connection: &mut AnyConnection, prefix: &Name<'_>) -> Result<Vec<String>, Failure> {
    // `LIKE` would fold case in one database and not in the other.
    let rows = sqlx::query("SELECT name FROM run WHERE substr(name, 1, length($1)) = $1 ORDER BY id")
        .bind(prefix.text())
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// What was written to the run.
pub(super) async fn entries(connection: &mut AnyConnection, name: &Name<'_>) -> Result<Vec<Entry>, Failure> {
    let rows = sqlx::query(
        "SELECT run.entries, run_entry.number, run_entry.written, run_entry.step, run_entry.mark FROM run \
         LEFT JOIN run_entry ON run_entry.run = run.id WHERE run.digest = $1 ORDER BY run_entry.number",
    )
    .bind(name.digest())
    .fetch_all(connection)
    .await?;
    let counted: i64 = rows.first().map_or(Ok(0), |row| row.try_get(0))?;
    let mut entries = Vec::new();
    for row in &rows {
        // They are numbered from one, without gaps: one that is missing was taken out by somebody.
        match (row.try_get(1)?, i64::try_from(entries.len())) {
            (None, _) => {} // a run, and nothing written to it
            (Some(number), Ok(before)) if number == before + 1 => entries.push(entry(name, number, row)?),
            _ => return Err(missing(name)),
        }
    }
    if i64::try_from(entries.len()) == Ok(counted) { Ok(entries) } else { Err(missing(name)) }
}

fn missing(name: &Name<'_>) -> Failure {
    Failure::Invalid(format!("entries of run `{}` are missing", name.text()))
}

fn entry(name: &Name<'_>, number: i64, row: &AnyRow) -> Result<Entry, Failure> {
    let unreadable =
        || Failure::Invalid(format!("cannot make sense of entry {number} of run `{}`", name.text()));
    let at = DateTime::from_timestamp_micros(row.try_get(2)?).ok_or_else(unreadable)?;
    let mark: String = row.try_get(4)?;
    let mark = serde_json::from_str(&mark).map_err(|_| unreadable())?;
    Ok(Entry { step: row.try_get(3)?, at, mark })
}

/// The refusal of a claim while another runner holds the run, which names it.
pub(super) async fn held(connection: &mut AnyConnection, name: &Name<'_>) -> Result<Failure, Failure> {
    let rows = sqlx::query("SELECT holder FROM run WHERE digest = $1")
        .bind(name.digest())
        .fetch_all(connection)
        .await?;
    let holder = match rows.first() {
        Some(row) => format!(" (last claimed by {})", row.try_get::<String, _>(0)?),
        None => String::new(),
    };
    let message = format!("another runner is at work on run `{}`{holder}", name.text());
    Ok(Failure::Answer(PortError::new(PORT, Fault::Conflict, message)))
}

pub(super) fn one(rows: &[AnyRow]) -> Result<&AnyRow, Failure> {
    rows.first().ok_or(Failure::Sql(sqlx::Error::RowNotFound))
}
