//! Servers that are no store, or a store in trouble: each has its fault and its sentence, and none sees its words repeated.

use std::{
    io::{Read, Write},
    net::TcpListener,
    thread,
    time::Duration,
};

use serde_json::json;
use storeward_core::{Fault, PortError, SecretString};
use storeward_token::{
    PermissionProbe, Saleor, TokenIssuer,
    port::Holder,
    saleor::testing::{FakeSaleor, Trouble},
};

use crate::{client, identify, limits, run, unknown};

/// What must be in no error: the token, and what servers say.
fn quotes_nothing(error: &PortError, token: &SecretString) {
    let shown = format!("{error} {error:?} {error:#?}");
    for part in [token.expose(), "EXAMPLE", "doctype", "Bearer"] {
        assert!(!shown.contains(part), "{shown}");
    }
}

/// Asks a query and a mutation, which fail, and gives how often each was asked.
fn check(store: &Saleor, fake: &FakeSaleor, fault: Fault, sentence: &str) -> (usize, usize) {
    let token = unknown();
    let admin = store.as_admin(token.clone());
    let start = fake.seen().len();
    let error = run(store.identify(&token)).unwrap_err();
    let asked = fake.seen().len() - start;
    for (error, port) in
        [(error, "permission probe"), (run(admin.issue("QXBwOjE=", "x")).unwrap_err(), "token issuer")]
    {
        assert_eq!((error.fault(), error.port()), (fault, port), "{error}");
        assert!(error.to_string().contains(sentence), "{error}");
        quotes_nothing(&error, &token);
    }
    assert!(!format!("{store:?} {admin:?}").contains("EXAMPLE"));
    (asked, fake.seen().len() - start - asked)
}

#[test]
fn each_trouble_has_its_fault_and_its_sentence() {
    let elsewhere = FakeSaleor::start().unwrap();
    let coded = |status, code: &str| {
        let extensions = json!({ "exception": { "code": code } });
        Trouble::Json(status, json!({ "errors": [{ "message": "EXAMPLE", "extensions": extensions }] }))
    };
    let echo = unknown();
    let once = (1, 1);
    for (trouble, fault, sentence, asked) in [
        (Trouble::Html, Fault::Invalid, "something else than JSON", once),
        (Trouble::Status(404), Fault::Invalid, "ends with a slash", once),
        (Trouble::Status(413), Fault::Invalid, "longer than the store takes", once),
        (Trouble::Status(401), Fault::Refused, "HTTP 401", once),
        (Trouble::Status(403), Fault::Refused, "HTTP 403", once),
        (Trouble::Status(418), Fault::Invalid, "makes no sense (HTTP 418)", once),
        (Trouble::Status(500), Fault::Unreachable, "in trouble (HTTP 500)", once),
        (Trouble::Status(502), Fault::Unreachable, "in trouble (HTTP 502)", (3, 1)),
        (Trouble::Status(503), Fault::Unreachable, "in trouble (HTTP 503)", (3, 1)),
        (Trouble::Status(504), Fault::TimedOut, "HTTP 504", (3, 1)),
        (Trouble::Limited(None), Fault::Limited, "ask again later", (3, 3)),
        (Trouble::Limited(Some("0".to_owned())), Fault::Limited, "HTTP 429", (3, 3)),
        (Trouble::Limited(Some("3600".to_owned())), Fault::Limited, "HTTP 429", once),
        (Trouble::Limited(Some("EXAMPLE".to_owned())), Fault::Limited, "HTTP 429", (3, 3)),
        (Trouble::Garbage, Fault::Invalid, "not one to the question", once),
        (Trouble::Json(200, json!({ "data": null })), Fault::Invalid, "not one to the question", once),
        (Trouble::Json(200, json!({ "EXAMPLE": 1 })), Fault::Invalid, "not one to the question", once),
        (Trouble::Json(400, json!({ "errors": [] })), Fault::Invalid, "HTTP 400", once),
        (Trouble::Cut, Fault::Unreachable, "broke before the answer was whole", (3, 1)),
        (Trouble::HangUp, Fault::Unreachable, "broke before the answer was whole", (3, 1)),
        (Trouble::Lost, Fault::Unreachable, "broke before the answer was whole", (3, 1)),
        (Trouble::Endless, Fault::Invalid, "longer than 1048576 bytes", once),
        (Trouble::Redirect(elsewhere.url()), Fault::Invalid, "sent to no other address", once),
        (coded(200, "QueryCostError"), Fault::Invalid, "(QueryCostError)", once),
        (coded(400, "QueryCostError"), Fault::Invalid, "(QueryCostError)", once),
        (coded(400, "GraphQLError"), Fault::Invalid, "(GraphQLError)", once),
        (coded(200, "AttributeError"), Fault::Invalid, "says no more", once),
        (coded(200, echo.expose()), Fault::Invalid, "says no more", once),
    ] {
        let fake = FakeSaleor::start().unwrap();
        fake.always(Some(trouble.clone()));
        assert_eq!(check(&client(&fake), &fake, fault, sentence), asked, "{trouble:?}");
    }
    assert!(elsewhere.seen().is_empty(), "a token goes nowhere else");
}

#[test]
fn what_the_store_says_of_a_users_token_is_a_refusal() {
    let fake = FakeSaleor::start().unwrap();
    for code in ["PermissionDenied", "InvalidTokenError", "InvalidSignatureError", "ExpiredSignatureError"] {
        let extensions = json!({ "exception": { "code": code } });
        fake.next([Trouble::Json(
            200,
            json!({ "errors": [{ "message": "EXAMPLE", "extensions": extensions }] }),
        )]);
        let error = run(client(&fake).as_admin(unknown()).list("QXBwOjE=")).unwrap_err();
        assert_eq!(error.fault(), Fault::Refused);
        assert!(error.to_string().contains(code), "{error}");
        quotes_nothing(&error, &unknown());
    }
}

#[test]
fn a_slow_answer_is_not_waited_for() {
    let fake = FakeSaleor::start().unwrap();
    fake.always(Some(Trouble::Loris));
    let mut limits = limits();
    limits.total = Duration::from_millis(200);
    let store = Saleor::with_limits(&fake.url(), limits).unwrap();
    let asked = check(&store, &fake, Fault::TimedOut, "no whole answer within 200 ms");
    assert_eq!(asked, (1, 1), "what may have had its effect is not done again");
}

#[test]
fn an_answer_may_be_just_as_long_as_the_limit() {
    let fake = FakeSaleor::start().unwrap();
    let body = json!({ "data": { "app": null, "EXAMPLE": "x".repeat(1000) } });
    let mut limits = limits();
    limits.longest = body.to_string().len();
    for (longest, fits) in [(limits.longest, true), (limits.longest - 1, false)] {
        limits.longest = longest;
        fake.next([Trouble::Json(200, body.clone())]);
        let found = run(Saleor::with_limits(&fake.url(), limits).unwrap().identify(&unknown()));
        assert_eq!(found.is_ok(), fits);
    }
}

#[test]
fn a_store_that_recovers_is_asked_again() {
    let fake = FakeSaleor::start().unwrap();
    let app = fake.add_app("Configurator", &[]);
    for trouble in [Trouble::Status(503), Trouble::HangUp, Trouble::Limited(Some("0".to_owned()))] {
        fake.next([trouble.clone(), trouble]);
        assert!(matches!(identify(&client(&fake), &app.token).holder, Holder::App { .. }));
    }
}

#[test]
fn a_token_is_never_made_twice() {
    let fake = FakeSaleor::start().unwrap();
    let admin = client(&fake).as_admin(fake.add_superuser("admin@example.com").token);
    let app = fake.add_app("Configurator", &[]).id;
    fake.next([Trouble::Lost]);
    let error = run(admin.issue(&app, "lost")).unwrap_err();
    assert_eq!(error.fault(), Fault::Unreachable);
    let names: Vec<_> = fake.tokens(&app).into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["Default", "lost"], "it was made, once");

    fake.next([Trouble::Limited(None)]);
    run(admin.issue(&app, "limited")).unwrap();
    assert_eq!(fake.tokens(&app).len(), 3, "nothing was made by the question that was refused");
}

#[test]
fn a_wrong_path_is_no_store() {
    let fake = FakeSaleor::start().unwrap();
    let address = fake.url();
    let store = Saleor::with_limits(address.trim_end_matches('/'), limits()).unwrap();
    let error = run(store.identify(&unknown())).unwrap_err();
    assert!(error.to_string().contains("`/graphql/`"), "{error}");
}

#[test]
fn nobody_is_there() {
    let fake = FakeSaleor::start().unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let store = Saleor::with_limits(&format!("http://127.0.0.1:{port}/graphql/"), limits()).unwrap();
    check(&store, &fake, Fault::Unreachable, "connection refused");
    let store = Saleor::with_limits("https://store.invalid/graphql/", limits()).unwrap();
    check(&store, &fake, Fault::Unreachable, "");
}

#[test]
fn a_server_without_tls_cannot_prove_who_it_is() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for mut connection in listener.incoming().flatten() {
            let _ = connection.read(&mut [0; 1024]);
            let _ = connection.write_all(b"HTTP/1.1 400 EXAMPLE\r\n\r\n");
        }
    });
    let fake = FakeSaleor::start().unwrap();
    let store = Saleor::with_limits(&format!("https://127.0.0.1:{port}/graphql/"), limits()).unwrap();
    check(&store, &fake, Fault::Invalid, "cannot prove who it is: it does not speak TLS");
}

#[test]
fn tokens_go_over_tls_or_to_this_machine() {
    for good in [
        "https://store.example/graphql/",
        "http://127.0.0.1:8000/graphql/",
        "http://[::1]:1/",
        "http://localhost/",
    ] {
        assert!(Saleor::new(good).is_ok(), "{good}");
    }
    for bad in [
        "http://store.example/graphql/",
        "http://127.0.0.1.example.com/",
        "http://localhost.example.com/",
        "http://10.0.0.1/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "https://user:EXAMPLE-password@store.example/",
        "https://store.example/graphql/?token=EXAMPLE",
        "https://store.example/graphql/#EXAMPLE",
        "store.example",
        "",
    ] {
        let error = Saleor::new(bad).unwrap_err();
        assert_eq!(error.fault(), Fault::Invalid, "{bad}");
        quotes_nothing(&error, &unknown());
    }
}

#[test]
fn what_no_header_can_hold_is_not_sent() {
    let fake = FakeSaleor::start().unwrap();
    let token = SecretString::from("EXAMPLE\r\nX-Other: 1");
    let error = run(client(&fake).identify(&token)).unwrap_err();
    assert_eq!(error.fault(), Fault::Invalid);
    quotes_nothing(&error, &token);
    assert!(fake.seen().is_empty());
}
