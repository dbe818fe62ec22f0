use std::{
    io::{self, BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
};

use super::*;
use crate::store::{
    contract,
    fake::{Fake, Reply, run},
};

/// moto on a port of its own, until it is dropped.
struct Moto {
    process: Child,
    address: String,
}

impl Moto {
    /// Says so if there is none, past what captures the output of tests.
    fn start() -> Option<Self> {
        let mut command = Command::new("moto_server");
        let there = command.arg("--help").stdout(Stdio::null()).stderr(Stdio::null()).status();
        if !there.is_ok_and(|status| status.success()) {
            let line = "skipped: no moto_server here (python3 -m pip install 'moto[server]')\n";
            io::stderr().write_all(line.as_bytes()).unwrap();
            return None;
        }
        let mut process = Command::new("moto_server")
            .args(["-H", "127.0.0.1", "-p", "0"])
            .env("PYTHONUNBUFFERED", "1")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let address =
            lines.find_map(|line| Some(line.unwrap().split_once("Running on ")?.1.trim().to_owned()));
        // It writes a line for every request, and must not wait for somebody to read them.
        std::thread::spawn(move || lines.for_each(drop));
        let Some(address) = address else {
            process.kill().unwrap();
            panic!("moto_server says where it listens");
        };
        Some(Self { process, address })
    }

    fn store(&self, name: &str) -> AwsStore {
        builder(name, &self.address).build(credentials()).unwrap()
    }

    /// Asks for what the store itself does not ask for.
    fn ask(&self, operation: &str, body: &Value) -> Value {
        let answer = run(self.store("asked").call::<Value>(operation, body));
        answer.unwrap_or_else(|complaint| panic!("{}", complaint.error))
    }

    /// The labels of all versions of a secret.
    fn stages(&self, name: &str) -> Value {
        self.ask("DescribeSecret", &json!({ "SecretId": name }))["VersionIdsToStages"].clone()
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn builder(name: &str, address: &str) -> AwsStoreBuilder {
    AwsStore::builder("eu-central-1", name).address(address)
}

fn credentials() -> Credentials {
    let [key_id, secret_key] = ["EXAMPLE-id", "EXAMPLE-key"].map(SecretString::from);
    Credentials { key_id, secret_key, session_token: Some("EXAMPLE-session".into()) }
}

fn fault<T>(result: Result<T, PortError>) -> Fault {
    let error = result.err().unwrap();
    assert!(!format!("{error} {error:?}").contains("EXAMPLE"), "{error:?}");
    error.fault()
}

#[test]
fn it_keeps_the_contract_with_moto() {
    let Some(moto) = Moto::start() else { return };
    moto.ask("CreateSecret", &json!({ "Name": "empty" }));
    for name in ["new", "empty"] {
        let store = moto.store(name);
        run(contract::check(&store, contract::Promise::CompareAndSet));
        contract::race(&store, &|write: BoxFuture<'_, _>| run(write));
        let stages = moto.stages(name).to_string();
        assert!(!stages.contains(PENDING), "{stages}");
        assert_eq!(stages.matches(CURRENT).count(), 1, "{stages}");
    }

    // Labels, one by one.
    let store = moto.store("labels");
    let first = run(store.write(&"EXAMPLE-1".into(), None)).unwrap();
    assert_eq!(moto.stages("labels"), json!({ first.as_str(): [CURRENT] }));
    let second = run(store.write(&"EXAMPLE-2".into(), Some(&first))).unwrap();
    let expected = json!({ first.as_str(): ["AWSPREVIOUS"], second.as_str(): [CURRENT] });
    assert_eq!(moto.stages("labels"), expected);

    // What a crash has left is no obstacle: a version that is pending for good.
    run(store.put(&"EXAMPLE-left".into(), &new_id().unwrap())).unwrap();
    assert_eq!(run(store.find()).unwrap().unwrap().version, second, "what is pending is not read");
    let third = run(store.write(&"EXAMPLE-3".into(), Some(&second))).unwrap();
    let stages = moto.stages("labels");
    assert_eq!(
        (&stages[second.as_str()], &stages[third.as_str()]),
        (&json!(["AWSPREVIOUS"]), &json!([CURRENT]))
    );
    assert!(!stages.to_string().contains(PENDING), "{stages}");

    // What is not ours to read.
    moto.ask("CreateSecret", &json!({ "Name": "binary", "SecretBinary": "RVhBTVBMRQ==" }));
    assert_eq!(fault(run(moto.store("binary").read())), Fault::Invalid);
    moto.ask("DeleteSecret", &json!({ "SecretId": "labels" }));
    assert_eq!(fault(run(store.read())), Fault::Invalid);
    assert_eq!(fault(run(store.write(&"EXAMPLE-4".into(), Some(&third)))), Fault::Invalid);
}

/// AWS for a secret whose version is `1`, or that which is current when a label is to be moved.
fn with_current_when_moved(at_the_move: &'static str, move_answers: u16) -> Fake {
    let moves = std::cell::Cell::new(0);
    Fake::new(move |request| {
        let operation = request.split("secretsmanager.").nth(1).unwrap().split("\r\n").next().unwrap();
        let version = if moves.get() == 0 { "1" } else { at_the_move };
        match operation {
            "GetSecretValue" => {
                Reply::Whole(200, json!({ "SecretString": "EXAMPLE", "VersionId": version }).to_string())
            }
            "PutSecretValue" => Reply::Whole(200, json!({ "VersionId": "x" }).to_string()),
            _ if moves.replace(moves.get() + 1) > 0 => Reply::Whole(200, "{}".into()),
            _ => Reply::Whole(
                move_answers,
                r#"{"__type":"InvalidParameterException","Message":"EXAMPLE"}"#.into(),
            ),
        }
    })
}

#[test]
fn a_label_that_is_elsewhere_is_a_conflict() {
    for (current, status, expected, asked) in [
        ("2", 400, Fault::Conflict, 5),
        ("1", 400, Fault::Invalid, 5),
        // Nobody knows whether it was moved, so nothing is taken back.
        ("2", 500, Fault::Unreachable, 3),
    ] {
        let fake = with_current_when_moved(current, status);
        let store = builder("shop", &fake.url()).build(credentials()).unwrap();
        let written = run(store.write(&"EXAMPLE-2".into(), Some(&Version::new("1"))));
        assert_eq!(fault(written), expected, "{status}");
        let seen = fake.seen();
        assert_eq!(seen.len(), asked);
        let moved: Value = serde_json::from_str(seen[2].split_once("\r\n\r\n").unwrap().1).unwrap();
        assert_eq!((&moved["RemoveFromVersionId"], &moved["VersionStage"]), (&json!("1"), &json!(CURRENT)));
        if asked == 5 {
            let last: Value = serde_json::from_str(seen[4].split_once("\r\n\r\n").unwrap().1).unwrap();
            assert_eq!(
                (&last["RemoveFromVersionId"], &last["VersionStage"]),
                (&moved["MoveToVersionId"], &json!(PENDING))
            );
        }
    }
}

#[test]
fn answers_are_faults() {
    for (status, word, expected) in [
        (400, "AccessDeniedException", Fault::Refused),
        (400, "com.amazon.coral.service#UnrecognizedClientException", Fault::Refused),
        (400, "ExpiredTokenException", Fault::Refused),
        (400, "DecryptionFailure", Fault::Refused),
        (403, "", Fault::Refused),
        (400, "ThrottlingException", Fault::Limited),
        (429, "", Fault::Limited),
        (400, "InvalidRequestException", Fault::Invalid),
        (400, "EXAMPLE that is no word", Fault::Invalid),
        (500, "InternalServiceError", Fault::Unreachable),
        (503, "", Fault::Unreachable),
        (307, "", Fault::Unreachable),
        (200, "", Fault::Invalid),
    ] {
        let fake = Fake::saying(status, json!({ "__type": word, "Message": "EXAMPLE" }).to_string());
        let store = builder("shop", &fake.url()).build(credentials()).unwrap();
        assert_eq!(fault(run(store.read())), expected, "{status} {word}");
        assert_eq!(fault(run(store.write(&"EXAMPLE".into(), None))), expected, "{status} {word}");
        assert_eq!(fake.seen().len(), 2, "nothing is asked twice, and nothing written");
    }
    let missing = Fake::saying(400, r#"{"__type":"ResourceNotFoundException"}"#);
    let store = builder("shop", &missing.url()).build(credentials()).unwrap();
    assert!(run(store.read()).unwrap().is_none());
    assert_eq!(fault(run(store.write(&"EXAMPLE".into(), Some(&Version::new("1"))))), Fault::Conflict);
}

#[test]
fn no_whole_answer_is_none() {
    let cut = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"SecretString\": \"EXAMPLE".to_vec();
    for (fake, expected) in [
        (Fake::new(move |_| Reply::Raw(cut.clone())), Fault::Unreachable),
        (Fake::saying(200, "EXAMPLE"), Fault::Invalid),
        (Fake::new(|_| Reply::Silence), Fault::TimedOut),
    ] {
        let timeout = Duration::from_millis(if expected == Fault::TimedOut { 50 } else { 10_000 });
        let store = builder("shop", &fake.url()).timeout(timeout).build(credentials()).unwrap();
        assert_eq!(fault(run(store.read())), expected);
    }
}

#[test]
fn a_call_says_who_asks_for_what() {
    let fake = Fake::saying(400, r#"{"__type":"ResourceNotFoundException"}"#);
    let clock = storeward_core::FixedClock::at("2026-01-02T03:04:05Z".parse().unwrap());
    let store = builder("shop", &fake.url()).clock(Arc::new(clock)).build(credentials()).unwrap();
    run(store.read()).unwrap();
    let seen = fake.seen();
    let lower = seen[0].to_ascii_lowercase();
    for part in [
        "x-amz-date: 20260102t030405z\r\n",
        "x-amz-security-token: example-session\r\n",
        "x-amz-target: secretsmanager.getsecretvalue\r\n",
        "content-type: application/x-amz-json-1.1\r\n",
        "credential=example-id/20260102/eu-central-1/secretsmanager/aws4_request",
    ] {
        assert!(lower.contains(part), "{part} in {lower}");
    }
    assert!(
        seen[0].ends_with(r#"{"SecretId":"shop","VersionStage":"AWSCURRENT"}"#),
        "the stage is always said"
    );
    assert!(!format!("{store:?} {:?} {}", store.credentials, store.place()).contains("EXAMPLE"));
}

#[test]
fn a_region_that_leads_elsewhere_is_refused() {
    for region in ["", "eu-central-1.evil.example/", "EU", "a@b"] {
        assert_eq!(fault(AwsStore::builder(region, "shop").build(credentials())), Fault::Invalid, "{region}");
    }
    assert_eq!(fault(builder("shop", "http://aws.example").build(credentials())), Fault::Invalid);
}
