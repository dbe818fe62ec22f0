//! A token is rotated against a store, with answers lost on the way.

use storeward_core::{FingerprintKey, FixedClock, MemoryJournal, SecretString, Tier};
use storeward_token::{
    SecretStore,
    port::Holder,
    rotate::{Issuing, Outcome, Plan, Ports, rotate},
    saleor::testing::{FakeSaleor, Trouble},
    store::MemoryStore,
    validate::Policy,
};

use crate::{client, identify, run};

#[test]
fn a_token_is_rotated() {
    let fake = FakeSaleor::start().unwrap();
    let app = fake.add_app("Configurator", &["MANAGE_PRODUCTS"]);
    let admin = fake.add_superuser("admin@example.com").token;
    let (outcome, held) = rotated(&fake, &app.id, &app.token, admin);
    assert_eq!(outcome, Outcome::Rotated);
    let saleor = client(&fake);
    assert_eq!(identify(&saleor, &app.token).holder, Holder::Nobody);
    assert!(matches!(identify(&saleor, &held).holder, Holder::App { .. }));
    let names: Vec<_> = fake.tokens(&app.id).into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["production-configurator-devops-2026-11-24"]);
}

#[test]
fn who_may_not_rotate_changes_nothing() {
    let fake = FakeSaleor::start().unwrap();
    let app = fake.add_app("Configurator", &["MANAGE_PRODUCTS"]);
    let (outcome, held) = rotated(&fake, &app.id, &app.token, app.token.clone());
    assert_ne!(outcome, Outcome::Rotated);
    assert!(held == app.token);
    assert!(matches!(identify(&client(&fake), &held).holder, Holder::App { .. }));
    assert_eq!(fake.tokens(&app.id).len(), 1);
}

#[test]
fn a_store_in_trouble_loses_no_token() {
    // The first so many questions are answered, then one answer is lost.
    for answered in 0..12 {
        let fake = FakeSaleor::start().unwrap();
        let app = fake.add_app("Configurator", &["MANAGE_PRODUCTS"]);
        let admin = fake.add_superuser("admin@example.com").token;
        fake.after(answered, [Trouble::Lost]);
        let (_, held) = rotated(&fake, &app.id, &app.token, admin);
        let found = identify(&client(&fake), &held);
        assert!(matches!(found.holder, Holder::App { .. }), "what is kept works, {answered}");
    }
}

/// Rotates, and gives what is kept after it.
fn rotated(fake: &FakeSaleor, app: &str, old: &SecretString, admin: SecretString) -> (Outcome, SecretString) {
    let saleor = client(fake);
    let admin = saleor.as_admin(admin);
    let (journal, store) = (MemoryJournal::default(), MemoryStore::default());
    let (clock, key) =
        (FixedClock::at("2026-11-24T12:00:00Z".parse().unwrap()), FingerprintKey::new(&[7; 32]));
    let plan = Plan {
        run: "production".into(),
        app: app.to_owned(),
        purpose: "configurator".into(),
        team: "devops".into(),
        policy: Policy::new(Tier::Production.into()),
        grace: chrono::TimeDelta::zero(),
    };
    let ports = Ports {
        issuing: Issuing::Api(&admin),
        probe: &saleor,
        smoke_tests: &[],
        store: &store,
        journal: &journal,
        inventory: None,
        clock: &clock,
        key: &key,
    };
    run(async {
        store.write(old, None).await.unwrap();
        let outcome = rotate(&plan, &ports).await.outcome;
        (outcome, store.read().await.unwrap().unwrap().secret)
    })
}
