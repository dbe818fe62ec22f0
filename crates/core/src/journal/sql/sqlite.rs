//! The journal in a file, and the locks of its runs.

use std::{
    collections::HashMap,
    fs::{File, TryLockError},
    path::Path,
    sync::{Mutex, PoisonError},
};

use sqlx::AnyConnection;

use super::{
    PORT,
    query::{self, Name},
    tables,
};
use crate::{
    PortError,
    journal::Claim,
    sql::{Failure, Part, SqliteFile},
};

const PART: Part = Part {
    name: tables::NAME,
    port: PORT,
    version: tables::VERSION,
    tables: tables::TABLES,
    make: &[
        // An id that was given is never given again.
        "CREATE TABLE run (id INTEGER PRIMARY KEY AUTOINCREMENT, digest TEXT NOT NULL UNIQUE, \
         name TEXT NOT NULL, fence BIGINT NOT NULL, entries BIGINT NOT NULL, holder TEXT NOT NULL)",
        tables::ENTRIES,
    ],
};

pub(super) struct Sqlite {
    file: SqliteFile,
    /// The locks of the runs that were claimed. The kernel frees them with the files.
    held: Mutex<HashMap<String, File>>,
}

impl Sqlite {
    pub(super) async fn open(path: &Path) -> Result<(Self, AnyConnection), PortError> {
        let (file, connection) = SqliteFile::open(path, &PART).await?;
        Ok((Self { file, held: Mutex::default() }, connection))
    }

    pub(super) fn place(&self) -> &str {
        self.file.place()
    }

    pub(super) async fn connect(&self) -> Result<AnyConnection, Failure> {
        self.file.connect().await
    }

    pub(super) async fn claim(&self, connection: &mut AnyConnection, run: &str) -> Result<Claim, Failure> {
        let name = Name::new(run)?;
        let mut lock = None;
        if !self.held().contains_key(run) {
            let file = self.file.lock_file(&name.digest())?;
            match file.try_lock() {
                Ok(()) => lock = Some(file),
                Err(TryLockError::WouldBlock) => return Err(query::held(connection, &name).await?),
                Err(TryLockError::Error(error)) => return Err(self.file.unlockable(error)),
            }
        }
        let holder = format!("process {}", std::process::id());
        let claim = query::claim(connection, &name, &holder).await?;
        if let Some(file) = lock {
            self.held().insert(run.to_owned(), file);
        }
        Ok(claim)
    }

    fn held(&self) -> std::sync::MutexGuard<'_, HashMap<String, File>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
