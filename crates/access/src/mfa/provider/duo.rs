//! Cisco Duo, by its Auth API of version 2.
//!
//! Written after the [Auth API reference](https://duo.com/docs/authapi) and tested against a fake that answers as that says,
//! not against a Duo.
//!
//! # What is asked
//!
//! | for | request |
//! | --- | --- |
//! | whether the person is to be asked | `POST /auth/v2/preauth` |
//! | a code | `POST /auth/v2/auth` with `factor=passcode` |
//! | a push | the same with `factor=push`, `device=auto`, `async=1`, then `GET /auth/v2/auth_status` |
//!
//! Whom Duo lets pass without a factor (`allow` before anything was shown, or the status `bypass`) has shown none, and is
//! refused here.
//!
//! Each request is signed: an HMAC over date, method, host, path and parameters is the password beside the integration key.

use std::{fmt, sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::hmac;
use serde::{Deserialize, de::DeserializeOwned};
use storeward_core::{
    BoxFuture, Clock, PortError, SecretString,
    http::{
        Address, Client, Method,
        header::{AUTHORIZATION, CONTENT_TYPE, DATE},
        sensitive,
    },
};

use super::{PORT, Patience, by_status, client, failed, form, not_understood};
use crate::mfa::port::{Challenge, Denial, MfaVerifier, Verdict};

const NAME: &str = "Duo";

/// The hash under the signatures. Duo takes both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Signature {
    /// HMAC-SHA-1, which older installations know alone.
    Sha1,
    /// HMAC-SHA-512.
    #[default]
    Sha512,
}

impl Signature {
    fn algorithm(self) -> hmac::Algorithm {
        match self {
            Self::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha512 => hmac::HMAC_SHA512,
        }
    }
}

/// A Duo application of the kind Auth API.
#[derive(Clone)]
#[must_use]
pub struct DuoVerifierBuilder {
    address: String,
    integration_key: String,
    secret_key: SecretString,
    clock: Arc<dyn Clock>,
    signature: Signature,
    patience: Patience,
    timeout: Duration,
}

impl DuoVerifierBuilder {
    /// The hash under the signatures; by default SHA-512.
    pub fn signature(self, signature: Signature) -> Self {
        Self { signature, ..self }
    }

    /// How long is waited for a person; by default a minute.
    pub fn patience(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// How long a single answer may take; by default thirty seconds, since Duo may hold back its answers about a push.
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// The verifier. If the process has no provider for rustls yet, ring becomes that.
    ///
    /// # Errors
    ///
    /// [`Fault::Invalid`](storeward_core::Fault::Invalid) when the address is not one that secrets may be sent to.
    pub fn build(self) -> Result<DuoVerifier, PortError> {
        let address = Address::new(NAME, &self.address).map_err(|failure| failure.of(PORT))?;
        Ok(DuoVerifier { address, client: client(self.timeout)?, settings: self })
    }
}

impl fmt::Debug for DuoVerifierBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DuoVerifierBuilder").field("address", &self.address).finish_non_exhaustive()
    }
}

/// Verifies with Duo.
#[derive(Debug)]
pub struct DuoVerifier {
    address: Address,
    client: Client,
    settings: DuoVerifierBuilder,
}

impl DuoVerifier {
    /// An application by its API hostname as an address (`https://api-….duosecurity.com`), its integration key and its
    /// secret key. The actors' ids are its user names. Duo refuses requests of a clock that is minutes off.
    pub fn builder(
        address: impl Into<String>,
        integration_key: impl Into<String>,
        secret_key: SecretString,
        clock: Arc<dyn Clock>,
    ) -> DuoVerifierBuilder {
        DuoVerifierBuilder {
            address: address.into(),
            integration_key: integration_key.into(),
            secret_key,
            clock,
            signature: Signature::default(),
            patience: Patience::default(),
            timeout: Duration::from_secs(30),
        }
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        parameters: &[(&str, &str)],
    ) -> Result<T, PortError> {
        let mut url = self.address.below(path);
        let parameters = form(parameters);
        let date = self.settings.clock.now().to_rfc2822();
        let signed =
            [&date, method.as_str(), &self.address.host().to_lowercase(), url.path(), &parameters].join("\n");
        let authorization = self.authorization(&signed);
        let request = if method == Method::GET {
            url.set_query(Some(&parameters));
            self.client.request(method, url)
        } else {
            self.client.request(method, url).header(CONTENT_TYPE, super::FORM).body(parameters)
        };
        let authorization = sensitive(&authorization).map_err(|failure| failed(NAME, failure))?;
        let request = request.header(DATE, date).header(AUTHORIZATION, authorization);
        let answer = self.client.send(request).await.map_err(|failure| failed(NAME, failure))?;
        if answer.status != 200 {
            return Err(by_status(NAME, &answer));
        }
        let said: Said<T> = answer.json().map_err(|failure| failed(NAME, failure))?;
        match said.stat.as_str() {
            "OK" => Ok(said.response),
            _ => Err(not_understood(NAME)),
        }
    }

    fn authorization(&self, signed: &str) -> SecretString {
        let DuoVerifierBuilder { integration_key, secret_key, signature, .. } = &self.settings;
        let key = hmac::Key::new(signature.algorithm(), secret_key.expose().as_bytes());
        let tag: String =
            hmac::sign(&key, signed.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        format!("Basic {}", STANDARD.encode(format!("{integration_key}:{tag}"))).into()
    }

    async fn by_code(&self, actor: &str, code: &SecretString) -> Result<Verdict, PortError> {
        let parameters = [("username", actor), ("factor", "passcode"), ("passcode", code.expose().trim())];
        let result: Outcome = self.ask(Method::POST, "auth/v2/auth", &parameters).await?;
        result.verdict(Denial::WrongCode)?.ok_or_else(|| not_understood(NAME))
    }

    async fn by_push(&self, actor: &str) -> Result<Verdict, PortError> {
        let parameters = [("username", actor), ("factor", "push"), ("device", "auto"), ("async", "1")];
        let Begun { txid } = self.ask(Method::POST, "auth/v2/auth", &parameters).await?;
        for _ in 0..self.settings.patience.questions {
            self.settings.patience.rest().await;
            let result: Outcome = self.ask(Method::GET, "auth/v2/auth_status", &[("txid", &txid)]).await?;
            if let Some(verdict) = result.verdict(Denial::Rejected)? {
                return Ok(verdict);
            }
        }
        Ok(Verdict::Denied(Denial::NoAnswer))
    }
}

impl MfaVerifier for DuoVerifier {
    fn provider(&self) -> &'static str {
        "duo"
    }

    fn verify<'a>(
        &'a self,
        actor: &'a str,
        challenge: Challenge<'a>,
    ) -> BoxFuture<'a, Result<Verdict, PortError>> {
        Box::pin(async move {
            let before: Before = self.ask(Method::POST, "auth/v2/preauth", &[("username", actor)]).await?;
            match before.result.as_str() {
                "auth" => {}
                "allow" => return Ok(Verdict::Denied(Denial::Bypassed)),
                "deny" => return Ok(Verdict::Denied(Denial::Barred)),
                "enroll" => return Ok(Verdict::Denied(Denial::NotEnrolled)),
                _ => return Err(not_understood(NAME)),
            }
            match challenge {
                Challenge::Code(code) => self.by_code(actor, code).await,
                Challenge::Push => self.by_push(actor).await,
            }
        })
    }
}

#[derive(Deserialize)]
struct Said<T> {
    stat: String,
    response: T,
}

#[derive(Deserialize)]
struct Before {
    result: String,
}

#[derive(Deserialize)]
struct Begun {
    txid: String,
}

#[derive(Deserialize)]
struct Outcome {
    result: String,
    status: String,
}

impl Outcome {
    /// What it says, or nothing yet. `no` is what a plain no means.
    fn verdict(&self, no: Denial) -> Result<Option<Verdict>, PortError> {
        let denied = |denial| Ok(Some(Verdict::Denied(denial)));
        match (self.result.as_str(), self.status.as_str()) {
            ("allow", "allow") => Ok(Some(Verdict::Allowed)),
            ("allow", "bypass") => denied(Denial::Bypassed),
            ("deny", "timeout") => denied(Denial::NoAnswer),
            ("deny", "locked_out") => denied(Denial::Barred),
            ("deny", _) => denied(no),
            ("waiting", _) => Ok(None),
            _ => Err(not_understood(NAME)),
        }
    }
}

#[cfg(test)]
mod tests;
