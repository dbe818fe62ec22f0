//! The one HTTP client.

use std::{fmt, time::Duration};

use reqwest::{
    Method, RequestBuilder, Response, Url,
    header::{HeaderMap, HeaderValue, RETRY_AFTER},
    redirect::Policy,
    retry,
};
use serde::de::DeserializeOwned;

use super::{Failure, failure::innermost};
use crate::Fault;

/// Within what bounds is asked.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "every client decides about each bound")]
pub struct Limits {
    /// How long it may take until there is a connection.
    pub connect: Duration,
    /// How long a request may take, answer and all.
    pub total: Duration,
    /// The longest body of an answer that is read, in bytes.
    pub longest: usize,
}

impl Limits {
    /// With no bound of its own for the connection.
    #[must_use]
    pub const fn within(total: Duration, longest: usize) -> Self {
        Self { connect: total, total, longest }
    }
}

/// Sends requests, each once and over a connection of its own.
#[derive(Debug, Clone)]
pub struct Client {
    inner: reqwest::Client,
    limits: Limits,
}

impl Client {
    /// A client. If the process has no provider for rustls yet, ring becomes that.
    ///
    /// # Errors
    ///
    /// [`Fault::Invalid`] where the system's certificates cannot be read.
    pub fn new(limits: Limits) -> Result<Self, Failure> {
        // Somebody else's choice, made before, is left as it is.
        let _ = rustls::crypto::ring::default_provider().install_default();
        #[expect(clippy::disallowed_methods, reason = "here are the time limits, for all requests")]
        let builder = reqwest::Client::builder();
        let inner = builder
            .connect_timeout(limits.connect)
            .timeout(limits.total)
            .redirect(Policy::none())
            .no_proxy()
            // reqwest would send again by itself what a connection dropped.
            .retry(retry::never())
            // A connection that the other side gave up meanwhile would look like one that does not answer.
            .pool_max_idle_per_host(0)
            .user_agent(concat!("storeward/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| {
                Failure::new(Fault::Invalid, format!("no HTTP client: {}", innermost(&error)))
            })?;
        Ok(Self { inner, limits })
    }

    /// A request, yet to be sent.
    pub fn request(&self, method: Method, url: Url) -> RequestBuilder {
        self.inner.request(method, url)
    }

    /// Sends a request and reads the answer, whatever its status.
    ///
    /// # Errors
    ///
    /// When there is none that is whole and short enough.
    pub async fn send(&self, request: RequestBuilder) -> Result<Answer, Failure> {
        self.begin(request).await?.read().await
    }

    /// Sends a request and reads the head of the answer, for who decides by that whether to read on.
    ///
    /// # Errors
    ///
    /// When there is no answer.
    pub async fn begin(&self, request: RequestBuilder) -> Result<Incoming, Failure> {
        let response = request.send().await.map_err(|error| Failure::by(error, &self.limits))?;
        Ok(Incoming { response, limits: self.limits })
    }
}

/// An answer whose body is yet to be read.
#[derive(Debug)]
pub struct Incoming {
    response: Response,
    limits: Limits,
}

impl Incoming {
    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// Reads the body.
    ///
    /// # Errors
    ///
    /// When it is not whole, or too long.
    pub async fn read(self) -> Result<Answer, Failure> {
        let Self { mut response, limits } = self;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| Failure::by(error, &limits))? {
            if body.len().saturating_add(chunk.len()) > limits.longest {
                return Err(Failure::too_long(limits.longest));
            }
            body.extend_from_slice(&chunk);
        }
        let headers = std::mem::take(response.headers_mut());
        Ok(Answer { status: response.status().as_u16(), headers, body })
    }
}

/// What the other side said. It may hold a secret, so its `Debug` shows the status alone.
#[non_exhaustive]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// Whether it asks for patience: 429, or, as GitHub does, 403 with a limit that is used up.
    #[must_use]
    pub fn is_limited(&self) -> bool {
        let left = |name: &str| self.headers.get(name).map(HeaderValue::as_bytes);
        let used_up =
            || self.headers.contains_key(RETRY_AFTER) || left("x-ratelimit-remaining") == Some(b"0");
        self.status == 429 || (self.status == 403 && used_up())
    }

    /// The body as what was asked for.
    ///
    /// # Errors
    ///
    /// [`Fault::Invalid`] if it is something else, or no JSON.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        let wrong = |_| {
            Failure::new(Fault::Invalid, format!("HTTP {} with something else than expected", self.status))
        };
        serde_json::from_slice(&self.body).map_err(wrong)
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("status", &self.status).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        net::{SocketAddr, TcpListener},
        thread,
    };

    use super::*;
    use crate::http::{Address, Cause};

    /// Gives one connection these bytes for what it asks, and closes it; waits for it to give up if there are none.
    fn serve(bytes: &'static [u8]) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            let (mut connection, _) = listener.accept().unwrap();
            let _ = connection.read(&mut [0; 4096]);
            let _ = connection.write_all(bytes);
            while bytes.is_empty() && connection.read(&mut [0; 4096]).is_ok_and(|read| read > 0) {}
        });
        address
    }

    fn ask(address: SocketAddr, limits: Limits) -> Result<Answer, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let address = Address::new("it", &format!("http://{address}")).unwrap();
        let client = Client::new(limits).unwrap();
        runtime.block_on(client.send(client.request(Method::GET, address.below("EXAMPLE"))))
    }

    fn limits() -> Limits {
        Limits::within(Duration::from_secs(10), 7)
    }

    #[test]
    fn an_answer_is_read_whatever_it_says() {
        let said =
            b"HTTP/1.1 307 Elsewhere\r\nlocation: /x\r\nretry-after: 1\r\ncontent-length: 7\r\n\r\n\"SHOWN\"";
        let answer = ask(serve(said), limits()).unwrap();
        assert_eq!((answer.status, answer.body.as_slice()), (307, &b"\"SHOWN\""[..]));
        assert_eq!(answer.headers.get("retry-after").unwrap(), "1");
        assert_eq!(answer.json::<String>().unwrap(), "SHOWN");
        let wrong = answer.json::<u8>().unwrap_err();
        assert_eq!(wrong.message, "HTTP 307 with something else than expected");
        assert!(!format!("{answer:?}").contains("SHOWN"));
    }

    #[test]
    fn some_answers_ask_for_patience() {
        for (status, name, value, expected) in [
            (429, "date", "0", true),
            (403, "retry-after", "60", true),
            (403, "x-ratelimit-remaining", "0", true),
            (403, "x-ratelimit-remaining", "10", false),
            (200, "x-ratelimit-remaining", "0", false),
        ] {
            let headers = [(name.parse().unwrap(), value.parse().unwrap())].into_iter().collect();
            let answer = Answer { status, headers, body: Vec::new() };
            assert_eq!(answer.is_limited(), expected, "{status} {name}: {value}");
        }
    }

    #[test]
    fn what_breaks_is_told_apart() {
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let cut = serve(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nEXAMPLE");
        let long = serve(b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n EXAMPLE");
        let endless = serve(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n8\r\n EXAMPLE\r\n");
        let silent = serve(b"");
        let quick = Limits { total: Duration::from_millis(50), ..limits() };
        for (address, limits, fault, cause, message) in [
            (free, limits(), Fault::Unreachable, Cause::NobodyListens, "no connection: "),
            (cut, limits(), Fault::Unreachable, Cause::Broken, "no whole answer: "),
            (long, limits(), Fault::Invalid, Cause::TooLong, "the answer is longer than 7 bytes"),
            (endless, limits(), Fault::Invalid, Cause::TooLong, "the answer is longer than 7 bytes"),
            (silent, quick, Fault::TimedOut, Cause::TimedOut, "no answer within 50 ms"),
        ] {
            let failure = ask(address, limits).unwrap_err();
            assert_eq!((failure.fault, failure.cause), (fault, cause), "{failure:?}");
            assert!(failure.message.starts_with(message), "{failure:?}");
            assert!(!failure.message.contains("EXAMPLE"), "{failure:?}");
        }
    }
}
