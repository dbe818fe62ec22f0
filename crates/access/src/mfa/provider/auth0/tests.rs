//! Auth0 against a fake.

use super::{
    super::{
        fake::{Fake, Reply, run},
        tests::{QUICK, fails_closed},
    },
    *,
};

fn builder(address: &str) -> Auth0VerifierBuilder {
    let secret = |of: &str| SecretString::from(format!("EXAMPLE&{of}"));
    Auth0Verifier::builder(address, "id", secret("secret"), secret("token")).patience(QUICK)
}

fn verify(fake: &Fake, known_by: KnownBy, challenge: Challenge<'_>) -> Result<Verdict, PortError> {
    let verifier = builder(&fake.url()).known_by(known_by).timeout(Duration::from_secs(20)).build()?;
    run(verifier.verify("maria", challenge))
}

const GRANTED: &str = r#"{"access_token":"EXAMPLE.of.a-token","token_type":"Bearer"}"#;
const MARIA: &str = r#"{"sub":"maria"}"#;
const BEGUN: &str = r#"{"challenge_type":"oob","oob_code":"a b"}"#;

/// Says this, each time the next.
fn saying(replies: &[(u16, &str)]) -> Fake {
    let replies: Vec<_> = replies.iter().map(|(status, body)| (*status, (*body).to_owned())).collect();
    let next = std::sync::atomic::AtomicUsize::new(0);
    Fake::new(move |_| {
        let number = next.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        replies.get(number).map_or(Reply::Silence, |(status, body)| Reply::Whole(*status, body.clone()))
    })
}

fn error(name: &str) -> String {
    format!(r#"{{"error":"{name}","error_description":"EXAMPLE"}}"#)
}

#[test]
fn a_code_is_shown_with_the_first_factor() {
    let fake = saying(&[(200, GRANTED), (200, MARIA)]);
    let verdict = verify(&fake, KnownBy::Subject, Challenge::Code(&" 123456\n".into())).unwrap();
    let seen = fake.seen();
    assert_eq!((verdict, seen.len()), (Verdict::Allowed, 2));
    assert!(seen[0].starts_with("POST /oauth/token HTTP") && seen[0].contains(FORM), "{}", seen[0]);
    let body = "client_id=id&client_secret=EXAMPLE%26secret\
                &grant_type=http%3A%2F%2Fauth0.com%2Foauth%2Fgrant-type%2Fmfa-otp&mfa_token=EXAMPLE%26token&otp=123456";
    assert!(seen[0].ends_with(&format!("\r\n\r\n{body}")), "{}", seen[0]);
    assert!(seen[1].starts_with("GET /userinfo HTTP"), "{}", seen[1]);
    assert!(seen[1].contains("authorization: Bearer EXAMPLE.of.a-token\r\n"), "{}", seen[1]);
}

#[test]
fn a_code_is_right_by_a_token_alone() {
    for ((status, body), expected) in [
        ((403, error("invalid_grant")), Ok(Verdict::Denied(Denial::WrongCode))),
        ((400, error("invalid_grant")), Ok(Verdict::Denied(Denial::WrongCode))),
        ((403, error("expired_token")), Err(Fault::Refused)),
        ((401, error("invalid_client")), Err(Fault::Refused)),
        ((403, error("EXAMPLE")), Err(Fault::Refused)),
        ((400, error("authorization_pending")), Err(Fault::Invalid)),
        ((429, error("too_many_attempts")), Err(Fault::Limited)),
        ((500, error("invalid_grant")), Err(Fault::Unreachable)),
        ((200, error("invalid_grant")), Err(Fault::Invalid)),
        ((201, GRANTED.to_owned()), Err(Fault::Invalid)),
    ] {
        let fake = saying(&[(status, &body)]);
        let verdict = verify(&fake, KnownBy::Subject, Challenge::Code(&"123456".into()));
        assert_eq!(verdict.map_err(|error| error.fault()), expected, "{status} {body}");
    }
}

#[test]
fn the_person_must_be_the_actor() {
    for (known_by, person, allowed) in [
        (KnownBy::Subject, MARIA, true),
        (KnownBy::Subject, r#"{"sub":"Maria"}"#, false),
        (KnownBy::Subject, r#"{"sub":"mario","email":"maria","email_verified":true}"#, false),
        (KnownBy::Email, r#"{"sub":"x","email":"maria","email_verified":true}"#, true),
        (KnownBy::Email, r#"{"sub":"x","email":"maria","email_verified":false}"#, false),
        (KnownBy::Email, r#"{"sub":"x","email":"maria"}"#, false),
        (KnownBy::Email, MARIA, false),
    ] {
        let fake = saying(&[(200, GRANTED), (200, person)]);
        let verdict = verify(&fake, known_by, Challenge::Code(&"123456".into())).unwrap();
        let expected = if allowed { Verdict::Allowed } else { Verdict::Denied(Denial::OtherPerson) };
        assert_eq!(verdict, expected, "{known_by:?} {person}");
    }
}

#[test]
fn a_push_waits_within_its_limit() {
    let (pending, slow, no) = (error("authorization_pending"), error("slow_down"), error("invalid_grant"));
    let (pending, slow, no) = ((400, pending.as_str()), (429, slow.as_str()), (403, no.as_str()));
    let (begun, granted, maria) = ((200, BEGUN), (200, GRANTED), (200, MARIA));
    for (replies, expected, requests) in [
        (vec![begun, granted, maria], Ok(Verdict::Allowed), 3),
        (vec![begun, pending, slow, granted, maria], Ok(Verdict::Allowed), 5),
        (vec![begun, pending, pending, pending, granted], Ok(Verdict::Denied(Denial::NoAnswer)), 4),
        (vec![begun, pending, no], Ok(Verdict::Denied(Denial::Rejected)), 3),
        (vec![begun, granted, (200, r#"{"sub":"mario"}"#)], Ok(Verdict::Denied(Denial::OtherPerson)), 3),
        (vec![(403, r#"{"error":"association_required"}"#)], Ok(Verdict::Denied(Denial::NotEnrolled)), 1),
        (vec![(200, r#"{"challenge_type":"otp","oob_code":"x"}"#)], Err(Fault::Invalid), 1),
        (
            vec![(200, r#"{"challenge_type":"oob","oob_code":"x","binding_method":"prompt"}"#)],
            Err(Fault::Invalid),
            1,
        ),
    ] {
        let fake = saying(&replies);
        let verdict = verify(&fake, KnownBy::Subject, Challenge::Push);
        let found = (verdict.map_err(|error| error.fault()), fake.seen().len());
        assert_eq!(found, (expected, requests), "{replies:?}");
        assert!(fake.seen()[0].starts_with("POST /mfa/challenge HTTP"));
        assert!(fake.seen()[0].contains(r#""challenge_type":"oob""#));
        if let Some(asked) = fake.seen().get(1) {
            assert!(asked.contains("grant-type%2Fmfa-oob") && asked.ends_with("&oob_code=a%20b"), "{asked}");
        }
    }
}

#[test]
fn it_fails_closed() {
    let good = |request: &str| match request {
        _ if request.starts_with("POST /mfa/challenge") => Some(Reply::Whole(200, BEGUN.to_owned())),
        _ if request.starts_with("POST") => Some(Reply::Whole(200, GRANTED.to_owned())),
        _ => Some(Reply::Whole(200, MARIA.to_owned())),
    };
    fails_closed(|address, timeout| Box::new(builder(address).timeout(timeout).build().unwrap()), good, 3);
    assert_eq!(builder("http://auth0.example").build().unwrap_err().fault(), Fault::Invalid);
    assert!(!format!("{:?}", builder("https://auth0.example").build().unwrap()).contains("EXAMPLE"));
}
