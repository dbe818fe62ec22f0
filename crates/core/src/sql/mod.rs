//! Databases that several parts of the program share: how one is opened, what its errors mean, and whose tables are whose.
//!
//! Each part has tables of its own and one row in `storeward_schema`, which says in which version they are. A journal, second
//! factors and what else is kept can so be in one file or apart, as one likes.

mod fault;
pub(crate) mod schema;
#[cfg(feature = "sqlite")]
mod sqlite;

pub use self::fault::Failure;
pub use self::schema::Part;
#[cfg(feature = "sqlite")]
pub use self::sqlite::SqliteFile;
