//! How secrets are sent over HTTP: https alone, no redirects, no proxy, within limits, and errors that quote nothing.
//!
//! An [`Address`] is one that secrets may be sent to. A [`Client`] sends a request to it once, reads an answer that is not
//! too long, and says why there is none in a [`Failure`], which an adapter gives its port's name. What an answer means, and
//! whether to ask again, is the adapter's affair.
//!
//! Requests are reqwest's own and pass through here by the names it gave them. The futures run on tokio, with its I/O and
//! time drivers.

mod address;
#[cfg(feature = "aws")]
pub mod aws;
mod client;
mod failure;

use header::HeaderValue;
pub use reqwest::{Method, RequestBuilder, Url, header};

pub use self::{
    address::Address,
    client::{Answer, Client, Incoming, Limits},
    failure::{Cause, Failure},
};
use crate::{Fault, SecretString};

/// A header that is a secret. It shows in no debug output.
///
/// # Errors
///
/// [`Fault::Invalid`] if no header can hold it.
pub fn sensitive(secret: &SecretString) -> Result<HeaderValue, Failure> {
    let value = HeaderValue::from_str(secret.expose());
    let mut value =
        value.map_err(|_| Failure::new(Fault::Invalid, "the credential does not fit into a header"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// The header `authorization` that signs in with a secret.
///
/// # Errors
///
/// As of [`sensitive`].
pub fn bearer(secret: &SecretString) -> Result<HeaderValue, Failure> {
    sensitive(&format!("Bearer {}", secret.expose()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_header_can_hold_is_not_sent() {
        let failure = sensitive(&"EXAMPLE\nX-Other: 1".into()).unwrap_err();
        assert!(failure.fault == Fault::Invalid && !failure.message.contains("EXAMPLE"), "{failure:?}");
        assert!(bearer(&"EXAMPLE\nX-Other: 1".into()).is_err());
        for (value, expected) in
            [(sensitive(&"EXAMPLE".into()), "EXAMPLE"), (bearer(&"EXAMPLE".into()), "Bearer EXAMPLE")]
        {
            assert!(value.is_ok_and(|value| value == expected && value.is_sensitive()), "{expected}");
        }
    }
}
