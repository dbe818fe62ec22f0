//! Second factors in a file.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::path::Path;

use chrono::{DateTime, TimeDelta};
use pollster::block_on;
use sqlx::{AnyConnection, ConnectOptions, Connection, any::AnyConnectOptions};
use storeward_access::mfa::{MfaStore, SqliteMfaStore, contract, throttle::Attempts};
use storeward_core::{Fault, JournalStore, PortError, journal::SqlJournal};
use tempfile::tempdir;

fn open(path: &Path) -> Result<SqliteMfaStore, PortError> {
    block_on(SqliteMfaStore::open(path))
}

/// Does in the file what the store would not.
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

#[test]
fn it_keeps_the_contract() {
    let directory = tempdir().unwrap();
    let store = open(&directory.path().join("mfa.db")).unwrap();
    block_on(contract::check(&store));
    contract::race(&store, &|work| block_on(work));
}

#[test]
fn counters_survive_the_process() {
    let directory = tempdir().unwrap();
    let path = directory.path().join("mfa.db");
    let counted = Attempts { failures: 9, last: Some(DateTime::UNIX_EPOCH + TimeDelta::microseconds(1)) };
    assert!(block_on(open(&path).unwrap().count("maria", Attempts::default(), counted)).unwrap());
    assert_eq!(block_on(open(&path).unwrap().read("maria")).unwrap().attempts, counted);
}

#[test]
fn a_journal_may_be_in_the_same_file_whoever_was_first() {
    for journal_first in [true, false] {
        let directory = tempdir().unwrap();
        let path = directory.path().join("storeward.db");
        let journal = || block_on(SqlJournal::sqlite(&path)).unwrap();
        let first = journal_first.then(journal);
        let store = open(&path).unwrap();
        let journal = first.unwrap_or_else(journal);
        block_on(journal.claim("run")).unwrap();
        block_on(contract::check(&store));
        assert_eq!(block_on(journal.runs("")).unwrap(), ["run"]);
    }
}

#[test]
fn a_file_that_is_not_ours_is_left_alone() {
    let directory = tempdir().unwrap();
    let foreign = directory.path().join("foreign.db");
    sql(&foreign, &["CREATE TABLE orders (id INT)"]);
    let taken = directory.path().join("taken.db");
    drop(block_on(SqlJournal::sqlite(&taken)).unwrap());
    sql(&taken, &["CREATE TABLE mfa_session (id INT)"]);
    let newer = directory.path().join("newer.db");
    drop(open(&newer).unwrap());
    sql(&newer, &["UPDATE storeward_schema SET version = 2"]);
    let lost = directory.path().join("lost.db");
    drop(open(&lost).unwrap());
    sql(&lost, &["DROP TABLE mfa_recovery"]);
    let text = directory.path().join("text.db");
    std::fs::write(&text, "EXAMPLE ".repeat(100)).unwrap();
    for (path, says) in [
        (&foreign, "holds a table `orders` of another program"),
        (&taken, "holds a table `mfa_session` of another program"),
        (&newer, "its second factor store has schema 2, this one reads 1"),
        (&lost, "has lost tables of the second factor store"),
        (&text, "is not an SQLite database"),
    ] {
        let error = open(path).unwrap_err();
        assert_eq!((error.port(), error.fault()), ("second factor store", Fault::Invalid), "{error}");
        assert!(error.to_string().contains(says), "{error}");
    }
    assert_eq!(open(&directory.path().join("no/mfa.db")).unwrap_err().fault(), Fault::NotFound);
}

#[test]
fn what_makes_no_sense_is_an_error_and_no_absence() {
    let directory = tempdir().unwrap();
    let path = directory.path().join("mfa.db");
    let store = open(&path).unwrap();
    sql(
        &path,
        &[
            "INSERT INTO mfa_enrolment VALUES ('digits', 'x', '1.0123456789abcdef.AAAA', 'sha1', 5, 30, 0, 1, -1, '', 1)",
            "INSERT INTO mfa_enrolment VALUES ('sealed', 'x', 'EXAMPLE', 'sha1', 6, 30, 0, 1, -1, '', 1)",
            "INSERT INTO mfa_enrolment VALUES ('hash', 'x', '1.0123456789abcdef.AAAA', 'md5', 6, 30, 0, 1, -1, '', 1)",
            "INSERT INTO mfa_enrolment VALUES ('rounds', 'x', '1.0123456789abcdef.AAAA', 'sha1', 6, 30, 0, 1, -1, '', 0)",
            "INSERT INTO mfa_attempts VALUES ('failures', -1, 0)",
            "INSERT INTO mfa_attempts VALUES ('last', 1, 9223372036854775807)",
        ],
    );
    for actor in ["digits", "sealed", "hash", "rounds", "failures", "last"] {
        let error = block_on(store.read(actor)).unwrap_err();
        assert_eq!(error.fault(), Fault::Invalid, "{actor}");
        assert!(error.to_string().contains("mfa.db: holds a second factor that makes no sense"), "{error}");
    }
    // After an error it goes on.
    assert!(block_on(store.remove("digits")).unwrap());
    assert_eq!(block_on(store.read("digits")).unwrap().enrolment, None);
}
