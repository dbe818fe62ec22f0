//! A secret in the operating system's keyring, for one user of one machine.
//!
//! # How long it is kept
//!
//! On Linux that is the kernel's keyring, **in memory alone**: it holds a copy, and is no archive. All of it is lost when
//! the machine is restarted. Until then the secret is in the user's
//! [persistent keyring](https://www.man7.org/linux/man-pages/man7/persistent-keyring.7.html), which is shared between the
//! user's sessions and goes when nobody has used it for three days
//! (`/proc/sys/kernel/keys/persistent_keyring_expiry`), and in the
//! [session keyring](https://www.man7.org/linux/man-pages/man7/session-keyring.7.html) of whoever has read or written it,
//! until that session ends. Where the kernel has no persistent keyring, each session has a secret of its own. A secret that
//! is gone reads as none: keep the token in another store too, and write it here again. All programs of the user can read
//! it.
//!
//! On macOS it is the user's login keychain, on Windows their credential manager; both are kept on the disk, and macOS may
//! ask the user before it lets a program read. On other systems [`KeyringStore::new`] refuses.
//!
//! The entry is the one that the `keyring` crates of Rust make of the same service and user, so other programs that use
//! these find it. On Linux its key is called `keyring:USER@SERVICE`, and `keyctl search @s user keyring:USER@SERVICE`
//! tells its id.
//!
//! # Versions and two writers
//!
//! A keyring does not compare before it sets. Writers hold an exclusive lock on `storeward-keyring.lock` in a folder that
//! all of them must name, one folder for each user, such as the one in `XDG_RUNTIME_DIR`; whoever comes second waits. It
//! keeps out nobody who does not ask for it. A version is a keyed [fingerprint](storeward_core::Fingerprint) of the secret:
//! it helps nobody to guess it, and is the same in another process with the same key. A value that went and came back is
//! not told from one that stayed.
//!
//! # Errors
//!
//! [`Fault::Refused`] where the system keeps the keyring from this process: containers mostly do, and so do kernels that
//! were built without. [`Fault::Invalid`] for a secret that is no text, or that the keyring does not take: on Linux over
//! 32,767 bytes. [`Fault::Unreachable`] for all else, such as a full quota; whether a secret was written is not known then.
//! The faults of the lock's folder are those of any file.
//!
//! The work is done when the future is first polled, and blocks that thread: for a few system calls on Linux, and for as
//! long as another writer needs.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use keyring_core::{CredentialStore, Entry, Error};
use storeward_core::{BoxFuture, Fault, FingerprintKey, PortError, SecretString};

use super::{error, lock::lock};
use crate::{
    SecretStore,
    port::{Stored, Version},
};

/// An entry of the user's keyring.
#[derive(Debug)]
pub struct KeyringStore {
    keyring: Arc<CredentialStore>,
    service: String,
    user: String,
    lock: PathBuf,
    key: FingerprintKey,
}

impl KeyringStore {
    /// The entry of this service (`storeward`) and user (`production`), which need not be there yet.
    ///
    /// `folder` is where writers find their lock; it must be there, and the same for all who write to the entry. `key` makes
    /// the versions.
    ///
    /// # Errors
    ///
    /// [`Fault::Invalid`] when the service or the user is empty, and [`Fault::Refused`] where the system has no keyring that
    /// is known here.
    pub fn new(
        service: impl Into<String>,
        user: impl Into<String>,
        folder: impl AsRef<Path>,
        key: FingerprintKey,
    ) -> Result<Self, PortError> {
        Self::within(system()?, service.into(), user.into(), folder.as_ref(), key)
    }

    fn within(
        keyring: Arc<CredentialStore>,
        service: String,
        user: String,
        folder: &Path,
        key: FingerprintKey,
    ) -> Result<Self, PortError> {
        if service.is_empty() || user.is_empty() {
            return Err(error(Fault::Invalid, "an entry of a keyring needs a service and a user"));
        }
        Ok(Self { keyring, service, user, lock: folder.join("storeward-keyring.lock"), key })
    }

    fn version(&self, secret: &SecretString) -> Version {
        Version::new(self.key.fingerprint(secret).to_string())
    }

    /// The entry, made anew each time: on Linux this is what prolongs the life of the persistent keyring.
    fn entry(&self) -> Result<Entry, PortError> {
        self.keyring.build(&self.service, &self.user, None).map_err(|cause| self.failed(cause))
    }

    fn look(&self, entry: &Entry) -> Result<Option<Stored>, PortError> {
        let bytes = match entry.get_secret() {
            Ok(bytes) => bytes,
            Err(Error::NoEntry) => return Ok(None),
            Err(cause) => return Err(self.failed(cause)),
        };
        let secret = String::from_utf8(bytes)
            .map_err(|_| error(Fault::Invalid, format!("{} holds no UTF-8 text", self.place())))?;
        let secret = SecretString::from(secret);
        if secret.is_empty() {
            return Ok(None);
        }
        let version = self.version(&secret);
        Ok(Some(Stored { secret, version }))
    }

    fn replace(&self, secret: &SecretString, over: Option<&Version>) -> Result<Version, PortError> {
        if secret.is_empty() {
            return Err(error(Fault::Invalid, "an empty secret is not kept"));
        }
        let _lock = lock(&self.lock)?;
        let entry = self.entry()?;
        if self.look(&entry)?.map(|stored| stored.version).as_ref() != over {
            return Err(error(Fault::Conflict, format!("{} holds another version", self.place())));
        }
        entry.set_secret(secret.expose().as_bytes()).map_err(|cause| self.failed(cause))?;
        Ok(self.version(secret))
    }

    /// What the keyring has said. Some of its errors carry what it holds, so none of them is kept.
    fn failed(&self, cause: Error) -> PortError {
        let place = self.place();
        match cause {
            Error::NoStorageAccess(cause) => error(
                Fault::Refused,
                format!(
                    "the system keeps {place} from this process ({cause}): containers often do; \
                     allow the calls keyctl and add_key there, or use another store"
                ),
            ),
            Error::NotSupportedByStore(_) | Error::NoDefaultStore => {
                error(Fault::Refused, format!("the system's keyring cannot keep {place}"))
            }
            Error::TooLong(what, most) => {
                error(Fault::Invalid, format!("{place}: the {what} is longer than {most}"))
            }
            Error::Invalid(what, _) => {
                error(Fault::Invalid, format!("{place}: the keyring does not take this {what}"))
            }
            Error::Ambiguous(entries) => {
                error(Fault::Invalid, format!("{place} is the name of {} entries", entries.len()))
            }
            Error::BadEncoding(_) | Error::BadDataFormat(..) | Error::BadStoreFormat(_) => {
                error(Fault::Invalid, format!("{place} cannot be read: it makes no sense"))
            }
            Error::PlatformFailure(cause) => {
                error(Fault::Unreachable, format!("{place}: the keyring has failed: {cause}"))
            }
            _ => error(Fault::Unreachable, format!("{place}: the keyring has failed")),
        }
    }
}

impl SecretStore for KeyringStore {
    fn place(&self) -> String {
        format!("keyring, {} of {}", self.user, self.service)
    }

    fn read(&self) -> BoxFuture<'_, Result<Option<Stored>, PortError>> {
        Box::pin(async { self.look(&self.entry()?) })
    }

    fn write<'a>(
        &'a self,
        secret: &'a SecretString,
        over: Option<&'a Version>,
    ) -> BoxFuture<'a, Result<Version, PortError>> {
        Box::pin(async move { self.replace(secret, over) })
    }
}

/// The keyring of this system.
fn system() -> Result<Arc<CredentialStore>, PortError> {
    #[cfg(target_os = "macos")]
    let made = apple_native_keyring_store::keychain::Store::new();
    #[cfg(target_os = "linux")]
    let made = linux_keyutils_keyring_store::Store::new();
    #[cfg(windows)]
    let made = windows_native_keyring_store::Store::new();
    #[cfg(any(target_os = "linux", target_os = "macos", windows))]
    return match made {
        Ok(keyring) => Ok(keyring),
        Err(_) => Err(error(Fault::Refused, "the system's keyring cannot be used")),
    };
    #[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
    Err(error(Fault::Refused, "no keyring of this system is known here"))
}

#[cfg(test)]
mod tests;
