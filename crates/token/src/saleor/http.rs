//! How a store is asked: https alone, no redirects, no proxy, within limits, and again only where that does no harm.

use std::{
    fmt,
    hash::{BuildHasher, RandomState},
    net::IpAddr,
    time::Duration,
};

use chrono::DateTime;
use cynic::{GraphQlResponse, Operation};
use reqwest::{
    Response, Url,
    header::{AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderValue, RETRY_AFTER},
    redirect::Policy,
};
use serde::{Serialize, de::DeserializeOwned};
use storeward_core::{Fault, SecretString};

use super::fault::{Broken, Extensions, Failure, Said, of_status};

/// Within what bounds a store is asked.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Limits {
    /// How long it may take until there is a connection; by default five seconds.
    pub connect: Duration,
    /// How long one question may take, answer and all; by default fifteen seconds. The first use of a token costs a
    /// store one to two seconds, and making one two to three.
    pub total: Duration,
    /// The longest answer that is read, in bytes; by default 1 MiB. A page of a hundred apps has about 50 KiB.
    pub longest: usize,
    /// How long is waited before a question is asked again, doubled each time, and up to as much again by chance; by
    /// default half a second.
    pub pause: Duration,
    /// The longest wait that a store may ask for; by default thirty seconds. If it asks for more, it is not asked again.
    pub patience: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            total: Duration::from_secs(15),
            longest: 1 << 20,
            pause: Duration::from_millis(500),
            patience: Duration::from_secs(30),
        }
    }
}

/// How often a question is asked again.
const AGAIN: u32 = 2;

/// Whether a question may be asked twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Query,
    /// Asked again only where it certainly had no effect.
    Mutation,
}

/// What a store said.
pub(super) struct Reply<T> {
    pub(super) data: Option<T>,
    pub(super) errors: Vec<Said>,
}

impl<T> Reply<T> {
    /// The data, if there is nothing wrong with them.
    pub(super) fn whole(self) -> Result<T, Failure> {
        match (self.errors.first(), self.data) {
            (Some(said), _) => Err(said.failure()),
            (None, Some(data)) => Ok(data),
            (None, None) => Err(nonsense()),
        }
    }
}

/// The store answered something else than it was asked for.
pub(super) fn nonsense() -> Failure {
    Failure::new(Fault::Invalid, "the store's answer is not one to the question")
}

#[derive(Clone)]
pub(super) struct Http {
    client: reqwest::Client,
    url: Url,
    limits: Limits,
}

impl Http {
    pub(super) fn new(address: &str, limits: Limits) -> Result<Self, Failure> {
        let url = checked(address)?;
        // Somebody else's choice, made before, is left as it is.
        let _ = rustls::crypto::ring::default_provider().install_default();
        #[expect(clippy::disallowed_methods, reason = "here are the time limits, for all questions")]
        let builder = reqwest::Client::builder();
        let client = builder
            .connect_timeout(limits.connect)
            .timeout(limits.total)
            .redirect(Policy::none())
            .no_proxy()
            // reqwest would send again by itself what a connection dropped.
            .retry(reqwest::retry::never())
            // A connection that the other side gave up meanwhile would look like a store that breaks off.
            .pool_max_idle_per_host(0)
            .user_agent(concat!("storeward/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|_| Failure::new(Fault::Invalid, "the system's certificates cannot be read"))?;
        Ok(Self { client, url, limits })
    }

    pub(super) async fn ask<T: DeserializeOwned, V: Serialize>(
        &self,
        kind: Kind,
        operation: &Operation<T, V>,
        token: &SecretString,
    ) -> Result<Reply<T>, Failure> {
        let bearer = bearer(token)?;
        let question = serde_json::to_vec(operation)
            .map_err(|_| Failure::new(Fault::Invalid, "the question cannot be written as JSON"))?;
        let mut asked = 0;
        loop {
            let Unanswered { failure, again } = match self.once(&bearer, question.clone()).await {
                Ok(reply) => return Ok(reply),
                Err(unanswered) => unanswered,
            };
            let wait = match again {
                Again::Now => self.pause(asked),
                Again::ForQueries if kind == Kind::Query => self.pause(asked),
                // Never sooner than it asks for, nor all at the same moment.
                Again::After(wait) if wait <= self.limits.patience => wait.saturating_add(self.pause(0)),
                _ => return Err(failure),
            };
            if asked == AGAIN {
                return Err(failure);
            }
            asked += 1;
            tokio::time::sleep(wait).await;
        }
    }

    /// Once, twice, four times the pause, and up to as much again, so that many who were sent away do not come back
    /// together.
    fn pause(&self, asked: u32) -> Duration {
        let pause = self.limits.pause.saturating_mul(1_u32 << asked.min(8));
        // A hasher's keys are all the chance that this needs.
        let chance = u32::try_from(RandomState::new().hash_one(asked) % 1000).unwrap_or_default();
        pause.saturating_add(pause.saturating_mul(chance) / 1000)
    }

    async fn once<T: DeserializeOwned>(
        &self,
        bearer: &HeaderValue,
        question: Vec<u8>,
    ) -> Result<Reply<T>, Unanswered> {
        let request = self.client.post(self.url.clone()).header(AUTHORIZATION, bearer);
        let request = request.header(CONTENT_TYPE, "application/json").body(question);
        let mut response = request.send().await.map_err(|error| self.broken(&error))?;
        let status = response.status().as_u16();
        match status {
            429 => {
                let again = match asked_wait(response.headers()) {
                    Some(wait) => Again::After(wait),
                    None => Again::Now,
                };
                return Err(Unanswered { failure: of_status(status), again });
            }
            502..=504 => return Err(Unanswered { failure: of_status(status), again: Again::ForQueries }),
            // Saleor says in JSON why it does not answer; what else comes with these is somebody else's.
            200 | 400 | 401 | 403 if is_json(response.headers()) => {}
            200 => {
                let message =
                    "the address answers with something else than JSON: it is not that of a store's GraphQL";
                return Err(Failure::new(Fault::Invalid, message).into());
            }
            _ => return Err(of_status(status).into()),
        }
        let body = self.body(&mut response).await?;
        let reply = parse(&body);
        if status == 200 {
            return Ok(reply?);
        }
        let said = reply.ok().and_then(|reply: Reply<T>| reply.errors.first().copied());
        match said {
            Some(Said::Closed) => Ok(Reply { data: None, errors: vec![Said::Closed] }),
            Some(said) if status == 400 => Err(said.failure().into()),
            _ => Err(of_status(status).into()),
        }
    }

    async fn body(&self, response: &mut Response) -> Result<Vec<u8>, Unanswered> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.broken(&error))? {
            if body.len().saturating_add(chunk.len()) > self.limits.longest {
                let message = format!("the store's answer is longer than {} bytes", self.limits.longest);
                return Err(Failure::new(Fault::Invalid, message).into());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    fn broken(&self, error: &reqwest::Error) -> Unanswered {
        match Broken::by(error, &self.limits) {
            Broken::BeforeSending(failure) => Unanswered { failure, again: Again::Now },
            Broken::AfterSending(failure) if failure.fault == Fault::Unreachable => {
                Unanswered { failure, again: Again::ForQueries }
            }
            Broken::AfterSending(failure) => failure.into(),
        }
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").field("url", &self.url.as_str()).field("limits", &self.limits).finish()
    }
}

/// A question without an answer, and whether it may be asked again.
struct Unanswered {
    failure: Failure,
    again: Again,
}

impl From<Failure> for Unanswered {
    fn from(failure: Failure) -> Self {
        Self { failure, again: Again::Never }
    }
}

enum Again {
    Never,
    /// It had no effect.
    Now,
    /// It had no effect, and the store says when.
    After(Duration),
    /// It may have had its effect.
    ForQueries,
}

/// An address that tokens may be sent to: https, or http on this machine.
fn checked(address: &str) -> Result<Url, Failure> {
    let wrong = |why: &str| Failure::new(Fault::Invalid, format!("the store's address {why}"));
    let url = Url::parse(address).map_err(|error| wrong(&format!("is none: {error}")))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("holds a user name or a password"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("holds more than a path"));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if url.host_str().is_some_and(is_this_machine) => Ok(url),
        _ => Err(wrong("is not https, so that a token sent there could be read on its way")),
    }
}

fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn bearer(token: &SecretString) -> Result<HeaderValue, Failure> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose()))
        .map_err(|_| Failure::new(Fault::Invalid, "the token holds characters that no token has"))?;
    value.set_sensitive(true);
    Ok(value)
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    // The second is GraphQL's own.
    ["application/json", "application/graphql-response+json"]
        .iter()
        .any(|json| kind.eq_ignore_ascii_case(json))
}

/// How long a store wants to be left alone: in seconds, or until a moment by its own clock.
fn asked_wait(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = DateTime::parse_from_rfc2822(text).ok()?;
    let now = DateTime::parse_from_rfc2822(headers.get(DATE)?.to_str().ok()?).ok()?;
    Some(until.signed_duration_since(now).to_std().unwrap_or_default())
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<Reply<T>, Failure> {
    let response: GraphQlResponse<T, Extensions> = serde_json::from_slice(body).map_err(|_| nonsense())?;
    let errors = response.errors.unwrap_or_default();
    let said = |error: cynic::GraphQlError<Extensions>| error.extensions.unwrap_or_default().said();
    Ok(Reply { data: response.data, errors: errors.into_iter().map(said).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_says_how_long_to_wait() {
        let wait = |after: Option<&str>, date: Option<&str>| {
            let mut headers = HeaderMap::new();
            for (name, value) in [(RETRY_AFTER, after), (DATE, date)] {
                headers.extend(value.map(|value| (name, HeaderValue::from_str(value).unwrap())));
            }
            asked_wait(&headers).map(|wait| wait.as_secs())
        };
        let date = Some("Tue, 24 Nov 2026 03:20:44 GMT");
        for (after, date, expected) in [
            (Some("0"), None, Some(0)),
            (Some(" 120 "), None, Some(120)),
            (Some("Tue, 24 Nov 2026 03:21:44 GMT"), date, Some(60)),
            (Some("Tue, 24 Nov 2026 03:19:44 GMT"), date, Some(0)),
            (Some("Tue, 24 Nov 2026 03:21:44 GMT"), None, None),
            (Some("-1"), date, None),
            (Some("99999999999999999999999"), date, None),
            (Some("soon"), date, None),
            (None, date, None),
        ] {
            assert_eq!(wait(after, date), expected, "{after:?}");
        }
    }

    #[test]
    fn pauses_grow_and_differ_by_chance() {
        let limits = Limits { pause: Duration::from_millis(100), ..Limits::default() };
        let http = Http::new("https://store.example/graphql/", limits).unwrap();
        for (asked, least) in [(0, 100), (1, 200), (2, 400)] {
            let pauses: Vec<_> = (0..50).map(|_| http.pause(asked).as_millis()).collect();
            assert!(pauses.iter().all(|pause| (least..2 * least).contains(pause)), "{pauses:?}");
            assert!(pauses.iter().any(|pause| *pause != pauses[0]), "all come back at the same moment");
        }
        let endless = Limits { pause: Duration::MAX, ..limits };
        Http::new("https://store.example/graphql/", endless).unwrap().pause(u32::MAX);
    }

    #[test]
    fn a_token_shows_in_no_header() {
        let value = bearer(&"EXAMPLE".into()).unwrap();
        assert!(value == "Bearer EXAMPLE" && value.is_sensitive());
    }

    #[test]
    fn json_is_told_by_its_kind() {
        for (kind, json) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/graphql-response+json", true),
            ("text/html; charset=utf-8", false),
            ("text/html; application/json", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(kind))]);
            assert_eq!(is_json(&headers), json, "{kind}");
        }
        assert!(!is_json(&HeaderMap::new()));
    }
}
