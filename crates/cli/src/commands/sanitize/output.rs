//! Where the sanitized document goes, whole or not at all.

use std::{
    fs::{self, File},
    io::{self, Seek, Write},
    path::{Path, PathBuf},
};

use anyhow::Context;
use tempfile::NamedTempFile;

/// A place for the document until it is proven.
pub(super) enum Place {
    /// It will be copied to standard output.
    Stdout,
    /// It will take a file's name; with the file's permissions, if there is one.
    File { path: PathBuf, directory: PathBuf },
}

impl Place {
    /// Standard output, or a file. What is behind a link is replaced, not the link.
    pub(super) fn new(file: Option<&Path>) -> Self {
        let Some(path) = file else { return Self::Stdout };
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let directory =
            path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Self::File { directory: directory.to_owned(), path }
    }

    /// An empty file to write to. It is gone when the program ends, unless it is delivered.
    pub(super) fn spool(&self) -> io::Result<Spool> {
        Ok(match self {
            Self::Stdout => Spool::Nameless(tempfile::tempfile()?),
            Self::File { directory, .. } => {
                let mut builder = tempfile::Builder::new();
                builder.prefix(".storeward-");
                #[cfg(unix)]
                {
                    use std::os::unix::fs::PermissionsExt;
                    // What the user's umask leaves of it, as for any new file.
                    builder.permissions(fs::Permissions::from_mode(0o666));
                }
                Spool::Named(builder.tempfile_in(directory)?)
            }
        })
    }

    /// Puts the document in its place.
    pub(super) fn deliver(&self, spool: Spool) -> anyhow::Result<()> {
        match (self, spool) {
            (Self::File { path, .. }, Spool::Named(file)) => {
                let name = path.display();
                if let Ok(old) = fs::metadata(path) {
                    file.as_file()
                        .set_permissions(old.permissions())
                        .with_context(|| format!("cannot write {name}"))?;
                }
                file.as_file().sync_all().with_context(|| format!("cannot write {name}"))?;
                file.persist(path)
                    .map_err(|error| error.error)
                    .with_context(|| format!("cannot write {name}"))?;
            }
            (_, mut spool) => {
                spool.rewind()?;
                let mut stdout = io::stdout().lock();
                io::copy(&mut spool, &mut stdout)?;
                stdout.flush()?;
            }
        }
        Ok(())
    }
}

/// A file that has no name yet, or none that anybody knows.
pub(super) enum Spool {
    Nameless(File),
    Named(NamedTempFile),
}

impl Spool {
    fn file(&mut self) -> &mut File {
        match self {
            Self::Nameless(file) => file,
            Self::Named(file) => file.as_file_mut(),
        }
    }
}

impl io::Read for Spool {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file().read(buffer)
    }
}

impl Write for Spool {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.file().write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file().flush()
    }
}

impl Seek for Spool {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.file().seek(to)
    }
}
