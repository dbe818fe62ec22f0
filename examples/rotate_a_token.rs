//! A token is kept in `.env.local`, and is to be replaced by a new one, so that a crash at any point does no harm.
//!
//! Run it: `cargo run -p storeward-token --features dotenv,testing --example rotate_a_token`. It prints:
//!
//! ```text
//! look: …/.env.local, SALEOR_TOKEN holds token QXBwVG9rZW46Mg==
//! issue: `production-configurator-devops-2026-11-24`
//! …
//! verify: the old token is dead
//! Rotated
//! ```
//!
//! The store here is one for tests. A journal in memory is lost in a crash: `SqlJournal` of `storeward-core` is not.

#![expect(clippy::print_stdout, reason = "a recipe shows its result")]

use std::{error::Error, fs};

use chrono::TimeDelta;
use storeward_core::{FingerprintKey, MemoryJournal, SystemClock, Tier};
use storeward_token::{
    Saleor,
    rotate::{Issuing, Plan, Ports, rotate},
    saleor::testing::FakeSaleor,
    store::DotenvStore,
    validate::Policy,
};

fn main() -> Result<(), Box<dyn Error>> {
    let shop = FakeSaleor::start()?;
    let app = shop.add_app("Configurator", &["MANAGE_PRODUCTS"]);
    let folder = tempfile::tempdir()?;
    let file = folder.path().join(".env.local");
    fs::write(&file, format!("SALEOR_TOKEN={}\n", app.token.expose()))?;

    let key = FingerprintKey::generate()?;
    let store = DotenvStore::new(&file, "SALEOR_TOKEN", key.clone())?;
    let saleor = Saleor::new(&shop.url())?;
    let admin = saleor.as_admin(shop.add_superuser("admin@example.com").token);
    let plan = Plan {
        run: "production .env.local".to_owned(),
        app: app.id,
        purpose: "configurator".to_owned(),
        team: "devops".to_owned(),
        policy: Policy {
            required: ["MANAGE_PRODUCTS".to_owned()].into(),
            ..Policy::new(Tier::Production.into())
        },
        grace: TimeDelta::zero(),
    };
    let ports = Ports {
        issuing: Issuing::Api(&admin),
        probe: &saleor,
        smoke_tests: &[&saleor],
        store: &store,
        journal: &MemoryJournal::default(),
        inventory: None,
        clock: &SystemClock::new(),
        key: &key,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let report = runtime.block_on(rotate(&plan, &ports));
    for step in &report.steps {
        println!("{}: {}", step.name, step.detail);
    }
    println!("{:?}", report.outcome);
    if report.rotated { Ok(()) } else { Err("the token was not rotated".into()) }
}
