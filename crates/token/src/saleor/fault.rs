//! What may go wrong with a store, each in one sentence that quotes nothing of what was sent or received.
//!
//! A code of the store is named only where it is one of those listed here: a stranger's server could answer with the token.

use serde::Deserialize;
use storeward_core::{
    Fault,
    http::{Cause, Failure},
};

use super::{
    limits::Limits,
    queries::{AccountErrorCode, AppErrorCode},
};
use crate::port::Refusal;

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

/// What a request that did not come through says of a store.
pub(super) fn unanswered(failure: &Failure, limits: &Limits) -> Failure {
    let unreachable = |message: &str| Failure::new(Fault::Unreachable, message);
    // Asking again mends no certificate.
    let unknown = |what| Failure::new(Fault::Invalid, format!("the store cannot prove who it is: {what}"));
    match failure.cause {
        Cause::NoName => unreachable("no address is known for the store's host name"),
        Cause::NobodyListens => unreachable("nothing listens at the store's address: connection refused"),
        Cause::NoConnection => unreachable("there is no connection to the store"),
        Cause::ConnectTimedOut => {
            let limit = limits.connect.as_millis();
            unreachable(&format!("there was no connection to the store within {limit} ms"))
        }
        Cause::Certificate => unknown("its certificate is not one to trust for this name"),
        Cause::Tls => unknown("it does not speak TLS as it should"),
        Cause::TimedOut => {
            let limit = limits.total.as_millis();
            Failure::new(Fault::TimedOut, format!("the store gave no whole answer within {limit} ms"))
        }
        Cause::TooLong => {
            let message = format!("the store's answer is longer than {} bytes", limits.longest);
            Failure::new(Fault::Invalid, message)
        }
        _ => unreachable("the connection broke before the answer was whole"),
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
    fn a_certificate_is_no_connection_that_may_come_back() {
        for (cause, expected, words) in [
            (Cause::Certificate, Fault::Invalid, "its certificate"),
            (Cause::Tls, Fault::Invalid, "does not speak TLS"),
            (Cause::NoName, Fault::Unreachable, "no address is known"),
            (Cause::NoConnection, Fault::Unreachable, "no connection"),
            (Cause::ConnectTimedOut, Fault::Unreachable, "within 5000 ms"),
            (Cause::TimedOut, Fault::TimedOut, "within 15000 ms"),
        ] {
            let mut failure = Failure::new(Fault::Unreachable, "EXAMPLE");
            failure.cause = cause;
            let said = unanswered(&failure, &Limits::default());
            assert_eq!(said.fault, expected, "{said:?}");
            assert!(said.message.contains(words) && !said.message.contains("EXAMPLE"), "{said:?}");
        }
    }
}
