//! Second factors that somebody else verifies, over HTTP.
//!
//! | provider | code | push | signed in by |
//! | --- | --- | --- | --- |
//! | [`Auth0Verifier`] | yes | yes | a client's secret, after a first factor there |
//! | [`DuoVerifier`] | yes | yes | a signature of each request |
//! | [`OktaVerifier`] | yes | yes | an API token |
//!
//! Only what a provider's reference names as success is a yes. A result that it does not name, a page of HTML, a redirect and
//! silence are errors, of which nothing is quoted. The futures run on tokio, with its I/O and time drivers.

pub mod auth0;
pub mod duo;
#[cfg(test)]
mod fake;
pub mod okta;

use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use storeward_core::{
    Fault, PortError,
    http::{Answer, Client, Failure, Limits},
};

pub use self::{auth0::Auth0Verifier, duo::DuoVerifier, okta::OktaVerifier};

/// What this port is called in errors.
const PORT: &str = "second factor provider";

/// The longest answer that is read, in bytes: a person has few factors.
const LONGEST: usize = 256 << 10;

/// What RFC 3986 §2.3 leaves unreserved.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// In what form parameters are sent.
const FORM: &str = "application/x-www-form-urlencoded";

/// How long is waited for a person who was asked on a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "how often and how many times is all there is")]
pub struct Patience {
    /// How long between two questions whether the person has answered.
    pub interval: Duration,
    /// How many such questions.
    pub questions: u32,
}

impl Default for Patience {
    /// A minute: thirty questions, two seconds apart.
    fn default() -> Self {
        Self { interval: Duration::from_secs(2), questions: 30 }
    }
}

impl Patience {
    /// Waits before the next question.
    async fn rest(self) {
        tokio::time::sleep(self.interval).await;
    }
}

/// Parameters in the order of their names.
fn form(parameters: &[(&str, &str)]) -> String {
    let escaped = |text: &str| utf8_percent_encode(text, ESCAPED).to_string();
    let mut pairs: Vec<_> =
        parameters.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect();
    pairs.sort_unstable();
    pairs.join("&")
}

fn client(timeout: Duration) -> Result<Client, PortError> {
    Client::new(Limits::within(timeout, LONGEST)).map_err(|failure| failure.of(PORT))
}

fn failed(provider: &str, failure: Failure) -> PortError {
    failure.about(provider).of(PORT)
}

fn error(provider: &str, fault: Fault, message: &str) -> PortError {
    PortError::new(PORT, fault, format!("{provider}: {message}"))
}

/// A result that the provider's reference does not name. It is not quoted, since it is the other side's text.
fn not_understood(provider: &str) -> PortError {
    error(provider, Fault::Invalid, "a result that is not understood")
}

/// What a status means that is no answer to the question.
fn by_status(provider: &str, answer: &Answer) -> PortError {
    let status = answer.status;
    let (fault, meaning) = match status {
        401 | 403 if !answer.is_limited() => (Fault::Refused, "it does not take our credentials"),
        403 | 429 => (Fault::Limited, "it asks for patience"),
        404 => (Fault::NotFound, "there is no such thing"),
        300..=399 => (Fault::Unreachable, "it sends elsewhere, where no secret is sent"),
        500..=599 => (Fault::Unreachable, "it has trouble"),
        _ => (Fault::Invalid, "not the answer that was expected"),
    };
    error(provider, fault, &format!("HTTP {status}: {meaning}"))
}

#[cfg(test)]
mod tests;
