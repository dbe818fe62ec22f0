//! Who may shut out whom, and lists of many pages.

use storeward_core::Fault;
use storeward_token::{
    TokenIssuer,
    port::{Holder, Refusal},
    saleor::testing::{FakeSaleor, Trouble},
};

use crate::{client, identify, run};

#[test]
fn staff_are_shut_out_by_those_who_may() {
    let fake = FakeSaleor::start().unwrap();
    let store = client(&fake);
    let victim = fake.add_staff("victim@example.com", &["MANAGE_PRODUCTS"]);
    let narrow = fake.add_staff("narrow@example.com", &["MANAGE_STAFF"]);
    let wide = fake.add_staff("wide@example.com", &["MANAGE_PRODUCTS", "MANAGE_STAFF"]);
    let boss = fake.add_superuser("admin@example.com");
    let app = fake.add_app("staff", &["MANAGE_STAFF", "MANAGE_PRODUCTS"]);
    for (token, id, code) in [
        (&narrow.token, &victim.id, "OUT_OF_SCOPE_USER"),
        (&wide.token, &wide.id, "DEACTIVATE_OWN_ACCOUNT"),
        (&app.token, &victim.id, "PermissionDenied"),
        (&boss.token, &fake.add_superuser("other@example.com").id, "DEACTIVATE_SUPERUSER_ACCOUNT"),
    ] {
        let error = run(store.as_admin(token.clone()).deactivate_staff(id)).unwrap_err();
        assert_eq!(error.fault(), Fault::Refused);
        assert!(error.to_string().contains(code), "{error}");
    }
    assert!(matches!(identify(&store, &victim.token).holder, Holder::Staff { .. }), "nothing happened yet");

    let wide = store.as_admin(wide.token);
    run(wide.deactivate_staff(&victim.id)).unwrap();
    let found = identify(&store, &victim.token);
    assert_eq!((found.holder, found.refusal), (Holder::Nobody, Some(Refusal::Invalid)));
    assert_eq!(run(wide.deactivate_staff("VXNlcjo5OTk5")).unwrap_err().fault(), Fault::NotFound);
}

#[test]
fn an_app_may_shut_users_out_but_no_superuser() {
    let fake = FakeSaleor::start().unwrap();
    let store = client(&fake);
    let staff = fake.add_staff("victim@example.com", &[]);
    let boss = fake.add_superuser("admin@example.com");
    let users = store.as_admin(fake.add_app("users", &["MANAGE_USERS"]).token);
    let ids = [staff.id.clone(), boss.id.clone()];
    let changed = run(users.set_users_active(&ids, false)).unwrap();
    assert_eq!((changed.count, changed.refused), (1, vec![boss.id]));
    assert_eq!(identify(&store, &staff.token).holder, Holder::Nobody);
    let changed = run(users.set_users_active(&ids[..1], true)).unwrap();
    assert_eq!((changed.count, changed.refused.len()), (1, 0));
    assert!(matches!(identify(&store, &staff.token).holder, Holder::Staff { active: true, .. }));
    let error = run(users.set_users_active(&["VXNlcjo5OTk5".to_owned()], false)).unwrap_err();
    assert_eq!(error.fault(), Fault::NotFound);
}

#[test]
fn nobody_makes_tokens_for_an_app_that_may_more() {
    let fake = FakeSaleor::start().unwrap();
    let narrow = client(&fake).as_admin(fake.add_staff("s@example.com", &["MANAGE_APPS"]).token);
    let app = fake.add_app("wide", &["MANAGE_ORDERS"]);
    for error in [
        run(narrow.issue(&app.id, "x")).map(drop).unwrap_err(),
        run(narrow.revoke(&app.token_id)).unwrap_err(),
    ] {
        assert_eq!(error.fault(), Fault::Refused);
        assert!(error.to_string().contains("OUT_OF_SCOPE_APP"), "{error}");
    }
    run(narrow.deactivate_app(&app.id)).unwrap();
    // An app with MANAGE_APPS may rotate what may no more than itself.
    let rotator = fake.add_app("rotator", &["MANAGE_APPS", "MANAGE_TAXES"]);
    let taxes = fake.add_app("taxes", &["MANAGE_TAXES"]);
    let rotator = client(&fake).as_admin(rotator.token);
    run(rotator.issue(&taxes.id, "second")).unwrap();
    run(rotator.revoke(&taxes.token_id)).unwrap();
    assert_eq!(run(rotator.issue(&app.id, "x")).map(drop).unwrap_err().fault(), Fault::Refused);
    let long = "x".repeat(129);
    let error = run(narrow.issue(&fake.add_app("none", &[]).id, &long)).unwrap_err();
    assert_eq!(error.fault(), Fault::Invalid);
    assert!(!error.to_string().contains(&long));
}

#[test]
fn all_apps_are_listed_page_by_page() {
    let fake = FakeSaleor::start().unwrap();
    let admin = client(&fake).as_admin(fake.add_superuser("admin@example.com").token);
    assert!(run(admin.apps()).unwrap().is_empty());
    let mut ids: Vec<String> =
        (0..201).map(|number| fake.add_app(&format!("app {number}"), &["MANAGE_TAXES"]).id).collect();
    let before = fake.seen().len();
    let mut apps = run(admin.apps()).unwrap();
    assert_eq!(fake.seen().len() - before, 3);
    assert!(apps.iter().all(|app| app.active && app.tokens.len() == 1 && app.permissions.len() == 1));
    ids.sort_unstable();
    apps.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    assert!(apps.into_iter().map(|app| app.id).eq(ids));
}

#[test]
fn a_list_without_an_end_is_left() {
    let fake = FakeSaleor::start().unwrap();
    let page = |cursor: serde_json::Value| {
        let info = serde_json::json!({ "hasNextPage": true, "endCursor": cursor });
        Trouble::Json(200, serde_json::json!({ "data": { "apps": { "pageInfo": info, "edges": [] } } }))
    };
    let admin = client(&fake).as_admin(crate::unknown());
    for (pages, asked) in [
        (vec![page("a".into()), page("a".into())], 2),
        (vec![page(serde_json::Value::Null)], 1),
        ((0..200).map(|number| page(number.to_string().into())).collect(), 100),
    ] {
        let before = fake.seen().len();
        fake.next(pages);
        assert_eq!(run(admin.apps()).unwrap_err().fault(), Fault::Invalid);
        assert_eq!(fake.seen().len() - before, asked);
    }
}

#[test]
fn a_switch_that_did_not_turn_is_an_error() {
    let fake = FakeSaleor::start().unwrap();
    let admin = client(&fake).as_admin(crate::unknown());
    let answer = |field: &str, value: serde_json::Value| {
        Trouble::Json(200, serde_json::json!({ "data": { field: value } }))
    };
    let app = |active: bool| serde_json::json!({ "app": { "isActive": active }, "errors": [] });
    fake.next([answer("appDeactivate", app(true)), answer("appDeactivate", app(false))]);
    assert_eq!(run(admin.deactivate_app("a")).unwrap_err().fault(), Fault::Invalid);
    run(admin.deactivate_app("a")).unwrap();
    fake.next([answer("appActivate", app(false))]);
    assert_eq!(run(admin.activate_app("a")).unwrap_err().fault(), Fault::Invalid);
    let user = serde_json::json!({ "user": { "isActive": true }, "errors": [] });
    fake.next([answer("staffUpdate", user)]);
    assert_eq!(run(admin.deactivate_staff("u")).unwrap_err().fault(), Fault::Invalid);
    let none = serde_json::json!({ "authToken": null, "appToken": null, "errors": [] });
    fake.next([answer("appTokenCreate", none)]);
    assert_eq!(run(admin.issue("a", "x")).map(drop).unwrap_err().fault(), Fault::Invalid);
}
