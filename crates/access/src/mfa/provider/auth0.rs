//! Auth0, by its API for multi-factor authentication.
//!
//! Written after the references of the [MFA challenge](https://auth0.com/docs/api/authentication/multi-factor-authentication/request-mfa-challenge)
//! and its verification, and tested against a fake that answers as those say, not against an Auth0.
//!
//! # What is asked
//!
//! | for | request |
//! | --- | --- |
//! | a code | `POST /oauth/token` with the grant `mfa-otp` |
//! | a push | `POST /mfa/challenge` for `oob`, then `POST /oauth/token` with the grant `mfa-oob` until there is an answer |
//! | who it was | `GET /userinfo` with the token that this gave |
//!
//! A second factor there follows a first one: who logged in by a password has got an `mfa_token`, for which a verifier is made.
//! It opens nothing for anybody else, since the person whom Auth0 names in the end must be the actor. The application needs the
//! grant type MFA, and the first factor must have asked for the scope `openid`, and `email` to know people by that.

use std::time::Duration;

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;
use storeward_core::{
    BoxFuture, Fault, PortError, SecretString,
    http::{
        Address, Answer, Client, Method, RequestBuilder, bearer,
        header::{AUTHORIZATION, CONTENT_TYPE},
    },
};

use super::{FORM, PORT, Patience, by_status, client, error, failed, form, not_understood};
use crate::mfa::port::{Challenge, Denial, MfaVerifier, Verdict};

const NAME: &str = "Auth0";

const OTP: &str = "http://auth0.com/oauth/grant-type/mfa-otp";
const OOB: &str = "http://auth0.com/oauth/grant-type/mfa-oob";

/// By what Auth0 knows an actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KnownBy {
    /// By the subject (`auth0|…`).
    Subject,
    /// By an address of mail that Auth0 has verified.
    Email,
}

/// An Auth0 application, and a first factor that was shown to it.
#[derive(Debug, Clone)]
#[must_use]
pub struct Auth0VerifierBuilder {
    address: String,
    client_id: String,
    client_secret: SecretString,
    mfa_token: SecretString,
    known_by: KnownBy,
    patience: Patience,
    timeout: Duration,
}

impl Auth0VerifierBuilder {
    /// By what it knows actors; by default by the subject.
    pub fn known_by(self, known_by: KnownBy) -> Self {
        Self { known_by, ..self }
    }

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
    pub fn build(self) -> Result<Auth0Verifier, PortError> {
        let address = Address::new(NAME, &self.address).map_err(|failure| failure.of(PORT))?;
        Ok(Auth0Verifier { address, client: client(self.timeout)?, settings: self })
    }
}

/// Verifies with Auth0, for one login.
#[derive(Debug)]
pub struct Auth0Verifier {
    address: Address,
    client: Client,
    settings: Auth0VerifierBuilder,
}

impl Auth0Verifier {
    /// A tenant by its address (`https://example.eu.auth0.com`), an application's id and secret, and the `mfa_token` that came
    /// with `mfa_required` when the first factor was shown.
    pub fn builder(
        address: impl Into<String>,
        client_id: impl Into<String>,
        client_secret: SecretString,
        mfa_token: SecretString,
    ) -> Auth0VerifierBuilder {
        Auth0VerifierBuilder {
            address: address.into(),
            client_id: client_id.into(),
            client_secret,
            mfa_token,
            known_by: KnownBy::Subject,
            patience: Patience::default(),
            timeout: Duration::from_secs(10),
        }
    }

    async fn send(&self, request: RequestBuilder) -> Result<Answer, PortError> {
        self.client.send(request).await.map_err(|failure| failed(NAME, failure))
    }

    /// Asks for the token that a right factor gives, and whose it is. Nothing while the person has not answered.
    async fn show(
        &self,
        actor: &str,
        grant: &str,
        factor: (&str, &str),
        no: Denial,
    ) -> Result<Option<Verdict>, PortError> {
        let Auth0VerifierBuilder { client_id, client_secret, mfa_token, .. } = &self.settings;
        let parameters = form(&[
            ("grant_type", grant),
            ("client_id", client_id),
            ("client_secret", client_secret.expose()),
            ("mfa_token", mfa_token.expose()),
            factor,
        ]);
        let request = self.client.request(Method::POST, self.address.below("oauth/token"));
        let answer = self.send(request.header(CONTENT_TYPE, FORM).body(parameters)).await?;
        if answer.status == 200 {
            let Granted { access_token } = read(&answer)?;
            return self.whose(actor, &access_token).await.map(Some);
        }
        match refusal(&answer).as_deref() {
            Some("authorization_pending" | "slow_down") if grant == OOB => Ok(None),
            Some("invalid_grant") => Ok(Some(Verdict::Denied(no))),
            Some("expired_token") => {
                Err(error(NAME, Fault::Refused, "the first factor was shown too long ago"))
            }
            _ => Err(by_status(NAME, &answer)),
        }
    }

    async fn whose(&self, actor: &str, token: &SecretString) -> Result<Verdict, PortError> {
        let authorization = bearer(token).map_err(|failure| failed(NAME, failure))?;
        let request = self.client.request(Method::GET, self.address.below("userinfo"));
        let answer = self.send(request.header(AUTHORIZATION, authorization)).await?;
        if answer.status != 200 {
            return Err(by_status(NAME, &answer));
        }
        let person: Person = read(&answer)?;
        let known = match self.settings.known_by {
            KnownBy::Subject => Some(person.sub),
            KnownBy::Email => person.email.filter(|_| person.email_verified == Some(true)),
        };
        let same = known.is_some_and(|known| !known.is_empty() && known == actor);
        Ok(if same { Verdict::Allowed } else { Verdict::Denied(Denial::OtherPerson) })
    }

    async fn by_code(&self, actor: &str, code: &SecretString) -> Result<Verdict, PortError> {
        let shown = self.show(actor, OTP, ("otp", code.expose().trim()), Denial::WrongCode).await?;
        shown.ok_or_else(|| not_understood(NAME))
    }

    async fn by_push(&self, actor: &str) -> Result<Verdict, PortError> {
        let Auth0VerifierBuilder { client_id, client_secret, mfa_token, patience, .. } = &self.settings;
        let body = json!({
            "client_id": client_id, "client_secret": client_secret.expose(), "mfa_token": mfa_token.expose(),
            "challenge_type": "oob",
        });
        let request = self.client.request(Method::POST, self.address.below("mfa/challenge"));
        let answer =
            self.send(request.header(CONTENT_TYPE, "application/json").body(body.to_string())).await?;
        if answer.status != 200 {
            return match refusal(&answer).as_deref() {
                Some("association_required" | "unsupported_challenge_type") => {
                    Ok(Verdict::Denied(Denial::NotEnrolled))
                }
                _ => Err(by_status(NAME, &answer)),
            };
        }
        let begun: Begun = read(&answer)?;
        // With a code to be typed back it is no push.
        if begun.challenge_type != "oob" || begun.binding_method.is_some() {
            return Err(not_understood(NAME));
        }
        for _ in 0..patience.questions {
            patience.rest().await;
            let factor = ("oob_code", begun.oob_code.expose());
            if let Some(verdict) = self.show(actor, OOB, factor, Denial::Rejected).await? {
                return Ok(verdict);
            }
        }
        Ok(Verdict::Denied(Denial::NoAnswer))
    }
}

impl MfaVerifier for Auth0Verifier {
    fn provider(&self) -> &'static str {
        "auth0"
    }

    fn verify<'a>(
        &'a self,
        actor: &'a str,
        challenge: Challenge<'a>,
    ) -> BoxFuture<'a, Result<Verdict, PortError>> {
        Box::pin(async move {
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

/// The name of the error (RFC 6749 §5.2), where the status is one that comes with such.
fn refusal(answer: &Answer) -> Option<String> {
    let refused = matches!(answer.status, 400 | 401 | 403 | 429);
    refused.then(|| answer.json::<Refused>().ok()).flatten().map(|refused| refused.error)
}

#[derive(Deserialize)]
struct Granted {
    access_token: SecretString,
}

#[derive(Deserialize)]
struct Refused {
    error: String,
}

#[derive(Deserialize)]
struct Begun {
    challenge_type: String,
    oob_code: SecretString,
    binding_method: Option<String>,
}

#[derive(Deserialize)]
struct Person {
    sub: String,
    email: Option<String>,
    email_verified: Option<bool>,
}

#[cfg(test)]
mod tests;
