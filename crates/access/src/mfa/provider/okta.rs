//! Okta, by its Factors API.
//!
//! Written after the [User Factors reference](https://developer.okta.com/docs/api/openapi/okta-management/management/tag/UserFactor/)
//! and tested against a fake that answers as that says, not against an Okta.
//!
//! # What is asked
//!
//! | for | request |
//! | --- | --- |
//! | the person's factors | `GET /api/v1/users/LOGIN/factors` |
//! | a code | `POST /api/v1/users/LOGIN/factors/ID/verify` with `passCode`, of each app that makes codes until one is right |
//! | a push | the same without, then `GET …/factors/ID/transactions/ID` |
//!
//! Factors that are not `ACTIVE` are passed over. Links in answers are not followed: of one for a push only the
//! transaction's id is taken.
//!
//! # Permissions
//!
//! The token belongs to an administrator who may read and verify users' factors (`okta.users.credentials.manage` in a custom
//! role).

use std::time::Duration;

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use storeward_core::{
    BoxFuture, Fault, PortError, SecretString,
    http::{
        Address, Answer, Client, Method,
        header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE},
        sensitive,
    },
};

use super::{PORT, Patience, by_status, client, error, failed, not_understood};
use crate::mfa::port::{Challenge, Denial, MfaVerifier, Verdict};

const NAME: &str = "Okta";

/// Types of factors that are shown by a code.
const CODES: &[&str] = &["token:software:totp", "token", "token:hotp", "token:hardware"];

/// With what Okta refuses a code, beside status 403: <https://developer.okta.com/docs/reference/error-codes/>.
const WRONG_CODE: &str = "E0000068";

/// An Okta organisation.
#[derive(Debug, Clone)]
#[must_use]
pub struct OktaVerifierBuilder {
    address: String,
    token: SecretString,
    patience: Patience,
    timeout: Duration,
}

impl OktaVerifierBuilder {
    /// How long is waited for a person; by default a minute.
    pub fn patience(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// How long a single answer may take; by default ten seconds.
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// The verifier. If the process has no provider for rustls yet, ring becomes that.
    ///
    /// # Errors
    ///
    /// [`Fault::Invalid`] when the address is not one that secrets may be sent to.
    pub fn build(self) -> Result<OktaVerifier, PortError> {
        let address = Address::new(NAME, &self.address).map_err(|failure| failure.of(PORT))?;
        Ok(OktaVerifier { address, client: client(self.timeout)?, settings: self })
    }
}

/// Verifies with Okta.
#[derive(Debug)]
pub struct OktaVerifier {
    address: Address,
    client: Client,
    settings: OktaVerifierBuilder,
}

impl OktaVerifier {
    /// An organisation by its address (`https://example.okta.com`) and an API token. The actors' ids are its logins.
    pub fn builder(address: impl Into<String>, token: SecretString) -> OktaVerifierBuilder {
        let patience = Patience::default();
        OktaVerifierBuilder { address: address.into(), token, patience, timeout: Duration::from_secs(10) }
    }

    async fn ask(&self, method: Method, parts: &[&str], body: Option<Value>) -> Result<Answer, PortError> {
        let url = self.address.below_parts(["api", "v1", "users"].iter().chain(parts).copied());
        let token = format!("SSWS {}", self.settings.token.expose()).into();
        let token = sensitive(&token).map_err(|failure| failed(NAME, failure))?;
        let json = "application/json";
        let mut request = self.client.request(method, url).header(AUTHORIZATION, token).header(ACCEPT, json);
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, json).body(body.to_string());
        }
        self.client.send(request).await.map_err(|failure| failed(NAME, failure))
    }

    /// The active factors, by id, of the types that are wanted. None if there is no such person.
    async fn factors(&self, actor: &str, types: &[&str]) -> Result<Vec<String>, PortError> {
        let answer = self.ask(Method::GET, &[actor, "factors"], None).await?;
        let factors: Vec<Factor> = match answer.status {
            200 => read(&answer)?,
            404 => Vec::new(),
            _ => return Err(by_status(NAME, &answer)),
        };
        let wanted =
            |factor: &Factor| factor.status == "ACTIVE" && types.contains(&factor.factor_type.as_str());
        Ok(factors.into_iter().filter(wanted).map(|factor| factor.id).collect())
    }

    async fn by_code(&self, actor: &str, code: &SecretString) -> Result<Verdict, PortError> {
        let factors = self.factors(actor, CODES).await?;
        if factors.is_empty() {
            return Ok(Verdict::Denied(Denial::NotEnrolled));
        }
        for factor in factors {
            let body = json!({ "passCode": code.expose().trim() });
            let answer = self.ask(Method::POST, &[actor, "factors", &factor, "verify"], Some(body)).await?;
            match answer.status {
                200 => match read::<Outcome>(&answer)?.factor_result.as_str() {
                    "SUCCESS" => return Ok(Verdict::Allowed),
                    "FAILED" | "REJECTED" | "EXPIRED" | "TIME_WINDOW_EXCEEDED" | "PASSCODE_REPLAYED" => {}
                    _ => return Err(not_understood(NAME)),
                },
                403 if read::<Refused>(&answer).is_ok_and(|refused| refused.code == WRONG_CODE) => {}
                _ => return Err(by_status(NAME, &answer)),
            }
        }
        Ok(Verdict::Denied(Denial::WrongCode))
    }

    async fn by_push(&self, actor: &str) -> Result<Verdict, PortError> {
        let factors = self.factors(actor, &["push"]).await?;
        let Some(factor) = factors.first() else { return Ok(Verdict::Denied(Denial::NotEnrolled)) };
        let path = [actor, "factors", factor, "verify"];
        let answer = self.ask(Method::POST, &path, Some(json!({}))).await?;
        if !matches!(answer.status, 200 | 201) {
            return Err(by_status(NAME, &answer));
        }
        let begun: Outcome = read(&answer)?;
        if let Some(verdict) = begun.of_push()? {
            return Ok(verdict);
        }
        let transaction = begun.transaction().ok_or_else(|| not_understood(NAME))?;
        for _ in 0..self.settings.patience.questions {
            self.settings.patience.rest().await;
            let path = [actor, "factors", factor, "transactions", &transaction];
            let answer = self.ask(Method::GET, &path, None).await?;
            if answer.status != 200 {
                return Err(by_status(NAME, &answer));
            }
            if let Some(verdict) = read::<Outcome>(&answer)?.of_push()? {
                return Ok(verdict);
            }
        }
        Ok(Verdict::Denied(Denial::NoAnswer))
    }
}

impl MfaVerifier for OktaVerifier {
    fn provider(&self) -> &'static str {
        "okta"
    }

    fn verify<'a>(
        &'a self,
        actor: &'a str,
        challenge: Challenge<'a>,
    ) -> BoxFuture<'a, Result<Verdict, PortError>> {
        Box::pin(async move {
            // Such parts of a path vanish, and what is left asks for something else.
            if matches!(actor, "" | "." | "..") {
                return Ok(Verdict::Denied(Denial::NotEnrolled));
            }
            match challenge {
                Challenge::Code(code) => self.by_code(actor, code).await,
                Challenge::Push => self.by_push(actor).await,
            }
        })
    }
}

fn read<T: DeserializeOwned>(answer: &Answer) -> Result<T, PortError> {
    answer.json().map_err(|failure| failed(NAME, failure))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Factor {
    id: String,
    factor_type: String,
    status: String,
}

#[derive(Deserialize)]
struct Refused {
    #[serde(rename = "errorCode")]
    code: String,
}

#[derive(Deserialize)]
struct Outcome {
    #[serde(rename = "factorResult")]
    factor_result: String,
    #[serde(rename = "_links", default)]
    links: Value,
}

impl Outcome {
    /// What a push came to, or nothing yet.
    fn of_push(&self) -> Result<Option<Verdict>, PortError> {
        match self.factor_result.as_str() {
            "SUCCESS" => Ok(Some(Verdict::Allowed)),
            "WAITING" => Ok(None),
            "REJECTED" | "FAILED" => Ok(Some(Verdict::Denied(Denial::Rejected))),
            "TIMEOUT" | "EXPIRED" => Ok(Some(Verdict::Denied(Denial::NoAnswer))),
            "ERROR" => Err(error(NAME, Fault::Unreachable, "it could not ask the person")),
            _ => Err(not_understood(NAME)),
        }
    }

    /// The transaction that is asked about: the end of the link's path.
    fn transaction(&self) -> Option<String> {
        let link = self.links.get("poll")?.get("href")?.as_str()?;
        let (_, id) = link.rsplit_once("/transactions/")?;
        let is_id = !id.is_empty()
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        is_id.then(|| id.to_owned())
    }
}

#[cfg(test)]
mod tests;
