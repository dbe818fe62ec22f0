//! Why there was no answer.

use std::{error::Error, io};

use super::Limits;
use crate::{Fault, PortError};

/// Why there was no answer, or none of use. It quotes nothing of what was sent or received.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// What kind of fault it is.
    pub fault: Fault,
    /// What happened, in a few words for a person.
    pub message: String,
    /// What broke underneath.
    pub cause: Cause,
}

/// What breaks between two machines, as far as it is told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// There is no address for the host's name. Nothing was sent.
    NoName,
    /// Nothing listens there. Nothing was sent.
    NobodyListens,
    /// There is no connection for another reason. Nothing was sent.
    NoConnection,
    /// There was no connection in time. Nothing was sent.
    ConnectTimedOut,
    /// The other side's certificate is not one to trust. Nothing was sent.
    Certificate,
    /// The other side does not speak TLS as it should. Nothing was sent.
    Tls,
    /// There was no whole answer in time. The request may have had its effect.
    TimedOut,
    /// The connection broke before the answer was whole. The request may have had its effect.
    Broken,
    /// The answer is longer than is read. The request may have had its effect.
    TooLong,
    /// Something else: what an adapter makes of an answer, or finds wrong before it asks.
    Other,
}

impl Failure {
    /// What an adapter itself finds wrong. The message holds no secret.
    pub fn new(fault: Fault, message: impl Into<String>) -> Self {
        Self { fault, message: message.into(), cause: Cause::Other }
    }

    /// The same, with who it is about before the message: `GitHub: no connection`.
    #[must_use]
    pub fn about(self, whom: &str) -> Self {
        Self { message: format!("{whom}: {}", self.message), ..self }
    }

    /// The error of a port, by the port's name.
    #[must_use]
    pub fn of(self, port: &'static str) -> PortError {
        PortError::new(port, self.fault, self.message)
    }

    pub(super) fn too_long(longest: usize) -> Self {
        let longest = match longest {
            whole if whole >= 1 << 20 && whole.is_multiple_of(1 << 20) => format!("{} MiB", whole >> 20),
            whole if whole >= 1 << 10 && whole.is_multiple_of(1 << 10) => format!("{} KiB", whole >> 10),
            bytes => format!("{bytes} bytes"),
        };
        let message = format!("the answer is longer than {longest}");
        Self { cause: Cause::TooLong, ..Self::new(Fault::Invalid, message) }
    }

    pub(super) fn by(error: reqwest::Error, limits: &Limits) -> Self {
        let cause = Cause::of(&error);
        if error.is_timeout() {
            let limit = if cause == Cause::ConnectTimedOut { limits.connect } else { limits.total };
            let message = format!("no answer within {} ms", limit.as_millis());
            return Self { fault: Fault::TimedOut, message, cause };
        }
        let fault = if error.is_builder() { Fault::Invalid } else { Fault::Unreachable };
        let what = if error.is_connect() { "no connection" } else { "no whole answer" };
        Self { fault, message: format!("{what}: {}", innermost(&error.without_url())), cause }
    }
}

impl Cause {
    fn of(error: &reqwest::Error) -> Self {
        match (error.is_timeout(), error.is_connect()) {
            (true, true) => Self::ConnectTimedOut,
            (true, false) => Self::TimedOut,
            (false, true) => Self::of_no_connection(error),
            (false, false) => Self::Broken,
        }
    }

    /// Tells by the kinds of the errors underneath, which have no words of the other side.
    fn of_no_connection(error: &(dyn Error + 'static)) -> Self {
        let mut next = Some(error);
        while let Some(error) = next {
            match error.downcast_ref() {
                Some(rustls::Error::InvalidCertificate(_)) => return Self::Certificate,
                Some(_) => return Self::Tls,
                None => {}
            }
            // The resolver's errors have no type of their own.
            if error.to_string().starts_with("dns error") {
                return Self::NoName;
            }
            let io = error.downcast_ref::<io::Error>();
            if io.is_some_and(|error| error.kind() == io::ErrorKind::ConnectionRefused) {
                return Self::NobodyListens;
            }
            // The source of these is that of the error inside, which would be passed over.
            let inside = io.and_then(io::Error::get_ref).map(|inside| inside as &(dyn Error + 'static));
            next = inside.or_else(|| error.source());
        }
        Self::NoConnection
    }
}

/// The innermost cause, which says most: `Connection refused`, `invalid peer certificate`.
pub(super) fn innermost(error: &reqwest::Error) -> String {
    let mut innermost: &dyn Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_a_ports_error() {
        let failure = Failure::new(Fault::Limited, "HTTP 429").about("GitHub");
        let error = failure.of("secret verifier");
        assert_eq!(error.to_string(), "secret verifier rate limited: GitHub: HTTP 429");
        assert_eq!((error.port(), error.fault()), ("secret verifier", Fault::Limited));
    }

    #[test]
    fn bounds_are_told_as_people_do() {
        for (longest, told) in
            [(1 << 20, "1 MiB"), (64 << 10, "64 KiB"), (1500, "1500 bytes"), (0, "0 bytes")]
        {
            assert_eq!(Failure::too_long(longest).message, format!("the answer is longer than {told}"));
        }
    }

    #[test]
    fn a_cause_is_found_however_deep() {
        let certificate = rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
        for (error, expected) in [
            (io::Error::other(io::Error::new(io::ErrorKind::InvalidData, certificate)), Cause::Certificate),
            (io::Error::other(rustls::Error::DecryptError), Cause::Tls),
            (io::Error::other(io::Error::from(io::ErrorKind::ConnectionRefused)), Cause::NobodyListens),
            (io::Error::other("dns error"), Cause::NoName),
            (io::Error::other("EXAMPLE"), Cause::NoConnection),
        ] {
            assert_eq!(Cause::of_no_connection(&error), expected);
        }
    }
}
