//! The tables of a part of the program, and how they get into a database that other parts use too.

use sqlx::{AnyConnection, Row, Transaction, any::Any};

use super::Failure;

/// The tables that say so: one row for each part of the program that keeps something in the database.
const VERSIONS: &str = "storeward_schema";

/// A part of the program that keeps something in a database.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "each part says all of it")]
pub struct Part {
    /// What it is called, in errors and in its row of `storeward_schema`. Nobody else's.
    pub name: &'static str,
    /// The port's name in errors.
    pub port: &'static str,
    /// The version of the tables that this program reads and writes.
    pub version: i64,
    /// The names of the tables.
    pub tables: &'static [&'static str],
    /// The statements that make them.
    pub make: &'static [&'static str],
}

/// In what two databases differ.
pub(crate) struct Dialect {
    /// Gives the names of the tables in whatever part of the database is ours.
    pub(crate) tables: &'static str,
    /// Whether all of that part is ours, so that any table in it which we have not made shows that it is not.
    pub(crate) alone: bool,
}

/// Makes the tables where there are none, and refuses those which are not ours.
///
/// `transaction` keeps others who do the same away.
pub(crate) async fn open(
    transaction: &mut Transaction<'_, Any>,
    dialect: &Dialect,
    part: &Part,
) -> Result<(), Failure> {
    let rows = sqlx::query(dialect.tables).fetch_all(&mut **transaction).await?;
    let tables = rows.iter().map(|row| row.try_get(0)).collect::<Result<Vec<String>, _>>()?;
    let there = |name: &str| tables.iter().any(|table| table == name);
    let foreign = |table: &str| {
        let name = part.name;
        Failure::Invalid(format!(
            "holds a table `{table}` of another program; the {name} needs a place of its own"
        ))
    };
    let taken = || part.tables.iter().find(|table| there(table));
    if !there(VERSIONS) {
        let first = if dialect.alone { tables.first().map(String::as_str) } else { None };
        if let Some(table) = first.or_else(|| taken().copied()) {
            return Err(foreign(table));
        }
        sqlx::query("CREATE TABLE storeward_schema (part TEXT PRIMARY KEY, version BIGINT NOT NULL)")
            .execute(&mut **transaction)
            .await?;
    }
    let (name, version) = (part.name, part.version);
    match found(transaction, name).await? {
        Some(found) if found != version => Err(Failure::Invalid(format!(
            "was made by another version of storeward: its {name} has schema {found}, this one reads {version}"
        ))),
        Some(_) if part.tables.iter().all(|table| there(table)) => Ok(()),
        Some(_) => Err(Failure::Invalid(format!("has lost tables of the {name}"))),
        None => match taken() {
            Some(table) => Err(foreign(table)),
            None => make(transaction, part).await,
        },
    }
}

async fn found(connection: &mut AnyConnection, name: &str) -> Result<Option<i64>, Failure> {
    let rows = sqlx::query("SELECT version FROM storeward_schema WHERE part = $1")
        .bind(name)
        .fetch_all(connection)
        .await?;
    Ok(rows.first().map(|row| row.try_get(0)).transpose()?)
}

async fn make(connection: &mut AnyConnection, part: &Part) -> Result<(), Failure> {
    for statement in part.make {
        sqlx::query(*statement).execute(&mut *connection).await?;
    }
    sqlx::query("INSERT INTO storeward_schema (part, version) VALUES ($1, $2)")
        .bind(part.name)
        .bind(part.version)
        .execute(connection)
        .await?;
    Ok(())
}
