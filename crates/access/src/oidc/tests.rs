//! An issuer on this machine, and tokens that are right or wrong in one way each.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::TcpListener,
    process::{Command, Stdio},
    sync::{Arc, Mutex},
    thread,
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::json;

use super::*;

const AUDIENCE: &str = "storeward";

/// Serves what stands under a path, until the test ends.
struct Fake {
    address: String,
    pages: Arc<Mutex<BTreeMap<String, (u16, String)>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Fake {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (pages, asked) =
            <(Arc<Mutex<BTreeMap<String, (u16, String)>>>, Arc<Mutex<Vec<String>>>)>::default();
        let (served, heads) = (Arc::clone(&pages), Arc::clone(&asked));
        thread::spawn(move || {
            for mut connection in listener.incoming().flatten() {
                let (mut head, mut more) = (Vec::new(), [0; 1024]);
                while !head.windows(4).any(|end| end == b"\r\n\r\n") {
                    match connection.read(&mut more) {
                        Ok(read) if read > 0 => head.extend(more.iter().take(read)),
                        _ => break,
                    }
                }
                let head = String::from_utf8(head).unwrap();
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                heads.lock().unwrap().push(head);
                let page = served.lock().unwrap().get(&path).cloned();
                let (status, body) = page.unwrap_or((404, String::new()));
                let length = body.len();
                let _ = write!(
                    connection,
                    "HTTP/1.1 {status} Said\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
                );
            }
        });
        Self { address, pages, asked }
    }

    fn put(&self, path: &str, status: u16, body: &dyn ToString) {
        self.pages.lock().unwrap().insert(path.to_owned(), (status, body.to_string()));
    }

    /// Publishes these keys.
    fn publish(&self, keys: &[&Value]) {
        let jwks = format!("{}/keys", self.address);
        self.put(
            "/.well-known/openid-configuration",
            200,
            &json!({ "issuer": self.address, "jwks_uri": jwks }),
        );
        self.put("/keys", 200, &json!({ "keys": keys }));
    }
}

/// A key that signs, and its public half as it is published.
struct Signer {
    private: EncodingKey,
    public: Value,
    algorithm: Algorithm,
}

impl Signer {
    fn p256(id: &str) -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).unwrap();
        let point = &pair.public_key().as_ref()[1..];
        let [x, y] = [&point[..32], &point[32..]].map(|half| BASE64_URL_SAFE_NO_PAD.encode(half));
        let public =
            json!({ "kid": id, "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "x": x, "y": y });
        Self { private: EncodingKey::from_ec_der(pkcs8.as_ref()), public, algorithm: Algorithm::ES256 }
    }

    fn token(&self, id: &str, claims: &Value) -> SecretString {
        let header = Header { kid: Some(id.to_owned()), ..Header::new(self.algorithm) };
        encode(&header, claims, &self.private).unwrap().into()
    }
}

fn now() -> DateTime<Utc> {
    "2026-11-24T12:00:00Z".parse().unwrap()
}

/// What a good token says, with some of it changed.
fn claims(fake: &Fake, changes: &Value) -> Value {
    let at = now().timestamp();
    let mut claims = json!({
        "iss": fake.address, "aud": AUDIENCE, "sub": "repo:shop/store:environment:production",
        "iat": at, "nbf": at, "exp": at + 300, "repository": "shop/store", "run_attempt": 1,
    });
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => claims.as_object_mut().unwrap().remove(name),
            value => claims.as_object_mut().unwrap().insert(name.clone(), value.clone()),
        };
    }
    claims
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn verify(fake: &Fake, token: &SecretString) -> Result<Identity, Refusal> {
    run(Issuer::new(&fake.address, AUDIENCE).unwrap().verify(token, now())).unwrap()
}

#[test]
fn a_good_token_names_its_subject() {
    let (fake, signer, other) = (Fake::start(), Signer::p256("one"), Signer::p256("two"));
    fake.publish(&[&other.public, &signer.public]);
    let identity = verify(&fake, &signer.token("one", &claims(&fake, &json!({})))).unwrap();
    assert_eq!(identity.subject, "repo:shop/store:environment:production");
    assert_eq!((identity.claim("repository"), identity.claim("run_attempt")), (Some("shop/store"), None));
    assert_eq!(identity.expires, now() + TimeDelta::seconds(300));
    let actor = identity.into_actor();
    assert_eq!(actor.kind, ActorKind::Automation);
    assert!(matches!(actor.attestation, Attestation::Signed { issuer, .. } if issuer == fake.address));
    assert!(actor.roles.is_empty(), "who it is says nothing about what it may do");
    let several = claims(&fake, &json!({ "aud": ["other", AUDIENCE] }));
    assert!(verify(&fake, &signer.token("one", &several)).is_ok(), "one of several audiences");
}

#[test]
fn each_wrong_thing_is_refused() {
    let (fake, signer, stranger) = (Fake::start(), Signer::p256("one"), Signer::p256("one"));
    fake.publish(&[&signer.public]);
    let at = now().timestamp();
    for (changes, refusal) in [
        (json!({ "iss": "https://token.example" }), Refusal::Issuer),
        (json!({ "iss": null }), Refusal::Issuer),
        (json!({ "aud": "somebody" }), Refusal::Audience),
        (json!({ "aud": null }), Refusal::Audience),
        (json!({ "exp": at - 60 }), Refusal::Expired),
        (json!({ "exp": null }), Refusal::Malformed),
        (json!({ "exp": "never" }), Refusal::Malformed),
        (json!({ "nbf": at + 61 }), Refusal::NotYet),
        (json!({ "iat": at + 61 }), Refusal::NotYet),
        (json!({ "iat": "soon" }), Refusal::Malformed),
        (json!({ "sub": null }), Refusal::Malformed),
        (json!({ "sub": "" }), Refusal::Malformed),
        (json!({ "sub": 7 }), Refusal::Malformed),
    ] {
        let token = signer.token("one", &claims(&fake, &changes));
        assert_eq!(verify(&fake, &token), Err(refusal), "{changes}");
    }
    let good = claims(&fake, &json!({}));
    assert!(
        verify(&fake, &signer.token("one", &claims(&fake, &json!({ "exp": at - 59, "nbf": at + 60 }))))
            .is_ok()
    );
    assert_eq!(verify(&fake, &signer.token("three", &good)), Err(Refusal::UnknownKey));
    assert_eq!(verify(&fake, &stranger.token("one", &good)), Err(Refusal::Signature));
    let text = signer.token("one", &good);
    let (signed, signature) = text.expose().rsplit_once('.').unwrap();
    let (header, _) = signed.split_once('.').unwrap();
    let forged = BASE64_URL_SAFE_NO_PAD.encode(claims(&fake, &json!({ "sub": "repo:other" })).to_string());
    assert_eq!(verify(&fake, &format!("{header}.{forged}.{signature}").into()), Err(Refusal::Signature));
    assert_eq!(verify(&fake, &format!("{signed}.").into()), Err(Refusal::Signature));
}

#[test]
fn the_algorithm_is_not_the_tokens_to_choose() {
    let (fake, signer) = (Fake::start(), Signer::p256("one"));
    fake.publish(&[&signer.public]);
    let body = BASE64_URL_SAFE_NO_PAD.encode(claims(&fake, &json!({})).to_string());
    for (header, refusal) in [
        (json!({ "alg": "none", "kid": "one" }), Refusal::Algorithm),
        (json!({ "alg": "HS256", "kid": "one" }), Refusal::Algorithm),
        (json!({ "alg": "PS256", "kid": "one" }), Refusal::Algorithm),
        (json!({ "alg": "RS256", "kid": "one" }), Refusal::Algorithm),
        (json!({ "alg": "ES256" }), Refusal::UnknownKey),
    ] {
        let token = format!("{}.{body}.AAAA", BASE64_URL_SAFE_NO_PAD.encode(header.to_string()));
        assert_eq!(verify(&fake, &token.into()), Err(refusal), "{header}");
    }
    // A secret made of the public key, as of a server that takes both kinds.
    let secret = EncodingKey::from_secret(signer.public.to_string().as_bytes());
    let header = Header { kid: Some("one".to_owned()), ..Header::new(Algorithm::HS256) };
    let confused = encode(&header, &claims(&fake, &json!({})), &secret).unwrap();
    assert_eq!(verify(&fake, &confused.into()), Err(Refusal::Algorithm));
    for text in ["", "a.b.c", "EXAMPLE", "..", "eyJhbGciOiJFUzI1NiJ9"] {
        assert!(verify(&fake, &text.into()).is_err(), "{text}");
    }
}

/// RS256 is what GitHub signs with; nothing here makes keys for it, so OpenSSL does.
#[test]
fn rsa_is_verified() {
    let Ok(made) =
        Command::new("openssl").args(["genrsa", "-traditional", "2048"]).stderr(Stdio::null()).output()
    else {
        let _ = std::io::stderr().write_all(b"skipped: no openssl here\n");
        return;
    };
    let openssl = |arguments: &[&str]| {
        let mut child = Command::new("openssl")
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(&made.stdout).unwrap();
        child.wait_with_output().unwrap().stdout
    };
    let der = openssl(&["rsa", "-traditional", "-outform", "DER"]);
    let modulus = String::from_utf8(openssl(&["rsa", "-noout", "-modulus"])).unwrap();
    let (_, hex) = modulus.trim().split_once('=').unwrap();
    let digits: Vec<u32> = hex.chars().map(|digit| digit.to_digit(16).unwrap()).collect();
    let bytes: Vec<u8> = digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).unwrap()).collect();
    let public = json!({ "kid": "rsa", "kty": "RSA", "alg": "RS256", "e": "AQAB", "n": BASE64_URL_SAFE_NO_PAD.encode(bytes) });
    let signer = Signer { private: EncodingKey::from_rsa_der(&der), public, algorithm: Algorithm::RS256 };
    let fake = Fake::start();
    fake.publish(&[&signer.public]);
    assert!(verify(&fake, &signer.token("rsa", &claims(&fake, &json!({})))).is_ok());
}

#[test]
fn an_issuer_that_does_not_answer_lets_nobody_in() {
    let (fake, signer) = (Fake::start(), Signer::p256("one"));
    let token = signer.token("one", &claims(&fake, &json!({})));
    let ask =
        |fake: &Fake| run(Issuer::new(&fake.address, AUDIENCE).unwrap().verify(&token, now())).unwrap_err();
    assert_eq!(ask(&fake).fault(), Fault::Invalid, "nothing stands there");
    let configuration = "/.well-known/openid-configuration";
    for (status, body, fault) in [
        (503, json!({}), Fault::Unreachable),
        (429, json!({}), Fault::Limited),
        (200, json!("<html>"), Fault::Invalid),
        (
            200,
            json!({ "issuer": "https://other.example", "jwks_uri": format!("{}/keys", fake.address) }),
            Fault::Invalid,
        ),
        (200, json!({ "issuer": fake.address, "jwks_uri": "http://keys.example/" }), Fault::Invalid),
    ] {
        fake.put(configuration, status, &body);
        assert_eq!(ask(&fake).fault(), fault, "{body}");
    }
    fake.publish(&[&signer.public]);
    fake.put("/keys", 200, &" ".repeat(LONGEST + 1));
    assert_eq!(ask(&fake).fault(), Fault::Invalid);
    let gone = Issuer::new("http://127.0.0.1:1", AUDIENCE).unwrap();
    assert_eq!(run(gone.verify(&token, now())).unwrap_err().fault(), Fault::Unreachable);
    assert!(Issuer::new("http://issuer.example", AUDIENCE).is_err());
}

#[test]
fn a_job_asks_github_for_its_token() {
    let fake = Fake::start();
    let address = format!("{}/token?api-version=2.0", fake.address);
    fake.put("/token?api-version=2.0&audience=storeward", 200, &json!({ "value": "EXAMPLE.token.text" }));
    let token = run(request(&address, &"EXAMPLE".into(), AUDIENCE)).unwrap();
    assert!(token == "EXAMPLE.token.text".into());
    assert!(fake.asked.lock().unwrap()[0].to_ascii_lowercase().contains("authorization: bearer example"));
    for (status, fault) in [(403, Fault::Refused), (500, Fault::Unreachable), (204, Fault::Invalid)] {
        fake.put("/token?api-version=2.0&audience=storeward", status, &"");
        let error = run(request(&address, &"EXAMPLE".into(), AUDIENCE)).unwrap_err();
        assert_eq!(error.fault(), fault);
        assert!(!error.to_string().contains("EXAMPLE"));
    }
}
