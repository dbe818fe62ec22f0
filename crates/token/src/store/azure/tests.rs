use serde_json::{Value, json};

use super::*;
use crate::store::{
    contract::{self, Promise},
    fake::{Fake, Reply, run},
};

const LOGIN: &str = "/EXAMPLE-tenant/oauth2/v2.0/token";

/// What Key Vault and Entra ID do with one secret, after their public references; both are at one address.
struct Azure {
    /// How many logins gave a token; the last of them works.
    logins: Mutex<usize>,
    /// How many requests a token is good for.
    uses: Mutex<usize>,
    /// The last version and what was put.
    state: Mutex<(usize, Value)>,
}

impl Azure {
    fn holding(version: usize, put: Value) -> Self {
        Self { logins: Mutex::default(), uses: Mutex::new(usize::MAX), state: Mutex::new((version, put)) }
    }

    fn serve(self) -> Fake {
        Fake::new(move |request| self.answer(request))
    }

    fn answer(&self, request: &str) -> Reply {
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let mut logins = self.logins.lock().unwrap();
        if head.starts_with(&format!("POST {LOGIN} ")) {
            *logins += 1;
            return Reply::Whole(200, token(*logins));
        }
        let mut uses = self.uses.lock().unwrap();
        if !head.contains(&format!("authorization: Bearer EXAMPLE-token-{}", *logins)) || *uses == 0 {
            *uses = 2;
            return Reply::Whole(401, complaint("Unauthorized", "EXAMPLE"));
        }
        *uses -= 1;
        let mut state = self.state.lock().unwrap();
        match head.split(" HTTP/1.1").next().unwrap() {
            "GET /secrets/shop?api-version=7.4" if state.0 == 0 => {
                Reply::Whole(404, complaint("SecretNotFound", "EXAMPLE"))
            }
            "GET /secrets/shop?api-version=7.4" => Reply::Whole(200, shown(&state)),
            "PUT /secrets/shop?api-version=7.4" => {
                *state = (state.0 + 1, serde_json::from_str(body).unwrap());
                Reply::Whole(200, shown(&state))
            }
            other => panic!("{other}"),
        }
    }
}

fn shown((version, put): &(usize, Value)) -> String {
    let mut bundle = put.clone();
    bundle["id"] = format!("https://shop.vault.azure.net/secrets/shop/{version:032x}").into();
    bundle["attributes"] = json!({ "enabled": true, "created": 1493938410, "updated": 1493938410 });
    bundle.to_string()
}

fn token(number: usize) -> String {
    json!({ "access_token": format!("EXAMPLE-token-{number}"), "expires_in": 3599, "token_type": "Bearer" })
        .to_string()
}

fn complaint(code: &str, inner: &str) -> String {
    let error = json!({ "code": code, "message": "EXAMPLE", "innererror": { "code": inner } });
    json!({ "error": error }).to_string()
}

fn login() -> Login {
    let [tenant, client_id] = ["EXAMPLE-tenant", "EXAMPLE-client"].map(str::to_owned);
    Login::ClientSecret { tenant, client_id, secret: "EXAMPLE s&cret=ä".into() }
}

fn builder(fake: &Fake) -> AzureStoreBuilder {
    AzureStore::builder(fake.url(), "shop").login_address(fake.url())
}

fn store(fake: &Fake) -> AzureStore {
    builder(fake).build(login()).unwrap()
}

fn fault<T>(result: Result<T, PortError>) -> Fault {
    let error = result.err().unwrap();
    assert!(!format!("{error} {error:?}").contains("EXAMPLE"), "{error:?}");
    error.fault()
}

#[test]
fn it_keeps_the_contract() {
    let fake = Azure::holding(0, Value::Null).serve();
    let store = store(&fake);
    run(contract::check(&store, Promise::LooksThenWrites));
    assert_eq!(run(store.read()).unwrap().unwrap().version.as_str(), format!("{:032x}", 3));
    let logins = fake.seen().iter().filter(|request| request.starts_with("POST")).count();
    assert_eq!(logins, 1, "a token is kept");
    assert!(!format!("{store:?} {}", store.place()).contains("s&cret"));
}

#[test]
fn what_stands_beside_the_value_is_kept() {
    let held = json!({ "value": "EXAMPLE-1", "contentType": "text/plain", "tags": { "team": "shop" } });
    let fake = Azure::holding(7, held).serve();
    let store = store(&fake);
    let version = run(store.read()).unwrap().unwrap().version;
    run(store.write(&"EXAMPLE-2".into(), Some(&version))).unwrap();
    let put = fake.seen().pop().unwrap();
    let body: Value = serde_json::from_str(put.split_once("\r\n\r\n").unwrap().1).unwrap();
    let expected = json!({ "value": "EXAMPLE-2", "contentType": "text/plain", "tags": { "team": "shop" } });
    assert_eq!(body, expected);
}

#[test]
fn a_token_that_ends_is_replaced_once() {
    let azure = Azure::holding(1, json!({ "value": "EXAMPLE-1" }));
    *azure.uses.lock().unwrap() = 1;
    let fake = azure.serve();
    let store = store(&fake);
    for _ in 0..2 {
        assert!(run(store.read()).unwrap().is_some());
    }
    let asked: Vec<_> =
        fake.seen().iter().map(|request| request.split(" /").next().unwrap().to_owned()).collect();
    assert_eq!(asked, ["POST", "GET", "GET", "POST", "GET"]);
    // One that never works is not asked for again and again.
    let fake = Fake::new(|request| match request.starts_with("POST") {
        true => Reply::Whole(200, token(1)),
        false => Reply::Whole(401, String::new()),
    });
    assert_eq!(fault(run(self::store(&fake).read())), Fault::Refused);
    assert_eq!(fake.seen().len(), 2);
}

#[test]
fn a_login_says_who_asks_for_what() {
    let fake = Azure::holding(0, Value::Null).serve();
    run(builder(&fake).resource("https://vault.azure.cn").build(login()).unwrap().read()).unwrap();
    let (head, body) =
        fake.seen()[0].split_once("\r\n\r\n").map(|(h, b)| (h.to_owned(), b.to_owned())).unwrap();
    assert!(head.contains("content-type: application/x-www-form-urlencoded"), "{head}");
    let sent = "EXAMPLE+s%26cret%3D%C3%A4";
    let pairs: Vec<_> = body.split('&').map(|pair| pair.split_once('=').unwrap()).collect();
    let expected = [
        ("grant_type", "client_credentials"),
        ("client_id", "EXAMPLE-client"),
        ("client_secret", sent),
        ("scope", "https%3A%2F%2Fvault.azure.cn%2F.default"),
    ];
    assert_eq!(pairs, expected);
}

#[test]
fn machines_and_apps_have_identities() {
    let client_id = || Some("EXAMPLE-id".to_owned());
    for (is_app, client_id, asked) in [
        (
            false,
            None,
            "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net ",
        ),
        (
            false,
            client_id(),
            "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net&client_id=EXAMPLE-id ",
        ),
        (true, None, "/msi/token?api-version=2019-08-01&resource=https%3A%2F%2Fvault.azure.net "),
    ] {
        let fake = Fake::new(|request| match request.starts_with("GET /secrets/") {
            true => Reply::Whole(404, complaint("SecretNotFound", "")),
            false => Reply::Whole(200, token(1)),
        });
        let endpoint = format!("{}/msi/token", fake.url());
        let login = match is_app {
            true => Login::AppService { endpoint, header: "EXAMPLE-header".into(), client_id },
            false => Login::ManagedIdentity { client_id },
        };
        let store = builder(&fake).build(login).unwrap();
        assert!(run(store.read()).unwrap().is_none());
        let seen = fake.seen();
        assert!(seen[0].starts_with(&format!("GET {asked}")), "{}", seen[0]);
        let header = if is_app { "x-identity-header: EXAMPLE-header\r\n" } else { "metadata: true\r\n" };
        assert!(seen[0].contains(header), "{}", seen[0]);
        assert!(seen[1].contains("authorization: Bearer EXAMPLE-token-1\r\n"), "{}", seen[1]);
        assert!(!format!("{store:?}").contains("EXAMPLE-header"));
    }
}

#[test]
fn answers_are_faults() {
    let page = || "<html>EXAMPLE</html>".to_owned();
    for (status, body, of_login, of_vault) in [
        (200, page(), Fault::Invalid, Fault::Invalid),
        (200, json!({ "value": "EXAMPLE", "id": "EXAMPLE" }).to_string(), Fault::Invalid, Fault::Invalid),
        (200, " ".repeat(2 << 20), Fault::Invalid, Fault::Invalid),
        (400, page(), Fault::Refused, Fault::Invalid),
        (401, page(), Fault::Refused, Fault::Refused),
        (403, page(), Fault::Refused, Fault::Refused),
        (403, complaint("Forbidden", "SecretDisabled"), Fault::Refused, Fault::Refused),
        (404, page(), Fault::NotFound, Fault::NotFound),
        (404, complaint("VaultNotFound", "EXAMPLE"), Fault::NotFound, Fault::NotFound),
        (409, page(), Fault::Invalid, Fault::Conflict),
        (409, complaint("Conflict", "ObjectIsDeletedButRecoverable"), Fault::Invalid, Fault::Invalid),
        (410, page(), Fault::Unreachable, Fault::Invalid),
        (429, page(), Fault::Limited, Fault::Limited),
        (302, page(), Fault::Invalid, Fault::Invalid),
        (500, page(), Fault::Unreachable, Fault::Unreachable),
        (503, page(), Fault::Unreachable, Fault::Unreachable),
    ] {
        let fake = Fake::saying(status, body.clone());
        assert_eq!(fault(run(store(&fake).write(&"EXAMPLE".into(), None))), of_login, "login {status}");
        assert_eq!(fake.seen().len(), 1, "nothing is asked without a token");
        for method in ["GET /secrets", "PUT /secrets"] {
            let azure = Azure::holding(0, Value::Null);
            let body = body.clone();
            let fake = Fake::new(move |request| match request.starts_with(method) {
                true => Reply::Whole(status, body.clone()),
                false => azure.answer(request),
            });
            let written = run(store(&fake).write(&"EXAMPLE".into(), None));
            assert_eq!(fault(written), of_vault, "{method} {status}");
        }
    }
}

#[test]
fn no_whole_answer_is_none() {
    let cut = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"access_token\": \"EXAMPLE".to_vec();
    assert_eq!(fault(run(store(&Fake::new(move |_| Reply::Raw(cut.clone()))).read())), Fault::Unreachable);
    let silent = builder(&Fake::new(|_| Reply::Silence)).timeout(Duration::from_millis(50)).build(login());
    assert_eq!(fault(run(silent.unwrap().read())), Fault::TimedOut);
}

#[test]
fn what_leads_elsewhere_is_refused() {
    let vault = "https://shop.vault.azure.net";
    for (address, secret) in [
        ("http://shop.vault.azure.net", "shop"),
        // The link is for logins of machines alone.
        ("http://169.254.169.254", "shop"),
        (vault, "../keys"),
        (vault, ""),
        (vault, "a_b"),
    ] {
        assert_eq!(
            fault(AzureStore::builder(address, secret).build(login())),
            Fault::Invalid,
            "{address} {secret}"
        );
    }
    let at = |address: &str| AzureStore::builder(vault, "shop").login_address(address);
    let machine = || Login::ManagedIdentity { client_id: None };
    let app = |endpoint: &str| {
        let endpoint = endpoint.to_owned();
        Login::AppService { endpoint, header: "EXAMPLE".into(), client_id: None }
    };
    assert_eq!(
        fault(at("http://169.254.169.254").build(login())),
        Fault::Invalid,
        "a client's secret in clear"
    );
    assert_eq!(fault(at("http://10.0.0.1").build(machine())), Fault::Invalid);
    assert_eq!(fault(at(vault).build(app("http://10.0.0.1/msi/token"))), Fault::Invalid);
    assert!(AzureStore::builder(vault, "shop").build(machine()).is_ok());
    assert!(at(vault).build(app("http://169.254.130.2:8081/msi/token")).is_ok());
    for tenant in ["", "..", "a/b"] {
        let [tenant, client_id] = [tenant, "EXAMPLE"].map(str::to_owned);
        let login = Login::ClientSecret { tenant, client_id, secret: "EXAMPLE".into() };
        assert_eq!(fault(at(vault).build(login)), Fault::Invalid);
    }
}
