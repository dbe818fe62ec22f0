//! The shape of a port: a trait through which a crate reaches the world, and the one error it may return.

use std::{error::Error, fmt, future::Future, pin::Pin};

/// What an asynchronous method of a port returns: boxed, so that the trait stays object-safe, and `Send`, so that
/// it runs on any executor.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

type Source = Box<dyn Error + Send + Sync>;

/// A port could not answer. Whoever asked treats that as a no.
///
/// The message is for a person and must hold no secret; adapters mask what they quote.
#[derive(Debug)]
pub struct PortError {
    port: &'static str,
    fault: Fault,
    message: String,
    source: Option<Source>,
}

impl PortError {
    /// Says which port (`secret store`), what kind of fault, and in a few words what happened.
    pub fn new(port: &'static str, fault: Fault, message: impl Into<String>) -> Self {
        Self { port, fault, message: message.into(), source: None }
    }

    /// Keeps the error underneath.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Source>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The port that failed.
    #[must_use]
    pub const fn port(&self) -> &'static str {
        self.port
    }

    /// What kind of fault it was; callers decide by this, never by the message.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        self.fault
    }
}

impl fmt::Display for PortError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.port, self.fault, self.message)
    }
}

impl Error for PortError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// The kinds of fault that callers tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// Nobody answered, or the connection broke. Trying again may help.
    Unreachable,
    /// No answer within the time limit. Whether the request took effect is unknown.
    TimedOut,
    /// The other side asks for patience. Trying again later may help.
    Limited,
    /// The other side knows us and says no.
    Refused,
    /// The thing asked for does not exist.
    NotFound,
    /// Somebody else changed or holds it.
    Conflict,
    /// The answer makes no sense, or the request was one the other side cannot take.
    Invalid,
}

impl Fault {
    /// Whether the same request may succeed later.
    #[must_use]
    pub const fn is_transient(self) -> bool {
        matches!(self, Self::Unreachable | Self::TimedOut | Self::Limited)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreachable => "unreachable",
            Self::TimedOut => "timed out",
            Self::Limited => "rate limited",
            Self::Refused => "refused",
            Self::NotFound => "not found",
            Self::Conflict => "conflict",
            Self::Invalid => "invalid",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_port_fault_and_source() {
        let error = PortError::new("secret store", Fault::Conflict, "version 3 is no longer the newest")
            .with_source(std::io::Error::other("HTTP 412"));
        assert_eq!(error.to_string(), "secret store conflict: version 3 is no longer the newest");
        assert_eq!(error.source().unwrap().to_string(), "HTTP 412");
        assert_eq!((error.port(), error.fault()), ("secret store", Fault::Conflict));
        assert!(!error.fault().is_transient() && Fault::TimedOut.is_transient());
    }
}
