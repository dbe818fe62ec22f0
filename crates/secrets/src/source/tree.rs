//! Files and folders.

use std::{
    fs::{self, File},
    io::{self, Read, Seek},
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use ignore::{WalkBuilder, WalkState};
use storeward_core::PortError;

use super::{is_binary, reader::Counted, unreadable};
use crate::port::{Flow, Origin, Piece, Source, Summary};

/// Up to this size a file is read whole; a larger one is given out as a stream.
const WHOLE: u64 = 4 << 20;

/// Reads files below some paths, with several threads.
///
/// What `.gitignore`, `.ignore` and git's own exclusions name is left out unless asked for; so are `.git` folders, always.
/// Links are not followed, so nothing outside the paths is read. Hidden files are read: `.env` is one.
#[derive(Debug, Clone)]
pub struct TreeSource {
    roots: Vec<PathBuf>,
    ignored: bool,
    max_size: Option<u64>,
    threads: usize,
}

impl TreeSource {
    /// Reads below these paths.
    pub fn new(roots: impl IntoIterator<Item = impl Into<PathBuf>>) -> Self {
        Self {
            roots: roots.into_iter().map(Into::into).collect(),
            ignored: false,
            max_size: None,
            threads: 0,
        }
    }

    /// Whether to read what is ignored by git as well.
    #[must_use]
    pub const fn with_ignored(mut self, ignored: bool) -> Self {
        self.ignored = ignored;
        self
    }

    /// Leaves out files larger than that many bytes.
    #[must_use]
    pub const fn max_file_size(mut self, bytes: Option<u64>) -> Self {
        self.max_size = bytes;
        self
    }

    /// How many threads read; zero, the default, is as many as there are processors.
    #[must_use]
    pub const fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    fn walker(&self) -> Option<WalkBuilder> {
        let (first, others) = self.roots.split_first()?;
        let mut builder = WalkBuilder::new(first);
        for root in others {
            builder.add(root);
        }
        builder
            .standard_filters(!self.ignored)
            .hidden(false)
            .require_git(false)
            .follow_links(false)
            .threads(self.threads)
            .filter_entry(|entry| entry.file_name() != ".git");
        Some(builder)
    }
}

impl Source for TreeSource {
    fn visit(&self, receive: &(dyn Fn(Piece<'_>) -> Flow + Sync)) -> Result<Summary, PortError> {
        for root in &self.roots {
            // A root that is not there is a mistake to report; a file that vanishes during the walk is not.
            fs::symlink_metadata(root)
                .map_err(|error| unreadable(format!("\"{}\" cannot be read", root.display()), error))?;
        }
        let Some(walker) = self.walker() else { return Ok(Summary::default()) };
        let total = Mutex::new(Summary::default());
        let stopped = AtomicBool::new(false);
        walker.build_parallel().run(|| {
            let mut worker = Worker {
                source: self,
                receive,
                buffer: Vec::new(),
                summary: Summary::default(),
                total: &total,
            };
            let stopped = &stopped;
            Box::new(move |entry| {
                let flow = match entry {
                    Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => {
                        worker.file(entry.path())
                    }
                    // The root itself may be a link that the user named.
                    Ok(entry) if entry.depth() == 0 && entry.path().is_file() => worker.file(entry.path()),
                    Ok(_) => Flow::Continue,
                    Err(_) => {
                        worker.summary.unreadable += 1;
                        Flow::Continue
                    }
                };
                if flow == Flow::Stop {
                    stopped.store(true, Ordering::Relaxed);
                }
                if stopped.load(Ordering::Relaxed) { WalkState::Quit } else { WalkState::Continue }
            })
        });
        Ok(total.into_inner().unwrap_or_default())
    }
}

/// One thread's part.
struct Worker<'a> {
    source: &'a TreeSource,
    receive: &'a (dyn Fn(Piece<'_>) -> Flow + Sync),
    buffer: Vec<u8>,
    summary: Summary,
    total: &'a Mutex<Summary>,
}

impl Worker<'_> {
    fn file(&mut self, path: &Path) -> Flow {
        self.read(path).unwrap_or_else(|_| {
            self.summary.unreadable += 1;
            Flow::Continue
        })
    }

    fn read(&mut self, path: &Path) -> io::Result<Flow> {
        let mut file = File::open(path)?;
        let metadata = file.metadata()?;
        // A pipe with a file's name would never end.
        if !metadata.is_file() || self.source.max_size.is_some_and(|most| metadata.len() > most) {
            self.summary.skipped += 1;
            return Ok(Flow::Continue);
        }
        let origin = || Origin::path(path.to_string_lossy());
        if metadata.len() > WHOLE {
            return self.stream(file, origin());
        }
        self.buffer.clear();
        // The front decides whether the rest is worth reading.
        file.by_ref().take(8000).read_to_end(&mut self.buffer)?;
        if is_binary(&self.buffer) {
            self.summary.skipped += 1;
            return Ok(Flow::Continue);
        }
        if metadata.len() > self.buffer.len() as u64 {
            self.buffer
                .reserve(usize::try_from(metadata.len()).unwrap_or(0).saturating_sub(self.buffer.len()) + 1);
            file.take(WHOLE).read_to_end(&mut self.buffer)?;
        }
        self.summary.pieces += 1;
        self.summary.bytes += self.buffer.len() as u64;
        Ok((self.receive)(Piece::new(origin(), &self.buffer)))
    }

    fn stream(&mut self, mut file: File, origin: Origin) -> io::Result<Flow> {
        self.buffer.clear();
        file.by_ref().take(8000).read_to_end(&mut self.buffer)?;
        if is_binary(&self.buffer) {
            self.summary.skipped += 1;
            return Ok(Flow::Continue);
        }
        file.rewind()?;
        let mut counted = Counted { reader: file, bytes: 0 };
        let flow = (self.receive)(Piece::stream(origin, &mut counted));
        self.summary.pieces += 1;
        self.summary.bytes += counted.bytes;
        Ok(flow)
    }
}

impl Drop for Worker<'_> {
    fn drop(&mut self) {
        if let Ok(mut total) = self.total.lock() {
            *total = total.plus(self.summary);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn paths(source: &TreeSource, root: &Path) -> (BTreeSet<String>, Summary) {
        let seen = Mutex::new(BTreeSet::new());
        let summary = source
            .visit(&|piece| {
                let path =
                    Path::new(&piece.origin.path).strip_prefix(root).unwrap().to_string_lossy().into_owned();
                seen.lock().unwrap().insert(path);
                Flow::Continue
            })
            .unwrap();
        (seen.into_inner().unwrap(), summary)
    }

    #[test]
    fn files_are_read_as_git_would_and_links_are_not_followed() {
        let root = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("out"), "x").unwrap();
        let write = |path: &str, text: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write(".gitignore", "ignored\n");
        write(".env", "A=1");
        write("ignored", "x");
        write(".git/config", "x");
        write("sub/b.txt", "b");
        write("bin", "a\0b");
        #[cfg(unix)]
        std::os::unix::fs::symlink(outside.path(), root.path().join("link")).unwrap();
        let (seen, summary) = paths(&TreeSource::new([root.path()]), root.path());
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), [".env", ".gitignore", "sub/b.txt"]);
        assert_eq!((summary.pieces, summary.skipped, summary.unreadable), (3, 1, 0));
        let (seen, _) = paths(&TreeSource::new([root.path()]).with_ignored(true), root.path());
        assert!(seen.contains("ignored") && !seen.contains(".git/config"));
        let (seen, _) = paths(&TreeSource::new([root.path()]).max_file_size(Some(2)), root.path());
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), ["sub/b.txt"]);
        assert!(TreeSource::new([root.path().join("none")]).visit(&|_| Flow::Continue).is_err());
    }
}
