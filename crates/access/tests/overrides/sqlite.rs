//! Overrides in a file.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use pollster::block_on;
use sqlx::{AnyConnection, ConnectOptions, Connection, Row, any::AnyConnectOptions};
use storeward_access::{
    BreakGlass, OverrideId, OverrideStore, SqliteOverrides,
    break_glass::{Ended, Reviewed, contract},
    mfa::{MfaStore, SqliteMfaStore},
};
use storeward_core::{
    Actor, Attestation, Fault, JournalStore, Operation, PortError, Tier, journal::SqlJournal,
};
use tempfile::tempdir;

pub(crate) fn at(micros: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::microseconds(micros)
}

pub(crate) fn attested(id: &str) -> Actor {
    let attestation = Attestation::Store { url: "https://shop.example".into(), id: "7".into() };
    Actor { attestation, ..Actor::local(id) }
}

pub(crate) fn glass(reason: &str) -> BreakGlass {
    let span = (at(0), at(100));
    BreakGlass::new("maria", reason, span, &Tier::Staging.into(), [Operation::Deploy]).unwrap()
}

pub(crate) fn open(path: &Path) -> Result<SqliteOverrides, PortError> {
    block_on(SqliteOverrides::open(path))
}

/// Does in the file what the store would not, and gives the first column of what the last statement finds.
fn sql(path: &Path, statements: &[&'static str]) -> Vec<String> {
    sqlx::any::install_default_drivers();
    block_on(async {
        let options: AnyConnectOptions = format!("sqlite:{}?mode=rwc", path.display()).parse().unwrap();
        let mut connection: AnyConnection = options.connect().await.unwrap();
        let mut found = Vec::new();
        for statement in statements {
            found = sqlx::query(*statement).fetch_all(&mut connection).await.unwrap();
        }
        connection.close().await.unwrap();
        found.iter().map(|row| row.try_get(0).unwrap()).collect()
    })
}

#[test]
fn it_keeps_the_contract() {
    let directory = tempdir().unwrap();
    block_on(contract::check(&open(&directory.path().join("check.db")).unwrap()));
    contract::race(&open(&directory.path().join("race.db")).unwrap(), &|work| block_on(work));
}

#[test]
fn the_record_survives_the_process_and_holds_who_it_was_and_for_how_long_it_was_taken() {
    let directory = tempdir().unwrap();
    let path = directory.path().join("overrides.db");
    let id = block_on(open(&path).unwrap().take(&glass("the checkout is down"))).unwrap();
    let maria = attested("maria");
    assert_eq!(block_on(open(&path).unwrap().end(id, &maria, at(50))).unwrap(), Ended::Done);
    let jonas = attested("jonas");
    assert_eq!(block_on(open(&path).unwrap().review(id, &jonas, at(60))).unwrap(), Reviewed::Done);
    let all = block_on(open(&path).unwrap().list()).unwrap();
    let [(found, past)] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!((*found, past.glass().until(), past.review()), (id, at(50), Some(("jonas", at(60)))));
    let reviewer = sql(&path, &["SELECT reviewer FROM break_glass"]);
    assert_eq!(serde_json::from_str::<Actor>(&reviewer[0]).unwrap(), jonas);
    assert_eq!(sql(&path, &["SELECT CAST(ends AS TEXT) FROM break_glass"]), ["100"]);
}

#[test]
fn a_journal_and_second_factors_may_be_in_the_same_file() {
    let directory = tempdir().unwrap();
    for (name, last) in [("last.db", true), ("first.db", false)] {
        let path = directory.path().join(name);
        let first = (!last).then(|| open(&path).unwrap());
        let journal = block_on(SqlJournal::sqlite(&path)).unwrap();
        let mfa = block_on(SqliteMfaStore::open(&path)).unwrap();
        let store = first.unwrap_or_else(|| open(&path).unwrap());
        block_on(journal.claim("run")).unwrap();
        block_on(contract::check(&store));
        assert_eq!(block_on(journal.runs("")).unwrap(), ["run"]);
        assert!(block_on(mfa.actors()).unwrap().is_empty());
    }
}

#[test]
fn tables_that_are_not_ours_are_left_alone() {
    let directory = tempdir().unwrap();
    let taken = directory.path().join("taken.db");
    drop(block_on(SqlJournal::sqlite(&taken)).unwrap());
    sql(&taken, &["CREATE TABLE break_glass (id INT)"]);
    let newer = directory.path().join("newer.db");
    drop(open(&newer).unwrap());
    sql(&newer, &["UPDATE storeward_schema SET version = 2"]);
    for (path, says) in [
        (&taken, "holds a table `break_glass` of another program"),
        (&newer, "its override store has schema 2, this one reads 1"),
    ] {
        let error = open(path).unwrap_err();
        assert_eq!((error.port(), error.fault()), ("override store", Fault::Invalid), "{error}");
        assert!(error.to_string().contains(says), "{error}");
    }
}

#[test]
fn what_breaks_the_rules_is_an_error_and_no_review() {
    let maria = serde_json::to_string(&attested("maria")).unwrap();
    assert!(maria.contains(r#""by":"store""#), "as the statements below have it: {maria}");
    for damage in [
        "UPDATE break_glass SET actor = ''",
        "UPDATE break_glass SET reason = 'urgent'",
        "UPDATE break_glass SET begins = 100",
        "UPDATE break_glass SET ends = 9223372036854775807",
        "UPDATE break_glass SET ends = 28800000001",
        "UPDATE break_glass SET ended = 0",
        "UPDATE break_glass SET ended = 100",
        "UPDATE break_glass SET operations = '[]'",
        "UPDATE break_glass SET operations = '[\"everything\"]'",
        "UPDATE break_glass SET operations = 'deploy'",
        "UPDATE break_glass SET reviewed = 100",
        "UPDATE break_glass SET reviewer = '{}'",
        "UPDATE break_glass SET reviewed = 100, reviewer = 'jonas'",
        "UPDATE break_glass SET reviewed = 99, reviewer = \
         '{\"id\":\"jonas\",\"kind\":\"human\",\"attestation\":{\"by\":\"store\",\"url\":\"x\",\"id\":\"7\"}}'",
        "UPDATE break_glass SET reviewed = 100, reviewer = \
         '{\"id\":\"maria\",\"kind\":\"human\",\"attestation\":{\"by\":\"store\",\"url\":\"x\",\"id\":\"7\"}}'",
        "UPDATE break_glass SET reviewed = 100, reviewer = \
         '{\"id\":\"jonas\",\"kind\":\"human\",\"attestation\":{\"by\":\"claimed\"}}'",
        "UPDATE break_glass SET id = -1",
    ] {
        let directory = tempdir().unwrap();
        let path = directory.path().join("overrides.db");
        let store = open(&path).unwrap();
        block_on(store.take(&glass("the checkout is down"))).unwrap();
        assert_eq!(block_on(store.list()).unwrap().len(), 1);
        sql(&path, &[damage]);
        let error = block_on(store.list()).unwrap_err();
        assert_eq!(error.fault(), Fault::Invalid, "{damage}");
        let says = "overrides.db: holds an override that makes no sense";
        assert!(error.to_string().contains(says), "{damage}: {error}");
        // After an error it goes on.
        block_on(store.take(&glass("the checkout is down"))).unwrap();
    }
    // The statements above are right but for what is wrong in them.
    let directory = tempdir().unwrap();
    let path = directory.path().join("overrides.db");
    let store = open(&path).unwrap();
    block_on(store.take(&glass("the checkout is down"))).unwrap();
    sql(
        &path,
        &["UPDATE break_glass SET reviewed = 100, reviewer = \
           '{\"id\":\"jonas\",\"kind\":\"human\",\"attestation\":{\"by\":\"store\",\"url\":\"x\",\"id\":\"7\"}}'"],
    );
    let again = block_on(store.review(OverrideId::new(1), &attested("anna"), at(100))).unwrap();
    assert_eq!(again, Reviewed::Already { by: "jonas".into(), at: at(100) });
}
