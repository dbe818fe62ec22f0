//! Verifiers over HTTP: each secret is sent to its own vendor and nowhere else.
//!
//! | vendor | asked | rules |
//! | --- | --- | --- |
//! | Saleor | `{ app { id } me { id } }` at the store's own address | app tokens, users' tokens of that store |
//! | GitHub | `GET /user`, `GET /installation/repositories` | tokens of people and of installed applications |
//! | AWS | STS `GetCallerIdentity`, signed | key ids and secret keys, where both stand in one text |
//! | Stripe | `GET /v1/balance` | secret, restricted and test keys |
//! | Slack | `auth.test` | tokens; no webhook, because asking one posts |
//!
//! All of these read, and none needs a permission that a working secret might lack. Redirects are not followed, answers of
//! more than 64 KiB are not read, and no proxy is used.
//!
//! Of each vendor one thing is asked at a time, with pauses. Nothing is asked twice, and a vendor that asks for patience, or
//! three times in a row does not answer, is not asked any more: the rest of that run is [`Verdict::Unknown`].
//!
//! The futures run on tokio, with its I/O and time drivers.

mod aws;
mod desk;
mod github;
mod saleor;
mod slack;
mod stripe;

use std::{fmt, sync::Arc, time::Duration};

use storeward_core::{
    BoxFuture, Clock, PortError, SystemClock,
    http::{Client, Failure, Limits},
};

use self::desk::Desk;
use crate::port::{Question, Verdict, Verifier};

/// The longest answer that is read, in bytes. The longest that a vendor means to give, a page of one GitHub repository, has
/// about 8 KiB.
const LONGEST: usize = 64 << 10;

/// Gives the port its name.
fn failed(failure: Failure) -> PortError {
    failure.of("secret verifier")
}

/// Asks the vendors that it knows over HTTP.
pub struct HttpVerifier {
    saleor: Option<Desk>,
    github: Desk,
    aws: Desk,
    stripe: Desk,
    slack: Desk,
    clock: Arc<dyn Clock>,
}

impl HttpVerifier {
    /// Begins with the vendors' public addresses, and no Saleor store.
    pub fn builder() -> HttpVerifierBuilder {
        HttpVerifierBuilder {
            saleor: None,
            github: github::ADDRESS.to_owned(),
            aws: aws::ADDRESS.to_owned(),
            stripe: stripe::ADDRESS.to_owned(),
            slack: slack::ADDRESS.to_owned(),
            timeout: Duration::from_secs(10),
            interval: Duration::from_millis(250),
            clock: Arc::new(SystemClock::new()),
        }
    }

    async fn ask(&self, question: Question<'_>) -> Result<Verdict, Failure> {
        match (question.rule, &self.saleor) {
            (rule, Some(store)) if saleor::accepts(rule) => saleor::ask(store, question).await,
            (rule, _) if github::accepts(rule) => github::ask(&self.github, question).await,
            (rule, _) if aws::accepts(rule) => aws::ask(&self.aws, self.clock.now(), question).await,
            (rule, _) if stripe::accepts(rule) => stripe::ask(&self.stripe, question).await,
            (rule, _) if slack::accepts(rule) => slack::ask(&self.slack, question).await,
            _ => Ok(Verdict::Unknown),
        }
    }
}

impl fmt::Debug for HttpVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpVerifier").field("saleor", &self.saleor.is_some()).finish_non_exhaustive()
    }
}

impl Verifier for HttpVerifier {
    fn accepts(&self, rule: &str) -> bool {
        (self.saleor.is_some() && saleor::accepts(rule))
            || [github::accepts, aws::accepts, stripe::accepts, slack::accepts].iter().any(|by| by(rule))
    }

    fn verify<'a>(&'a self, question: Question<'a>) -> BoxFuture<'a, Result<Verdict, PortError>> {
        Box::pin(async move { self.ask(question).await.map_err(failed) })
    }
}

/// Makes an [`HttpVerifier`]. An address begins with `https://`, or with `http://` if it is of this machine, and holds
/// no user name, password or query.
#[must_use]
pub struct HttpVerifierBuilder {
    saleor: Option<String>,
    github: String,
    aws: String,
    stripe: String,
    slack: String,
    timeout: Duration,
    interval: Duration,
    clock: Arc<dyn Clock>,
}

impl HttpVerifierBuilder {
    /// The GraphQL address of the Saleor store whose tokens are asked about: `https://store.example/graphql/`. Who refuses
    /// a token is this store; another may take it.
    pub fn saleor(self, address: impl Into<String>) -> Self {
        Self { saleor: Some(address.into()), ..self }
    }

    /// The address of GitHub's REST interface, by default `https://api.github.com`; of GitHub Enterprise
    /// `https://HOST/api/v3`.
    pub fn github(self, address: impl Into<String>) -> Self {
        Self { github: address.into(), ..self }
    }

    /// The address of AWS STS, by default `https://sts.amazonaws.com`, which signs as the region `us-east-1` and does not
    /// know keys of the partitions for China and for governments.
    pub fn aws(self, address: impl Into<String>) -> Self {
        Self { aws: address.into(), ..self }
    }

    /// The address of Stripe, by default `https://api.stripe.com`.
    pub fn stripe(self, address: impl Into<String>) -> Self {
        Self { stripe: address.into(), ..self }
    }

    /// The address of Slack's methods, by default `https://slack.com/api`.
    pub fn slack(self, address: impl Into<String>) -> Self {
        Self { slack: address.into(), ..self }
    }

    /// How long a question may take, answer and all; by default ten seconds. A Saleor store needs up to two for the first
    /// use of a token.
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// How long a vendor is left alone between an answer and the next question; by default a quarter of a second, which
    /// keeps below what each of the vendors says it takes.
    pub fn interval(self, interval: Duration) -> Self {
        Self { interval, ..self }
    }

    /// The clock that requests to AWS are signed by; by default the system's.
    pub fn clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// The verifier. If the process has no provider for rustls yet, ring becomes that.
    ///
    /// # Errors
    ///
    /// [`Fault::Invalid`](storeward_core::Fault::Invalid) for an address that secrets must not be sent to, or where the
    /// system's certificates cannot be read.
    pub fn build(self) -> Result<HttpVerifier, PortError> {
        let client = Client::new(Limits::within(self.timeout, LONGEST)).map_err(failed)?;
        let desk = |name, address: &str| Desk::new(name, address, &client, self.interval).map_err(failed);
        Ok(HttpVerifier {
            saleor: self.saleor.map(|address| desk("Saleor", &address)).transpose()?,
            github: desk("GitHub", &self.github)?,
            aws: desk("AWS", &self.aws)?,
            stripe: desk("Stripe", &self.stripe)?,
            slack: desk("Slack", &self.slack)?,
            clock: self.clock,
        })
    }
}

impl fmt::Debug for HttpVerifierBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // An address that is yet to be looked at may hold a password.
        f.debug_struct("HttpVerifierBuilder").finish_non_exhaustive()
    }
}
