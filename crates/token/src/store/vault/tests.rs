use super::*;
use crate::store::{
    contract,
    fake::{Fake, Reply, run},
};

/// What KV v2 does with one secret at `secret/data/shop/saleor`, for whoever has a token that it knows.
struct Kv {
    token: &'static str,
    /// The number and the fields; none of a deleted version.
    state: Mutex<(u64, Option<Value>)>,
}

impl Kv {
    fn holding(number: u64, fields: Option<Value>) -> Self {
        Self { token: "EXAMPLE-vault-token", state: Mutex::new((number, fields)) }
    }

    fn serve(self) -> Fake {
        Fake::new(move |request| self.answer(request))
    }

    fn answer(&self, request: &str) -> Reply {
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let head = head.to_ascii_lowercase();
        if !head.contains(&format!("x-vault-token: {}\r\n", self.token.to_ascii_lowercase())) {
            return Reply::Whole(403, r#"{"errors":["permission denied"]}"#.into());
        }
        let mut state = self.state.lock().unwrap();
        match head.split(" http/1.1").next().unwrap() {
            "get /v1/secret/data/shop/saleor" => {
                let metadata =
                    json!({ "version": state.0, "created_time": "2026-01-02T03:04:05Z", "destroyed": false });
                let data = json!({ "data": { "data": state.1, "metadata": metadata } });
                match *state {
                    (0, _) => Reply::Whole(404, r#"{"errors":[]}"#.into()),
                    (_, None) => Reply::Whole(404, data.to_string()),
                    _ => Reply::Whole(200, data.to_string()),
                }
            }
            "post /v1/secret/data/shop/saleor" => {
                let body: Value = serde_json::from_str(body).unwrap();
                if body["options"]["cas"] != json!(state.0) {
                    let said = "check-and-set parameter did not match the current version";
                    return Reply::Whole(400, json!({ "errors": [said] }).to_string());
                }
                *state = (state.0 + 1, Some(body["data"].clone()));
                Reply::Whole(200, json!({ "data": { "version": state.0, "deletion_time": "" } }).to_string())
            }
            _ => Reply::Whole(404, r#"{"errors":["no handler for route"]}"#.into()),
        }
    }
}

fn builder(fake: &Fake) -> VaultStoreBuilder {
    VaultStore::builder(fake.url(), "secret", "shop/saleor")
}

fn store(fake: &Fake) -> VaultStore {
    builder(fake).build(Login::Token("EXAMPLE-vault-token".into())).unwrap()
}

fn fault<T>(result: Result<T, PortError>) -> Fault {
    let error = result.err().unwrap();
    assert!(!format!("{error} {error:?}").contains("EXAMPLE"), "{error:?}");
    error.fault()
}

#[test]
fn it_keeps_the_contract() {
    let states =
        [(0, None), (4, None), (4, Some(json!({ "other": "x" }))), (4, Some(json!({ "token": "" })))];
    for (number, fields) in states {
        let fake = Kv::holding(number, fields).serve();
        let store = store(&fake);
        run(contract::check(&store, contract::Promise::CompareAndSet));
        contract::race(&store, &|write: BoxFuture<'_, _>| run(write));
    }
}

#[test]
fn other_fields_are_kept() {
    let fake = Kv::holding(2, Some(json!({ "other": { "n": 1 }, "token": "EXAMPLE-1" }))).serve();
    let made = run(store(&fake).write(&"EXAMPLE-2".into(), Some(&Version::new("2")))).unwrap();
    assert_eq!(made.as_str(), "3");
    let sent = fake.seen().pop().unwrap();
    let body: Value = serde_json::from_str(sent.split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!(body["data"], json!({ "other": { "n": 1 }, "token": "EXAMPLE-2" }));
    let other =
        run(builder(&fake).field("other").build(Login::Token("EXAMPLE-vault-token".into())).unwrap().read());
    assert_eq!(fault(other), Fault::Invalid, "a field that is no text");
}

#[test]
fn one_who_comes_in_between_wins() {
    // Vault itself sees the other version: it came after ours was read.
    let kv = Kv::holding(1, Some(json!({ "token": "EXAMPLE-1" })));
    let fake = Fake::new(move |request| {
        let reply = kv.answer(request);
        if request.starts_with("GET") {
            kv.state.lock().unwrap().0 += 1;
        }
        reply
    });
    assert_eq!(
        fault(run(store(&fake).write(&"EXAMPLE-2".into(), Some(&Version::new("1"))))),
        Fault::Conflict
    );
    assert!(fake.seen().iter().any(|request| request.starts_with("POST")));
}

#[test]
fn answers_are_faults() {
    let body = r#"{"errors":["EXAMPLE of what Vault says"]}"#;
    for (status, expected) in [
        (400, Fault::Invalid),
        (403, Fault::Refused),
        (404, Fault::NotFound),
        (405, Fault::Invalid),
        (412, Fault::Unreachable),
        (429, Fault::Limited),
        (307, Fault::Unreachable),
        (500, Fault::Unreachable),
        (502, Fault::Unreachable),
        (503, Fault::Unreachable),
        (200, Fault::Invalid),
        (204, Fault::Invalid),
    ] {
        let fake = Fake::saying(status, body);
        assert_eq!(fault(run(store(&fake).read())), expected, "{status}");
        assert_eq!(fault(run(store(&fake).write(&"EXAMPLE".into(), None))), expected, "{status}");
        assert_eq!(fake.seen().len(), 2, "nothing is asked twice, and nothing written: {status}");
        // The same, but only to the write.
        let fake = Fake::new(move |request| match request.starts_with("GET") {
            true => Reply::Whole(404, r#"{"errors":[]}"#.into()),
            false => Reply::Whole(status, body.into()),
        });
        assert_eq!(fault(run(store(&fake).write(&"EXAMPLE".into(), None))), expected, "{status}");
    }
}

#[test]
fn no_whole_answer_is_none() {
    let cut = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"data\": {\"EXAMPLE".to_vec();
    assert_eq!(fault(run(store(&Fake::new(move |_| Reply::Raw(cut.clone()))).read())), Fault::Unreachable);
    let long = run(store(&Fake::saying(200, " ".repeat(2 << 20))).read()).unwrap_err();
    assert_eq!(long.to_string(), "secret store invalid: the answer is longer than 1 MiB");
    let silent = Fake::new(|_| Reply::Silence);
    let login = Login::Token("EXAMPLE".into());
    let store = builder(&silent).timeout(Duration::from_millis(50)).build(login).unwrap();
    assert_eq!(fault(run(store.read())), Fault::TimedOut);
}

/// What a login is asked for and gives a token that works; each login gives the next one.
fn vault_with_login(path: &'static str, expected: Value) -> Fake {
    let tokens = ["EXAMPLE-token-1", "EXAMPLE-token-2"];
    let (given, kv) = (Mutex::new(0), Kv::holding(1, Some(json!({ "token": "EXAMPLE-1" }))));
    let kv = Mutex::new(kv);
    Fake::new(move |request| {
        let mut given = given.lock().unwrap();
        let mut kv = kv.lock().unwrap();
        if request.starts_with(&format!("POST {path} ")) {
            let body: Value = serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap();
            let Some(token) = tokens.get(*given).filter(|_| body == expected) else {
                return Reply::Whole(400, r#"{"errors":["invalid role or secret ID"]}"#.into());
            };
            *given += 1;
            kv.token = token;
            return Reply::Whole(
                200,
                json!({ "auth": { "client_token": token, "lease_duration": 60 } }).to_string(),
            );
        }
        let reply = kv.answer(request);
        // The token is used up by its first answer.
        kv.token = if matches!(reply, Reply::Whole(200, _)) { "EXAMPLE-none" } else { kv.token };
        reply
    })
}

#[test]
fn logins_get_tokens_and_get_another_when_one_ends() {
    let [mount, role] = ["a/b", "shop"].map(str::to_owned);
    let secret = || SecretString::from("EXAMPLE-s");
    let by_jwt = json!({ "role": "shop", "jwt": "EXAMPLE-s" });
    for (login, expected) in [
        (
            Login::AppRole { mount: mount.clone(), role_id: role.clone(), secret_id: secret() },
            json!({ "role_id": "shop", "secret_id": "EXAMPLE-s" }),
        ),
        (Login::Kubernetes { mount: mount.clone(), role: role.clone(), jwt: secret() }, by_jwt.clone()),
        (Login::Jwt { mount, role, jwt: secret() }, by_jwt),
    ] {
        let fake = vault_with_login("/v1/auth/a/b/login", expected);
        let store = builder(&fake).build(login).unwrap();
        for _ in 0..2 {
            assert!(run(store.read()).unwrap().is_some());
        }
        assert_eq!(fault(run(store.read())), Fault::Refused, "there are only two tokens to be had");
        let asked: Vec<_> =
            fake.seen().iter().map(|request| request.split(" /").next().unwrap().to_owned()).collect();
        assert_eq!(asked, ["POST", "GET", "GET", "POST", "GET", "GET", "POST"]);
        assert!(!format!("{store:?} {}", store.place()).contains("EXAMPLE"));
    }
}

#[test]
fn a_namespace_is_sent() {
    let fake = Fake::saying(404, r#"{"errors":[]}"#);
    let login = Login::Token("EXAMPLE".into());
    run(builder(&fake).namespace("team/shop").build(login).unwrap().read()).unwrap();
    assert!(fake.seen()[0].contains("x-vault-namespace: team/shop\r\n"), "{:?}", fake.seen());
}

#[test]
fn what_leads_elsewhere_is_refused() {
    let login = || Login::Token("EXAMPLE".into());
    for (address, mount, path) in [
        ("http://vault.example", "secret", "shop"),
        ("https://vault.example", "secret/../sys", "shop"),
        ("https://vault.example", "secret", "/shop"),
        ("https://vault.example", "", "shop"),
    ] {
        assert_eq!(fault(VaultStore::builder(address, mount, path).build(login())), Fault::Invalid);
    }
    let login = Login::Jwt { mount: "..".into(), role: "shop".into(), jwt: "EXAMPLE".into() };
    assert_eq!(
        fault(VaultStore::builder("https://vault.example", "secret", "shop").build(login)),
        Fault::Invalid
    );
}
