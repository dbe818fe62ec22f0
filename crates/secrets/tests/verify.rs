//! Vendors asked over HTTP. The fakes speak as the vendors' public references say, which the modules of `verify` name.
#![cfg(feature = "verify-http")]
#![expect(clippy::unwrap_used, clippy::string_slice, reason = "helpers of tests")]

use std::{future::Future, sync::Arc, time::Duration};

use storeward_core::testing::{Fake, Reply};
use storeward_core::{Fault, FixedClock, PortError, SecretString};
use storeward_secrets::{
    Verifier,
    port::{Question, Verdict},
    rule::example::expand,
    verify::{HttpVerifier, HttpVerifierBuilder},
};

use Verdict::{Refused, Unknown, Verified};

const RULES: [&str; 5] =
    ["saleor-app-token", "github-pat", "stripe-secret-key", "slack-bot-token", "aws-secret-access-key"];

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// A verifier for which a fake is every vendor, with no time to wait.
fn all_at(fake: &Fake) -> HttpVerifierBuilder {
    let clock = FixedClock::at("2026-01-02T03:04:05Z".parse().unwrap());
    HttpVerifier::builder()
        .saleor(format!("{}/graphql/", fake.url()))
        .github(format!("{}/api/v3", fake.url()))
        .stripe(fake.url())
        .slack(format!("{}/api", fake.url()))
        .aws(format!("{}/", fake.url()))
        .interval(Duration::ZERO)
        .clock(Arc::new(clock))
}

/// Asks about one secret, beside which there is an AWS key id.
async fn ask(verifier: &HttpVerifier, rule: &str, secret: &SecretString) -> Result<Verdict, PortError> {
    let id = SecretString::from(expand("AKIA{uppernum:16}", "id"));
    verifier.verify(Question::new(rule, secret).beside(&[("aws-access-key-id", &id)])).await
}

/// What is made of an answer.
fn judged(rule: &str, status: u16, body: &str) -> Verdict {
    let fake = Fake::saying(status, body);
    let verifier = all_at(&fake).build().unwrap();
    let verdict = run(ask(&verifier, rule, &secret("judged"))).unwrap();
    assert_eq!(fake.seen().len(), 1, "{rule} {status}");
    verdict
}

fn secret(seed: &str) -> SecretString {
    expand("EXAMPLE{alnum:33}", seed).into()
}

fn says(code: &str) -> String {
    format!(
        r#"{{"errors":[{{"message":"no","extensions":{{"exception":{{"code":"{code}"}}}}}}],"data":{{"app":null,"me":null}}}}"#
    )
}

#[test]
fn a_store_knows_its_apps_and_its_users() {
    for (status, body, verdict) in [
        (200, r#"{"data":{"app":{"id":"QXBwOjM="},"me":null}}"#.to_owned(), Verified),
        (200, r#"{"data":{"app":null,"me":{"id":"VXNlcjo0"}}}"#.to_owned(), Verified),
        (200, says("PermissionDenied").replace(r#""me":null"#, r#""me":{"id":"VXNlcjo0"}"#), Verified),
        (200, says("PermissionDenied"), Refused),
        (200, says("InvalidTokenError"), Refused),
        (200, says("InvalidSignatureError"), Refused),
        (200, says("ExpiredSignatureError"), Refused),
        (200, says("QueryCostError"), Unknown),
        (200, r#"{"data":{"app":null,"me":null}}"#.to_owned(), Unknown),
        (400, says("PermissionDenied"), Unknown),
        (401, r#"{"errors":[{"extensions":{"code":"STOREFRONT_TRAFFIC_NOT_ALLOWED"}}]}"#.to_owned(), Refused),
        (403, "{}".to_owned(), Unknown),
    ] {
        assert_eq!(judged("saleor-app-token", status, &body), verdict, "{status} {body}");
    }
    let closed = r#"{"errors":[{"extensions":{"code":"STOREFRONT_TRAFFIC_NOT_ALLOWED"}}]}"#;
    assert_eq!(judged("saleor-jwt", 401, closed), Unknown, "a customer's token may work");
}

#[test]
fn a_store_is_asked_with_the_token_alone_and_only_about_its_own() {
    let fake = Fake::saying(200, says("InvalidTokenError"));
    let verifier = all_at(&fake).build().unwrap();
    let token = secret("own");
    assert_eq!(run(ask(&verifier, "saleor-app-token", &token)).unwrap(), Refused);
    let request = &fake.seen()[0];
    assert!(request.starts_with("POST /graphql/ HTTP/1.1\r\n"), "{request}");
    assert!(request.contains(&format!("authorization: Bearer {}\r\n", token.expose())), "{request}");
    assert!(request.contains(concat!("user-agent: storeward/", env!("CARGO_PKG_VERSION"))), "{request}");
    assert!(request.ends_with(r#"{"query":"{ app { id } me { id } }"}"#), "{request}");

    // {"alg":"RS256"}.{"owner":"saleor","iss":"https://other.example/graphql/"}.
    let payload = "eyJvd25lciI6InNhbGVvciIsImlzcyI6Imh0dHBzOi8vb3RoZXIuZXhhbXBsZS9ncmFwaHFsLyJ9";
    let foreign = SecretString::from(format!("eyJhbGciOiJSUzI1NiJ9.{payload}.{}", "EXAMPLE-signature"));
    assert_eq!(run(ask(&verifier, "saleor-jwt", &foreign)).unwrap(), Unknown);
    assert_eq!(fake.seen().len(), 1, "another store's token stays here");

    // {"owner":"saleor","type":"refresh"}: refused in a header, it may work all the same.
    let refresh = SecretString::from(
        ["eyJhbGciOiJSUzI1NiJ9", "eyJvd25lciI6InNhbGVvciIsInR5cGUiOiJyZWZyZXNoIn0", "EXAMPLE-signature"]
            .join("."),
    );
    assert_eq!(run(ask(&verifier, "saleor-jwt", &refresh)).unwrap(), Unknown);
    assert_eq!(fake.seen().len(), 1, "a refresh token cannot be asked about");
    // What has only the form of a token may be another service's.
    assert_eq!(run(ask(&verifier, "saleor-token-by-form", &secret("form"))).unwrap(), Unknown);
}

#[test]
fn without_a_store_no_token_of_one_is_accepted() {
    let verifier = HttpVerifier::builder().build().unwrap();
    assert!(!verifier.accepts("saleor-app-token") && verifier.accepts("github-pat"));
    assert_eq!(run(ask(&verifier, "saleor-app-token", &secret("none"))).unwrap(), Unknown);
    for rule in ["slack-webhook", "github-refresh-token", "aws-session-token", "generic-secret", ""] {
        assert!(!verifier.accepts(rule), "{rule}");
        assert_eq!(run(ask(&verifier, rule, &secret("none"))).unwrap(), Unknown, "{rule}");
    }
}

#[test]
fn every_accepted_rule_exists() {
    let fake = Fake::saying(200, "{}");
    let verifier = all_at(&fake).build().unwrap();
    let accepted =
        storeward_secrets::Rule::builtin().iter().filter(|rule| verifier.accepts(rule.id())).count();
    assert_eq!(accepted, 3 + 6 + 2 + 3 + 6, "Saleor, GitHub, AWS, Stripe, Slack");
}

#[test]
fn github_answers_by_status() {
    let user = r#"{"login":"octocat","id":1}"#;
    let bad = r#"{"message":"Bad credentials","status":"401"}"#;
    for (status, body, verdict) in [
        (200, user, Verified),
        (401, bad, Refused),
        (403, bad, Unknown),
        (404, bad, Unknown),
        (200, "{}", Unknown),
    ] {
        assert_eq!(judged("github-pat", status, body), verdict, "{status}");
    }
    assert_eq!(judged("github-app-token", 200, r#"{"total_count":0,"repositories":[]}"#), Verified);
    let fake = Fake::saying(200, user);
    let verifier = all_at(&fake).build().unwrap();
    for rule in ["github-pat", "github-app-token"] {
        run(ask(&verifier, rule, &secret(rule))).unwrap();
    }
    assert!(fake.seen()[0].starts_with("GET /api/v3/user HTTP/1.1\r\n"));
    assert!(fake.seen()[1].starts_with("GET /api/v3/installation/repositories?per_page=1 HTTP/1.1\r\n"));
}

#[test]
fn stripe_knows_keys_that_may_not_read_the_balance() {
    let error = r#"{"error":{"type":"invalid_request_error"}}"#;
    for (status, body, verdict) in [
        (200, r#"{"object":"balance"}"#, Verified),
        (200, "{}", Unknown),
        (401, error, Refused),
        (403, error, Verified),
        (403, "{}", Unknown),
        (400, error, Unknown),
    ] {
        assert_eq!(judged("stripe-restricted-key", status, body), verdict, "{status} {body}");
    }
    let fake = Fake::saying(401, error);
    let verifier = all_at(&fake).build().unwrap();
    run(ask(&verifier, "stripe-secret-key", &secret("path"))).unwrap();
    assert!(fake.seen()[0].starts_with("GET /v1/balance HTTP/1.1\r\n"));
}

#[test]
fn slack_says_it_in_the_body() {
    for (body, verdict) in [
        (r#"{"ok":true,"team":"Example"}"#, Verified),
        (r#"{"ok":false,"error":"invalid_auth"}"#, Refused),
        (r#"{"ok":false,"error":"token_revoked"}"#, Refused),
        (r#"{"ok":false,"error":"account_inactive"}"#, Refused),
        (r#"{"ok":false,"error":"token_expired"}"#, Refused),
        (r#"{"ok":false,"error":"not_allowed_token_type"}"#, Unknown),
        (r#"{"ok":false,"error":"internal_error"}"#, Unknown),
        ("{}", Unknown),
    ] {
        assert_eq!(judged("slack-bot-token", 200, body), verdict, "{body}");
    }
    let fake = Fake::saying(200, r#"{"ok":false,"error":"ratelimited"}"#);
    let verifier = all_at(&fake).build().unwrap();
    let limited = run(ask(&verifier, "slack-bot-token", &secret("1"))).unwrap_err();
    assert_eq!(limited.fault(), Fault::Limited);
    assert_eq!(run(ask(&verifier, "slack-bot-token", &secret("2"))).unwrap(), Unknown);
    assert_eq!(fake.seen().len(), 1);
    assert!(fake.seen()[0].starts_with("POST /api/auth.test HTTP/1.1\r\n"));
}

fn aws_error(code: &str, message: &str) -> String {
    format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
    )
}

const IDENTITY: &str = "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>1</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";

#[test]
fn aws_names_what_is_wrong() {
    let (id, key) = ("aws-access-key-id", "aws-secret-access-key");
    for (rule, status, body, verdict) in [
        (key, 200, IDENTITY.to_owned(), Verified),
        (key, 200, "<html/>".to_owned(), Unknown),
        (key, 403, aws_error("InvalidClientTokenId", "no"), Refused),
        (key, 403, aws_error("SignatureDoesNotMatch", "no"), Refused),
        (key, 403, aws_error("SignatureDoesNotMatch", "Signature expired: 1 is now earlier than 2"), Unknown),
        (key, 400, aws_error("ExpiredToken", "no"), Refused),
        (key, 403, aws_error("AccessDenied", "no"), Unknown),
        (key, 403, "not XML".to_owned(), Unknown),
    ] {
        assert_eq!(judged(rule, status, &body), verdict, "{status} {body}");
    }
    // AWS knows the id if all that is wrong is the signature.
    let fake = Fake::saying(403, aws_error("SignatureDoesNotMatch", "no"));
    let verifier = all_at(&fake).build().unwrap();
    let (ours, theirs) = (secret("id"), secret("key"));
    let pair = [(key, &theirs)];
    assert_eq!(run(verifier.verify(Question::new(id, &ours).beside(&pair))).unwrap(), Unknown);
}

#[test]
fn aws_is_asked_about_pairs() {
    let works = SecretString::from(expand("AKIA{uppernum:16}", "works"));
    let other = SecretString::from(expand("AKIA{uppernum:16}", "other"));
    let session = SecretString::from(expand("ASIA{uppernum:16}", "session"));
    let (key, token) = (secret("key"), secret("token"));
    let known = works.expose().to_owned();
    let fake = Fake::new(move |request| {
        if request.contains(&format!("Credential={known}/20260102/us-east-1/sts/aws4_request")) {
            Reply::new(200, IDENTITY)
        } else {
            Reply::new(403, aws_error("InvalidClientTokenId", "no"))
        }
    });
    let verifier = all_at(&fake).build().unwrap();
    let rule = "aws-secret-access-key";
    let id = "aws-access-key-id";
    let asked =
        |beside: &[(&str, &SecretString)]| run(verifier.verify(Question::new(rule, &key).beside(beside)));

    assert_eq!(asked(&[]).unwrap(), Unknown, "half a pair cannot be tried");
    assert_eq!(asked(&[(id, &session)]).unwrap(), Unknown, "nor can a session without its token");
    assert_eq!(fake.seen().len(), 0);
    assert_eq!(asked(&[(id, &other)]).unwrap(), Refused);
    assert_eq!(asked(&[(id, &other), ("slack-bot-token", &token), (id, &works)]).unwrap(), Verified);
    assert_eq!(fake.seen().len(), 2, "the first pair was known");
    assert_eq!(asked(&[(id, &session), ("aws-session-token", &token)]).unwrap(), Refused);
    let seen = fake.seen();
    let request = &seen[2];
    assert!(
        request.starts_with("POST / HTTP/1.1\r\n") && request.contains("x-amz-date: 20260102T030405Z\r\n")
    );
    assert!(request.contains(&format!("x-amz-security-token: {}\r\n", token.expose())));
    assert!(request.ends_with("\r\n\r\nAction=GetCallerIdentity&Version=2011-06-15"));
    assert!(seen.iter().all(|request| !request.contains(key.expose())), "the key signs and is not sent");
}

#[test]
fn nothing_is_asked_twice() {
    let fake = Fake::saying(401, r#"{"message":"Bad credentials"}"#);
    let verifier = all_at(&fake).build().unwrap();
    let (one, two) = (secret("one"), secret("two"));
    for (token, asked) in [(&one, 1), (&one, 1), (&two, 2), (&one, 2)] {
        assert_eq!(run(ask(&verifier, "github-pat", token)).unwrap(), Refused);
        assert_eq!(fake.seen().len(), asked);
    }
}

/// What each vendor's answer comes to when every vendor answers so.
fn faults(timeout: Duration, reply: fn() -> Reply) -> Vec<Result<Verdict, Fault>> {
    let judge = |rule: &&str| {
        let fake = Fake::new(move |_| reply());
        let verifier = all_at(&fake).timeout(timeout).build().unwrap();
        let token = secret(rule);
        let said = run(ask(&verifier, rule, &token));
        assert_eq!(fake.seen().len(), 1, "{rule}");
        if let Err(error) = &said {
            let text = format!("{error} {error:?} {verifier:?}");
            assert!(!text.contains(&token.expose()[7..]) && !text.contains("127.0.0.1"), "{text}");
        }
        said.map_err(|error| error.fault())
    };
    RULES.iter().map(judge).collect()
}

const LONG: Duration = Duration::from_secs(60);

#[test]
fn no_answer_is_no_verdict() {
    assert_eq!(faults(LONG, || Reply::new(429, "{}")), [Err(Fault::Limited); 5]);
    assert_eq!(faults(LONG, || Reply::new(500, "{}")), [Err(Fault::Unreachable); 5]);
    assert_eq!(faults(LONG, || Reply::new(503, IDENTITY)), [Err(Fault::Unreachable); 5]);
    assert_eq!(faults(Duration::from_millis(50), || Reply::Silence), [Err(Fault::TimedOut); 5]);
    let cut = || Reply::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"ok\":true".to_vec());
    assert_eq!(faults(LONG, cut), [Err(Fault::Unreachable); 5]);
    assert_eq!(faults(LONG, || Reply::Raw(Vec::new())), [Err(Fault::Unreachable); 5]);
    assert_eq!(faults(LONG, || Reply::new(200, "x".repeat((64 << 10) + 1))), [Err(Fault::Invalid); 5]);
    // Nobody but AWS answers in anything but JSON.
    let page = faults(LONG, || Reply::new(200, "<html>Sign in to the network</html>"));
    assert_eq!(
        page,
        [Err(Fault::Invalid), Err(Fault::Invalid), Err(Fault::Invalid), Err(Fault::Invalid), Ok(Unknown)]
    );
}

#[test]
fn a_token_does_not_follow_a_redirect() {
    let elsewhere = Arc::new(Fake::saying(200, r#"{"ok":true,"login":"x","object":"balance"}"#));
    for rule in RULES {
        for status in [301, 302, 307, 308] {
            let to = format!("{}/", elsewhere.url());
            let fake = Fake::new(move |_| {
                let head = format!("HTTP/1.1 {status} Moved\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n");
                Reply::Raw(head.into_bytes())
            });
            let verifier = all_at(&fake).build().unwrap();
            assert_eq!(run(ask(&verifier, rule, &secret(rule))).unwrap(), Unknown, "{rule} {status}");
            assert_eq!(fake.seen().len(), 1);
        }
    }
    assert!(elsewhere.seen().is_empty());
}

#[test]
fn who_asks_for_patience_or_is_out_of_reach_is_not_asked_any_more() {
    let limited = "HTTP/1.1 403 Forbidden\r\nx-ratelimit-remaining: 0\r\ncontent-length: 2\r\n\r\n{}";
    for (reply, questions) in [("HTTP/1.1 429 Slow\r\ncontent-length: 0\r\n\r\n", 1), (limited, 1), ("", 3)] {
        let fake = Fake::new(move |_| Reply::Raw(reply.as_bytes().to_vec()));
        let verifier = all_at(&fake).build().unwrap();
        // One run of the executor, as a program would have it.
        run(async {
            for number in 0..questions + 2 {
                let said = ask(&verifier, "github-pat", &secret(&number.to_string())).await;
                assert_eq!(said.is_err(), number < questions, "{reply:?} {number}: {said:?}");
            }
            let other = ask(&verifier, "stripe-secret-key", &secret("other")).await;
            assert!(other.is_err(), "another vendor is asked all the same");
        });
        assert_eq!(fake.seen().len(), questions + 1);
    }
}

#[test]
fn nobody_is_asked_in_clear() {
    for address in ["http://store.example/graphql/", "https://user:EXAMPLE-password@store.example/", "store"]
    {
        let error = HttpVerifier::builder().saleor(address).build().unwrap_err();
        assert_eq!(error.fault(), Fault::Invalid, "{address}");
        assert!(!format!("{error} {error:?}").contains("EXAMPLE"), "{error}");
    }
}
