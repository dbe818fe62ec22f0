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

use std::path::PathBuf;

use storeward_core::{BoxFuture, Fault, FingerprintKey, PortError, SecretString};

use self::text::Text;
use super::{error, file::Real};
use crate::{
    SecretStore,
    port::{Stored, Version},
};

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
        let source = self.source(&Real::find(&self.path)?)?;
        Ok(self.stored(&self.parse(&source)?))
    }

    fn replace(&self, secret: &SecretString, over: Option<&Version>) -> Result<Version, PortError> {
        let real = Real::find(&self.path)?;
        let _lock = real.lock()?;
        let source = self.source(&real)?;
        let text = self.parse(&source)?;
        if self.stored(&text).map(|stored| stored.version).as_ref() != over {
            return Err(error(Fault::Conflict, format!("{} holds another version", self.place())));
        }
        let changed = text.with(secret).map_err(|why| self.invalid(why))?;
        real.write(changed.expose().as_bytes())?;
        Ok(self.version(secret))
    }

    /// The text; an empty one if there is no file.
    fn source(&self, real: &Real) -> Result<SecretString, PortError> {
        let Some(bytes) = real.read()? else { return Ok("".into()) };
        String::from_utf8(bytes).map(SecretString::from).map_err(|_| self.invalid("is not UTF-8"))
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

#[cfg(test)]
mod tests;
