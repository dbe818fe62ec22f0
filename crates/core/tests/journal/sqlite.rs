//! The journal in a file.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::{
    fs,
    path::{Path, PathBuf},
    pin::pin,
    sync::Barrier,
    task::{Context, Waker},
    thread,
};

use pollster::block_on;
use sqlx::{AnyConnection, ConnectOptions, Connection, any::AnyConnectOptions};
use storeward_core::{
    Fault, JournalStore, PortError,
    journal::{SqlJournal, contract},
};
use tempfile::TempDir;

use crate::{child::Runner, entry, refused, steps};

fn open(path: &Path) -> Result<SqlJournal, PortError> {
    block_on(SqlJournal::sqlite(path))
}

/// Does in the file what the journal would not.
fn sql(path: &Path, statements: &[&'static str]) {
    sqlx::any::install_default_drivers();
    block_on(async {
        let options: AnyConnectOptions = format!("sqlite:{}?mode=rwc", path.display()).parse().unwrap();
        let mut connection: AnyConnection = options.connect().await.unwrap();
        for statement in statements {
            sqlx::query(*statement).execute(&mut connection).await.unwrap();
        }
        connection.close().await.unwrap();
    });
}

/// A journal with a run of sixty entries, whole in one file.
fn written(directory: &TempDir) -> PathBuf {
    let path = directory.path().join("journal.db");
    let store = open(&path).unwrap();
    block_on(async {
        let fence = store.claim("run").await.unwrap().fence;
        for number in 0..60 {
            store.append("run", fence, entry(&format!("{number} {}", "x".repeat(500)), 0)).await.unwrap();
        }
    });
    drop(store);
    sql(&path, &["PRAGMA journal_mode = DELETE"]);
    path
}

#[test]
fn it_keeps_the_contract_and_what_was_written() {
    let directory = tempfile::tempdir().unwrap();
    // Nothing in a path is taken for a part of a URL.
    let path = directory.path().join("a journal?mode=memory#%41&ä.db");
    let store = open(&path).unwrap();
    block_on(contract::check(&store));
    contract::race(&store, &|work| block_on(work));
    let (runs, entries) =
        block_on(async { (store.runs("").await.unwrap(), store.entries("one").await.unwrap()) });
    drop(store);
    assert!(path.exists());
    let store = open(&path).unwrap();
    assert_eq!(block_on(store.runs("")).unwrap(), runs);
    assert_eq!(block_on(store.claim("one")).unwrap().entries, entries);
}

#[cfg(unix)]
#[test]
fn all_its_files_are_its_owners() {
    use std::os::unix::fs::MetadataExt;
    let directory = tempfile::tempdir().unwrap();
    let store = open(&directory.path().join("journal.db")).unwrap();
    block_on(store.claim("run")).unwrap();
    let mut seen = Vec::new();
    let locks = fs::read_dir(directory.path().join("journal.db.locks")).unwrap();
    for file in fs::read_dir(directory.path()).unwrap().chain(locks) {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().mode() & 0o777;
        seen.push(file.file_name().into_string().unwrap());
        assert_eq!(mode, if file.path().is_dir() { 0o700 } else { 0o600 }, "{:?}", file.path());
    }
    assert!(seen.contains(&"journal.db-wal".to_owned()), "there is a write-ahead log: {seen:?}");
    assert_eq!(seen.len(), 6, "with its index, and two locks in a directory: {seen:?}");
}

#[test]
fn a_live_holder_keeps_others_away_until_it_goes() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let (holder, other) = (open(&path).unwrap(), open(&path).unwrap());
    block_on(async {
        let fence = holder.claim("run").await.unwrap().fence;
        let says = format!(
            "another runner is at work on run `run` (last claimed by process {})",
            std::process::id()
        );
        refused(other.claim("run").await, Fault::Conflict, &says);
        holder.append("run", fence, entry("a", 0)).await.unwrap();
        assert_eq!(steps(&other.entries("run").await.unwrap()), ["a"], "whoever is refused may look");
        assert_eq!(other.claim("run 2").await.unwrap().fence, 1, "other runs are free");

        let again = holder.claim("run").await.unwrap();
        assert!(again.fence > fence, "the holder itself may claim again");
        refused(holder.append("run", fence, entry("b", 0)).await, Fault::Conflict, "taken run `run` over");
        drop(holder);
        assert!(other.claim("run").await.unwrap().fence > again.fence);
    });
}

#[cfg(unix)]
#[test]
fn another_way_to_the_file_leads_to_the_same_locks() {
    let directory = tempfile::tempdir().unwrap();
    let (path, link) = (directory.path().join("journal.db"), directory.path().join("link.db"));
    let holder = open(&path).unwrap();
    block_on(holder.claim("run")).unwrap();
    std::os::unix::fs::symlink(&path, &link).unwrap();
    refused(block_on(open(&link).unwrap().claim("run")), Fault::Conflict, "another runner is at work");
}

#[test]
fn a_runner_that_is_killed_leaves_its_run_and_all_it_wrote() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let mut runner = Runner::start(&format!("sqlite {}", path.display()));
    assert_eq!(runner.says(), "open");
    assert_eq!(runner.claim("run", 3), "claimed 1");
    let store = open(&path).unwrap();
    block_on(async {
        refused(store.claim("run").await, Fault::Conflict, &format!("process {}", runner.id()));
        assert!(runner.claim("run", 0) == "claimed 2", "the holder goes on");
        runner.kill();
        let claim = store.claim("run").await.unwrap();
        assert_eq!(claim.fence, 3);
        assert_eq!(steps(&claim.entries), ["step 0", "step 1", "step 2"]);
        store.append("run", claim.fence, entry("step 3", 0)).await.unwrap();
    });
    let mut second = Runner::start(&format!("sqlite {}", path.display()));
    assert_eq!(second.says(), "open");
    let says = second.claim("run", 1);
    assert!(says.starts_with("Conflict journal conflict: another runner is at work on run `run`"), "{says}");
}

#[test]
fn the_fence_holds_even_where_locks_were_swept_away() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let first = open(&path).unwrap();
    let fence = block_on(first.claim("run")).unwrap().fence;
    fs::remove_dir_all(directory.path().join("journal.db.locks")).unwrap();
    let second = open(&path).unwrap();
    block_on(async {
        let newer = second.claim("run").await.unwrap().fence;
        refused(first.append("run", fence, entry("a", 0)).await, Fault::Conflict, "taken run `run` over");
        second.append("run", newer, entry("b", 0)).await.unwrap();
        assert_eq!(steps(&first.entries("run").await.unwrap()), ["b"]);
    });
}

#[test]
fn many_open_it_and_write_at_the_same_time() {
    let directory = tempfile::tempdir().unwrap();
    let path = &directory.path().join("journal.db");
    let start = &Barrier::new(40);
    thread::scope(|scope| {
        for runner in 0..40 {
            scope.spawn(move || {
                start.wait();
                let (store, run) = (open(path).unwrap(), format!("run {runner}"));
                block_on(async {
                    let fence = store.claim(&run).await.unwrap().fence;
                    for number in 0..3 {
                        store.append(&run, fence, entry("a", number)).await.unwrap();
                    }
                });
            });
        }
    });
    let store = open(path).unwrap();
    for run in block_on(store.runs("")).unwrap() {
        let entries = block_on(store.entries(&run)).unwrap();
        assert_eq!(entries, (0..3).map(|number| entry("a", number)).collect::<Vec<_>>());
    }
    assert_eq!(block_on(store.runs("run ")).unwrap().len(), 40);
}

#[test]
fn what_is_given_up_halfway_leaves_nothing_half_done() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(&directory.path().join("journal.db")).unwrap();
    let fence = block_on(store.claim("run")).unwrap().fence;
    let mut polls = 0;
    loop {
        // Given up after one poll, after two, and so on, until one is through.
        polls += 1;
        let mut append = store.append("run", fence, entry(&polls.to_string(), 0));
        let mut context = Context::from_waker(Waker::noop());
        let done = (0..polls).any(|_| {
            thread::yield_now();
            pin!(&mut append).poll(&mut context).is_ready()
        });
        drop(append);
        block_on(store.entries("run")).unwrap();
        block_on(store.append("run", fence, entry("next", 0))).unwrap();
        if done {
            break;
        }
    }
    let entries = block_on(store.entries("run")).unwrap();
    assert_eq!(entries.iter().filter(|entry| entry.step == "next").count(), polls);
}

#[test]
fn what_is_no_journal_is_refused_and_left_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str| directory.path().join(name);
    let made = |name: &str, statements: &[&'static str]| {
        sql(&file(name), statements);
        file(name)
    };
    let whole = fs::read(written(&directory)).unwrap();
    let bytes = |name: &str, bytes: &[u8]| {
        fs::write(file(name), bytes).unwrap();
        file(name)
    };
    let mut torn = whole.clone();
    let middle = torn.len() / 2;
    torn[middle..].fill(0x5a);
    let mut page = whole.clone();
    page[4096 * 4..4096 * 5].fill(0);
    let mut head = whole.clone();
    head[20..100].fill(0xff);
    let cases = [
        (bytes("text", b"[storeward]\n"), "is not an SQLite database"),
        (bytes("zeros", &[0; 8192]), "is not an SQLite database"),
        (bytes("short", &whole[..16]), "is cut off"),
        (bytes("short too", &whole[..99]), "is cut off"),
        (bytes("header", &whole[..100]), "is "),
        (bytes("page", &whole[..4096]), "is damaged"),
        (bytes("pages", &whole[..4096 * 6]), "is damaged"),
        (bytes("cut in a page", &whole[..4096 * 6 + 100]), "is damaged"),
        (bytes("torn", &torn), "is damaged"),
        (bytes("hole", &page), "is damaged"),
        (bytes("head", &head), "is "),
        (made("foreign", &["CREATE TABLE orders (id INT)"]), "holds a table `orders` of another program"),
        (
            made(
                "newer",
                &[
                    "CREATE TABLE storeward_schema (part TEXT PRIMARY KEY, version BIGINT NOT NULL)",
                    "INSERT INTO storeward_schema VALUES ('journal', 2)",
                ],
            ),
            "has schema 2, this one reads 1",
        ),
        (
            made(
                "robbed",
                &[
                    "CREATE TABLE storeward_schema (part TEXT PRIMARY KEY, version BIGINT NOT NULL)",
                    "INSERT INTO storeward_schema VALUES ('journal', 1)",
                ],
            ),
            "has lost tables",
        ),
    ];
    for (path, says) in cases {
        let before = fs::read(&path).unwrap();
        refused(open(&path), Fault::Invalid, says);
        assert!(fs::read(&path).unwrap() == before, "{path:?} is as it was");
    }
    fs::create_dir(file("directory")).unwrap();
    refused(open(&file("directory")), Fault::Invalid, "is not a file");
    refused(open(&file("absent/journal.db")), Fault::NotFound, "cannot be made");
    refused(open(Path::new("")), Fault::NotFound, "cannot be made");
}

#[test]
fn it_stands_beside_other_tables_of_the_program() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("all.db");
    sql(
        &path,
        &[
            "CREATE TABLE storeward_schema (part TEXT PRIMARY KEY, version BIGINT NOT NULL)",
            "INSERT INTO storeward_schema VALUES ('events', 9)",
            "CREATE TABLE event (id INTEGER PRIMARY KEY)",
        ],
    );
    block_on(open(&path).unwrap().claim("run")).unwrap();
    assert_eq!(block_on(open(&path).unwrap().runs("")).unwrap(), ["run"]);
}

#[test]
fn an_entry_that_was_taken_out_or_changed_is_noticed() {
    for (statement, says) in [
        ("DELETE FROM run_entry WHERE number = 1", "entries of run `run` are missing"),
        ("DELETE FROM run_entry WHERE number = 30", "entries of run `run` are missing"),
        ("DELETE FROM run_entry WHERE number = 60", "entries of run `run` are missing"),
        ("DELETE FROM run_entry", "entries of run `run` are missing"),
        (
            "UPDATE run_entry SET mark = '{\"reached\":\"elsewhere\"}' WHERE number = 2",
            "make sense of entry 2",
        ),
        ("UPDATE run_entry SET written = 9223372036854775807 WHERE number = 2", "make sense of entry 2"),
        ("UPDATE run_entry SET step = X'ff' WHERE number = 2", ""),
        ("UPDATE run SET fence = -5", "holds the fence -4"),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let path = written(&directory);
        sql(&path, &[statement]);
        let store = open(&path).unwrap();
        refused(block_on(store.claim("run")), Fault::Invalid, says);
        assert_eq!(block_on(store.claim("another")).unwrap().fence, 1, "other runs go on");
    }
}

#[test]
fn a_name_that_cannot_be_kept_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(&directory.path().join("journal.db")).unwrap();
    block_on(async {
        refused(store.claim("a\0b").await, Fault::Invalid, "holds a NUL");
        let fence = store.claim("run").await.unwrap().fence;
        refused(store.append("run", fence, entry("a\0b", 0)).await, Fault::Invalid, "holds a NUL");
        assert!(
            store.runs("a\0").await.unwrap().is_empty() && store.entries("a\0b").await.unwrap().is_empty()
        );
    });
}

#[cfg(unix)]
#[test]
fn where_nothing_may_be_written_there_is_no_journal() {
    use std::os::unix::fs::{PermissionsExt, chown};

    use crate::server::{NOBODY, is_root};

    let directory = tempfile::tempdir().unwrap();
    let root = is_root(directory.path());
    let permit = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let start = |path: &Path| {
        let journal = format!("sqlite {}", path.display());
        // Nothing is forbidden to root.
        if root { Runner::start_as_nobody(directory.path(), &journal) } else { Runner::start(&journal) }
    };
    permit(directory.path(), 0o755);
    for (name, of_file, of_directory) in
        [("writable", 0o600, 0o755), ("locked directory", 0o600, 0o555), ("locked file", 0o400, 0o755)]
    {
        let inner = directory.path().join(name);
        let path = inner.join("journal.db");
        fs::create_dir(&inner).unwrap();
        drop(open(&path).unwrap());
        sql(&path, &["PRAGMA wal_checkpoint(TRUNCATE)"]);
        fs::remove_dir_all(inner.join("journal.db.locks")).unwrap();
        permit(&path, of_file);
        if root {
            for owned in [&inner, &path] {
                chown(owned, Some(NOBODY), Some(NOBODY)).unwrap();
            }
        }
        permit(&inner, of_directory);
        let says = start(&path).says();
        let new = start(&inner.join("new.db")).says();
        permit(&inner, 0o755);
        let (expected, expected_new) = match name {
            "writable" => ("open", "open"),
            "locked directory" => ("Refused", "Refused"),
            _ => ("Refused", "open"),
        };
        assert!(says.starts_with(expected), "{name}: {says}");
        assert!(new.starts_with(expected_new), "{name}: {new}");
    }
}
