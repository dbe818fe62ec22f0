//! Which tokens end, and which stay.

use std::sync::Mutex;

use chrono::DateTime;
use pollster::block_on;
use storeward_core::{BoxFuture, Fault};

use super::*;
use crate::{
    inventory::{MemoryInventory, Record},
    port::Issued,
};

/// An app's tokens, each with its text's last four characters.
struct App {
    tokens: Mutex<Vec<Listed>>,
    /// The id of one that says it is ended and is not.
    stubborn: Option<&'static str>,
    /// The id of one at which the store breaks off.
    breaks_at: Option<&'static str>,
}

impl App {
    fn new(tokens: &[(&str, &str)]) -> Self {
        let listed = tokens.iter().map(|(id, ending)| Listed {
            id: (*id).to_owned(),
            name: format!("name of {id}"),
            ending: (*ending).to_owned(),
        });
        Self { tokens: Mutex::new(listed.collect()), stubborn: None, breaks_at: None }
    }

    fn ids(&self) -> Vec<String> {
        self.tokens.lock().unwrap().iter().map(|listed| listed.id.clone()).collect()
    }
}

impl TokenIssuer for App {
    fn issue<'a>(&'a self, _: &'a str, _: &'a str) -> BoxFuture<'a, Result<Issued, PortError>> {
        Box::pin(async { Err(PortError::new("token issuer", Fault::Refused, "none is to be made")) })
    }

    fn list<'a>(&'a self, app: &'a str) -> BoxFuture<'a, Result<Vec<Listed>, PortError>> {
        assert_eq!(app, "app");
        Box::pin(async { Ok(self.tokens.lock().unwrap().clone()) })
    }

    fn revoke<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), PortError>> {
        Box::pin(async move {
            if self.breaks_at == Some(id) {
                return Err(PortError::new("token issuer", Fault::Unreachable, "gone"));
            }
            if self.stubborn != Some(id) {
                self.tokens.lock().unwrap().retain(|listed| listed.id != id);
            }
            Ok(())
        })
    }
}

fn key() -> FingerprintKey {
    FingerprintKey::new(&[7; 32])
}

fn plan(which: Which, in_use: &[&str]) -> Plan {
    let in_use = in_use.iter().map(|&token| token.into()).collect();
    Plan { app: "app".to_owned(), which, in_use, force: false }
}

fn ids(ids: &[&str]) -> Which {
    Which::Ids(ids.iter().map(|&id| id.to_owned()).collect())
}

fn run(app: &App, plan: &Plan, inventory: Option<&dyn Inventory>) -> (bool, Vec<(String, Status)>) {
    let report = block_on(revoke(plan, app, inventory, &key(), false));
    assert!(report.cause.is_none(), "{report:?}");
    (report.revoked, report.tokens.into_iter().map(|token| (token.id, token.status)).collect())
}

fn became<const N: usize>(tokens: [(&str, Status); N]) -> Vec<(String, Status)> {
    tokens.iter().map(|(id, status)| ((*id).to_owned(), *status)).collect()
}

const THREE: &[(&str, &str)] = &[("1", "aaaa"), ("2", "bbbb"), ("3", "bbbb")];

#[test]
fn those_that_are_named_end() {
    let app = App::new(THREE);
    let done = run(&app, &plan(ids(&["1", "3"]), &[]), None);
    assert_eq!(done, (true, became([("1", Status::Revoked), ("3", Status::Revoked)])));
    assert_eq!(app.ids(), ["2"]);
}

#[test]
fn the_one_in_use_stays() {
    let app = App::new(THREE);
    assert_eq!(
        run(&app, &plan(ids(&["1"]), &["EXAMPLE-aaaa"]), None),
        (false, became([("1", Status::InUse)]))
    );
    let mixed = run(&app, &plan(ids(&["2", "1"]), &["EXAMPLE-aaaa"]), None);
    assert_eq!(mixed, (false, became([("2", Status::Left), ("1", Status::InUse)])), "all or none");
    assert_eq!(app.ids().len(), 3);
    let all = run(&app, &plan(Which::All, &["EXAMPLE-aaaa"]), None);
    assert!(all.0);
    assert_eq!(app.ids(), ["1"]);
}

#[test]
fn all_that_may_be_in_use_stay_unless_the_inventory_knows_better() {
    let app = App::new(THREE);
    let plan = plan(Which::All, &["EXAMPLE-bbbb"]);
    run(&app, &plan, None);
    assert_eq!(app.ids(), ["2", "3"]);
    let inventory = MemoryInventory::default();
    let record = Record {
        id: "3".to_owned(),
        app: "app".to_owned(),
        environment: "production".to_owned(),
        name: "name of 3".to_owned(),
        fingerprint: key().fingerprint(&"EXAMPLE-bbbb".into()),
        issued_at: DateTime::UNIX_EPOCH,
        rotated_at: None,
        permissions: std::collections::BTreeSet::new(),
    };
    block_on(inventory.record(record.clone())).unwrap();
    block_on(inventory.record(Record {
        id: "2".to_owned(),
        fingerprint: key().fingerprint(&"x".into()),
        ..record
    }))
    .unwrap();
    run(&app, &plan, Some(&inventory));
    assert_eq!(app.ids(), ["3"]);
    let left: Vec<_> = block_on(inventory.list()).unwrap().into_iter().map(|record| record.id).collect();
    assert_eq!(left, ["3"], "the inventory forgets what ended");
}

#[test]
fn force_ends_the_one_in_use_too() {
    let app = App::new(THREE);
    let plan = Plan { force: true, ..plan(Which::All, &["EXAMPLE-aaaa"]) };
    assert!(run(&app, &plan, None).0);
    assert!(app.ids().is_empty());
}

#[test]
fn an_id_that_the_app_does_not_have_ends_nothing() {
    let app = App::new(THREE);
    let done = run(&app, &plan(ids(&["1", "9"]), &[]), None);
    assert_eq!(done, (false, became([("1", Status::Left), ("9", Status::Unknown)])));
    assert_eq!(app.ids().len(), 3);
}

#[test]
fn a_dry_run_ends_nothing() {
    let app = App::new(THREE);
    let report = block_on(revoke(&plan(Which::All, &["EXAMPLE-aaaa"]), &app, None, &key(), true));
    let became: Vec<_> = report.tokens.iter().map(|token| token.status).collect();
    assert_eq!(became, [Status::InUse, Status::Planned, Status::Planned]);
    assert!(!report.revoked && app.ids().len() == 3);
}

#[test]
fn what_does_not_die_is_no_success() {
    let app = App { stubborn: Some("2"), ..App::new(THREE) };
    let done = run(&app, &plan(ids(&["1", "2"]), &[]), None);
    assert_eq!(done, (false, became([("1", Status::Revoked), ("2", Status::Left)])));
    let app = App { breaks_at: Some("2"), ..App::new(THREE) };
    let report = block_on(revoke(&plan(Which::All, &[]), &app, None, &key(), false));
    assert_eq!(report.cause.map(|cause| cause.fault()), Some(Fault::Unreachable));
    assert!(!report.revoked && app.ids() == ["2", "3"]);
}
