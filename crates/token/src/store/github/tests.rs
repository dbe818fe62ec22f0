use std::sync::Arc;

use crypto_box::SecretKey;

use super::*;
use crate::store::{
    contract::{self, Promise},
    fake::{Fake, Reply, run},
};

type Shared<T> = Arc<std::sync::Mutex<T>>;

/// What GitHub does with one secret below a path, after its public reference.
#[derive(Clone)]
struct Github {
    below: &'static str,
    /// The second and the text, which it opens with its private key.
    state: Shared<(u32, Option<String>)>,
    /// How many seconds go by with each write.
    pace: u32,
}

const REPOSITORY: &str = "/repos/shop/store/actions/secrets/";

impl Github {
    fn new(below: &'static str, text: Option<&str>) -> Self {
        Self { below, state: Arc::new(std::sync::Mutex::new((1, text.map(str::to_owned)))), pace: 0 }
    }

    fn serve(&self) -> Fake {
        let github = self.clone();
        Fake::new(move |request| github.answer(request))
    }

    /// Somebody else writes, in another second.
    fn write(&self, text: Option<&str>) {
        let mut state = self.state.lock().unwrap();
        *state = (state.0 + 1, text.map(str::to_owned));
    }

    fn text(&self) -> Option<String> {
        self.state.lock().unwrap().1.clone()
    }

    fn answer(&self, request: &str) -> Reply {
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let key = SecretKey::from_bytes([7; 32]);
        let mut state = self.state.lock().unwrap();
        let asked = head.split(" HTTP/1.1").next().unwrap();
        if !head.contains("authorization: Bearer EXAMPLE-token\r\n") {
            return Reply::Whole(401, r#"{"message":"Bad credentials"}"#.into());
        }
        let is = |method: &str, what: &str| asked == format!("{method} {}{what}", self.below);
        if is("GET", "public-key") {
            let public = BASE64_STANDARD.encode(key.public_key().as_bytes());
            return Reply::Whole(200, json!({ "key_id": "568250167242549743", "key": public }).to_string());
        }
        if is("GET", "SALEOR_TOKEN") && state.1.is_some() {
            let at = format!("2026-01-02T03:04:{:02}Z", state.0);
            let said =
                json!({ "name": "SALEOR_TOKEN", "created_at": "2026-01-01T00:00:00Z", "updated_at": at });
            return Reply::Whole(200, said.to_string());
        }
        if is("PUT", "SALEOR_TOKEN") {
            let body: Value = serde_json::from_str(body).unwrap();
            assert_eq!(body["key_id"], "568250167242549743");
            let sealed = BASE64_STANDARD.decode(body["encrypted_value"].as_str().unwrap()).unwrap();
            let text = String::from_utf8(key.unseal(&sealed).unwrap()).unwrap();
            let status = if state.1.is_none() { 201 } else { 204 };
            *state = (state.0 + self.pace, Some(text));
            return Reply::Whole(status, if status == 201 { "{}".into() } else { String::new() });
        }
        Reply::Whole(404, r#"{"message":"Not Found"}"#.into())
    }
}

fn builder(fake: &Fake) -> GithubStoreBuilder {
    GithubStore::builder("shop/store", "SALEOR_TOKEN").address(fake.url())
}

fn token() -> SecretString {
    "EXAMPLE-token".into()
}

fn store(fake: &Fake) -> GithubStore {
    builder(fake).build(&token()).unwrap()
}

fn fault<T>(result: Result<T, PortError>) -> Fault {
    let error = result.err().unwrap();
    assert!(!format!("{error} {error:?}").contains("EXAMPLE"), "{error:?}");
    error.fault()
}

fn read(store: &GithubStore) -> (String, Version) {
    let stored = run(store.read()).unwrap().unwrap();
    (stored.secret.expose().to_owned(), stored.version)
}

#[test]
fn it_keeps_the_contract() {
    for pace in [0, 1] {
        let github = Github { pace, ..Github::new(REPOSITORY, None) };
        let store = store(&github.serve());
        run(contract::check(&store, Promise::LooksThenWrites));
        assert_eq!(github.text().unwrap(), read(&store).0, "what is read is what GitHub opened");
        // Of its own writers one wins even so.
        contract::race(&store, &|write: BoxFuture<'_, _>| run(write));
        assert_eq!(github.text().unwrap(), read(&store).0);
        assert!(!format!("{store:?} {}", store.place()).contains("EXAMPLE"));
    }
}

#[test]
fn an_environment_has_its_own_secrets() {
    let github = Github::new("/repos/shop/store/environments/a%2Fb%20c/secrets/", None);
    let store = builder(&github.serve()).environment("a/b c").build(&token()).unwrap();
    run(store.write(&"EXAMPLE-1".into(), None)).unwrap();
    assert_eq!((github.text().as_deref(), read(&store).0.as_str()), (Some("EXAMPLE-1"), "EXAMPLE-1"));
    assert!(store.place().contains("shop/store, environment a/b c, SALEOR_TOKEN"), "{}", store.place());
}

#[test]
fn a_text_is_told_or_not_known() {
    let github = Github::new(REPOSITORY, Some("EXAMPLE-old"));
    let fake = github.serve();
    let error = run(store(&fake).read()).unwrap_err();
    assert!(error.fault() == Fault::Invalid && error.to_string().contains("say which it holds"), "{error}");
    assert_eq!(fault(run(store(&fake).write(&"EXAMPLE".into(), None))), Fault::Conflict);

    let known = || builder(&fake).known("EXAMPLE-old".into()).build(&token()).unwrap();
    let store = known();
    assert!(!format!("{store:?} {:?}", builder(&fake).known("EXAMPLE-old".into())).contains("EXAMPLE"));
    let (text, first) = read(&store);
    assert_eq!((text.as_str(), first.as_str()), ("EXAMPLE-old", "2026-01-02T03:04:01Z/0"));
    // What was told is of the time when it was told.
    github.write(Some("EXAMPLE-other"));
    let error = run(store.read()).unwrap_err();
    assert!(error.fault() == Fault::Conflict && error.to_string().contains("somebody else"), "{error}");
    assert_eq!(fault(run(store.write(&"EXAMPLE".into(), Some(&first)))), Fault::Conflict);
    assert_eq!(github.text().as_deref(), Some("EXAMPLE-other"));
    // A secret that is gone takes with it what was told of it.
    let store = known();
    github.write(None);
    assert!(run(store.read()).unwrap().is_none());
    github.write(Some("EXAMPLE-other"));
    assert_eq!(fault(run(store.read())), Fault::Invalid);
}

#[test]
fn a_text_of_ours_counts_until_somebody_else_writes() {
    let github = Github { pace: 1, ..Github::new(REPOSITORY, Some("EXAMPLE-old")) };
    let store = builder(&github.serve()).known("EXAMPLE-old".into()).build(&token()).unwrap();
    let (_, first) = read(&store);
    let second = run(store.write(&"EXAMPLE-new".into(), Some(&first))).unwrap();
    assert_eq!(read(&store), ("EXAMPLE-new".to_owned(), second.clone()));
    let third = run(store.write(&"EXAMPLE-old".into(), Some(&second))).unwrap();
    assert_eq!(read(&store), ("EXAMPLE-old".to_owned(), third.clone()));
    github.write(Some("EXAMPLE-other"));
    assert_eq!(fault(run(store.read())), Fault::Conflict, "the old text is not taken for the other one");
    assert_eq!(fault(run(store.write(&"EXAMPLE".into(), Some(&third)))), Fault::Conflict);
}

/// GitHub whose answer to a write gets lost, before or after it took effect.
fn losing(github: &Github, after: bool) -> Fake {
    let github = github.clone();
    Fake::new(move |request| match (request.starts_with("PUT"), after) {
        (false, _) => github.answer(request),
        (true, true) => {
            github.answer(request);
            Reply::Whole(502, String::new())
        }
        (true, false) => Reply::Raw(Vec::new()),
    })
}

#[test]
fn a_write_that_broke_off_is_found_out_about() {
    for (after, expected) in [(true, "EXAMPLE-new"), (false, "EXAMPLE-old")] {
        let github = Github { pace: 1, ..Github::new(REPOSITORY, Some("EXAMPLE-old")) };
        let fake = losing(&github, after);
        let store = builder(&fake).known("EXAMPLE-old".into()).build(&token()).unwrap();
        let (_, first) = read(&store);
        let written = run(store.write(&"EXAMPLE-new".into(), Some(&first)));
        assert_eq!(fault(written), Fault::Unreachable);
        let (text, version) = read(&store);
        assert_eq!((text.as_str(), version == first), (expected, !after));
        assert_eq!(github.text().as_deref(), Some(expected));
        // It is found out about once. What comes later is somebody else's.
        github.write(Some("EXAMPLE-other"));
        assert_eq!(fault(run(store.read())), Fault::Conflict);
    }
}

#[test]
fn a_write_whose_second_is_not_said_may_be_read() {
    let github = Github::new(REPOSITORY, Some("EXAMPLE-old"));
    let gets = Arc::new(std::sync::Mutex::new(0));
    let (inner, count) = (github.clone(), Arc::clone(&gets));
    let fake = Fake::new(move |request| {
        let mut count = count.lock().unwrap();
        *count += usize::from(request.starts_with(&format!("GET {REPOSITORY}SALEOR_TOKEN")));
        if *count == 3 { Reply::Whole(429, String::new()) } else { inner.answer(request) }
    });
    let store = builder(&fake).known("EXAMPLE-old".into()).build(&token()).unwrap();
    let (_, first) = read(&store);
    let written = run(store.write(&"EXAMPLE-new".into(), Some(&first)));
    assert_eq!(fault(written), Fault::Unreachable, "it may be there, so it is not said to be refused");
    *gets.lock().unwrap() = 10;
    // In the same second as before, and yet the new one.
    assert_eq!(read(&store), ("EXAMPLE-new".to_owned(), Version::new("2026-01-02T03:04:01Z/1")));
}

#[test]
fn answers_are_faults() {
    let page = || "<html>EXAMPLE</html>".to_owned();
    for (status, body, expected) in [
        (200, page(), Fault::Invalid),
        (200, r#"{"updated_at":"EXAMPLE","key_id":"1","key":"EXAMPLE"}"#.to_owned(), Fault::Invalid),
        (200, " ".repeat(2 << 20), Fault::Invalid),
        (204, String::new(), Fault::Invalid),
        (400, page(), Fault::Invalid),
        (401, page(), Fault::Refused),
        (403, page(), Fault::Refused),
        (404, page(), Fault::NotFound),
        (409, page(), Fault::Conflict),
        (422, page(), Fault::Invalid),
        (429, page(), Fault::Limited),
        (301, page(), Fault::Invalid),
        (500, page(), Fault::Unreachable),
        (503, page(), Fault::Unreachable),
    ] {
        let fake = Fake::saying(status, body.clone());
        assert_eq!(fault(run(store(&fake).read())), expected, "{status}");
        assert_eq!(fault(run(store(&fake).write(&"EXAMPLE".into(), None))), expected, "{status}");
        assert!(!fake.seen().iter().any(|request| request.starts_with("PUT")), "nothing is written");
        if status == 204 {
            continue;
        }
        // The same, but only to the write.
        let (github, only) = (Github::new(REPOSITORY, None), body.clone());
        let fake = Fake::new(move |request| match request.starts_with("PUT") {
            true => Reply::Whole(status, only.clone()),
            false => github.answer(request),
        });
        let store = store(&fake);
        assert_eq!(fault(run(store.write(&"EXAMPLE".into(), None))), expected, "PUT {status}");
        assert!(run(store.read()).unwrap().is_none());
    }
}

#[test]
fn a_limit_that_is_used_up_asks_for_patience() {
    for header in ["retry-after: 60", "x-ratelimit-remaining: 0", "x-ratelimit-remaining: 10"] {
        let answer = format!("HTTP/1.1 403 Forbidden\r\n{header}\r\ncontent-length: 2\r\n\r\n{{}}");
        let fake = Fake::new(move |_| Reply::Raw(answer.clone().into_bytes()));
        let expected = if header.ends_with("10") { Fault::Refused } else { Fault::Limited };
        assert_eq!(fault(run(store(&fake).read())), expected, "{header}");
    }
    let silent = builder(&Fake::new(|_| Reply::Silence)).timeout(Duration::from_millis(50)).build(&token());
    assert_eq!(fault(run(silent.unwrap().read())), Fault::TimedOut);
}

#[test]
fn what_is_no_name_is_refused() {
    for (repository, secret) in [
        ("store", "TOKEN"),
        ("shop/", "TOKEN"),
        ("shop/..", "TOKEN"),
        ("shop/store/x", "TOKEN"),
        ("shop/st%6fre", "TOKEN"),
        ("shop/store", ""),
        ("shop/store", "../TOKEN"),
        ("shop/store", "1TOKEN"),
        ("shop/store", "github_token"),
        ("shop/store", "public-key"),
    ] {
        let built = GithubStore::builder(repository, secret).build(&token());
        assert_eq!(fault(built), Fault::Invalid, "{repository} {secret}");
    }
    let builder = || GithubStore::builder("shop/store", "TOKEN");
    assert!(builder().build(&token()).is_ok());
    for environment in ["", ".", ".."] {
        assert_eq!(fault(builder().environment(environment).build(&token())), Fault::Invalid);
    }
    assert_eq!(fault(builder().address("http://api.github.com").build(&token())), Fault::Invalid);
    assert_eq!(fault(builder().build(&"EXAMPLE\n".into())), Fault::Invalid);
}
