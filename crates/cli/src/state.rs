//! What the program remembers, in a folder beside `storeward.toml`.

use std::{fs, path::PathBuf};

use anyhow::Context;

use crate::project::Project;

/// The folder's name.
pub(crate) const FOLDER: &str = ".storeward";

/// The name of the database in it.
const DATABASE: &str = "storeward.db";

/// The path of the database, in a folder that is made if it is not there. Nobody else may look into that, and git leaves it
/// out.
///
/// # Errors
///
/// When the folder cannot be made.
pub(crate) fn database(project: &Project) -> anyhow::Result<PathBuf> {
    let folder = project.root.join(FOLDER);
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let ignore = folder.join(".gitignore");
    // It is this machine's: in a repository it would only get in the way of others.
    let made = builder
        .create(&folder)
        .and_then(|()| if ignore.exists() { Ok(()) } else { fs::write(&ignore, "*\n") });
    made.with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder.join(DATABASE))
}
