//! How a store is asked: https alone, no redirects, no proxy, within limits, and again only where that does no harm.

use std::{
    fmt,
    hash::{BuildHasher, RandomState},
    time::Duration,
};

use chrono::DateTime;
use cynic::{GraphQlResponse, Operation};
use serde::{Serialize, de::DeserializeOwned};
use storeward_core::{
    Fault, SecretString,
    http::{
        self, Address, Cause, Client, Failure, Method, bearer,
        header::{AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderValue, RETRY_AFTER},
    },
};

use super::{
    fault::{Extensions, Said, of_status, unanswered},
    limits::Limits,
};

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
    client: Client,
    address: Address,
    limits: Limits,
}

impl Http {
    pub(super) fn new(address: &str, limits: Limits) -> Result<Self, Failure> {
        let address = Address::new("the store", address)?;
        let Limits { connect, total, longest, .. } = limits;
        let client = Client::new(http::Limits { connect, total, longest })?;
        Ok(Self { client, address, limits })
    }

    pub(super) async fn ask<T: DeserializeOwned, V: Serialize>(
        &self,
        kind: Kind,
        operation: &Operation<T, V>,
        token: &SecretString,
    ) -> Result<Reply<T>, Failure> {
        let unfit = |_| Failure::new(Fault::Invalid, "the token holds characters that no token has");
        let bearer = bearer(token).map_err(unfit)?;
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
        let request = self.client.request(Method::POST, self.address.url().clone());
        let request = request.header(AUTHORIZATION, bearer).header(CONTENT_TYPE, "application/json");
        let broken = |failure: Failure| self.broken(&failure);
        let incoming = self.client.begin(request.body(question)).await.map_err(broken)?;
        let status = incoming.status();
        match status {
            429 => {
                let again = match asked_wait(incoming.headers()) {
                    Some(wait) => Again::After(wait),
                    None => Again::Now,
                };
                return Err(Unanswered { failure: of_status(status), again });
            }
            502..=504 => return Err(Unanswered { failure: of_status(status), again: Again::ForQueries }),
            // Saleor says in JSON why it does not answer; what else comes with these is somebody else's.
            200 | 400 | 401 | 403 if is_json(incoming.headers()) => {}
            200 => {
                let message =
                    "the address answers with something else than JSON: it is not that of a store's GraphQL";
                return Err(Failure::new(Fault::Invalid, message).into());
            }
            _ => return Err(of_status(status).into()),
        }
        let reply = parse(&incoming.read().await.map_err(broken)?.body);
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

    fn broken(&self, failure: &Failure) -> Unanswered {
        let again = match failure.cause {
            Cause::NoName | Cause::NobodyListens | Cause::NoConnection | Cause::ConnectTimedOut => Again::Now,
            Cause::Broken => Again::ForQueries,
            _ => Again::Never,
        };
        Unanswered { failure: unanswered(failure, &self.limits), again }
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http")
            .field("url", &self.address.url().as_str())
            .field("limits", &self.limits)
            .finish()
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
