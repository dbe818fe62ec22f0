//! An inventory in a JSON file.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use storeward_core::{BoxFuture, Fault, PortError};

use super::{Inventory, Record};

/// What the file says it is.
const SCHEMA: &str = "storeward.token.inventory/1";

/// Bytes of a file that is read: a record has about 600, so this is room for tens of thousands.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Keeps records in a JSON file, which is replaced as a whole and read by its owner alone.
///
/// Writers wait for each other on a lock file beside it, `<name>.lock`, which stays. A crash leaves the file as it was
/// before or as it is after, never half of it. The path must be a plain file: a link is not followed.
#[derive(Debug)]
pub struct FileInventory {
    path: PathBuf,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    schema: String,
    tokens: Vec<Record>,
}

impl FileInventory {
    /// An inventory in the file at `path`, which is made by the first record.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(ending);
        name.into()
    }

    fn read(&self) -> Result<Vec<Record>, PortError> {
        match fs::symlink_metadata(&self.path) {
            Ok(metadata) if metadata.is_file() && metadata.len() <= LARGEST => {}
            Ok(metadata) if metadata.is_file() => {
                return Err(error(Fault::Invalid, &self.path, "is too large"));
            }
            Ok(_) => return Err(error(Fault::Invalid, &self.path, "is no plain file")),
            Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(self.failed("cannot be read", source)),
        }
        let mut bytes = Vec::new();
        File::open(&self.path)
            .and_then(|file| file.take(LARGEST).read_to_end(&mut bytes))
            .map_err(|source| self.failed("cannot be read", source))?;
        let document: Document = serde_json::from_slice(&bytes).map_err(|source| {
            // The source would quote what it met, and somebody may have put a token there.
            let at = format!("is no inventory (line {}, column {})", source.line(), source.column());
            error(Fault::Invalid, &self.path, &at)
        })?;
        if document.schema != SCHEMA {
            return Err(error(Fault::Invalid, &self.path, "is an inventory of another version"));
        }
        let mut records = document.tokens;
        records.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(records)
    }

    /// Changes the records while no other writer does.
    fn change(&self, change: impl FnOnce(&mut Vec<Record>)) -> Result<(), PortError> {
        let lock = self.beside(".lock");
        let _held = private()
            .create(true)
            .truncate(false)
            .open(&lock)
            .and_then(|file| file.lock().map(|()| file))
            .map_err(|source| error(Fault::Unreachable, &lock, "cannot be locked").with_source(source))?;
        let mut records = self.read()?;
        change(&mut records);
        records.sort_by(|a, b| a.id.cmp(&b.id));
        self.write(records).map_err(|source| self.failed("cannot be written", source))
    }

    fn write(&self, tokens: Vec<Record>) -> io::Result<()> {
        let mut bytes = serde_json::to_vec_pretty(&Document { schema: SCHEMA.to_owned(), tokens })?;
        bytes.push(b'\n');
        // Whoever holds the lock owns this name; what a crash left there goes.
        let next = self.beside(".next");
        match fs::remove_file(&next) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => return Err(source),
            _ => {}
        }
        let mut file = private().create_new(true).open(&next)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        fs::rename(&next, &self.path)?;
        let directory = self.path.parent().filter(|parent| !parent.as_os_str().is_empty());
        // Some systems cannot sync a directory; the rename is atomic all the same.
        let _ = File::open(directory.unwrap_or(Path::new("."))).and_then(|directory| directory.sync_all());
        Ok(())
    }

    fn failed(&self, what: &str, source: io::Error) -> PortError {
        let fault = match source.kind() {
            io::ErrorKind::PermissionDenied => Fault::Refused,
            io::ErrorKind::NotFound => Fault::NotFound,
            _ => Fault::Unreachable,
        };
        error(fault, &self.path, what).with_source(source)
    }
}

fn error(fault: Fault, path: &Path, what: &str) -> PortError {
    PortError::new("token inventory", fault, format!("{} {what}", path.display()))
}

/// Options that make a file for its owner alone.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

impl Inventory for FileInventory {
    fn list(&self) -> BoxFuture<'_, Result<Vec<Record>, PortError>> {
        Box::pin(async { self.read() })
    }

    fn record(&self, record: Record) -> BoxFuture<'_, Result<(), PortError>> {
        Box::pin(async {
            self.change(|records| {
                records.retain(|known| known.id != record.id);
                records.push(record);
            })
        })
    }

    fn remove<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), PortError>> {
        Box::pin(async move { self.change(|records| records.retain(|known| known.id != id)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::tests::{check, record};

    #[test]
    fn it_keeps_the_contract_and_leaves_nothing_behind() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("tokens.json");
        fs::write(directory.path().join("tokens.json.next"), "what a crash left").unwrap();
        pollster::block_on(check(&FileInventory::new(&path)));
        assert!(fs::read_to_string(&path).unwrap().contains(SCHEMA));
        assert!(!directory.path().join("tokens.json.next").exists());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn writers_wait_for_each_other() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("tokens.json");
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let path = &path;
                scope.spawn(move || {
                    for n in 0..10 {
                        let inventory = FileInventory::new(path);
                        pollster::block_on(inventory.record(record(&format!("{thread}-{n}"), n))).unwrap();
                    }
                });
            }
        });
        assert_eq!(pollster::block_on(FileInventory::new(&path).list()).unwrap().len(), 40, "none is lost");
    }

    #[test]
    fn what_is_no_inventory_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("tokens.json");
        for text in ["", "{}", "[]", "{\"schema\":\"other/1\",\"tokens\":[]}", "{\"EXAMPLE\": 1}"] {
            fs::write(&path, text).unwrap();
            let error = pollster::block_on(FileInventory::new(&path).record(record("a", 0))).unwrap_err();
            assert_eq!(error.fault(), Fault::Invalid, "{text}");
            assert!(!error.to_string().contains("EXAMPLE") && std::error::Error::source(&error).is_none());
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_link_is_not_followed() {
        let directory = tempfile::tempdir().unwrap();
        let (path, target) = (directory.path().join("tokens.json"), directory.path().join("elsewhere"));
        fs::write(&target, "{}").unwrap();
        std::os::unix::fs::symlink(&target, &path).unwrap();
        let error = pollster::block_on(FileInventory::new(&path).list()).unwrap_err();
        assert!(error.to_string().contains("no plain file"));
    }
}
