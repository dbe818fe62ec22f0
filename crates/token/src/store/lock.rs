//! A lock on a file that keeps two writers apart, on this machine, as long as both ask for it.

use std::{
    fs::{File, OpenOptions},
    io,
    path::Path,
};

use storeward_core::{Fault, PortError};

use super::error;

/// A lock that keeps other writers out until it is dropped, or the process ends.
pub(super) struct Lock {
    _file: File,
}

/// Waits until nobody else holds the lock on this file, which is made if it is not there.
pub(super) fn lock(path: &Path) -> Result<Lock, PortError> {
    let file = private(OpenOptions::new().read(true).write(true).create(true).truncate(false)).open(path);
    let file = file.map_err(|cause| failed(path, "cannot be made", cause))?;
    file.lock().map_err(|cause| failed(path, "cannot be locked", cause))?;
    Ok(Lock { _file: file })
}

/// What the system has said of a path.
pub(super) fn failed(path: &Path, what: &str, cause: io::Error) -> PortError {
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
pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600)
}

#[cfg(not(unix))]
pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}
