//! The journal in a file, and the locks beside it.

use std::{
    collections::HashMap,
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io::{self, Read},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sqlx::{AnyConnection, ConnectOptions, Connection, Row, any::AnyConnectOptions};

use super::{
    fault::Failure,
    query::{self, Name, one},
    schema::{self, Dialect},
};
use crate::{
    Fault, PortError,
    journal::{Claim, store::PORT},
};

const DIALECT: Dialect = Dialect {
    tables: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'",
    // An id that was given is never given again.
    runs: "CREATE TABLE run (id INTEGER PRIMARY KEY AUTOINCREMENT, digest TEXT NOT NULL UNIQUE, \
           name TEXT NOT NULL, fence BIGINT NOT NULL, entries BIGINT NOT NULL, holder TEXT NOT NULL)",
    alone: true,
};

/// With what every SQLite database begins: <https://www.sqlite.org/fileformat.html>.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// What a path may hold as it is in the URL that the client wants.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.');

pub(super) struct Sqlite {
    place: String,
    url: String,
    locks: PathBuf,
    /// The locks of the runs that were claimed. The kernel frees them with the files.
    held: Mutex<HashMap<String, File>>,
}

impl Sqlite {
    pub(super) async fn open(path: &Path) -> Result<(Self, AnyConnection), PortError> {
        let place = path.display().to_string();
        let failed = |failure: Failure| failure.at(&place);
        let broken = |what: &str, error: io::Error| of_io(&place, what, error);
        create(path).map_err(|error| broken("cannot be made", error))?;
        recognise(path).map_err(|error| broken("cannot be opened", error))?.map_err(failed)?;
        // All who open it by whatever way must find the same locks.
        let path = path.canonicalize().map_err(|error| broken("cannot be found", error))?;
        let text = path.to_str().ok_or_else(|| failed(Failure::Invalid("is not named in Unicode".into())))?;
        let locks = PathBuf::from(format!("{text}.locks"));
        make_directory(&locks).map_err(|error| broken("cannot have its directory of locks", error))?;
        let url = format!("sqlite:{}", utf8_percent_encode(text, PLAIN));
        let sqlite = Self { place: place.clone(), url, locks, held: Mutex::default() };
        let connection = sqlite.prepare().await.map_err(failed)?;
        Ok((sqlite, connection))
    }

    pub(super) fn place(&self) -> &str {
        &self.place
    }

    /// Makes or checks the tables. Nothing is written to a database that is not ours.
    async fn prepare(&self) -> Result<AnyConnection, Failure> {
        // SQLite cannot wait for others when it turns to the write-ahead log, so they wait here.
        let opening = self.lock_file("open")?;
        opening.lock().map_err(|error| self.unlockable(error))?;
        let mut connection = self.connect().await?;
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        schema::open(&mut transaction, &DIALECT).await?;
        transaction.commit().await?;
        // It finds what a torn write or a bad disk has left. Other tables of the database may be large.
        for check in ["PRAGMA quick_check(run)", "PRAGMA quick_check(run_entry)"] {
            let rows = sqlx::query(check).fetch_all(&mut connection).await?;
            let found: String = one(&rows)?.try_get(0)?;
            if found != "ok" {
                return Err(Failure::Invalid(format!(
                    "is damaged; put a copy of it in its place, or move it away: {found}"
                )));
            }
        }
        sqlx::query("PRAGMA journal_mode = WAL").execute(&mut connection).await?;
        Ok(connection)
    }

    pub(super) async fn connect(&self) -> Result<AnyConnection, Failure> {
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

    pub(super) async fn claim(&self, connection: &mut AnyConnection, run: &str) -> Result<Claim, Failure> {
        let name = Name::new(run)?;
        let mut lock = None;
        if !self.held().contains_key(run) {
            let file = self.lock_file(&name.digest())?;
            match file.try_lock() {
                Ok(()) => lock = Some(file),
                Err(TryLockError::WouldBlock) => return Err(query::held(connection, &name).await?),
                Err(TryLockError::Error(error)) => return Err(self.unlockable(error)),
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

    /// Lock files stay: one that is removed could be locked by two who opened it before and after.
    fn lock_file(&self, name: &str) -> Result<File, Failure> {
        let path = self.locks.join(format!("{name}.lock"));
        let mut options = OpenOptions::new();
        owner_only(options.create(true).truncate(false).write(true));
        options.open(path).map_err(|error| self.unlockable(error))
    }

    fn unlockable(&self, error: io::Error) -> Failure {
        Failure::Answer(of_io(&self.place, "cannot be locked", error))
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

fn of_io(place: &str, what: &str, error: io::Error) -> PortError {
    let fault = match error.kind() {
        io::ErrorKind::NotFound => Fault::NotFound,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Fault::Refused,
        io::ErrorKind::NotADirectory | io::ErrorKind::InvalidInput | io::ErrorKind::InvalidFilename => {
            Fault::Invalid
        }
        _ => Fault::Unreachable,
    };
    PortError::new(PORT, fault, format!("{place} {what}")).with_source(error)
}
