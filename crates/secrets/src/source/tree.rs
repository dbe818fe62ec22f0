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

#[cfg(feature = "archive")]
use super::archive::{Kind, Limits, Opened};
use super::{FRONT, WHOLE, is_binary, listener::Listener, reader::Counted, unreadable};
use crate::{
    notice::{Notice, Reason},
    port::{Flow, Origin, Piece, Source, Summary},
};

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
    listener: Listener,
    #[cfg(feature = "archive")]
    archives: Option<Limits>,
}

impl TreeSource {
    /// Reads below these paths.
    pub fn new(roots: impl IntoIterator<Item = impl Into<PathBuf>>) -> Self {
        Self {
            roots: roots.into_iter().map(Into::into).collect(),
            ignored: false,
            max_size: None,
            threads: 0,
            listener: Listener::default(),
            #[cfg(feature = "archive")]
            archives: None,
        }
    }

    /// Whether to read what is ignored by git as well.
    #[must_use]
    pub const fn with_ignored(mut self, ignored: bool) -> Self {
        self.ignored = ignored;
        self
    }

    /// Leaves out files larger than that many bytes, archives too. For what is inside archives there are limits of its own.
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

    /// Looks inside zip archives (and whatever else is one: `.jar`, `.whl`, `.nupkg`), tar archives and gzip files, within
    /// these limits; `None`, the default, takes them for the binary files that they are.
    #[cfg(feature = "archive")]
    #[must_use]
    pub const fn archives(mut self, limits: Option<Limits>) -> Self {
        self.archives = limits;
        self
    }

    /// Says which files could not be read, or not to their end, and why. It is called from several threads.
    #[must_use]
    pub fn on_notice(mut self, listen: impl Fn(&Notice) + Send + Sync + 'static) -> Self {
        self.listener = Listener::new(listen);
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
                    Err(error) => {
                        let path = path_of(&error).map(Path::to_string_lossy).unwrap_or_default();
                        let kind = error.io_error().map_or(io::ErrorKind::Other, io::Error::kind);
                        worker.tell(&path, Reason::System(kind));
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
    fn tell(&mut self, path: &str, reason: Reason) {
        self.source.listener.tell(&mut self.summary, path, reason);
    }

    fn file(&mut self, path: &Path) -> Flow {
        self.read(path).unwrap_or_else(|error| {
            self.tell(&path.to_string_lossy(), Reason::System(error.kind()));
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
        self.buffer.clear();
        // The front decides whether the rest is worth reading.
        file.by_ref().take(FRONT).read_to_end(&mut self.buffer)?;
        #[cfg(feature = "archive")]
        if let Some(limits) = self.source.archives
            && let Some(kind) = Kind::of(&self.buffer)
        {
            return self.archive(file, kind, path, limits);
        }
        if is_binary(&self.buffer) {
            self.summary.skipped += 1;
            return Ok(Flow::Continue);
        }
        if metadata.len() > WHOLE {
            return self.stream(file, path);
        }
        if metadata.len() > self.buffer.len() as u64 {
            self.buffer
                .reserve(usize::try_from(metadata.len()).unwrap_or(0).saturating_sub(self.buffer.len()) + 1);
            file.take(WHOLE).read_to_end(&mut self.buffer)?;
        }
        self.summary.pieces += 1;
        self.summary.bytes += self.buffer.len() as u64;
        Ok((self.receive)(Piece::new(Origin::path(path.to_string_lossy()), &self.buffer)))
    }

    fn stream(&mut self, mut file: File, path: &Path) -> io::Result<Flow> {
        file.rewind()?;
        let mut counted = Counted::new(file);
        let flow = (self.receive)(Piece::stream(Origin::path(path.to_string_lossy()), &mut counted));
        self.summary.pieces += 1;
        self.summary.bytes += counted.bytes;
        if let Some(kind) = counted.failed {
            self.tell(&path.to_string_lossy(), Reason::System(kind));
        }
        Ok(flow)
    }

    #[cfg(feature = "archive")]
    fn archive(&mut self, mut file: File, kind: Kind, path: &Path, limits: Limits) -> io::Result<Flow> {
        file.rewind()?;
        let size = file.metadata()?.len();
        let opened = Opened::new(limits, size, &self.source.listener, self.receive);
        let flow = opened.read(kind, file, &path.to_string_lossy());
        self.summary = self.summary.plus(opened.summary());
        Ok(flow)
    }
}

/// The path that an error of the walk is about.
fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        ignore::Error::Loop { child, .. } => Some(child),
        _ => None,
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

    /// The kernel refuses to read the first page of a process, to whomever.
    #[cfg(target_os = "linux")]
    #[test]
    fn what_cannot_be_read_is_counted_and_told() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("a.txt"), "a").unwrap();
        let told = std::sync::Arc::new(Mutex::new(Vec::new()));
        let heard = std::sync::Arc::clone(&told);
        let source = TreeSource::new([Path::new("/proc/self/mem"), root.path()])
            .on_notice(move |notice| heard.lock().unwrap().push(notice.clone()));
        let summary = source.visit(&|_| Flow::Continue).unwrap();
        assert_eq!((summary.pieces, summary.unreadable, summary.truncated), (1, 1, 0));
        let told = told.lock().unwrap();
        let [notice] = &**told else { panic!("{told:?}") };
        assert_eq!(notice.path, "/proc/self/mem");
        assert!(matches!(notice.reason, Reason::System(_)));
        assert!(notice.to_string().starts_with("\"/proc/self/mem\" cannot be read: "));
    }

    #[test]
    fn an_error_of_the_walk_tells_its_path() {
        let error = ignore::Error::Io(io::ErrorKind::PermissionDenied.into());
        assert_eq!(path_of(&error), None);
        let error = ignore::Error::WithPath { path: "shop/closed".into(), err: Box::new(error) };
        let error = ignore::Error::WithDepth { depth: 2, err: Box::new(error) };
        assert_eq!(path_of(&error), Some(Path::new("shop/closed")));
        assert_eq!(error.io_error().map(io::Error::kind), Some(io::ErrorKind::PermissionDenied));
    }
}
