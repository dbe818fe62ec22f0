//! How a job of GitHub Actions gets its token.

use std::time::Duration;

use serde::Deserialize;
use storeward_core::{
    Fault, PortError, SecretString,
    http::{Address, Client, Limits, Method, bearer, header::AUTHORIZATION},
};

use super::{LONGEST, PORT};

/// The issuer of tokens in GitHub Actions, after [its reference](https://docs.github.com/en/actions/reference/security/oidc).
pub const GITHUB: &str = "https://token.actions.githubusercontent.com";

#[derive(Deserialize)]
struct Given {
    value: SecretString,
}

/// Asks for a token for an audience, in a job that may have one (`permissions: id-token: write`). `address` and `secret` are its
/// variables `ACTIONS_ID_TOKEN_REQUEST_URL` and `ACTIONS_ID_TOKEN_REQUEST_TOKEN`.
///
/// # Errors
///
/// When GitHub does not answer with a token.
pub async fn request(
    address: &str,
    secret: &SecretString,
    audience: &str,
) -> Result<SecretString, PortError> {
    let failed = |failure: storeward_core::http::Failure| failure.of(PORT);
    let invalid = |why: &str| PortError::new(PORT, Fault::Invalid, why.to_owned());
    // The address has a query, which an address that secrets are sent to otherwise must not have.
    let (base, query) = address.split_once('?').unwrap_or((address, ""));
    let mut url = Address::new("GitHub's tokens", base).map_err(failed)?.url().clone();
    url.set_query(Some(query).filter(|query| !query.is_empty()));
    url.query_pairs_mut().append_pair("audience", audience);
    let client = Client::new(Limits::within(Duration::from_secs(10), LONGEST)).map_err(failed)?;
    let request = client.request(Method::GET, url).header(AUTHORIZATION, bearer(secret).map_err(failed)?);
    let answer = client.send(request).await.map_err(failed)?;
    match answer.status {
        200 => answer.json().map(|Given { value }| value).map_err(failed),
        401 | 403 => Err(PortError::new(
            PORT,
            Fault::Refused,
            "GitHub gives this job no token: it needs `id-token: write`",
        )),
        500.. => Err(PortError::new(
            PORT,
            Fault::Unreachable,
            format!("GitHub has failed (HTTP {})", answer.status),
        )),
        _ => Err(invalid("GitHub answers with something else than a token")),
    }
}
