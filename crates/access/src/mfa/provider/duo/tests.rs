//! Duo against a fake that checks signatures.

use chrono::{DateTime, Utc};
use storeward_core::{Fault, FixedClock};

use super::{
    super::{
        fake::{Fake, Reply, run},
        tests::{QUICK, fails_closed},
    },
    *,
};

const KEY: &str = "DIEXAMPLEEXAMPLE";

fn secret() -> SecretString {
    format!("{}{}", "EXAMPLE", "of-a-secret-key").into()
}

fn now() -> DateTime<Utc> {
    "2012-08-21T17:29:18Z".parse().unwrap_or_else(|error| panic!("{error}"))
}

fn verifier(address: &str, timeout: Duration) -> DuoVerifier {
    let clock = Arc::new(FixedClock::at(now()));
    let builder = DuoVerifier::builder(address, KEY, secret(), clock).patience(QUICK).timeout(timeout);
    builder.build().unwrap_or_else(|error| panic!("{error}"))
}

fn verify(fake: &Fake, challenge: Challenge<'_>) -> Result<Verdict, PortError> {
    run(verifier(&fake.url(), Duration::from_secs(20)).verify("maria+x@shop.example", challenge))
}

fn ok(response: &str) -> Option<Reply> {
    Some(Reply::Whole(200, format!("{{\"stat\":\"OK\",\"response\":{response}}}")))
}

/// A Duo that asks maria, and then says this, each time the next.
fn saying(results: &[&str]) -> Fake {
    let results: Vec<String> = results.iter().map(|&result| result.to_owned()).collect();
    let next = std::sync::atomic::AtomicUsize::new(0);
    Fake::new(move |request| {
        if request.starts_with("POST /auth/v2/preauth ") {
            return ok("{\"result\":\"auth\"}").unwrap_or(Reply::Silence);
        }
        let number = next.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        results.get(number).and_then(|result| ok(result)).unwrap_or(Reply::Silence)
    })
}

fn header<'a>(request: &'a str, name: &str) -> &'a str {
    let mut lines = request.lines().filter_map(|line| line.split_once(": "));
    lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
}

#[test]
fn a_signature_is_that_of_the_reference() {
    // The example of the reference, and the same under the other hash as Python's `hmac` makes it.
    let skey = format!("{}{}", "Zh5eGmUq9zpfQnyUIu5O", "L9iWoMMv5ZNmk3zLJ4Ep");
    let signed = "Tue, 21 Aug 2012 17:29:18 -0000\nPOST\napi-xxxxxxxx.duosecurity.com\n/accounts/v1/account/list\n\
                  realname=First%20Last&username=root";
    assert_eq!(
        form(&[("username", "root"), ("realname", "First Last")]),
        "realname=First%20Last&username=root"
    );
    for (signature, tag) in [
        (Signature::Sha1, "2d97d6166319781b5a3a07af39d366f491234edc"),
        (
            Signature::Sha512,
            "1bffb8924348f7db7da9e7d7d749ded93aafd02d8e904960da7b96c57510220185a64a2827ee8f24ac5d30802a9ee97e59de44b3\
             04b18242f0d596d15a8122af",
        ),
    ] {
        let clock = Arc::new(FixedClock::at(now()));
        let builder =
            DuoVerifier::builder("https://api-xxxxxxxx.duosecurity.com", KEY, skey.as_str().into(), clock);
        let verifier = builder.signature(signature).build().unwrap();
        let expected = format!("Basic {}", STANDARD.encode(format!("{KEY}:{tag}")));
        assert_eq!(verifier.authorization(signed).expose(), expected);
        assert!(!format!("{verifier:?}").contains(&skey));
    }
}

#[test]
fn each_request_is_signed_as_it_is_sent() {
    let fake = saying(&["{\"txid\":\"a-b/c\"}", "{\"result\":\"allow\",\"status\":\"allow\"}"]);
    assert_eq!(verify(&fake, Challenge::Push).unwrap(), Verdict::Allowed);
    let seen = fake.seen();
    let user = "username=maria%2Bx%40shop.example";
    let push = format!("async=1&device=auto&factor=push&{user}");
    let host = fake.url().replace("http://", "");
    for (request, (method, path, parameters)) in seen.iter().zip([
        ("POST", "/auth/v2/preauth", user),
        ("POST", "/auth/v2/auth", push.as_str()),
        ("GET", "/auth/v2/auth_status", "txid=a-b%2Fc"),
    ]) {
        let (target, body) = if method == "GET" {
            (format!("{path}?{parameters}"), "")
        } else {
            (path.to_owned(), parameters)
        };
        assert!(request.starts_with(&format!("{method} {target} HTTP/1.1\r\n")), "{request}");
        assert!(request.ends_with(&format!("\r\n\r\n{body}")), "{request}");
        let date = header(request, "date");
        assert_eq!(date, "Tue, 21 Aug 2012 17:29:18 +0000");
        let key = hmac::Key::new(hmac::HMAC_SHA512, secret().expose().as_bytes());
        let signed = format!("{date}\n{method}\n{host}\n{path}\n{parameters}");
        let tag: String =
            hmac::sign(&key, signed.as_bytes()).as_ref().iter().map(|b| format!("{b:02x}")).collect();
        let expected = format!("Basic {}", STANDARD.encode(format!("{KEY}:{tag}")));
        assert_eq!(header(request, "authorization"), expected, "{request}");
    }
    assert_eq!(seen.len(), 3);
}

#[test]
fn a_code_is_right_by_an_explicit_yes_alone() {
    for (result, expected) in [
        (r#"{"result":"allow","status":"allow"}"#, Ok(Verdict::Allowed)),
        (r#"{"result":"allow","status":"bypass"}"#, Ok(Verdict::Denied(Denial::Bypassed))),
        (r#"{"result":"deny","status":"deny"}"#, Ok(Verdict::Denied(Denial::WrongCode))),
        (r#"{"result":"deny","status":"allow"}"#, Ok(Verdict::Denied(Denial::WrongCode))),
        (r#"{"result":"deny","status":"locked_out"}"#, Ok(Verdict::Denied(Denial::Barred))),
        (r#"{"result":"allow","status":"EXAMPLE"}"#, Err(Fault::Invalid)),
        (r#"{"result":"ALLOW","status":"allow"}"#, Err(Fault::Invalid)),
        (r#"{"result":"waiting","status":"allow"}"#, Err(Fault::Invalid)),
        (r#"{"result":"EXAMPLE","status":"allow"}"#, Err(Fault::Invalid)),
        (r#"{"result":"allow"}"#, Err(Fault::Invalid)),
        (r#"{"result":true,"status":"allow"}"#, Err(Fault::Invalid)),
    ] {
        let fake = saying(&[result]);
        let verdict = verify(&fake, Challenge::Code(&" 123456\n".into()));
        assert_eq!(verdict.map_err(|error| error.fault()), expected, "{result}");
        let asked = fake.seen().last().cloned().unwrap_or_default();
        assert!(
            asked.ends_with("factor=passcode&passcode=123456&username=maria%2Bx%40shop.example"),
            "{asked}"
        );
    }
}

#[test]
fn who_is_not_asked_has_shown_nothing() {
    for (result, expected) in [
        ("allow", Ok(Verdict::Denied(Denial::Bypassed))),
        ("deny", Ok(Verdict::Denied(Denial::Barred))),
        ("enroll", Ok(Verdict::Denied(Denial::NotEnrolled))),
        ("EXAMPLE", Err(Fault::Invalid)),
        ("", Err(Fault::Invalid)),
    ] {
        let fake = Fake::saying(200, format!(r#"{{"stat":"OK","response":{{"result":"{result}"}}}}"#));
        let verdict = verify(&fake, Challenge::Code(&"123456".into()));
        assert_eq!(verdict.map_err(|error| error.fault()), expected, "{result}");
        assert_eq!(fake.seen().len(), 1, "nobody is asked for a code");
    }
    let fake = Fake::saying(200, r#"{"stat":"FAIL","response":{"result":"auth"}}"#);
    assert_eq!(verify(&fake, Challenge::Push).unwrap_err().fault(), Fault::Invalid);
}

#[test]
fn a_push_waits_within_its_limit() {
    let (begun, waiting) = (r#"{"txid":"t"}"#, r#"{"result":"waiting","status":"pushed"}"#);
    let rest = |result: &str, status: &str| format!(r#"{{"result":"{result}","status":"{status}"}}"#);
    for (said, expected, requests) in [
        (vec![rest("allow", "allow")], Ok(Verdict::Allowed), 3),
        (vec![waiting.into(), waiting.into(), rest("allow", "allow")], Ok(Verdict::Allowed), 5),
        (vec![waiting.into(); 4], Ok(Verdict::Denied(Denial::NoAnswer)), 5),
        (vec![waiting.into(), rest("deny", "deny")], Ok(Verdict::Denied(Denial::Rejected)), 4),
        (vec![rest("deny", "fraud")], Ok(Verdict::Denied(Denial::Rejected)), 3),
        (vec![rest("deny", "timeout")], Ok(Verdict::Denied(Denial::NoAnswer)), 3),
        (vec![rest("allow", "bypass")], Ok(Verdict::Denied(Denial::Bypassed)), 3),
        (vec![rest("EXAMPLE", "allow")], Err(Fault::Invalid), 3),
    ] {
        let results: Vec<&str> = std::iter::once(begun).chain(said.iter().map(String::as_str)).collect();
        let fake = saying(&results);
        let verdict = verify(&fake, Challenge::Push);
        assert_eq!(
            (verdict.map_err(|error| error.fault()), fake.seen().len()),
            (expected, requests),
            "{said:?}"
        );
    }
}

#[test]
fn it_fails_closed() {
    let good = |request: &str| match request {
        _ if request.starts_with("POST /auth/v2/preauth") => ok(r#"{"result":"auth"}"#),
        _ if request.starts_with("POST") => ok(r#"{"txid":"t"}"#),
        _ => ok(r#"{"result":"waiting","status":"pushed"}"#),
    };
    fails_closed(|address, timeout| Box::new(verifier(address, timeout)), good, 4);
    let clock = Arc::new(FixedClock::at(now()));
    let error = DuoVerifier::builder("http://duo.example", KEY, secret(), clock).build().unwrap_err();
    assert_eq!(error.fault(), Fault::Invalid);
}
