//! The stores' HTTP client: https alone, no redirects, no proxy, short answers, and errors that quote nothing.

use std::{error::Error, net::IpAddr, time::Duration};

use reqwest::{Method, RequestBuilder, Url, header::HeaderValue, redirect::Policy};
use serde::de::DeserializeOwned;
use storeward_core::{Fault, PortError, SecretString};

use super::error;

/// The longest answer that is read, in bytes. A secret of Vault may have 1 MiB, one of AWS 64 KiB.
const LONGEST: usize = 1 << 20;

/// An address that secrets may be sent to.
#[derive(Debug, Clone)]
pub(super) struct Base(Url);

impl Base {
    /// Takes https addresses, and http ones of this machine.
    pub(super) fn new(vendor: &str, address: &str) -> Result<Self, PortError> {
        let wrong = |why: &str| error(Fault::Invalid, format!("the address of {vendor} {why}"));
        let url = Url::parse(address).map_err(|error| wrong(&format!("is none: {error}")))?;
        if !url.username().is_empty() || url.password().is_some() || url.query().is_some() {
            return Err(wrong("holds a user name, a password or a query"));
        }
        match url.scheme() {
            "https" => Ok(Self(url)),
            "http" if url.host_str().is_some_and(is_this_machine) => Ok(Self(url)),
            _ => Err(wrong("is not https")),
        }
    }

    /// Host and port, for people.
    #[cfg(feature = "vault")]
    pub(super) fn host(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        self.0.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    #[cfg(feature = "aws")]
    pub(super) const fn url(&self) -> &Url {
        &self.0
    }

    /// The address of a path below it.
    #[cfg(any(feature = "vault", test))]
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

/// What a store said.
pub(super) struct Answer {
    pub(super) status: u16,
    body: Vec<u8>,
}

impl Answer {
    /// The answer as what was asked for. The error quotes nothing of it: it may hold a secret.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, PortError> {
        let wrong =
            |_| error(Fault::Invalid, format!("HTTP {} with something else than expected", self.status));
        serde_json::from_slice(&self.body).map_err(wrong)
    }
}

#[derive(Debug, Clone)]
pub(super) struct Client {
    inner: reqwest::Client,
    timeout: Duration,
}

impl Client {
    pub(super) fn new(timeout: Duration) -> Result<Self, PortError> {
        // Somebody else's choice, made before, is left as it is.
        let _ = rustls::crypto::ring::default_provider().install_default();
        #[expect(clippy::disallowed_methods, reason = "here is the time limit, for all requests")]
        let builder = reqwest::Client::builder();
        let inner = builder
            .timeout(timeout)
            .redirect(Policy::none())
            .no_proxy()
            // Questions are hours apart, and a connection that the other side gave up would look like a store that is away.
            .pool_max_idle_per_host(0)
            .user_agent(concat!("storeward/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|cause| error(Fault::Invalid, format!("no HTTP client: {}", innermost(&cause))))?;
        Ok(Self { inner, timeout })
    }

    pub(super) fn request(&self, method: Method, url: Url) -> RequestBuilder {
        self.inner.request(method, url)
    }

    pub(super) async fn send(&self, request: RequestBuilder) -> Result<Answer, PortError> {
        let mut response = request.send().await.map_err(|cause| self.failure(cause))?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|cause| self.failure(cause))? {
            if body.len().saturating_add(chunk.len()) > LONGEST {
                return Err(error(Fault::Invalid, "the answer is longer than 1 MiB"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status: response.status().as_u16(), body })
    }

    fn failure(&self, cause: reqwest::Error) -> PortError {
        if cause.is_timeout() {
            return error(Fault::TimedOut, format!("no answer within {} ms", self.timeout.as_millis()));
        }
        let fault = if cause.is_builder() { Fault::Invalid } else { Fault::Unreachable };
        let what = if cause.is_connect() { "no connection" } else { "no whole answer" };
        error(fault, format!("{what}: {}", innermost(&cause.without_url())))
    }
}

/// The innermost cause, which says most: `Connection refused`, `invalid peer certificate`.
fn innermost(error: &reqwest::Error) -> String {
    let mut innermost: &dyn Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

/// A header that holds a secret, unless no header can.
pub(super) fn sensitive(secret: &SecretString) -> Result<HeaderValue, PortError> {
    let value = HeaderValue::from_str(secret.expose());
    let mut value = value.map_err(|_| error(Fault::Invalid, "the credential does not fit into a header"))?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_over_tls_or_to_this_machine() {
        for good in [
            "https://vault.example:8200",
            "https://vault.example/below/",
            "http://127.0.0.1:8200",
            "http://[::1]:1",
        ] {
            assert!(Base::new("it", good).is_ok(), "{good}");
        }
        for bad in [
            "http://vault.example:8200",
            "http://127.0.0.1.example.com/",
            "http://10.0.0.1/",
            "ftp://127.0.0.1/",
            "https://user:EXAMPLE-password@vault.example/",
            "https://vault.example/?token=EXAMPLE",
            "vault.example",
            "",
        ] {
            let error = Base::new("it", bad).unwrap_err();
            assert_eq!(error.fault(), Fault::Invalid);
            assert!(!error.to_string().contains("EXAMPLE"), "{error}");
        }
    }

    #[test]
    fn a_path_goes_below_its_address() {
        let below = |base: &str| Base::new("it", base).unwrap().below("v1/a b/c?d").to_string();
        assert_eq!(below("https://vault.example"), "https://vault.example/v1/a%20b/c%3Fd");
        assert_eq!(below("https://vault.example/x/"), "https://vault.example/x/v1/a%20b/c%3Fd");
    }

    #[test]
    fn what_no_header_can_hold_is_not_sent() {
        let error = sensitive(&"EXAMPLE\nX-Other: 1".into()).unwrap_err();
        assert!(!error.to_string().contains("EXAMPLE"));
        assert!(sensitive(&"EXAMPLE".into()).unwrap().is_sensitive());
    }
}
