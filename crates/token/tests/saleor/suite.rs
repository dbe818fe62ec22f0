//! What holds of every store of Saleor 3.23, real or not.

use std::collections::BTreeSet;

use storeward_core::{Fault, SecretString};
use storeward_token::{
    Saleor, TokenIssuer,
    port::{Holder, Refusal},
    saleor::{SaleorAdmin, testing::FakeSaleor},
};

use crate::{client, identify, run, unknown};

/// A store in which apps can be made.
pub(crate) trait World {
    fn store(&self) -> Saleor;
    /// A superuser's JWT.
    fn admin(&self) -> SecretString;
    /// Makes an app, and gives its id and its token.
    fn app(&self, name: &str, permissions: &[&str]) -> (String, SecretString);
}

pub(crate) struct Fake {
    pub(crate) fake: FakeSaleor,
    admin: SecretString,
}

impl Fake {
    pub(crate) fn new() -> Self {
        let fake = FakeSaleor::start().unwrap();
        let admin = fake.add_superuser("admin@example.com").token;
        Self { fake, admin }
    }
}

impl World for Fake {
    fn store(&self) -> Saleor {
        client(&self.fake)
    }

    fn admin(&self) -> SecretString {
        self.admin.clone()
    }

    fn app(&self, name: &str, permissions: &[&str]) -> (String, SecretString) {
        let app = self.fake.add_app(name, permissions);
        (app.id, app.token)
    }
}

pub(crate) fn all(world: &dyn World) {
    tokens_are_told_apart(world);
    a_token_is_issued_listed_and_revoked(world);
    an_app_is_contained(world);
    strangers_may_nothing(world);
}

#[test]
fn a_store_for_tests_is_a_store() {
    all(&Fake::new());
}

fn tokens_are_told_apart(world: &dyn World) {
    let store = world.store();
    let all = identify(&store, &world.admin()).permissions;
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    for permissions in [&[][..], &["MANAGE_CHANNELS", "MANAGE_PRODUCTS"], &all] {
        let (id, token) = world.app("storeward EXAMPLE", permissions);
        let found = identify(&store, &token);
        let expected: BTreeSet<String> = permissions.iter().map(|&code| code.to_owned()).collect();
        assert_eq!((found.permissions, found.refusal), (expected, None));
        let Holder::App { id: found, name, active, tokens } = found.holder else { panic!("an app's token") };
        assert_eq!((found, name.as_str(), active), (id, "storeward EXAMPLE", true));
        let [listed] = tokens.as_slice() else { panic!("it has one token, not {tokens:?}") };
        assert!(listed.ending.len() == 4 && token.expose().ends_with(&listed.ending));
    }

    let admin = world.admin();
    let found = identify(&store, &admin);
    assert!(matches!(&found.holder, Holder::Staff { active: true, .. }), "{:?}", found.holder);
    assert!(found.permissions.len() >= 20 && found.permissions.contains("MANAGE_APPS"), "all of them");

    let (signed, _) = admin.expose().rsplit_once('.').unwrap();
    for (token, refusal) in [
        (unknown(), None),
        ("EXAMPLE.EXAMPLE.EXAMPLE".into(), None),
        (format!("{signed}.{}", "EXAMPL".repeat(57)).into(), Some(Refusal::Signature)),
    ] {
        let found = identify(&store, &token);
        assert_eq!((found.holder, found.refusal), (Holder::Nobody, refusal));
        assert!(found.permissions.is_empty());
    }
}

fn a_token_is_issued_listed_and_revoked(world: &dyn World) {
    let store = world.store();
    let admin = store.as_admin(world.admin());
    let (app, old) = world.app("storeward EXAMPLE", &["MANAGE_PRODUCTS"]);
    let name = "dev-configurator-qa-2026-11-24";
    let issued = run(admin.issue(&app, name)).unwrap();
    assert_ne!(issued.token, old);

    let listed = run(admin.list(&app)).unwrap();
    assert_eq!(listed.len(), 2);
    let new = listed.iter().find(|token| token.id == issued.id).unwrap();
    assert_eq!(new.name, name);
    assert!(issued.token.expose().ends_with(&new.ending) && new.ending.len() == 4);
    for token in [&old, &issued.token] {
        assert!(matches!(identify(&store, token).holder, Holder::App { .. }), "both work");
    }

    let first = &listed.iter().find(|token| token.id != issued.id).unwrap().id;
    run(admin.revoke(first)).unwrap();
    assert_eq!(identify(&store, &old).holder, Holder::Nobody);
    assert!(matches!(identify(&store, &issued.token).holder, Holder::App { .. }));
    assert_eq!(run(admin.list(&app)).unwrap(), std::slice::from_ref(new));
    // It is dead, whoever killed it.
    run(admin.revoke(first)).unwrap();

    let nowhere = "QXBwOjk5OTk5OQ=="; // App:999999
    assert_eq!(run(admin.issue(nowhere, name)).unwrap_err().fault(), Fault::NotFound);
    assert_eq!(run(admin.list(nowhere)).unwrap_err().fault(), Fault::NotFound);
}

fn an_app_is_contained(world: &dyn World) {
    let store = world.store();
    let admin = store.as_admin(world.admin());
    let (app, token) = world.app("storeward EXAMPLE", &["MANAGE_ORDERS"]);
    let active = |admin: &SaleorAdmin| {
        let apps = run(admin.apps()).unwrap();
        apps.into_iter().find(|known| known.id == app).unwrap().active
    };
    assert!(active(&admin));
    for _ in 0..2 {
        run(admin.deactivate_app(&app)).unwrap();
        assert!(!active(&admin));
        assert_eq!(identify(&store, &token).holder, Holder::Nobody);
    }
    run(admin.activate_app(&app)).unwrap();
    assert!(matches!(identify(&store, &token).holder, Holder::App { active: true, .. }), "it is as before");

    run(admin.issue(&app, "second")).unwrap();
    let ids: BTreeSet<_> = run(admin.list(&app)).unwrap().into_iter().map(|token| token.id).collect();
    let deleted: BTreeSet<_> = run(admin.delete_app_tokens(&app)).unwrap().into_iter().collect();
    assert_eq!(deleted, ids);
    assert!(run(admin.list(&app)).unwrap().is_empty());
    assert_eq!(identify(&store, &token).holder, Holder::Nobody);
    assert!(run(admin.delete_app_tokens(&app)).unwrap().is_empty());
}

fn strangers_may_nothing(world: &dyn World) {
    let store = world.store();
    let (app, own) = world.app("storeward EXAMPLE", &["MANAGE_PRODUCTS"]);
    for token in [unknown(), own] {
        let admin = store.as_admin(token);
        let errors = [
            run(admin.issue(&app, "x")).map(drop).unwrap_err(),
            run(admin.revoke("QXBwVG9rZW46OTk5OTk5")).unwrap_err(),
            run(admin.apps()).map(drop).unwrap_err(),
            run(admin.deactivate_app(&app)).unwrap_err(),
            run(admin.deactivate_staff("VXNlcjox")).unwrap_err(),
            run(admin.set_users_active(&["VXNlcjox".to_owned()], false)).map(drop).unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.fault(), Fault::Refused, "{error}");
            assert!(error.to_string().ends_with("(PermissionDenied)"), "{error}");
        }
    }
}
