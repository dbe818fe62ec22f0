//! What every provider's verifier does with answers that are none.

use super::{
    fake::{Fake, Reply, run},
    *,
};
use crate::mfa::port::{Challenge, MfaVerifier};

/// As often as is enough for a test, and without waiting.
pub(super) const QUICK: Patience = Patience { interval: Duration::ZERO, questions: 3 };

/// Sees that whatever a provider says that is not in its reference is an error, and none that quotes it. `verifier` makes
/// one for an address; the answers come in the place of its first request, and of each later one that `good` answers.
pub(super) fn fails_closed(
    verifier: impl Fn(&str, Duration) -> Box<dyn MfaVerifier>,
    good: impl Fn(&str) -> Option<Reply> + Clone + Send + 'static,
    requests: usize,
) {
    let html = "<html>EXAMPLE allow SUCCESS</html>";
    let cut = b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"stat\":\"OK\"".to_vec();
    let elsewhere =
        b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/EXAMPLE\r\ncontent-length: 0\r\n\r\n".to_vec();
    let long = "x".repeat(LONGEST + 1);
    let whole = |status, body: &str| {
        let body = body.to_owned();
        move || Reply::Whole(status, body.clone())
    };
    type Say = Box<dyn Fn() -> Reply + Send + Sync>;
    let cases: Vec<(&str, Say, &[Fault])> = vec![
        ("HTML", Box::new(whole(200, html)), &[Fault::Invalid]),
        ("nothing", Box::new(whole(200, "")), &[Fault::Invalid]),
        ("null", Box::new(whole(200, "null")), &[Fault::Invalid]),
        ("other JSON", Box::new(whole(200, "{\"EXAMPLE\":true}")), &[Fault::Invalid]),
        ("too long", Box::new(whole(200, &long)), &[Fault::Invalid]),
        ("204", Box::new(whole(204, "")), &[Fault::Invalid]),
        ("400", Box::new(whole(400, html)), &[Fault::Invalid]),
        ("401", Box::new(whole(401, html)), &[Fault::Refused]),
        ("403", Box::new(whole(403, html)), &[Fault::Refused]),
        ("429", Box::new(whole(429, html)), &[Fault::Limited]),
        ("500", Box::new(whole(500, html)), &[Fault::Unreachable]),
        ("503", Box::new(whole(503, html)), &[Fault::Unreachable]),
        ("a redirect", Box::new(move || Reply::Raw(elsewhere.clone())), &[Fault::Unreachable]),
        ("half an answer", Box::new(move || Reply::Raw(cut.clone())), &[Fault::Unreachable]),
        ("silence", Box::new(|| Reply::Silence), &[Fault::TimedOut]),
    ];
    for (what, say, faults) in cases {
        let say = std::sync::Arc::new(say);
        for bad in 0..requests {
            let (good, say) = (good.clone(), std::sync::Arc::clone(&say));
            let asked = std::sync::atomic::AtomicUsize::new(0);
            let fake = Fake::new(move |request| {
                let number = asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                if number == bad { say() } else { good(request).unwrap_or(Reply::Silence) }
            });
            let timeout = if what == "silence" { Duration::from_millis(50) } else { Duration::from_secs(20) };
            let verifier = verifier(&fake.url(), timeout);
            let result = run(verifier.verify("maria", Challenge::Push));
            let Err(error) = result else { panic!("{what} in the place of request {bad}: {result:?}") };
            assert_eq!(error.port(), PORT);
            assert!(faults.contains(&error.fault()), "{what} in the place of request {bad}: {error}");
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains("EXAMPLE"), "{what}: {shown}");
            assert_eq!(fake.seen().len(), bad + 1, "{what}: nothing is asked after it");
        }
    }
    // Nobody listens there.
    let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let verifier = verifier(
        &format!("http://{}", free.unwrap_or_else(|error| panic!("{error}"))),
        Duration::from_secs(20),
    );
    let result = run(verifier.verify("maria", Challenge::Push));
    assert_eq!(result.map_err(|error| error.fault()), Err(Fault::Unreachable));
}

#[test]
fn a_status_means_the_same_everywhere() {
    for (status, fault) in [(404, Fault::NotFound), (418, Fault::Invalid), (302, Fault::Unreachable)] {
        let fake = Fake::saying(status, "EXAMPLE");
        let client = client(Duration::from_secs(20)).unwrap_or_else(|error| panic!("{error}"));
        let url = fake.url().parse().unwrap_or_else(|error| panic!("{error}"));
        let answer = run(client.send(client.request(storeward_core::http::Method::GET, url)));
        let error = by_status("X", &answer.unwrap_or_else(|failure| panic!("{failure:?}")));
        assert_eq!(error.fault(), fault);
        assert!(error.to_string().starts_with("second factor provider"), "{error}");
    }
}
