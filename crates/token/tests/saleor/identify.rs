//! What only a store for tests can be brought to.

use serde_json::json;
use storeward_core::Fault;
use storeward_token::{
    PermissionProbe, SmokeTest,
    port::{Holder, Refusal},
    saleor::testing::{FakeSaleor, Trouble},
};

use crate::{client, identify, run, suite::Fake, suite::World, unknown};

#[test]
fn a_users_token_is_refused_with_a_reason() {
    let fake = FakeSaleor::start().unwrap();
    let store = client(&fake);
    let staff = fake.add_staff("maria@example.com", &["MANAGE_STAFF"]);
    let found = identify(&store, &staff.token);
    let holder = Holder::Staff { id: staff.id.clone(), email: "maria@example.com".to_owned(), active: true };
    assert_eq!((found.holder, found.refusal), (holder, None));
    assert_eq!(found.permissions.into_iter().collect::<Vec<_>>(), ["MANAGE_STAFF"]);

    fake.expire(&staff.id);
    let customer = fake.add_customer("customer@example.com");
    for (token, refusal, shown) in [
        (&staff.token, Refusal::Expired, "it has expired"),
        (&customer.token, Refusal::Customer, "it is a customer's"),
    ] {
        let found = identify(&store, token);
        assert_eq!((found.holder, found.refusal), (Holder::Nobody, Some(refusal)));
        assert_eq!(refusal.to_string(), shown);
    }
}

#[test]
fn a_reason_is_heard_from_the_second_question_too() {
    let fake = FakeSaleor::start().unwrap();
    let error = |code: &str| {
        Trouble::Json(
            200,
            json!({ "errors": [{ "message": "", "extensions": { "exception": { "code": code } } }], "data": null }),
        )
    };
    for (code, refusal) in [
        ("ExpiredSignatureError", Refusal::Expired),
        ("InvalidSignatureError", Refusal::Signature),
        ("InvalidTokenError", Refusal::Invalid),
    ] {
        fake.next([error("PermissionDenied"), error(code)]);
        let found = identify(&client(&fake), &unknown());
        assert_eq!((found.holder, found.refusal), (Holder::Nobody, Some(refusal)));
    }
}

#[test]
fn a_closed_store_lets_in_whom_it_knows() {
    let world = Fake::new();
    let (_, token) = world.app("Configurator", &[]);
    world.fake.open(false);
    assert!(matches!(identify(&world.store(), &token).holder, Holder::App { .. }));
    assert!(matches!(identify(&world.store(), &world.admin()).holder, Holder::Staff { .. }));
    let found = identify(&world.store(), &unknown());
    assert_eq!((found.holder, found.refusal), (Holder::Nobody, Some(Refusal::Closed)));
    let error = run(world.store().as_admin(unknown()).apps()).unwrap_err();
    assert_eq!(error.fault(), Fault::Refused);
    assert!(error.to_string().contains("STOREFRONT_TRAFFIC_NOT_ALLOWED"), "{error}");
}

#[test]
fn half_an_answer_is_none() {
    let fake = FakeSaleor::start().unwrap();
    let denied = json!([{ "message": "", "extensions": { "exception": { "code": "PermissionDenied" } } }]);
    let app = |permissions, tokens| json!({ "id": "QXBwOjE=", "name": "x", "isActive": true, "permissions": permissions, "tokens": tokens });
    for answer in [
        json!({ "data": { "app": app(json!(null), json!([])) } }),
        json!({ "data": { "app": app(json!([]), json!(null)) } }),
        json!({ "data": { "app": app(json!([]), json!(null)) }, "errors": denied }),
        json!({ "data": { "app": 7 } }),
        json!({ "data": { "app": { "id": "QXBwOjE=" } } }),
        json!({}),
        json!([]),
        json!("app"),
    ] {
        fake.next([Trouble::Json(200, answer.clone())]);
        run(client(&fake).identify(&unknown())).map(|found| panic!("{answer}: {found:?}")).unwrap_err();
    }
}

#[test]
fn a_question_has_a_name_and_carries_its_token() {
    let fake = FakeSaleor::start().unwrap();
    identify(&client(&fake), &unknown());
    let seen = fake.seen();
    let names: Vec<_> = seen.iter().map(|seen| seen.operation.as_str()).collect();
    assert_eq!(names, ["TokenApp", "TokenUser"]);
    assert!(seen.iter().all(|seen| seen.bearer));
}

#[test]
fn introspection_passes_where_the_api_is_saleors() {
    let fake = FakeSaleor::start().unwrap();
    let (store, token) = (client(&fake), unknown());
    assert_eq!(store.name(), "introspection");
    assert_eq!(run(SmokeTest::run(&store, &token)).unwrap(), Ok(()));
    let roots = json!({ "queryType": { "name": "query_root" }, "mutationType": null });
    fake.next([Trouble::Json(200, json!({ "data": { "__schema": roots } }))]);
    assert!(run(SmokeTest::run(&store, &token)).unwrap().unwrap_err().contains("other roots"));
    fake.next([Trouble::Html]);
    assert_eq!(run(SmokeTest::run(&store, &token)).unwrap_err().fault(), Fault::Invalid);
}
