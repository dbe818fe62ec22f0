//! Okta against a fake.

use super::{
    super::{
        fake::{Fake, Reply, run},
        tests::{QUICK, fails_closed},
    },
    *,
};

fn token() -> SecretString {
    format!("{}{}", "00EXAMPLE", "-of-an-api-token").into()
}

fn verifier(address: &str, timeout: Duration) -> OktaVerifier {
    let builder = OktaVerifier::builder(address, token()).patience(QUICK).timeout(timeout);
    builder.build().unwrap_or_else(|error| panic!("{error}"))
}

fn verify(fake: &Fake, actor: &str, challenge: Challenge<'_>) -> Result<Verdict, PortError> {
    run(verifier(&fake.url(), Duration::from_secs(20)).verify(actor, challenge))
}

const FACTORS: &str = r#"[
    {"id":"old","factorType":"token:software:totp","provider":"OKTA","status":"INACTIVE"},
    {"id":"mail","factorType":"email","provider":"OKTA","status":"ACTIVE"},
    {"id":"one","factorType":"token:software:totp","provider":"OKTA","status":"ACTIVE"},
    {"id":"two","factorType":"token:software:totp","provider":"GOOGLE","status":"ACTIVE"},
    {"id":"pending","factorType":"push","provider":"OKTA","status":"PENDING_ACTIVATION"},
    {"id":"phone","factorType":"push","provider":"OKTA","status":"ACTIVE"}
]"#;

const BEGUN: &str = r#"{"factorResult":"WAITING","_links":
    {"poll":{"href":"https://elsewhere.example/api/v1/users/00u/factors/phone/transactions/v2mst.X-1_a"}}}"#;

fn result(word: &str) -> Reply {
    Reply::Whole(200, format!(r#"{{"factorResult":"{word}"}}"#))
}

/// An Okta that lists the factors, and then says this, each time the next.
fn saying(replies: Vec<(u16, String)>) -> Fake {
    let next = std::sync::atomic::AtomicUsize::new(0);
    Fake::new(move |request| {
        if request.lines().next().is_some_and(|line| line.contains("/factors HTTP")) {
            return Reply::Whole(200, FACTORS.to_owned());
        }
        let number = next.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        replies.get(number).map_or(Reply::Silence, |(status, body)| Reply::Whole(*status, body.clone()))
    })
}

fn said(words: &[&str]) -> Vec<(u16, String)> {
    words.iter().map(|word| (200, format!(r#"{{"factorResult":"{word}"}}"#))).collect()
}

#[test]
fn a_code_is_shown_to_each_active_app_with_the_token() {
    let wrong = (403, r#"{"errorCode":"E0000068","errorSummary":"EXAMPLE"}"#.to_owned());
    let fake = saying(vec![wrong.clone(), (200, r#"{"factorResult":"SUCCESS"}"#.to_owned())]);
    assert_eq!(verify(&fake, "maria/../x", Challenge::Code(&"123456\n".into())).unwrap(), Verdict::Allowed);
    let seen = fake.seen();
    let user = "/api/v1/users/maria%2F..%2Fx/factors";
    for (request, line) in seen.iter().zip([
        format!("GET {user} HTTP"),
        format!("POST {user}/one/verify HTTP"),
        format!("POST {user}/two/verify HTTP"),
    ]) {
        assert!(request.starts_with(&line), "{request}");
        assert!(request.contains(&format!("authorization: SSWS {}\r\n", token().expose())), "{request}");
        let body = if line.starts_with("GET") { "" } else { r#"{"passCode":"123456"}"# };
        assert!(request.ends_with(&format!("\r\n\r\n{body}")), "{request}");
    }
    assert_eq!(seen.len(), 3);
    let fake = saying(vec![wrong.clone(), wrong]);
    let verdict = verify(&fake, "maria", Challenge::Code(&"123456".into())).unwrap();
    assert_eq!((verdict, fake.seen().len()), (Verdict::Denied(Denial::WrongCode), 3));
}

#[test]
fn a_code_is_right_by_an_explicit_yes_alone() {
    for (words, expected) in [
        (vec!["SUCCESS"], Ok(Verdict::Allowed)),
        (vec!["PASSCODE_REPLAYED", "TIME_WINDOW_EXCEEDED"], Ok(Verdict::Denied(Denial::WrongCode))),
        (vec!["FAILED", "REJECTED"], Ok(Verdict::Denied(Denial::WrongCode))),
        (vec!["success"], Err(Fault::Invalid)),
        (vec!["WAITING"], Err(Fault::Invalid)),
        (vec!["CHALLENGE"], Err(Fault::Invalid)),
        (vec!["EXAMPLE"], Err(Fault::Invalid)),
        (vec![""], Err(Fault::Invalid)),
    ] {
        let verdict = verify(&saying(said(&words)), "maria", Challenge::Code(&"123456".into()));
        assert_eq!(verdict.map_err(|error| error.fault()), expected, "{words:?}");
    }
    for (reply, fault) in [
        ((403, r#"{"errorCode":"E0000006"}"#), Fault::Refused),
        ((403, "<html>E0000068</html>"), Fault::Refused),
        ((404, r#"{"errorCode":"E0000007"}"#), Fault::NotFound),
        ((429, r#"{"errorCode":"E0000047"}"#), Fault::Limited),
        ((201, r#"{"factorResult":"SUCCESS"}"#), Fault::Invalid),
    ] {
        let fake = saying(vec![(reply.0, reply.1.to_owned())]);
        let error = verify(&fake, "maria", Challenge::Code(&"123456".into())).unwrap_err();
        assert_eq!(error.fault(), fault, "{reply:?}");
    }
}

#[test]
fn a_push_waits_within_its_limit() {
    for (words, expected, requests) in [
        (vec!["SUCCESS"], Ok(Verdict::Allowed), 3),
        (vec!["WAITING", "WAITING", "SUCCESS"], Ok(Verdict::Allowed), 5),
        (vec!["WAITING"; 4], Ok(Verdict::Denied(Denial::NoAnswer)), 5),
        (vec!["WAITING", "REJECTED"], Ok(Verdict::Denied(Denial::Rejected)), 4),
        (vec!["TIMEOUT"], Ok(Verdict::Denied(Denial::NoAnswer)), 3),
        (vec!["ERROR"], Err(Fault::Unreachable), 3),
        (vec!["EXAMPLE"], Err(Fault::Invalid), 3),
    ] {
        let begun = BEGUN.replace("v2mst.X", "v2mst_X");
        let replies = std::iter::once((201, begun)).chain(said(&words)).collect();
        let fake = saying(replies);
        let verdict = verify(&fake, "maria", Challenge::Push);
        assert_eq!(
            (verdict.map_err(|error| error.fault()), fake.seen().len()),
            (expected, requests),
            "{words:?}"
        );
        let asked = fake.seen();
        assert!(asked[1].starts_with("POST /api/v1/users/maria/factors/phone/verify HTTP"), "{}", asked[1]);
        let poll = "GET /api/v1/users/maria/factors/phone/transactions/v2mst_X-1_a HTTP";
        assert!(asked[2].starts_with(poll), "the link is not followed: {}", asked[2]);
    }
    for begun in [
        BEGUN, // with a dot
        r#"{"factorResult":"WAITING"}"#,
        r#"{"factorResult":"WAITING","_links":{"poll":{"href":"https://x/transactions/"}}}"#,
        r#"{"factorResult":"WAITING","_links":{"poll":{"href":"https://x/transactions/a/../b"}}}"#,
        r#"{"factorResult":"WAITING","_links":[1]}"#,
    ] {
        let fake = saying(vec![(201, begun.to_owned())]);
        let error = verify(&fake, "maria", Challenge::Push).unwrap_err();
        assert_eq!((error.fault(), fake.seen().len()), (Fault::Invalid, 2), "{begun}");
    }
}

#[test]
fn who_has_no_factor_shows_none() {
    for (status, body) in [(200, "[]"), (404, r#"{"errorCode":"E0000007"}"#)] {
        for challenge in [Challenge::Push, Challenge::Code(&"123456".into())] {
            let fake = Fake::saying(status, body);
            let verdict = verify(&fake, "maria", challenge).unwrap();
            assert_eq!((verdict, fake.seen().len()), (Verdict::Denied(Denial::NotEnrolled), 1));
        }
    }
    for actor in ["", ".", ".."] {
        let fake = Fake::saying(200, FACTORS);
        let verdict = verify(&fake, actor, Challenge::Push).unwrap();
        assert_eq!((verdict, fake.seen().len()), (Verdict::Denied(Denial::NotEnrolled), 0), "{actor}");
    }
}

#[test]
fn it_fails_closed() {
    let good = |request: &str| match request {
        _ if request.starts_with("POST") => Some(Reply::Whole(201, BEGUN.replace("v2mst.X", "v2mst_X"))),
        _ if request.contains("/transactions/") => Some(result("WAITING")),
        _ => Some(Reply::Whole(200, FACTORS.to_owned())),
    };
    fails_closed(|address, timeout| Box::new(verifier(address, timeout)), good, 4);
    let error = OktaVerifier::builder("http://okta.example", token()).build().unwrap_err();
    assert_eq!(error.fault(), Fault::Invalid);
    let shown = format!("{:?}", verifier("https://okta.example", Duration::ZERO));
    assert!(!shown.contains(token().expose()), "{shown}");
}
