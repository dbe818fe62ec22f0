//! A database in a file, and the locks beside it.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read},
    path::{Path, PathBuf},
};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sqlx::{AnyConnection, ConnectOptions, Connection, Row, any::AnyConnectOptions};

use super::{
    Failure, Part,
    schema::{self, Dialect},
};
use crate::{Fault, PortError};

const DIALECT: Dialect = Dialect {
    tables: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'",
    alone: true,
};

/// With what every SQLite database begins: <https://www.sqlite.org/fileformat.html>.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// What a path may hold as it is in the URL that the client wants.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.');

/// An SQLite file that holds tables of a part of the program, and perhaps those of others.
#[derive(Debug)]
pub struct SqliteFile {
    part: &'static Part,
    place: String,
    url: String,
    locks: PathBuf,
}

impl SqliteFile {
    /// Opens the file, making it, for its owner alone (0600), where there is none, and in it the part's tables. Its
    /// directory must exist. Beside it stand the files of SQLite's write-ahead log and a directory of locks,
    /// `<file>.locks`; all of them belong on a disk of this machine, not on a network's. It needs no particular executor.
    ///
    /// # Errors
    ///
    /// [`Fault::Invalid`] when the file is no SQLite database, is damaged, or belongs to another program or a newer
    /// version of this one; it is left as it is. [`Fault::NotFound`] when there is no such directory.
    /// [`Fault::Refused`] when the file may not be read and written, or its directory not written to.
    pub async fn open(path: &Path, part: &'static Part) -> Result<(Self, AnyConnection), PortError> {
        let place = path.display().to_string();
        let failed = |failure: Failure| failure.at(part.port, &place);
        let broken = |what: &str, error: io::Error| of_io(part.port, &place, what, error);
        create(path).map_err(|error| broken("cannot be made", error))?;
        recognise(path).map_err(|error| broken("cannot be opened", error))?.map_err(failed)?;
        // All who open it by whatever way must find the same locks.
        let path = path.canonicalize().map_err(|error| broken("cannot be found", error))?;
        let text = path.to_str().ok_or_else(|| failed(Failure::Invalid("is not named in Unicode".into())))?;
        let locks = PathBuf::from(format!("{text}.locks"));
        make_directory(&locks).map_err(|error| broken("cannot have its directory of locks", error))?;
        let url = format!("sqlite:{}", utf8_percent_encode(text, PLAIN));
        let file = Self { part, place: place.clone(), url, locks };
        let connection = file.prepare().await.map_err(failed)?;
        Ok((file, connection))
    }

    /// Where it is: its path.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Makes or checks the tables. Nothing is written to a database that is not ours.
    async fn prepare(&self) -> Result<AnyConnection, Failure> {
        // SQLite cannot wait for others when it turns to the write-ahead log, so they wait here.
        let opening = self.lock_file("open")?;
        opening.lock().map_err(|error| self.unlockable(error))?;
        let mut connection = self.connect().await?;
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        schema::open(&mut transaction, &DIALECT, self.part).await?;
        transaction.commit().await?;
        // It finds what a torn write or a bad disk has left. Other tables of the database may be large.
        for table in self.part.tables {
            let check = sqlx::AssertSqlSafe(format!("PRAGMA quick_check({table})"));
            let rows = sqlx::query(check).fetch_all(&mut connection).await?;
            let found: String = rows.first().ok_or(sqlx::Error::RowNotFound)?.try_get(0)?;
            if found != "ok" {
                return Err(Failure::Invalid(format!(
                    "is damaged; put a copy of it in its place, or move it away: {found}"
                )));
            }
        }
        sqlx::query("PRAGMA journal_mode = WAL").execute(&mut connection).await?;
        Ok(connection)
    }

    /// Another connection.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened.
    pub async fn connect(&self) -> Result<AnyConnection, Failure> {
        sqlx::any::install_default_drivers();
        let options: AnyConnectOptions = self.url.parse()?;
        let mut connection = options.connect().await?; // waits five seconds for other writers
        for setting in [
            // A transaction is on disk when it has ended, whatever kind of log the file system allows.
            "PRAGMA synchronous = EXTRA",
            // macOS: past the disk's own cache.
            "PRAGMA fullfsync = ON",
            "PRAGMA checkpoint_fullfsync = ON",
            // What stands in the file runs no functions.
            "PRAGMA trusted_schema = OFF",
        ] {
            sqlx::query(setting).execute(&mut connection).await?;
        }
        Ok(connection)
    }

    /// Lock files stay: one that is removed could be locked by two who opened it before and after.
    pub(crate) fn lock_file(&self, name: &str) -> Result<File, Failure> {
        let path = self.locks.join(format!("{name}.lock"));
        let mut options = OpenOptions::new();
        owner_only(options.create(true).truncate(false).write(true));
        options.open(path).map_err(|error| self.unlockable(error))
    }

    pub(crate) fn unlockable(&self, error: io::Error) -> Failure {
        Failure::Answer(of_io(self.part.port, &self.place, "cannot be locked", error))
    }
}

/// Makes the file if there is none, so that it is its owner's from the first byte.
fn create(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    match owner_only(options.create_new(true).write(true)).open(path) {
        Ok(_) => sync_directory(path),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// Looks before SQLite does, which would read some other files as empty, and a file that may not be written to for
/// as long as nothing is written.
fn recognise(path: &Path) -> io::Result<Result<(), Failure>> {
    if !fs::metadata(path)?.is_file() {
        return Ok(Err(Failure::Invalid("is not a file".into())));
    }
    let mut head = Vec::new();
    OpenOptions::new().read(true).write(true).open(path)?.take(100).read_to_end(&mut head)?;
    Ok(match head.len() {
        0 => Ok(()),
        _ if !head.starts_with(MAGIC) => Err(Failure::Invalid("is not an SQLite database".into())),
        100 => Ok(()),
        _ => Err(Failure::Invalid("is cut off; put a copy of it in its place, or move it away".into())),
    })
}

fn make_directory(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        result => result,
    }
}

fn owner_only(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Makes a new file's name as durable as what is written to it.
#[cfg(unix)]
fn sync_directory(path: &Path) -> io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(not(unix))]
fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}

fn of_io(port: &'static str, place: &str, what: &str, error: io::Error) -> PortError {
    let fault = match error.kind() {
        io::ErrorKind::NotFound => Fault::NotFound,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Fault::Refused,
        io::ErrorKind::NotADirectory | io::ErrorKind::InvalidInput | io::ErrorKind::InvalidFilename => {
            Fault::Invalid
        }
        _ => Fault::Unreachable,
    };
    PortError::new(port, fault, format!("{place} {what}")).with_source(error)
}
