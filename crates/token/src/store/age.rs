//! A secret in a file that is sealed with [age](https://age-encryption.org/v1), so that it may lie in a repository.
//!
//! The file holds the secret and nothing else, in the armored form of age's format, version 1: the `age` program opens it
//! with `age --decrypt --identity KEY FILE`, and what that program has sealed is read here, armored or not. One line break
//! at the end of the secret, as an editor leaves it, is none of it. An empty secret is none.
//!
//! # Keys
//!
//! The file is sealed for X25519 recipients (`age1…`), each of whom can open it alone, and opened with identities
//! (`AGE-SECRET-KEY-1…`). One of the identities must be a recipient's: a store that cannot read what it writes would end
//! every rotation halfway. Recipients that a file was sealed for before are not kept, and are not known: it is sealed
//! for those named here. Whoever can open an old version of the file, in a repository's history for instance, goes on to
//! know that secret; rotate it.
//!
//! # The file, versions and two writers
//!
//! The file is replaced as a whole: what is new is written to `FILE.tmp` beside it, brought to the disk and renamed, so
//! that a reader finds the one or the other and a crash leaves either. It keeps its mode and, where that is allowed, its
//! owner; a new one has mode 0600. A link to the file is followed, and stays a link. Writers hold an exclusive lock on
//! `FILE.lock`, which is empty and stays: keep `*.lock` and `*.tmp` out of the repository. A version is the
//! [fingerprint](storeward_core::Fingerprint) of the secret under a key, not of the file, which differs whenever it is
//! sealed; a store with another key sees another version, and its writes are refused.
//!
//! # Errors
//!
//! [`Fault::NotFound`] without the folder, or for a link that leads nowhere; [`Fault::Refused`] where the system forbids
//! it, for writing to a read-only file, and when none of the identities opens the file; [`Fault::Invalid`] for what is no
//! regular file, no age file, damaged, over 1 MiB, or holds no text. An empty file is no age file.
//!
//! The work is done when the future is first polled, and blocks that thread for as long as the disk needs.

mod seal;

use std::path::PathBuf;

use storeward_core::{BoxFuture, Fault, FingerprintKey, PortError, SecretString};

use self::seal::Seal;
use super::{error, file::Real};
use crate::{
    SecretStore,
    port::{Stored, Version},
};

/// A file that is sealed with age, such as `secrets/saleor-token.age`.
#[derive(Debug)]
pub struct AgeStore {
    path: PathBuf,
    seal: Seal,
    key: FingerprintKey,
}

impl AgeStore {
    /// The file, which need not be there yet, and whom it is sealed for: without recipients, the identities' own.
    ///
    /// `identity` is one identity, or the text of an identity file: one on each line, besides empty lines and comments
    /// that begin with `#`. `key` makes the versions.
    ///
    /// # Errors
    ///
    /// [`Fault::Invalid`] for a recipient or an identity that is none (recipients are counted, and lines of an identity
    /// named, but neither is quoted), and when no identity is one of the recipients'.
    pub fn new<R: AsRef<str>>(
        path: impl Into<PathBuf>,
        recipients: impl IntoIterator<Item = R>,
        identity: &SecretString,
        key: FingerprintKey,
    ) -> Result<Self, PortError> {
        let seal = Seal::new(recipients, identity).map_err(|why| error(Fault::Invalid, why))?;
        Ok(Self { path: path.into(), seal, key })
    }

    fn version(&self, secret: &SecretString) -> Version {
        Version::new(self.key.fingerprint(secret).to_string())
    }

    fn look(&self, real: &Real) -> Result<Option<Stored>, PortError> {
        let Some(sealed) = real.read()? else { return Ok(None) };
        let opened = self.seal.open(&sealed);
        let secret = opened.map_err(|why| error(why.fault(), format!("{} {why}", self.path.display())))?;
        if secret.is_empty() {
            return Ok(None);
        }
        let version = self.version(&secret);
        Ok(Some(Stored { secret, version }))
    }

    fn replace(&self, secret: &SecretString, over: Option<&Version>) -> Result<Version, PortError> {
        if secret.is_empty() || secret.expose().ends_with('\n') {
            return Err(error(
                Fault::Invalid,
                "a secret that is empty or ends with a line break is not sealed",
            ));
        }
        let real = Real::find(&self.path)?;
        let _lock = real.lock()?;
        if self.look(&real)?.map(|stored| stored.version).as_ref() != over {
            return Err(error(Fault::Conflict, format!("{} holds another version", self.place())));
        }
        let sealed = self.seal.close(secret).map_err(|cause| {
            error(Fault::Invalid, format!("{} cannot be sealed: {cause}", self.path.display()))
                .with_source(cause)
        })?;
        real.write(&sealed)?;
        Ok(self.version(secret))
    }
}

impl SecretStore for AgeStore {
    fn place(&self) -> String {
        format!("{}, sealed with age", self.path.display())
    }

    fn read(&self) -> BoxFuture<'_, Result<Option<Stored>, PortError>> {
        Box::pin(async { self.look(&Real::find(&self.path)?) })
    }

    fn write<'a>(
        &'a self,
        secret: &'a SecretString,
        over: Option<&'a Version>,
    ) -> BoxFuture<'a, Result<Version, PortError>> {
        Box::pin(async move { self.replace(secret, over) })
    }
}

#[cfg(test)]
mod tests;
