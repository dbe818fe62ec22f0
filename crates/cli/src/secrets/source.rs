//! Which source the command line asks for.

use std::{
    io::{self, BufRead},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context, bail};
use storeward_secrets::{
    Notice, Source,
    source::{
        ReaderSource,
        archive::Limits,
        git::{HistorySource, StagedSource},
        tree::TreeSource,
    },
};

use crate::args::WhatArgs;

/// What a source could not read, as far as it says so.
#[derive(Debug, Clone, Default)]
pub(crate) struct Notices(Arc<Mutex<Vec<Notice>>>);

impl Notices {
    fn add(&self, notice: &Notice) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(notice.clone());
    }

    fn take(&self) -> Vec<Notice> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Where text comes from.
pub(crate) enum Chosen {
    Tree(TreeSource, Notices),
    Staged(StagedSource),
    History(HistorySource),
    Input(ReaderSource<io::Stdin>),
}

impl Chosen {
    /// # Errors
    ///
    /// When what is asked for does not go together or does not exist.
    pub(crate) fn of(what: &WhatArgs) -> anyhow::Result<Self> {
        let threads = what.jobs.map_or(0, usize::from);
        if what.staged {
            let source = StagedSource::new(repository(&what.paths)?);
            return Ok(Self::Staged(source.max_file_size(what.max_file_size)));
        }
        if let Some((repository, revisions)) = history(what)? {
            let source = HistorySource::new(&repository).revisions(revisions)?;
            return Ok(Self::History(source.max_file_size(what.max_file_size).threads(threads)));
        }
        if what.stdin || what.paths.iter().any(|path| path.as_os_str() == "-") {
            if what.paths.iter().any(|path| path.as_os_str() != "-") {
                bail!("standard input and paths cannot be scanned together");
            }
            if what.archives {
                bail!("archives are looked into in files and folders only, not in standard input");
            }
            return Ok(Self::Input(ReaderSource::new("<stdin>", io::stdin())));
        }
        let roots = if what.paths.is_empty() { vec![PathBuf::from(".")] } else { what.paths.clone() };
        for root in &roots {
            root.symlink_metadata().with_context(|| format!("cannot scan {}", root.display()))?;
        }
        let source = TreeSource::new(roots).with_ignored(what.no_ignore).max_file_size(what.max_file_size);
        let notices = Notices::default();
        let heard = notices.clone();
        let source = source
            .threads(threads)
            .archives(what.archives.then(Limits::default))
            .on_notice(move |notice| heard.add(notice));
        Ok(Self::Tree(source, notices))
    }

    pub(crate) fn source(&self) -> &dyn Source {
        match self {
            Self::Tree(source, _) => source,
            Self::Staged(source) => source,
            Self::History(source) => source,
            Self::Input(source) => source,
        }
    }

    /// What could not be read since this was asked last. Only files are named.
    pub(crate) fn notices(&self) -> Vec<Notice> {
        if let Self::Tree(_, notices) = self { notices.take() } else { Vec::new() }
    }
}

/// The repository and the revisions whose history is asked for; no revision means all there is.
fn history(what: &WhatArgs) -> anyhow::Result<Option<(PathBuf, Vec<String>)>> {
    let at = |paths: &[PathBuf]| repository(paths).map(Path::to_owned);
    if let Some(range) = &what.history {
        return Ok(Some(match range {
            // `--history PATH` reads like `--history` of a path.
            Some(word) if what.paths.is_empty() && Path::new(word).is_dir() => (word.into(), Vec::new()),
            Some(range) => (at(&what.paths)?, range.split_whitespace().map(str::to_owned).collect()),
            None => (at(&what.paths)?, Vec::new()),
        }));
    }
    if let Some(commit) = &what.since_commit {
        return Ok(Some((at(&what.paths)?, vec![format!("{commit}..HEAD")])));
    }
    let pushed = match (&what.pre_push, what.pre_receive) {
        (Some(remote), _) => pushed(&[&format!("--remotes={remote}")], 1, 3)?,
        (None, true) => pushed(&["--all"], 1, 0)?,
        (None, false) => return Ok(None),
    };
    // A push that only deletes brings nothing; `HEAD` without itself is nothing as well.
    let pushed = if pushed.is_empty() { vec!["HEAD".to_owned(), "^HEAD".to_owned()] } else { pushed };
    Ok(Some((at(&what.paths)?, pushed)))
}

fn repository(paths: &[PathBuf]) -> anyhow::Result<&Path> {
    match paths {
        [] => Ok(Path::new(".")),
        [path] if path.is_dir() => Ok(path),
        [path] => bail!("{} is no directory of a repository", path.display()),
        _ => bail!("git's index and history are those of one repository; give one path"),
    }
}

/// Reads the lines that git writes to a hook that deals with refs, and says which commits are new: those at the column
/// `new`, without those at the column `old` and without what `known` names.
fn pushed(known: &[&str], new: usize, old: usize) -> anyhow::Result<Vec<String>> {
    let mut revisions = Vec::new();
    let mut olds = Vec::new();
    for line in io::stdin().lock().lines() {
        let line = line.context("cannot read from git")?;
        let words: Vec<&str> = line.split_whitespace().collect();
        if words.is_empty() {
            continue;
        }
        let (Some(new), Some(old)) = (words.get(new), words.get(old)) else {
            bail!("standard input holds no lines of a git hook, such as `<old> <new> <ref>`");
        };
        let (new, old) = (id(new)?, id(old)?);
        // Zeros stand for a ref that is not there.
        if new.bytes().any(|digit| digit != b'0') {
            revisions.push(new.to_owned());
        }
        if old.bytes().any(|digit| digit != b'0') {
            olds.push(format!("^{old}"));
        }
    }
    if !revisions.is_empty() {
        revisions.extend(olds);
        revisions.push("--not".to_owned());
        revisions.extend(known.iter().map(|word| (*word).to_owned()));
    }
    Ok(revisions)
}

fn id(word: &str) -> anyhow::Result<&str> {
    if word.len() >= 40 && word.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(word)
    } else {
        bail!("standard input names an object that is none")
    }
}
