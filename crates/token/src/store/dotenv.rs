//! A secret as a variable in a `.env` file.
//!
//! # What is kept
//!
//! Of a file that is there, every byte but those of the value, its mode and, where that is allowed, its owner. A file that
//! is made has mode 0600. The file is replaced as a whole: what is new is written to `FILE.tmp` beside it, brought to the
//! disk and renamed, so that a reader finds the one or the other and a crash leaves either. A link to the file is followed,
//! and stays a link; a second hard link keeps the old content.
//!
//! # Versions
//!
//! A version is the [fingerprint](storeward_core::Fingerprint) of the value. It is written down in journals, so it must not
//! help to guess the value, and it must be the same in the next process: both need a key that is kept, and the organisation
//! has one. A store with another key sees another version, and its writes are refused. Two equal values have the same
//! version, so a value that went and came back is not told from one that stayed.
//!
//! # Two writers
//!
//! Writers hold an exclusive lock on `FILE.lock` beside the file, which is empty and stays; whoever comes second waits. It
//! keeps out nobody who does not ask for it, such as an editor. Both names begin like the file's, so that what hides
//! `.env.local*` from git hides them too.
//!
//! # Errors
//!
//! [`Fault::NotFound`] without the folder, or for a link that leads nowhere; [`Fault::Refused`] where the system forbids it
//! (a write needs the right to make files in the folder) and for writing to a read-only file; [`Fault::Invalid`] for what is no regular file, no `.env` file, over
//! 1 MiB, or defines the variable more than once, since readers differ in which they take. An empty value is none.
//!
//! The work is done when the future is first polled, and blocks that thread for as long as the disk needs.

mod text;

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use storeward_core::{BoxFuture, Fault, FingerprintKey, PortError, SecretString};

use self::text::Text;
use super::error;
use crate::{
    SecretStore,
    port::{Stored, Version},
};

/// The longest file that is read, in bytes. No `.env` file that a person keeps comes near it.
const LONGEST: u64 = 1 << 20;

/// A variable of a `.env` file, such as `SALEOR_TOKEN` of `.env.local`.
#[derive(Debug)]
pub struct DotenvStore {
    path: PathBuf,
    variable: String,
    key: FingerprintKey,
}

impl DotenvStore {
    /// The variable of the file, which need not be there yet. `key` makes the versions.
    ///
    /// # Errors
    ///
    /// [`Fault::Invalid`] for a name that shells do not take: letters, digits and `_`, and no digit first.
    pub fn new(
        path: impl Into<PathBuf>,
        variable: impl Into<String>,
        key: FingerprintKey,
    ) -> Result<Self, PortError> {
        let variable = variable.into();
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if variable.is_empty()
            || variable.starts_with(|c: char| c.is_ascii_digit())
            || !variable.chars().all(is_name)
        {
            return Err(error(Fault::Invalid, format!("`{variable}` is no name of a variable")));
        }
        Ok(Self { path: path.into(), variable, key })
    }

    fn version(&self, secret: &SecretString) -> Version {
        Version::new(self.key.fingerprint(secret).to_string())
    }

    fn stored(&self, text: &Text<'_>) -> Option<Stored> {
        let secret = text.secret()?;
        let version = self.version(&secret);
        Some(Stored { secret, version })
    }

    fn look(&self) -> Result<Option<Stored>, PortError> {
        let real = Real::find(&self.path)?;
        let source = real.read()?;
        Ok(self.stored(&self.parse(&source)?))
    }

    fn replace(&self, secret: &SecretString, over: Option<&Version>) -> Result<Version, PortError> {
        let real = Real::find(&self.path)?;
        if real.metadata.as_ref().is_some_and(|metadata| metadata.permissions().readonly()) {
            return Err(error(Fault::Refused, format!("{} is read-only", real.path.display())));
        }
        let _lock = real.lock()?;
        let source = real.read()?;
        let text = self.parse(&source)?;
        if self.stored(&text).map(|stored| stored.version).as_ref() != over {
            return Err(error(Fault::Conflict, format!("{} holds another version", self.place())));
        }
        let changed = text.with(secret).map_err(|why| self.invalid(why))?;
        real.write(changed.expose())?;
        Ok(self.version(secret))
    }

    fn parse<'a>(&'a self, source: &'a SecretString) -> Result<Text<'a>, PortError> {
        Text::parse(source.expose(), &self.variable).map_err(|why| self.invalid(why))
    }

    fn invalid(&self, why: impl AsRef<str>) -> PortError {
        error(Fault::Invalid, format!("{} {}", self.path.display(), why.as_ref()))
    }
}

impl SecretStore for DotenvStore {
    fn place(&self) -> String {
        format!("{}, {}", self.path.display(), self.variable)
    }

    fn read(&self) -> BoxFuture<'_, Result<Option<Stored>, PortError>> {
        Box::pin(async { self.look() })
    }

    fn write<'a>(
        &'a self,
        secret: &'a SecretString,
        over: Option<&'a Version>,
    ) -> BoxFuture<'a, Result<Version, PortError>> {
        Box::pin(async move { self.replace(secret, over) })
    }
}

/// The file behind all links.
struct Real {
    path: PathBuf,
    /// What is known of it, if it is there.
    metadata: Option<fs::Metadata>,
}

impl Real {
    fn find(path: &Path) -> Result<Self, PortError> {
        let path = match fs::canonicalize(path) {
            Ok(path) => path,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
                if fs::symlink_metadata(path).is_ok() {
                    return Err(failed(path, "is a link that leads nowhere", cause));
                }
                let folder = match path.parent() {
                    Some(folder) if !folder.as_os_str().is_empty() => folder,
                    _ => Path::new("."),
                };
                let folder =
                    fs::canonicalize(folder).map_err(|cause| failed(folder, "cannot be entered", cause))?;
                let name = path.file_name();
                folder.join(
                    name.ok_or_else(|| error(Fault::Invalid, format!("{} names no file", path.display())))?,
                )
            }
            Err(cause) => return Err(failed(path, "cannot be read", cause)),
        };
        let metadata = match fs::metadata(&path) {
            Ok(metadata) => Some(metadata),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => None,
            Err(cause) => return Err(failed(&path, "cannot be read", cause)),
        };
        match &metadata {
            // Opening a pipe would wait for whoever writes to it.
            Some(metadata) if !metadata.is_file() => {
                Err(error(Fault::Invalid, format!("{} is no regular file", path.display())))
            }
            _ => Ok(Self { path, metadata }),
        }
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(ending);
        name.into()
    }

    /// Waits until no other writer is at work. The lock ends when it is dropped, or with the process.
    fn lock(&self) -> Result<File, PortError> {
        let path = self.beside(".lock");
        let file =
            private(OpenOptions::new().read(true).write(true).create(true).truncate(false)).open(&path);
        let file = file.map_err(|cause| failed(&path, "cannot be made", cause))?;
        file.lock().map_err(|cause| failed(&path, "cannot be locked", cause))?;
        Ok(file)
    }

    /// The content; nothing if there is no file.
    fn read(&self) -> Result<SecretString, PortError> {
        let wrong = |why: &str| error(Fault::Invalid, format!("{} {why}", self.path.display()));
        let mut bytes = Vec::new();
        match File::open(&self.path).and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes)) {
            Ok(read) if read as u64 > LONGEST => Err(wrong("is longer than 1 MiB")),
            Ok(_) => String::from_utf8(bytes).map(SecretString::from).map_err(|_| wrong("is not UTF-8")),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok("".into()),
            Err(cause) => Err(failed(&self.path, "cannot be read", cause)),
        }
    }

    /// Puts a content in the place of the file. The lock is held.
    fn write(&self, content: &str) -> Result<(), PortError> {
        let temporary = self.beside(".tmp");
        // A crash has left it, or a link that leads elsewhere was put there.
        match fs::remove_file(&temporary) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
                return Err(failed(&temporary, "is in the way", cause));
            }
            _ => {}
        }
        let written = self.fill(&temporary, content).and_then(|()| fs::rename(&temporary, &self.path));
        if let Err(cause) = written {
            let _ = fs::remove_file(&temporary);
            return Err(failed(&self.path, "cannot be replaced", cause));
        }
        sync_folder(&self.path).map_err(|cause| failed(&self.path, "may not outlive a power cut", cause))
    }

    fn fill(&self, temporary: &Path, content: &str) -> io::Result<()> {
        let mut file = private(OpenOptions::new().write(true).create_new(true)).open(temporary)?;
        if let Some(old) = &self.metadata {
            keep_owner(&file, old)?;
            file.set_permissions(old.permissions())?;
        }
        file.write_all(content.as_bytes())?;
        file.sync_all()
    }
}

fn failed(path: &Path, what: &str, cause: io::Error) -> PortError {
    let fault = match cause.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Fault::NotFound,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Fault::Refused,
        io::ErrorKind::IsADirectory => Fault::Invalid,
        _ => Fault::Unreachable,
    };
    error(fault, format!("{} {what}: {cause}", path.display())).with_source(cause)
}

/// For its owner alone, where it is made.
#[cfg(unix)]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600)
}

#[cfg(not(unix))]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// Whoever may read a file that is not ours must still be able to.
#[cfg(unix)]
fn keep_owner(file: &File, old: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};

    let new = file.metadata()?;
    if (new.uid(), new.gid()) == (old.uid(), old.gid()) {
        return Ok(());
    }
    fchown(file, Some(old.uid()), Some(old.gid()))
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &fs::Metadata) -> io::Result<()> {
    Ok(())
}

/// Brings the rename to the disk.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests;
