//! What the commands about access share: the roles, and who asks.

pub(crate) mod factor;
pub(crate) mod glass;
pub(crate) mod identity;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;
use storeward_access::{Engine, Matrix, MatrixFile, mfa::Policy};
use storeward_core::Environments;

use crate::project::Project;

/// What stands for the built-in roles where a file is asked for.
const BUILT_IN: &str = "built-in";

/// The roles from the file that a flag or the configuration names, or the built-in ones.
///
/// # Errors
///
/// When the file cannot be read, or holds no matrix.
pub(crate) fn matrix(given: Option<&Path>, project: &Project) -> anyhow::Result<Matrix> {
    match given {
        Some(path) => read(path),
        None => match &project.values.access.matrix {
            Some(configured) => read(&project.root.join(configured)),
            None => Ok(Matrix::built_in()),
        },
    }
}

/// The roles of a file; `built-in` is none.
///
/// # Errors
///
/// As of [`matrix`].
pub(crate) fn read(path: &Path) -> anyhow::Result<Matrix> {
    if path == Path::new(BUILT_IN) {
        return Ok(Matrix::built_in());
    }
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(MatrixFile::new(shown(path), text).parse()?)
}

/// The file's name in findings: as short as it is from here.
fn shown(path: &Path) -> String {
    let here = std::path::absolute(".").unwrap_or_else(|_| PathBuf::from("."));
    path.strip_prefix(&here).unwrap_or(path).display().to_string()
}

/// What decides by these roles. Remarks that do not keep it from being used are `lint`'s to tell.
///
/// # Errors
///
/// When the matrix cannot be used.
pub(crate) fn engine(matrix: &Matrix, environments: &Environments) -> anyhow::Result<Engine> {
    Ok(Engine::new(matrix, environments)?.requiring(&Policy::default()))
}
