//! The journal's tables, and how they get into a database that other parts of the program use too.

use sqlx::{AnyConnection, Row, Transaction, any::Any};

use super::fault::Failure;

/// The version of the tables that this program reads and writes.
const VERSION: i64 = 1;

/// The tables that say so: one row for each part of the program that keeps something in the database.
const VERSIONS: &str = "storeward_schema";

/// In what two databases differ.
pub(super) struct Dialect {
    /// Gives the names of the tables in whatever part of the database is ours.
    pub(super) tables: &'static str,
    /// Makes the table of runs, whose ids grow.
    pub(super) runs: &'static str,
    /// Whether all of that part is ours, so that any table in it which we have not made shows that it is not.
    pub(super) alone: bool,
}

/// Makes the tables where there are none, and refuses those which are not ours.
///
/// `transaction` keeps others who do the same away.
pub(super) async fn open(transaction: &mut Transaction<'_, Any>, dialect: &Dialect) -> Result<(), Failure> {
    let rows = sqlx::query(dialect.tables).fetch_all(&mut **transaction).await?;
    let tables = rows.iter().map(|row| row.try_get(0)).collect::<Result<Vec<String>, _>>()?;
    let there = |name: &str| tables.iter().any(|table| table == name);
    if !there(VERSIONS) {
        let foreign = if dialect.alone { tables.first().map(String::as_str) } else { None };
        if let Some(table) = foreign.or_else(|| ["run", "run_entry"].into_iter().find(|table| there(table))) {
            return Err(Failure::Invalid(format!(
                "holds a table `{table}` of another program; the journal needs a place of its own"
            )));
        }
        sqlx::query("CREATE TABLE storeward_schema (part TEXT PRIMARY KEY, version BIGINT NOT NULL)")
            .execute(&mut **transaction)
            .await?;
    }
    match version(transaction).await? {
        Some(VERSION) if there("run") && there("run_entry") => Ok(()),
        Some(VERSION) => Err(Failure::Invalid("has lost tables of the journal".into())),
        Some(newer) => Err(Failure::Invalid(format!(
            "was made by another version of storeward: its journal has schema {newer}, this one reads {VERSION}"
        ))),
        None => make(transaction, dialect).await,
    }
}

async fn version(connection: &mut AnyConnection) -> Result<Option<i64>, Failure> {
    let rows = sqlx::query("SELECT version FROM storeward_schema WHERE part = 'journal'")
        .fetch_all(connection)
        .await?;
    Ok(rows.first().map(|row| row.try_get(0)).transpose()?)
}

async fn make(connection: &mut AnyConnection, dialect: &Dialect) -> Result<(), Failure> {
    sqlx::query(dialect.runs).execute(&mut *connection).await?;
    // A time is in microseconds since 1970, a mark is JSON.
    sqlx::query(
        "CREATE TABLE run_entry (run BIGINT NOT NULL REFERENCES run (id), number BIGINT NOT NULL, \
         written BIGINT NOT NULL, step TEXT NOT NULL, mark TEXT NOT NULL, PRIMARY KEY (run, number))",
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query("INSERT INTO storeward_schema (part, version) VALUES ('journal', $1)")
        .bind(VERSION)
        .execute(connection)
        .await?;
    Ok(())
}
