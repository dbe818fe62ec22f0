//! What may go wrong with a store, each in one sentence that quotes nothing of what was sent or received.
//!
//! A code of the store is named only where it is one of those listed here: a stranger's server could answer with the token.

use std::{error::Error, io};

use serde::Deserialize;
use storeward_core::{Fault, PortError};

use super::{
    http::Limits,
    queries::{AccountErrorCode, AppErrorCode},
};
use crate::port::Refusal;

/// Why there was no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) fault: Fault,
    message: String,
}

impl Failure {
    pub(super) fn new(fault: Fault, message: impl Into<String>) -> Self {
        Self { fault, message: message.into() }
    }

    pub(super) fn of(self, port: &'static str) -> PortError {
        PortError::new(port, self.fault, self.message)
    }
}

/// An error in an answer of GraphQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    PermissionDenied,
    /// The token is a user's, and is not taken.
    Token(Refusal),
    /// The store is closed to whoever has not signed in.
    Closed,
    Cost,
    NotUnderstood,
    Other,
}

impl Said {
    pub(super) fn failure(self) -> Failure {
        let (fault, message) = match self {
            Self::PermissionDenied => {
                (Fault::Refused, "whoever asks may not do this, or has not signed in (PermissionDenied)")
            }
            Self::Token(Refusal::Expired) => {
                (Fault::Refused, "the token has expired: sign in again (ExpiredSignatureError)")
            }
            Self::Token(Refusal::Signature) => {
                (Fault::Refused, "the token is not signed by this store (InvalidSignatureError)")
            }
            Self::Token(_) => (
                Fault::Refused,
                "the token is no longer valid, or its user is not active (InvalidTokenError)",
            ),
            Self::Closed => (
                Fault::Refused,
                "the store is closed to the public and takes the token for none \
                 (STOREFRONT_TRAFFIC_NOT_ALLOWED)",
            ),
            Self::Cost => (Fault::Invalid, "the store finds the question too costly (QueryCostError)"),
            Self::NotUnderstood => (
                Fault::Invalid,
                "the store does not understand the question: it may be of a version older than 3.23 (GraphQLError)",
            ),
            Self::Other => (Fault::Invalid, "the store failed over the question, and says no more"),
        };
        Failure::new(fault, message)
    }
}

/// Where Saleor puts the code of an error: inside `exception`, or above it for what it refuses before it looks.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Extensions {
    code: Option<String>,
    exception: Option<Exception>,
}

#[derive(Debug, Clone, Deserialize)]
struct Exception {
    code: Option<String>,
}

impl Extensions {
    pub(super) fn said(&self) -> Said {
        let inner = self.exception.as_ref().and_then(|exception| exception.code.as_deref());
        match inner.or(self.code.as_deref()) {
            Some("PermissionDenied") => Said::PermissionDenied,
            Some("ExpiredSignatureError") => Said::Token(Refusal::Expired),
            Some("InvalidSignatureError") => Said::Token(Refusal::Signature),
            Some("InvalidTokenError") => Said::Token(Refusal::Invalid),
            Some("STOREFRONT_TRAFFIC_NOT_ALLOWED") => Said::Closed,
            Some("QueryCostError") => Said::Cost,
            Some("GraphQLError") => Said::NotUnderstood,
            _ => Said::Other,
        }
    }
}

/// What an HTTP status other than 200 says, if the body says nothing.
pub(super) fn of_status(status: u16) -> Failure {
    match status {
        404 => Failure::new(
            Fault::Invalid,
            "there is no GraphQL at this address (HTTP 404): it ends with a slash, as in `/graphql/`",
        ),
        413 => Failure::new(Fault::Invalid, "the question is longer than the store takes (HTTP 413)"),
        429 => Failure::new(Fault::Limited, "the store was asked too often (HTTP 429): ask again later"),
        401 | 403 => Failure::new(
            Fault::Refused,
            format!("the store, or something before it, lets nobody in like this (HTTP {status})"),
        ),
        300..=399 => Failure::new(
            Fault::Invalid,
            format!("the store sends elsewhere (HTTP {status}), and a token is sent to no other address"),
        ),
        504 => Failure::new(Fault::TimedOut, "the store did not answer its proxy in time (HTTP 504)"),
        500..=599 => Failure::new(Fault::Unreachable, format!("the store is in trouble (HTTP {status})")),
        _ => Failure::new(
            Fault::Invalid,
            format!("the store answers in a way that makes no sense (HTTP {status})"),
        ),
    }
}

/// A request that did not come through.
pub(super) enum Broken {
    /// Nothing was sent: it may be sent again.
    BeforeSending(Failure),
    /// It may have had its effect.
    AfterSending(Failure),
}

impl Broken {
    /// Tells by the kinds of the errors underneath, which have no words of the other side.
    pub(super) fn by(error: &reqwest::Error, limits: &Limits) -> Self {
        let unreachable = |message| Failure::new(Fault::Unreachable, message);
        if error.is_timeout() && error.is_connect() {
            let message =
                format!("there was no connection to the store within {} ms", limits.connect.as_millis());
            return Self::BeforeSending(Failure::new(Fault::Unreachable, message));
        }
        if error.is_timeout() {
            let message = format!("the store gave no whole answer within {} ms", limits.total.as_millis());
            return Self::AfterSending(Failure::new(Fault::TimedOut, message));
        }
        if !error.is_connect() {
            return Self::AfterSending(unreachable("the connection broke before the answer was whole"));
        }
        Self::BeforeSending(match Cause::of(error) {
            Cause::Tls(error) => return Self::AfterSending(tls(&error)),
            Cause::Name => unreachable("no address is known for the store's host name"),
            Cause::Refused => unreachable("nothing listens at the store's address: connection refused"),
            Cause::Other => unreachable("there is no connection to the store"),
        })
    }
}

/// Asking again mends no certificate.
fn tls(error: &rustls::Error) -> Failure {
    let what = match error {
        rustls::Error::InvalidCertificate(_) => "its certificate is not one to trust for this name",
        _ => "it does not speak TLS as it should",
    };
    Failure::new(Fault::Invalid, format!("the store cannot prove who it is: {what}"))
}

enum Cause {
    Tls(rustls::Error),
    Name,
    Refused,
    Other,
}

impl Cause {
    fn of(error: &(dyn Error + 'static)) -> Self {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(error) = error.downcast_ref::<rustls::Error>() {
                return Self::Tls(error.clone());
            }
            // The resolver's errors have no type of their own.
            if error.to_string().starts_with("dns error") {
                return Self::Name;
            }
            let io = error.downcast_ref::<io::Error>();
            if io.is_some_and(|error| error.kind() == io::ErrorKind::ConnectionRefused) {
                return Self::Refused;
            }
            // The source of these is that of the error inside, which would be passed over.
            let inside = io.and_then(io::Error::get_ref).map(|inside| inside as &(dyn Error + 'static));
            next = inside.or_else(|| error.source());
        }
        Self::Other
    }
}

impl AppErrorCode {
    pub(super) fn failure(self) -> Failure {
        let (fault, message) = match self {
            Self::NotFound => (Fault::NotFound, "the store has nothing with this id (NOT_FOUND)"),
            Self::OutOfScopeApp => {
                (Fault::Refused, "the app has permissions that whoever asks does not have (OUT_OF_SCOPE_APP)")
            }
            Self::OutOfScopePermission => (
                Fault::Refused,
                "it takes a permission that whoever asks does not have (OUT_OF_SCOPE_PERMISSION)",
            ),
            Self::Forbidden => (Fault::Refused, "the store forbids it (FORBIDDEN)"),
            Self::Required => (Fault::Invalid, "the store misses a value (REQUIRED)"),
            Self::Invalid => (Fault::Invalid, "the store does not take a value (INVALID)"),
            Self::GraphqlError => (Fault::Invalid, "the id is of another kind, or none (GRAPHQL_ERROR)"),
            Self::Other => (Fault::Invalid, "the store did not do it, with a code that is not known here"),
        };
        Failure::new(fault, message)
    }
}

impl AccountErrorCode {
    pub(super) fn failure(self) -> Failure {
        let (fault, message) = match self {
            Self::NotFound => (Fault::NotFound, "the store has no user with this id (NOT_FOUND)"),
            Self::OutOfScopeUser => (
                Fault::Refused,
                "the user has permissions that whoever asks does not have (OUT_OF_SCOPE_USER)",
            ),
            Self::ActivateOwnAccount | Self::DeactivateOwnAccount => {
                (Fault::Refused, "nobody may switch their own account (DEACTIVATE_OWN_ACCOUNT)")
            }
            Self::ActivateSuperuserAccount | Self::DeactivateSuperuserAccount => {
                (Fault::Refused, "a superuser's account cannot be switched (DEACTIVATE_SUPERUSER_ACCOUNT)")
            }
            Self::LeftNotManageablePermission => (
                Fault::Refused,
                "somebody must be left to manage what the user manages (LEFT_NOT_MANAGEABLE_PERMISSION)",
            ),
            Self::Required => (Fault::Invalid, "the store misses a value (REQUIRED)"),
            Self::Invalid => (Fault::Invalid, "the store does not take a value (INVALID)"),
            Self::GraphqlError => (Fault::Invalid, "the id is of another kind, or none (GRAPHQL_ERROR)"),
            Self::Other => (Fault::Invalid, "the store did not do it, with a code that is not known here"),
        };
        Failure::new(fault, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_found_however_deep() {
        let certificate = rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
        let wrapped = io::Error::other(io::Error::new(io::ErrorKind::InvalidData, certificate));
        let Cause::Tls(error) = Cause::of(&wrapped) else { panic!("it is TLS that fails") };
        let failure = tls(&error);
        assert_eq!(failure.fault, Fault::Invalid);
        assert!(failure.message.contains("its certificate"), "{failure:?}");
        let refused = io::Error::other(io::Error::from(io::ErrorKind::ConnectionRefused));
        assert!(matches!(Cause::of(&refused), Cause::Refused));
        assert!(matches!(Cause::of(&io::Error::other("dns error")), Cause::Name));
        assert!(matches!(Cause::of(&io::Error::other("EXAMPLE")), Cause::Other));
    }
}
