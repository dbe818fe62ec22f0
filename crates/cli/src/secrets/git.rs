//! What there is to know about a repository, asked of git.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail};

/// A repository, by its folders.
pub(crate) struct Repository {
    /// The top of the work tree; of a bare repository, the repository itself.
    pub(crate) top: PathBuf,
    pub(crate) git_directory: PathBuf,
    /// Where git looks for hooks.
    pub(crate) hooks: PathBuf,
    /// Whether `core.hooksPath` says so.
    pub(crate) hooks_are_set: bool,
}

impl Repository {
    /// # Errors
    ///
    /// When the folder is in none, or git cannot be run.
    pub(crate) fn of(folder: &Path) -> anyhow::Result<Self> {
        let git_directory = PathBuf::from(ask(folder, &["rev-parse", "--absolute-git-dir"])?);
        let bare = ask(folder, &["rev-parse", "--is-bare-repository"])? == "true";
        let top =
            if bare { git_directory.clone() } else { ask(folder, &["rev-parse", "--show-toplevel"])?.into() };
        let common = ask(folder, &["rev-parse", "--path-format=absolute", "--git-common-dir"])?;
        let hooks = ask(folder, &["rev-parse", "--path-format=absolute", "--git-path", "hooks"])?.into();
        let hooks_are_set = ask(folder, &["config", "--get", "core.hooksPath"]).is_ok();
        Ok(Self { top, git_directory: common.into(), hooks, hooks_are_set })
    }
}

fn ask(folder: &Path, arguments: &[&str]) -> anyhow::Result<String> {
    let output =
        Command::new("git").arg("-C").arg(folder).args(arguments).output().context("git cannot be run")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        bail!("{}: {said}", folder.display());
    }
    Ok(String::from_utf8(output.stdout).context("git names a folder that is no text")?.trim_end().to_owned())
}
