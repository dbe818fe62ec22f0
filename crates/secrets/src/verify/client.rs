//! The one HTTP client: https alone, no redirects, short answers, and errors that quote nothing.

use std::{error::Error, net::IpAddr, time::Duration};

use reqwest::{
    Method, RequestBuilder, Response, Url,
    header::{HeaderMap, HeaderValue, RETRY_AFTER},
    redirect::Policy,
};
use serde_json::Value;
use storeward_core::{Fault, PortError, SecretString};

/// The longest answer that is read, in bytes. The longest that a vendor means to give, a page of one GitHub repository, has
/// about 8 KiB.
const LONGEST: usize = 64 << 10;

/// Why there was no answer. It holds no part of a secret, of an address at most the host, and can be told more than once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) fault: Fault,
    pub(super) message: String,
}

impl Failure {
    pub(super) fn new(fault: Fault, message: impl Into<String>) -> Self {
        Self { fault, message: message.into() }
    }
}

impl From<Failure> for PortError {
    fn from(failure: Failure) -> Self {
        Self::new("secret verifier", failure.fault, failure.message)
    }
}

/// An address that secrets may be sent to.
#[derive(Clone)]
pub(super) struct Base(Url);

impl Base {
    /// Takes https addresses, and http ones of this machine.
    pub(super) fn new(vendor: &str, address: &str) -> Result<Self, Failure> {
        let wrong = |why: &str| Failure::new(Fault::Invalid, format!("the address for {vendor} {why}"));
        let url = Url::parse(address).map_err(|error| wrong(&format!("is none: {error}")))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("holds a user name or a password"));
        }
        match url.scheme() {
            "https" => Ok(Self(url)),
            "http" if url.host_str().is_some_and(is_this_machine) => Ok(Self(url)),
            _ => Err(wrong("is not https")),
        }
    }

    pub(super) const fn url(&self) -> &Url {
        &self.0
    }

    /// The address of a path below it.
    pub(super) fn below(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path.split('/'));
        }
        url
    }
}

fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// What a vendor said.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
    /// Whether it asks for patience.
    pub(super) limited: bool,
}

impl Answer {
    pub(super) fn json(&self) -> Result<Value, Failure> {
        serde_json::from_slice(&self.body)
            .map_err(|_| Failure::new(Fault::Invalid, format!("HTTP {} without JSON", self.status)))
    }
}

#[derive(Clone)]
pub(super) struct Client {
    inner: reqwest::Client,
    timeout: Duration,
}

impl Client {
    pub(super) fn new(timeout: Duration) -> Result<Self, Failure> {
        // Somebody else's choice, made before, is left as it is.
        let _ = rustls::crypto::ring::default_provider().install_default();
        #[expect(clippy::disallowed_methods, reason = "here is the time limit, for all requests")]
        let builder = reqwest::Client::builder();
        let inner = builder
            .timeout(timeout)
            .redirect(Policy::none())
            .no_proxy()
            // A connection that the other side gave up meanwhile would look like a vendor that does not answer.
            .pool_max_idle_per_host(0)
            .user_agent(concat!("storeward/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| Failure::new(Fault::Invalid, format!("no HTTP client: {}", cause(&error))))?;
        Ok(Self { inner, timeout })
    }

    pub(super) fn request(&self, method: Method, url: Url) -> RequestBuilder {
        self.inner.request(method, url)
    }

    pub(super) async fn send(&self, request: RequestBuilder) -> Result<Answer, Failure> {
        let mut response = request.send().await.map_err(|error| self.failure(error))?;
        let limited = is_limited(&response);
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.failure(error))? {
            if body.len().saturating_add(chunk.len()) > LONGEST {
                return Err(Failure::new(Fault::Invalid, "the answer is longer than 64 KiB"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status: response.status().as_u16(), body, limited })
    }

    fn failure(&self, error: reqwest::Error) -> Failure {
        if error.is_timeout() {
            let message = format!("no answer within {} ms", self.timeout.as_millis());
            return Failure::new(Fault::TimedOut, message);
        }
        let fault = if error.is_builder() { Fault::Invalid } else { Fault::Unreachable };
        let what = if error.is_connect() { "no connection" } else { "no whole answer" };
        let error = error.without_url();
        Failure::new(fault, format!("{what}: {}", cause(&error)))
    }
}

/// Asks for patience: 429, or GitHub's 403 with a limit that is used up.
fn is_limited(response: &Response) -> bool {
    let headers = response.headers();
    let used_up = |headers: &HeaderMap| {
        headers.contains_key(RETRY_AFTER)
            || headers.get("x-ratelimit-remaining").is_some_and(|left| left.as_bytes() == b"0")
    };
    match response.status().as_u16() {
        429 => true,
        403 => used_up(headers),
        _ => false,
    }
}

/// The innermost cause, which says most: `Connection refused`, `invalid peer certificate`.
fn cause(error: &reqwest::Error) -> String {
    let mut innermost: &dyn Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

/// The header that signs in with a secret, unless no header can hold it.
pub(super) fn bearer(secret: &SecretString) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", secret.expose())).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_over_tls_or_to_this_machine() {
        for good in [
            "https://api.github.com",
            "https://ghe.example/api/v3/",
            "http://127.0.0.1:8000/graphql/",
            "http://[::1]:1/",
            "http://localhost:8000/graphql/",
        ] {
            assert!(Base::new("it", good).is_ok(), "{good}");
        }
        for bad in [
            "http://api.github.com",
            "http://127.0.0.1.example.com/",
            "http://localhost.example.com/",
            "http://10.0.0.1/",
            "ftp://127.0.0.1/",
            "file:///etc/passwd",
            "https://user@shop.example/",
            "https://user:EXAMPLE-password@shop.example/",
            "shop.example",
            "",
        ] {
            let failure = Base::new("it", bad).err().unwrap_or_else(|| panic!("{bad}"));
            assert_eq!(failure.fault, Fault::Invalid);
            assert!(!failure.message.contains("EXAMPLE"), "{failure:?}");
        }
    }

    #[test]
    fn a_path_goes_below_its_address() {
        for (base, url) in [
            ("https://api.github.com", "https://api.github.com/user"),
            ("https://ghe.example/api/v3", "https://ghe.example/api/v3/user"),
            ("https://ghe.example/api/v3/", "https://ghe.example/api/v3/user"),
        ] {
            assert_eq!(Base::new("it", base).unwrap().below("user").as_str(), url);
        }
    }

    #[test]
    fn what_no_header_can_hold_is_not_sent() {
        assert!(bearer(&"EXAMPLE\nX-Other: 1".into()).is_none());
        assert!(bearer(&"EXAMPLE".into()).is_some_and(|value| value.is_sensitive()));
    }
}
