//! The directory under check: which files there are, which of them git would take, and what is in them.

use std::{
    collections::HashSet,
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
};

use ignore::{WalkBuilder, overrides::OverrideBuilder};

/// The largest YAML, TOML or .env file that is parsed.
pub(crate) const MAX_PARSED: u64 = 16 << 20;

/// The files of a directory. Paths are relative to it, with `/`, in a fixed order.
pub(crate) struct Files {
    root: PathBuf,
    /// What git would take: not ignored, no link, no special file.
    pub(crate) kept: Vec<String>,
    /// `.env*` files, ignored ones too.
    pub(crate) env: Vec<EnvPath>,
    /// What could not be looked at, and why.
    pub(crate) unreadable: Vec<(String, String)>,
}

/// An `.env*` file.
pub(crate) struct EnvPath {
    pub(crate) path: String,
    pub(crate) ignored: bool,
}

impl Files {
    /// Walks a directory, or takes a single file.
    pub(crate) fn of(path: &Path) -> Self {
        if path.is_file() {
            let root = path.parent().unwrap_or(Path::new("")).to_owned();
            let name = relative(&root, path);
            let env = is_env(path.file_name()).then(|| EnvPath { path: name.clone(), ignored: false });
            return Self { root, kept: vec![name], env: env.into_iter().collect(), unreadable: Vec::new() };
        }
        let mut files =
            Self { root: path.to_owned(), kept: Vec::new(), env: Vec::new(), unreadable: Vec::new() };
        let mut directories = Vec::new();
        // Ignore files count without a repository too: the directory may become one. Links are not followed.
        let mut walk = WalkBuilder::new(path);
        walk.hidden(false).require_git(false).git_global(false).follow_links(false);
        walk.filter_entry(|entry| !is_own_state(entry.file_name()));
        for entry in walk.build() {
            match entry {
                Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_dir()) => {
                    directories.push(entry.into_path());
                }
                Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => {
                    files.kept.push(relative(path, entry.path()));
                }
                Ok(_) => {}
                Err(error) => files.unreadable.push(describe(path, &error)),
            }
        }
        files.kept.sort_unstable();
        let kept: HashSet<&str> = files.kept.iter().map(String::as_str).collect();
        let mut env = Vec::new();
        for directory in directories {
            let entries = fs::read_dir(&directory).into_iter().flatten().flatten();
            for entry in entries.filter(|entry| is_env(Some(&entry.file_name())) && entry.path().is_file()) {
                let path = relative(path, &entry.path());
                let ignored = !kept.contains(path.as_str());
                env.push(EnvPath { path, ignored });
            }
        }
        env.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        files.env = env;
        files
    }

    /// Leaves out the paths that some patterns name.
    ///
    /// # Errors
    ///
    /// A pattern that is none; then nothing is left out.
    pub(crate) fn exclude(&mut self, excluded: &[String]) -> Result<(), ignore::Error> {
        let mut patterns = OverrideBuilder::new(&self.root);
        for pattern in excluded {
            patterns.add(&format!("!{pattern}"))?;
        }
        let patterns = patterns.build()?;
        self.kept.retain(|path| !patterns.matched(path, false).is_ignore());
        self.env.retain(|env| !patterns.matched(&env.path, false).is_ignore());
        Ok(())
    }

    pub(crate) fn absolute(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A text file that is small enough to be parsed.
    ///
    /// # Errors
    ///
    /// Why not, in a few words.
    pub(crate) fn text(&self, path: &str) -> Result<String, String> {
        let absolute = self.absolute(path);
        let size = fs::metadata(&absolute).map_err(|error| reason(&error))?.len();
        if size > MAX_PARSED {
            return Err(format!(
                "has {} MiB; only files up to {} MiB are parsed",
                size >> 20,
                MAX_PARSED >> 20
            ));
        }
        let bytes = fs::read(&absolute).map_err(|error| reason(&error))?;
        String::from_utf8(bytes).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            let line = error.as_bytes().iter().take(valid).filter(|byte| **byte == b'\n').count() + 1;
            format!("is not UTF-8 text (line {line})")
        })
    }
}

/// An I/O error in words, without the number of the operating system's error.
pub(crate) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "may not be read by this user".to_owned(),
        io::ErrorKind::NotFound => "does not exist".to_owned(),
        _ => format!("cannot be read: {error}"),
    }
}

fn is_own_state(name: &OsStr) -> bool {
    name == ".git" || name == ".storeward"
}

fn is_env(name: Option<&OsStr>) -> bool {
    let name = name.and_then(OsStr::to_str).unwrap_or_default();
    name == ".env" || name.starts_with(".env.") || name.starts_with(".env-")
}

fn relative(root: &Path, path: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// The path and the reason of a walk's error.
fn describe(root: &Path, error: &ignore::Error) -> (String, String) {
    match error {
        ignore::Error::WithPath { path, err } => (relative(root, path), describe(root, err).1),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            describe(root, err)
        }
        ignore::Error::Partial(errors) => {
            errors.first().map_or_else(|| (".".into(), String::new()), |e| describe(root, e))
        }
        ignore::Error::Io(error) => (".".to_owned(), reason(error)),
        other => (".".to_owned(), other.to_string()),
    }
}
