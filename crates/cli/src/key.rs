//! Keys that make one value of another: from the environment, or this user's own.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use storeward_core::{FingerprintKey, SecretString};

use crate::{env::Env, render};

/// What a key is for, and where it is found.
pub(crate) struct Purpose {
    /// The environment variable that overrides the file.
    variable: &'static str,
    /// The file in this user's state directory.
    file: &'static str,
    /// What is made with it.
    makes: &'static str,
    /// Whether it is of no use in one run alone.
    must_last: bool,
}

/// For sealing the secrets of second factors.
pub(crate) const SECOND_FACTORS: Purpose =
    Purpose { variable: "STOREWARD_MFA_KEY", file: "mfa.key", makes: "second factors", must_last: true };

/// For fingerprints of secrets, where no baseline brings a key.
pub(crate) const FINGERPRINTS: Purpose = Purpose {
    variable: "STOREWARD_FINGERPRINT_KEY",
    file: "fingerprint.key",
    makes: "fingerprints",
    must_last: false,
};

/// For pseudonyms in sanitized documents.
pub(crate) const PSEUDONYMS: Purpose = Purpose {
    variable: "STOREWARD_PSEUDONYM_KEY",
    file: "pseudonym.key",
    makes: "pseudonyms",
    must_last: false,
};

/// The key from the environment, or else the one kept in this user's state directory, made at its first use.
/// Without such a directory each run has a key of its own, and says so.
///
/// # Errors
///
/// When a key is there and cannot be read, or none can be made.
pub(crate) fn find(purpose: &Purpose, env: &Env, quiet: bool) -> anyhow::Result<FingerprintKey> {
    if let Some(written) = env.get(purpose.variable) {
        return FingerprintKey::parse(&written.into()).context(purpose.variable);
    }
    match state_directory(env) {
        Some(directory) => kept(purpose, &directory),
        None => passing(purpose, "there is no home directory", quiet),
    }
    .or_else(|error| match error.downcast_ref::<io::Error>() {
        Some(error) if error.kind() != io::ErrorKind::InvalidData => {
            passing(purpose, &error.to_string(), quiet)
        }
        _ => Err(error),
    })
}

/// A key for this run alone.
fn passing(purpose: &Purpose, reason: &str, quiet: bool) -> anyhow::Result<FingerprintKey> {
    if purpose.must_last {
        bail!(
            "the key of {} cannot be kept ({reason}): set {} to 64 hexadecimal digits",
            purpose.makes,
            purpose.variable
        );
    }
    if !quiet {
        render::note(&format!(
            "note: {} will differ in the next run, for their key cannot be kept ({reason}); set {} to 64 hexadecimal \
             digits to keep them",
            purpose.makes, purpose.variable
        ));
    }
    Ok(FingerprintKey::generate()?)
}

/// Where the XDG base directory specification, or Windows, has a user's programs keep their state.
pub(crate) fn state_directory(env: &Env) -> Option<PathBuf> {
    let absolute = |name: &str| env.get(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = if cfg!(windows) {
        absolute("LOCALAPPDATA")
    } else {
        absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")))
    };
    Some(base?.join("storeward"))
}

fn kept(purpose: &Purpose, directory: &Path) -> anyhow::Result<FingerprintKey> {
    let path = directory.join(purpose.file);
    match fs::read_to_string(&path) {
        Ok(text) => parse(purpose, text, &path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let made = FingerprintKey::generate()?;
            fs::create_dir_all(directory)?;
            let mut new = tempfile::Builder::new().prefix(".key").tempfile_in(directory)?;
            new.write_all(made.written().expose().as_bytes())?;
            new.as_file().sync_all()?;
            // It takes its name whole, and only if no other run was quicker.
            match new.persist_noclobber(&path) {
                Ok(_) => Ok(made),
                Err(lost) if lost.error.kind() == io::ErrorKind::AlreadyExists => {
                    parse(purpose, fs::read_to_string(&path)?, &path)
                }
                Err(error) => Err(error.error.into()),
            }
        }
        Err(error) => Err(error.into()),
    }
}

fn parse(purpose: &Purpose, text: String, path: &Path) -> anyhow::Result<FingerprintKey> {
    FingerprintKey::parse(&SecretString::from(text)).with_context(|| {
        format!(
            "{} is damaged; without the file a new key is made, and {} change",
            path.display(),
            purpose.makes
        )
    })
}
