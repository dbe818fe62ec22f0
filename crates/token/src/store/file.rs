//! A file that is replaced as a whole, for the stores that keep a token in one.
//!
//! What is new is written to `FILE.tmp` beside the file, brought to the disk and renamed, so that a reader finds the one or
//! the other and a crash leaves either. The file keeps its mode and, where that is allowed, its owner; one that is made has
//! mode 0600. A link to it is followed, and stays a link; a second hard link keeps the old content. Writers hold an
//! exclusive lock on `FILE.lock`, which is empty and stays.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use storeward_core::{Fault, PortError};

use super::{
    error,
    lock::{Lock, failed, lock, private},
};

/// The longest file that is read, in bytes. No file that a person keeps a token in comes near it.
pub(super) const LONGEST: u64 = 1 << 20;

/// The file behind all links.
pub(super) struct Real {
    path: PathBuf,
    /// What is known of it, if it is there.
    metadata: Option<fs::Metadata>,
}

impl Real {
    /// Follows the links of a path, which may lead to a file that is not there yet.
    pub(super) fn find(path: &Path) -> Result<Self, PortError> {
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

    /// Waits until no other writer is at work, unless the file may not be written to at all.
    pub(super) fn lock(&self) -> Result<Lock, PortError> {
        if self.metadata.as_ref().is_some_and(|metadata| metadata.permissions().readonly()) {
            return Err(error(Fault::Refused, format!("{} is read-only", self.path.display())));
        }
        lock(&self.beside(".lock"))
    }

    /// The content; nothing if there is no file.
    pub(super) fn read(&self) -> Result<Option<Vec<u8>>, PortError> {
        let mut bytes = Vec::new();
        match File::open(&self.path).and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes)) {
            Ok(read) if read as u64 > LONGEST => {
                Err(error(Fault::Invalid, format!("{} is longer than 1 MiB", self.path.display())))
            }
            Ok(_) => Ok(Some(bytes)),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(failed(&self.path, "cannot be read", cause)),
        }
    }

    /// Puts a content in the place of the file. The lock is held.
    pub(super) fn write(&self, content: &[u8]) -> Result<(), PortError> {
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

    fn fill(&self, temporary: &Path, content: &[u8]) -> io::Result<()> {
        let mut file = private(OpenOptions::new().write(true).create_new(true)).open(temporary)?;
        if let Some(old) = &self.metadata {
            keep_owner(&file, old)?;
            file.set_permissions(old.permissions())?;
        }
        file.write_all(content)?;
        file.sync_all()
    }
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
