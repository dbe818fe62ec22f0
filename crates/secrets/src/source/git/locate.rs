//! Which commit brought something in. Asked only about what was found, because it takes a walk through the history.

use std::{
    collections::{BTreeMap, HashMap},
    io::BufRead,
};

use serde::Serialize;
use storeward_core::{PortError, SecretString};

use super::{
    HistorySource,
    batch::{Ids, blobs},
    run::finish,
};
use crate::{port::Flow, source::unreadable};

/// What is looked for: a secret that was found in a blob.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Sought {
    /// The blob's id.
    pub blob: String,
    /// The secret, to find the first version of the file that held it.
    pub secret: SecretString,
}

impl Sought {
    /// A secret that was found in a blob.
    #[must_use]
    pub fn new(blob: impl Into<String>, secret: SecretString) -> Self {
        Self { blob: blob.into(), secret }
    }
}

/// The commit that brought a secret in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Introduced {
    /// The commit's id.
    pub commit: String,
    /// Who wrote it: `Name <address>`.
    pub author: String,
    /// When, as ISO 8601.
    pub date: String,
    /// The path in that commit.
    pub path: String,
}

/// One version of one file.
struct Version {
    commit: usize,
    blob: String,
}

impl HistorySource {
    /// Finds the commit that brought in each of some secrets: the first one, on the path where the blob was first seen,
    /// whose version of the file holds the secret. `None` where no commit that can be reached has the blob.
    ///
    /// # Errors
    ///
    /// When git fails.
    pub fn locate(&self, sought: &[Sought]) -> Result<Vec<Option<Introduced>>, PortError> {
        if sought.is_empty() {
            return Ok(Vec::new());
        }
        let mut walk = self.walk(false)?;
        if sought.iter().any(|one| !walk.first.contains_key(&one.blob)) {
            // A blob that no ordinary commit has came in with a merge.
            walk = self.walk(true)?;
        }
        sought.iter().map(|one| self.introduced(&walk, one)).collect()
    }

    fn introduced(&self, walk: &Walk, sought: &Sought) -> Result<Option<Introduced>, PortError> {
        let Some((path, place)) = walk.first.get(&sought.blob) else { return Ok(None) };
        let Some(versions) = walk.paths.get(path) else { return Ok(None) };
        // The secret stayed from the commit that brought it in to the version it was found in, so halving finds the first.
        let (mut low, mut high) = (0, *place);
        while low < high {
            let middle = low + (high - low) / 2;
            let holds = match versions.get(middle) {
                Some(version) => self.holds(&version.blob, &sought.secret)?,
                None => false,
            };
            if holds {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        let commit = versions.get(high).and_then(|version| walk.commits.get(version.commit));
        Ok(commit.map(|commit| Introduced { path: path.clone(), ..commit.clone() }))
    }

    fn holds(&self, blob: &str, secret: &SecretString) -> Result<bool, PortError> {
        let mut ids = Ids::default();
        ids.push(blob);
        let mut holds = false;
        blobs(&self.git, &ids, |object| {
            let mut text = Vec::new();
            object.content.read_to_end(&mut text)?;
            holds = memchr::memmem::find(&text, secret.expose().as_bytes()).is_some();
            Ok(Flow::Continue)
        })?;
        Ok(holds)
    }

    fn walk(&self, merges: bool) -> Result<Walk, PortError> {
        let mut arguments = vec![
            "log",
            "--reverse",
            "--raw",
            "-z",
            "--no-abbrev",
            "--no-renames",
            "--no-ext-diff",
            "--no-textconv",
            "--no-show-signature",
            "--format=%x01%H%x1f%an <%ae>%x1f%aI",
        ];
        if merges {
            arguments.push("-m");
        }
        if self.revisions.is_empty() {
            arguments.push("--all");
        }
        arguments.extend(self.revisions.iter().map(String::as_str));
        arguments.push("--");
        let (child, output) = self.git.start(&arguments, false)?;
        let walk = Walk::read(output)?;
        finish(child)?;
        Ok(walk)
    }
}

/// What a walk through the history saw, oldest first.
#[derive(Default)]
struct Walk {
    commits: Vec<Introduced>,
    /// The versions of each path.
    paths: BTreeMap<String, Vec<Version>>,
    /// Where each blob was first seen: its path, and which of its versions.
    first: HashMap<String, (String, usize)>,
}

impl Walk {
    fn read(mut output: impl BufRead) -> Result<Self, PortError> {
        let mut walk = Self::default();
        let mut field = Vec::new();
        let mut blob: Option<String> = None;
        loop {
            field.clear();
            let read =
                output.read_until(0, &mut field).map_err(|error| unreadable("git broke off", error))?;
            if read == 0 {
                return Ok(walk);
            }
            let text = String::from_utf8_lossy(field.strip_suffix(b"\0").unwrap_or(&field));
            let text = text.trim_start_matches('\n');
            if let Some(id) = blob.take() {
                walk.version(text, id);
            } else if let Some(commit) = text.strip_prefix('\u{1}') {
                let mut parts = commit.split('\u{1f}').map(str::to_owned);
                let mut part = || parts.next().unwrap_or_default();
                walk.commits.push(Introduced {
                    commit: part(),
                    author: part(),
                    date: part(),
                    path: String::new(),
                });
            } else if text.starts_with(':') {
                // `:old-mode new-mode old-id new-id status`, then the path in a field of its own.
                blob = Some(text.split(' ').nth(3).unwrap_or_default().to_owned());
            }
        }
    }

    fn version(&mut self, path: &str, blob: String) {
        let Some(commit) = self.commits.len().checked_sub(1) else { return };
        let versions = self.paths.entry(path.to_owned()).or_default();
        self.first.entry(blob.clone()).or_insert_with(|| (path.to_owned(), versions.len()));
        versions.push(Version { commit, blob });
    }
}
