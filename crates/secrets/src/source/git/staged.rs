//! What is about to be committed.

use std::{collections::BTreeMap, path::Path};

use storeward_core::PortError;

use super::{
    batch::{Ids, blobs},
    run::Git,
};
use crate::{
    port::{Flow, Origin, Piece, Source, Summary},
    source::is_binary,
};

/// Reads the index where it differs from the last commit: the staged content, whatever the work tree holds.
#[derive(Debug, Clone)]
pub struct StagedSource {
    git: Git,
    max_size: Option<u64>,
}

impl StagedSource {
    /// Reads the index of the repository that a folder is in.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        Self { git: Git::new(root), max_size: None }
    }

    /// Leaves out files larger than that many bytes.
    #[must_use]
    pub const fn max_file_size(mut self, bytes: Option<u64>) -> Self {
        self.max_size = bytes;
        self
    }

    /// The paths of each staged blob.
    fn staged(&self) -> Result<BTreeMap<String, Vec<String>>, PortError> {
        let raw = self.git.output(&[
            "diff",
            "--cached",
            "--raw",
            "-z",
            "--no-abbrev",
            "--no-renames",
            "--no-ext-diff",
            "--no-textconv",
            "--ignore-submodules=all",
            "--diff-filter=ACMT",
        ]);
        let raw = raw.map_err(|error| self.git.explain(error))?;
        let mut paths: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut fields = raw.split(|byte| *byte == 0);
        while let (Some(entry), Some(path)) = (fields.next(), fields.next()) {
            // `:old-mode new-mode old-id new-id status`; only files have text, links and submodules do not.
            let entry = String::from_utf8_lossy(entry);
            let mut words = entry.split(' ').skip(1);
            if let (Some(mode), _, Some(id)) = (words.next(), words.next(), words.next())
                && mode.starts_with("100")
            {
                paths.entry(id.to_owned()).or_default().push(String::from_utf8_lossy(path).into_owned());
            }
        }
        Ok(paths)
    }
}

impl Source for StagedSource {
    fn visit(&self, receive: &(dyn Fn(Piece<'_>) -> Flow + Sync)) -> Result<Summary, PortError> {
        let staged = self.staged()?;
        let mut ids = Ids::default();
        for id in staged.keys() {
            ids.push(id);
        }
        let mut summary = Summary::default();
        let mut buffer = Vec::new();
        blobs(&self.git, &ids, |object| {
            if self.max_size.is_some_and(|most| object.size > most) {
                summary.skipped += 1;
                return Ok(Flow::Continue);
            }
            buffer.clear();
            object.content.read_to_end(&mut buffer)?;
            if is_binary(&buffer) {
                summary.skipped += 1;
                return Ok(Flow::Continue);
            }
            for path in staged.get(object.id).into_iter().flatten() {
                summary.pieces += 1;
                summary.bytes += buffer.len() as u64;
                let origin = Origin { path: path.clone(), blob: Some(object.id.to_owned()) };
                if receive(Piece::new(origin, &buffer)) == Flow::Stop {
                    return Ok(Flow::Stop);
                }
            }
            Ok(Flow::Continue)
        })?;
        Ok(summary)
    }
}
