//! A secret of GitHub Actions, of a repository or of an environment of it.
//!
//! Written after the [REST reference](https://docs.github.com/en/rest/actions/secrets) and tested against a fake that answers
//! as that says and opens what is sealed for it, not against GitHub.
//!
//! # What is asked
//!
//! | for | request, below `/repos/OWNER/NAME/actions`, or `/repos/OWNER/NAME/environments/ENVIRONMENT` |
//! | --- | --- |
//! | reading | `GET /secrets/SECRET`; if there is none, `GET /secrets/public-key`, to see that it is not hidden |
//! | writing | `GET /secrets/public-key`, the same as for reading, `PUT /secrets/SECRET`, and `GET` again |
//!
//! # What it can read
//!
//! GitHub takes a text, sealed for a key of its own, and never gives it back: it tells only that there is a secret, and the
//! second in which it was last written. So the store is [told](GithubStoreBuilder::known) the text that stands there, which a
//! workflow has in its environment, and remembers what it writes. A text counts as long as GitHub names the second that it
//! named first for it. After that somebody else has written, and reading is an error until there is a store that knows more,
//! or the secret is deleted at GitHub.
//!
//! Nothing of this outlasts the process. A rotation that was broken off after it had written leaves a text at GitHub that
//! nobody can read any more: the next run cannot find out whether it is good, ends that token by its name, and issues
//! another. It needs to be told what stood there before, or the secret deleted.
//!
//! # Two writers
//!
//! GitHub knows no write over a certain version. The store looks at the second and then writes: what somebody else writes
//! between the two, or later in the second of a write of ours, is replaced or taken for ours without notice. One store writes
//! one thing at a time; let one program write at a time, as a workflow with `concurrency` does. A version is the second and a
//! count of what this store wrote, because it may write more than once in a second.
//!
//! A write that breaks off counts as done if the second has moved when the store next looks, and as not done if not.
//!
//! # Permissions
//!
//! A fine-grained token or an app needs `Secrets` of the repository, for an environment `Environments`: to read and to write.
//! The workflow's own `GITHUB_TOKEN` can have neither.
//!
//! # Errors
//!
//! | GitHub answers | fault |
//! | --- | --- |
//! | 401, 403 | [`Fault::Refused`]: the token or its permissions |
//! | 404 for the public key | [`Fault::NotFound`]: no such repository or environment, or none that the token may see |
//! | 409 | [`Fault::Conflict`], which is also that of a text that somebody else has replaced |
//! | 429, or 403 with a limit that is used up | [`Fault::Limited`] |
//! | 5xx | [`Fault::Unreachable`] |
//! | anything else | [`Fault::Invalid`], which is also that of a text that is not known |
//!
//! Nothing that GitHub says is quoted in errors. The futures run on tokio, with its I/O and time drivers.

use std::{fmt, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::{DateTime, SecondsFormat, Utc};
use crypto_box::{PublicKey, aead::OsRng};
use serde::Deserialize;
use serde_json::{Value, json};
use storeward_core::{
    BoxFuture, Fault, PortError, SecretString,
    http::{
        Address, Answer, Client, Method, bearer,
        header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue},
    },
};
use tokio::sync::Mutex;

use super::{client, error, failed};
use crate::{
    SecretStore,
    port::{Stored, Version},
};

/// Which secret of which repository.
#[derive(Clone)]
#[must_use]
pub struct GithubStoreBuilder {
    repository: String,
    environment: Option<String>,
    secret: String,
    known: Option<SecretString>,
    address: String,
    timeout: Duration,
}

impl GithubStoreBuilder {
    /// The environment of the repository that has the secret; by default it is the repository's own.
    pub fn environment(self, environment: impl Into<String>) -> Self {
        Self { environment: Some(environment.into()), ..self }
    }

    /// The text that stands there now, known from elsewhere: in a workflow, from its environment. Without it a secret that is
    /// there cannot be read.
    pub fn known(self, secret: SecretString) -> Self {
        Self { known: Some(secret), ..self }
    }

    /// The address of GitHub's REST interface; by default `https://api.github.com`, of GitHub Enterprise Server
    /// `https://HOST/api/v3`.
    pub fn address(self, address: impl Into<String>) -> Self {
        Self { address: address.into(), ..self }
    }

    /// How long an answer may take; by default ten seconds. A write waits for four of them.
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// The store, for whoever has this token. If the process has no provider for rustls yet, ring becomes that.
    ///
    /// # Errors
    ///
    /// [`Fault::Invalid`] for an address that secrets must not be sent to, what is no name at GitHub, a token that fits into
    /// no header, or where the system's certificates cannot be read.
    pub fn build(self, token: &SecretString) -> Result<GithubStore, PortError> {
        let Self { repository, environment, secret, known, address, timeout } = self;
        let wrong =
            |what: &str, text: &str| error(Fault::Invalid, format!("`{text}` is no {what} at GitHub"));
        let address = Address::new("GitHub", &address).map_err(failed)?;
        let (owner, name) = repository
            .split_once('/')
            .ok_or_else(|| wrong("repository, as in `owner/name`,", &repository))?;
        let is_part = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        if [owner, name].iter().any(|part| matches!(*part, "" | "." | "..") || !part.bytes().all(is_part)) {
            return Err(wrong("repository, as in `owner/name`,", &repository));
        }
        if let Some(environment) = environment.as_deref().filter(|name| matches!(*name, "" | "." | "..")) {
            return Err(wrong("environment", environment));
        }
        let upper = secret.to_ascii_uppercase();
        if upper.is_empty()
            || upper.starts_with(|c: char| c.is_ascii_digit())
            || upper.starts_with("GITHUB_")
            || !upper.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        {
            return Err(wrong("secret", &secret));
        }
        let authorization = bearer(token).map_err(failed)?;
        let state = State { held: known.map(|secret| Held { secret, since: None }), ..State::default() };
        let client = client(timeout)?;
        let state = Mutex::new(state);
        Ok(GithubStore { address, client, repository, environment, secret, authorization, state })
    }
}

impl fmt::Debug for GithubStoreBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // An address that is yet to be looked at may hold a password.
        f.debug_struct("GithubStoreBuilder").field("repository", &self.repository).finish_non_exhaustive()
    }
}

/// A secret of GitHub Actions.
pub struct GithubStore {
    address: Address,
    client: Client,
    repository: String,
    environment: Option<String>,
    secret: String,
    authorization: HeaderValue,
    /// Held from the first look to the last, so that of two of our own writers one waits.
    state: Mutex<State>,
}

impl fmt::Debug for GithubStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GithubStore").field("place", &self.place()).finish_non_exhaustive()
    }
}

/// What is known of the text that GitHub keeps to itself.
#[derive(Default)]
struct State {
    held: Option<Held>,
    /// A write of which nobody knows whether it took effect.
    open: Option<Open>,
    /// How often was written.
    writes: u64,
}

struct Held {
    secret: SecretString,
    /// The second that GitHub names for it, once it did.
    since: Option<DateTime<Utc>>,
}

struct Open {
    secret: SecretString,
    /// The second that GitHub named before.
    before: Option<DateTime<Utc>>,
}

impl State {
    /// Takes note of what GitHub names now.
    fn heed(&mut self, at: Option<DateTime<Utc>>) {
        if let Some(open) = self.open.take()
            && at != open.before
        {
            self.written(open.secret);
        }
        if at.is_none() {
            self.held = None;
        } else if let Some(held) = &mut self.held {
            held.since = held.since.or(at);
        }
    }

    fn written(&mut self, secret: SecretString) {
        self.held = Some(Held { secret, since: None });
        self.open = None;
        self.writes += 1;
    }

    fn version(&self, at: DateTime<Utc>) -> Version {
        Version::new(format!("{}/{}", at.to_rfc3339_opts(SecondsFormat::AutoSi, true), self.writes))
    }
}

#[derive(Deserialize)]
struct Metadata {
    updated_at: DateTime<Utc>,
}

#[derive(Deserialize)]
struct Key {
    key_id: String,
    key: String,
}

impl Key {
    /// The body that GitHub takes for a secret.
    fn seal(&self, secret: &SecretString) -> Result<Value, PortError> {
        let wrong = || error(Fault::Invalid, "GitHub's public key is none: see the address of its interface");
        let key = BASE64_STANDARD.decode(&self.key).map_err(|_| wrong())?;
        let key = PublicKey::from_slice(&key).map_err(|_| wrong())?;
        let sealed = key.seal(&mut OsRng, secret.expose().as_bytes()).map_err(|_| wrong())?;
        Ok(json!({ "encrypted_value": BASE64_STANDARD.encode(sealed), "key_id": self.key_id }))
    }
}

impl GithubStore {
    /// A secret by its repository (`owner/name`) and its name (`SALEOR_TOKEN`).
    pub fn builder(repository: impl Into<String>, secret: impl Into<String>) -> GithubStoreBuilder {
        GithubStoreBuilder {
            repository: repository.into(),
            environment: None,
            secret: secret.into(),
            known: None,
            address: "https://api.github.com".to_owned(),
            timeout: Duration::from_secs(10),
        }
    }

    async fn find(&self) -> Result<Option<Stored>, PortError> {
        let mut state = self.state.lock().await;
        let at = self.look(&mut state).await?;
        let Some(at) = at else { return Ok(None) };
        match &state.held {
            Some(held) if held.since == Some(at) => {
                Ok(Some(Stored { secret: held.secret.clone(), version: state.version(at) }))
            }
            Some(_) => Err(error(
                Fault::Conflict,
                format!(
                    "{} was written by somebody else, and GitHub shows no text: find out what it holds, or delete it there",
                    self.place()
                ),
            )),
            None => Err(error(
                Fault::Invalid,
                format!(
                    "{} is there, but GitHub shows no text: say which it holds, as a workflow knows from its environment, or \
                     delete it there",
                    self.place()
                ),
            )),
        }
    }

    async fn replace(&self, secret: &SecretString, over: Option<&Version>) -> Result<Version, PortError> {
        let mut state = self.state.lock().await;
        // First the key, so that the look and the write are next to each other.
        let body = self.key().await?.seal(secret)?;
        let before = self.look(&mut state).await?;
        if before.map(|at| state.version(at)).as_ref() != over {
            return Err(error(Fault::Conflict, format!("{} holds another version", self.place())));
        }
        state.open = Some(Open { secret: secret.clone(), before });
        let answer = self.ask(&self.secret, Some(&body)).await?;
        match answer.status {
            201 | 204 => state.written(secret.clone()),
            500.. => return Err(failure(&answer)),
            _ => {
                state.open = None;
                return Err(failure(&answer));
            }
        }
        match self.look(&mut state).await {
            Ok(Some(at)) => Ok(state.version(at)),
            _ => {
                let message = format!("{} was written, but GitHub does not say when: read it", self.place());
                Err(error(Fault::Unreachable, message))
            }
        }
    }

    /// When the secret was last written; nothing if there is none.
    async fn look(&self, state: &mut State) -> Result<Option<DateTime<Utc>>, PortError> {
        let answer = self.ask(&self.secret, None).await?;
        let at = match answer.status {
            200 => Some(answer.json::<Metadata>().map_err(foreign)?.updated_at),
            // So it is said also to who may not see it; but then the key is hidden too.
            404 => {
                self.key().await?;
                None
            }
            _ => return Err(failure(&answer)),
        };
        state.heed(at);
        Ok(at)
    }

    async fn key(&self) -> Result<Key, PortError> {
        let answer = self.ask("public-key", None).await?;
        if answer.status == 200 { answer.json().map_err(foreign) } else { Err(failure(&answer)) }
    }

    /// Reads, or writes a body.
    async fn ask(&self, what: &str, body: Option<&Value>) -> Result<Answer, PortError> {
        let mut parts: Vec<&str> = ["repos"].into_iter().chain(self.repository.split('/')).collect();
        match &self.environment {
            Some(environment) => parts.extend(["environments", environment]),
            None => parts.push("actions"),
        }
        parts.extend(["secrets", what]);
        let method = if body.is_some() { Method::PUT } else { Method::GET };
        let mut request = self
            .client
            .request(method, self.address.below_parts(parts))
            .header(AUTHORIZATION, self.authorization.clone())
            .header(ACCEPT, "application/vnd.github+json")
            .header("x-github-api-version", "2022-11-28");
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.to_string());
        }
        self.client.send(request).await.map_err(failed)
    }
}

fn foreign(_: storeward_core::http::Failure) -> PortError {
    error(Fault::Invalid, "the answer is not one of GitHub: see the address of its interface")
}

fn failure(answer: &Answer) -> PortError {
    let (fault, what) = match answer.status {
        401 => (Fault::Refused, "takes the token for none: it has expired, or was revoked"),
        _ if answer.is_limited() => (Fault::Limited, "asks for patience: try again later"),
        403 => (
            Fault::Refused,
            "refuses: give the token `Secrets` of the repository, for an environment `Environments`, to read and write",
        ),
        404 => (Fault::NotFound, "has no such repository or environment, or none that the token may see"),
        409 => (Fault::Conflict, "is changing the secret for somebody else: read it and write again"),
        422 => (Fault::Invalid, "does not take the secret: it may be longer than 48 KiB"),
        500.. => (Fault::Unreachable, "has failed: try again later"),
        300..=399 => (Fault::Invalid, "sends elsewhere: call the repository by the name that it has now"),
        _ => (Fault::Invalid, "does not take that: see the address of its interface"),
    };
    error(fault, format!("GitHub {what} (HTTP {})", answer.status))
}

impl SecretStore for GithubStore {
    fn place(&self) -> String {
        let of = self.environment.as_ref().map(|name| format!(", environment {name}")).unwrap_or_default();
        format!("GitHub at {}, {}{of}, {}", self.address.host(), self.repository, self.secret)
    }

    fn read(&self) -> BoxFuture<'_, Result<Option<Stored>, PortError>> {
        Box::pin(self.find())
    }

    fn write<'a>(
        &'a self,
        secret: &'a SecretString,
        over: Option<&'a Version>,
    ) -> BoxFuture<'a, Result<Version, PortError>> {
        Box::pin(self.replace(secret, over))
    }
}

#[cfg(test)]
mod tests;
