//! Everything that was ever committed.

use std::{
    io::{self, BufRead},
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
};

use storeward_core::{Fault, PortError};

use super::{
    batch::{Ids, Object, ask, blobs},
    families::Families,
    fresh::Fresh,
    run::{Git, finish},
};
use crate::{
    port::{Content, Flow, Origin, Part, Piece, Source, Summary},
    source::{is_binary, unreadable},
};

/// Up to this size a blob is compared with those before it; a larger one is given out as a stream.
const WHOLE: u64 = 32 << 20;

/// Reads every blob of a history once, and of each only what no earlier one held.
///
/// The pieces have no path: a blob may have many. [`locate`](Self::locate) finds out where those come from that matter.
#[derive(Debug, Clone)]
pub struct HistorySource {
    pub(super) git: Git,
    pub(super) revisions: Vec<String>,
    max_size: Option<u64>,
    threads: usize,
}

impl HistorySource {
    /// Reads the whole history of the repository that a folder is in.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        Self { git: Git::new(root), revisions: Vec::new(), max_size: None, threads: 0 }
    }

    /// Reads only what some revisions bring in, as git writes them: `main..topic`, or `new` and `^old`.
    ///
    /// # Errors
    ///
    /// When one of them would be taken for an option.
    pub fn revisions(
        mut self,
        revisions: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<Self, PortError> {
        const ALLOWED: [&str; 6] =
            ["--ignore-missing", "--all", "--branches", "--tags", "--remotes", "--not"];
        self.revisions = revisions.into_iter().map(Into::into).collect();
        let allowed =
            |word: &str| !word.starts_with('-') || ALLOWED.contains(&word) || word.starts_with("--remotes=");
        match self.revisions.iter().find(|word| !allowed(word)) {
            None => Ok(self),
            Some(word) => {
                Err(PortError::new("secret source", Fault::Invalid, format!("\"{word}\" is no revision")))
            }
        }
    }

    /// Leaves out blobs larger than that many bytes.
    #[must_use]
    pub const fn max_file_size(mut self, bytes: Option<u64>) -> Self {
        self.max_size = bytes;
        self
    }

    /// How many threads take pieces; zero, the default, is as many as there are processors.
    #[must_use]
    pub const fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// The blobs, and how many were left out for their size.
    fn list(&self) -> Result<(Ids, u64), PortError> {
        const FORMAT: &str = "--batch-check=%(objecttype) %(objectname) %(objectsize) %(deltabase)";
        if self.revisions.is_empty() {
            let (child, output) = self
                .git
                .start(&["cat-file", "--batch-all-objects", "--unordered", "--buffer", FORMAT], false)?;
            let listed = self.wanted(output).map_err(|error| unreadable("git broke off", error))?;
            finish(child)?;
            return Ok(listed);
        }
        let mut arguments = vec!["rev-list", "--objects", "--no-object-names"];
        arguments.extend(self.revisions.iter().map(String::as_str));
        arguments.push("--");
        let objects = self.git.output(&arguments)?;
        let mut ids = Ids::default();
        for id in String::from_utf8_lossy(&objects).lines() {
            ids.push(id);
        }
        // Commits and folders are among them, whose sizes would count as well.
        let mut listed = (Ids::default(), 0);
        ask(&self.git, &["cat-file", "--buffer", FORMAT], &ids, |output| {
            listed = self.wanted(output)?;
            Ok(false)
        })?;
        Ok(listed)
    }

    fn wanted(&self, output: impl BufRead) -> io::Result<(Ids, u64)> {
        let mut families = Families::default();
        let mut skipped = 0;
        for line in output.lines() {
            let line = line?;
            let mut words = line.split(' ');
            let (kind, id, size, base) = (words.next(), words.next(), words.next(), words.next());
            if let (Some("blob"), Some(id), Some(size), Some(base)) = (kind, id, size, base) {
                let large = self.max_size.is_some_and(|most| size.parse().is_ok_and(|size: u64| size > most));
                if large {
                    skipped += 1;
                } else {
                    families.add(id, base)?;
                }
            }
        }
        Ok((families.ordered(), skipped))
    }
}

/// A blob on its way to a thread.
struct Job {
    id: String,
    text: Vec<u8>,
    parts: Vec<Part>,
}

impl Source for HistorySource {
    fn visit(&self, receive: &(dyn Fn(Piece<'_>) -> Flow + Sync)) -> Result<Summary, PortError> {
        let (ids, skipped) = self.list().map_err(|error| self.git.explain(error))?;
        let threads = match self.threads {
            0 => thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        };
        let (sender, receiver) = mpsc::sync_channel::<Job>(threads * 2);
        let receiver = Mutex::new(receiver);
        let stopped = AtomicBool::new(false);
        let mut reader = Reader {
            source: self,
            fresh: Fresh::new(),
            buffer: Vec::new(),
            summary: Summary { skipped, ..Summary::default() },
            stopped: &stopped,
        };
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| work(&receiver, &stopped, receive));
            }
            let result = blobs(&self.git, &ids, |mut object| reader.read(&mut object, &sender, receive));
            drop(sender);
            result
        })?;
        Ok(reader.summary)
    }
}

fn work(
    jobs: &Mutex<mpsc::Receiver<Job>>,
    stopped: &AtomicBool,
    receive: &(dyn Fn(Piece<'_>) -> Flow + Sync),
) {
    loop {
        let Ok(Ok(job)) = jobs.lock().map(|jobs| jobs.recv()) else { return };
        if stopped.load(Ordering::Relaxed) {
            continue;
        }
        let origin = Origin { path: String::new(), blob: Some(job.id) };
        let piece = Piece { origin, content: Content::Parts(&job.text, &job.parts) };
        if receive(piece) == Flow::Stop {
            stopped.store(true, Ordering::Relaxed);
        }
    }
}

/// Reads blob after blob and passes on what is new in each.
struct Reader<'a> {
    source: &'a HistorySource,
    fresh: Fresh,
    buffer: Vec<u8>,
    summary: Summary,
    stopped: &'a AtomicBool,
}

impl Reader<'_> {
    fn read(
        &mut self,
        object: &mut Object<'_>,
        jobs: &mpsc::SyncSender<Job>,
        receive: &(dyn Fn(Piece<'_>) -> Flow + Sync),
    ) -> io::Result<Flow> {
        if self.stopped.load(Ordering::Relaxed) {
            return Ok(Flow::Stop);
        }
        if self.source.max_size.is_some_and(|most| object.size > most) {
            self.summary.skipped += 1;
            return Ok(Flow::Continue);
        }
        if object.size > WHOLE {
            self.summary.pieces += 1;
            self.summary.bytes += object.size;
            let origin = Origin { path: String::new(), blob: Some(object.id.to_owned()) };
            return Ok(receive(Piece::stream(origin, object.content)));
        }
        self.buffer.clear();
        object.content.read_to_end(&mut self.buffer)?;
        if is_binary(&self.buffer) {
            self.summary.skipped += 1;
            return Ok(Flow::Continue);
        }
        self.summary.pieces += 1;
        self.summary.bytes += object.size;
        let parts = self.fresh.parts(&self.buffer);
        if !parts.is_empty() {
            let job = Job { id: object.id.to_owned(), text: std::mem::take(&mut self.buffer), parts };
            if jobs.send(job).is_err() {
                return Ok(Flow::Stop);
            }
        }
        Ok(Flow::Continue)
    }
}
