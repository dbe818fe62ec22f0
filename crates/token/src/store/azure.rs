//! A secret in Azure Key Vault.
//!
//! Written after the [REST reference](https://learn.microsoft.com/en-us/rest/api/keyvault/) of version 7.4 and tested against
//! a fake that answers as that says, not against a Key Vault.
//!
//! # What is asked
//!
//! | for | request |
//! | --- | --- |
//! | reading | `GET /secrets/NAME` |
//! | writing | the same, then `PUT /secrets/NAME` |
//! | a login | a token of Entra ID or of a managed identity, once, and again when it no longer works |
//!
//! A version is Key Vault's id of it. A write keeps the content type and the tags of the version that it replaces; a date at
//! which that expires is not kept.
//!
//! # Two writers
//!
//! Key Vault knows no write over a certain version. The store looks which one is there and then writes, which takes two
//! requests: what somebody else writes between them is replaced without notice. It stays in Key Vault as an older version. Let
//! one program write at a time, as a workflow with `concurrency` does.
//!
//! # Permissions
//!
//! `secrets/get` and for writing `secrets/set`; the role Key Vault Secrets Officer has both.
//!
//! # Errors
//!
//! | Key Vault answers | fault |
//! | --- | --- |
//! | 401, 403, and to a login 400 | [`Fault::Refused`]: the identity, its permissions, the vault's firewall, or a disabled secret |
//! | 404 that does not speak of the secret | [`Fault::NotFound`]: no such vault |
//! | 409 | [`Fault::Conflict`]; [`Fault::Invalid`] if a deleted secret keeps the name |
//! | 429 | [`Fault::Limited`] |
//! | 5xx, of a metadata service also 410 | [`Fault::Unreachable`] |
//! | anything else | [`Fault::Invalid`] |
//!
//! Nothing that Azure says is quoted in errors. The futures run on tokio, with its I/O and time drivers.

mod login;

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use storeward_core::{
    BoxFuture, Fault, PortError, SecretString,
    http::{
        Address, Answer, Client, Method, bearer,
        header::{AUTHORIZATION, CONTENT_TYPE},
    },
};

pub use self::login::Login;
use self::login::Way;
use super::{client, error, failed};
use crate::{
    SecretStore,
    port::{Stored, Version},
};

/// The version of the interface, which is said in every request.
const API: &str = "7.4";

/// Which secret of which Key Vault.
#[derive(Debug, Clone)]
#[must_use]
pub struct AzureStoreBuilder {
    address: String,
    secret: String,
    resource: String,
    login_address: Option<String>,
    timeout: Duration,
}

impl AzureStoreBuilder {
    /// What tokens are asked for; by default `https://vault.azure.net`. Other clouds have others: `https://vault.azure.cn`,
    /// `https://vault.usgovcloudapi.net`.
    pub fn resource(self, resource: impl Into<String>) -> Self {
        Self { resource: resource.into(), ..self }
    }

    /// The address of who gives tokens; by default `https://login.microsoftonline.com` for a client secret, and
    /// `http://169.254.169.254` for the identity of a virtual machine. Other clouds have other ones for the first.
    pub fn login_address(self, address: impl Into<String>) -> Self {
        Self { login_address: Some(address.into()), ..self }
    }

    /// How long an answer may take; by default ten seconds. A write waits for two of them, for three with a login, and for six
    /// at most, when tokens end meanwhile.
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// The store. If the process has no provider for rustls yet, ring becomes that.
    ///
    /// # Errors
    ///
    /// [`Fault::Invalid`] for an address that secrets must not be sent to, a name that no secret of Key Vault has, or where
    /// the system's certificates cannot be read.
    pub fn build(self, login: Login) -> Result<AzureStore, PortError> {
        let Self { address, secret, resource, login_address, timeout } = self;
        let address = Address::new("Key Vault", &address).map_err(failed)?;
        let is_name = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        if secret.is_empty() || secret.len() > 127 || !secret.bytes().all(is_name) {
            let message = format!(
                "`{secret}` is no name in Key Vault: those have 1 to 127 letters, digits and hyphens"
            );
            return Err(error(Fault::Invalid, message));
        }
        let way = Way::new(login, login_address.as_deref(), &resource)?;
        Ok(AzureStore { address, client: client(timeout)?, secret, way, token: Mutex::default() })
    }
}

/// A secret in Azure Key Vault.
#[derive(Debug)]
pub struct AzureStore {
    address: Address,
    client: Client,
    secret: String,
    way: Way,
    /// What the last login gave.
    token: Mutex<Option<SecretString>>,
}

#[derive(Deserialize)]
struct Bundle {
    value: SecretString,
    id: String,
    #[serde(rename = "contentType")]
    content_type: Option<String>,
    tags: Option<BTreeMap<String, String>>,
}

#[derive(Serialize)]
struct Put<'a> {
    value: &'a str,
    #[serde(rename = "contentType", skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<BTreeMap<String, String>>,
}

impl Bundle {
    /// The last segment of the id, which is an address.
    fn version(&self) -> Result<Version, PortError> {
        match self.id.rsplit_once("/secrets/").and_then(|(_, rest)| rest.split_once('/')) {
            Some((_, version)) if !version.is_empty() => Ok(Version::new(version)),
            _ => Err(error(Fault::Invalid, "Key Vault's answer names no version: see the vault's address")),
        }
    }
}

/// What Key Vault calls an error, and what is behind it.
#[derive(Default, Deserialize)]
struct Complaint {
    #[serde(default)]
    code: String,
    innererror: Option<Box<Complaint>>,
}

impl Complaint {
    fn of(answer: &Answer) -> Self {
        #[derive(Deserialize)]
        struct Said {
            error: Complaint,
        }
        answer.json().map_or_else(|_| Self::default(), |Said { error }| error)
    }

    fn is(&self, code: &str) -> bool {
        self.code == code || self.innererror.as_ref().is_some_and(|inner| inner.is(code))
    }
}

impl AzureStore {
    /// A secret by the address of its vault (`https://shop.vault.azure.net`) and its name.
    pub fn builder(address: impl Into<String>, secret: impl Into<String>) -> AzureStoreBuilder {
        AzureStoreBuilder {
            address: address.into(),
            secret: secret.into(),
            resource: "https://vault.azure.net".to_owned(),
            login_address: None,
            timeout: Duration::from_secs(10),
        }
    }

    async fn find(&self) -> Result<Option<Bundle>, PortError> {
        let answer = self.ask(None).await?;
        match answer.status {
            200 => bundle(&answer).map(Some),
            404 if Complaint::of(&answer).is("SecretNotFound") => Ok(None),
            _ => Err(failure(&answer)),
        }
    }

    async fn replace(&self, secret: &SecretString, over: Option<&Version>) -> Result<Version, PortError> {
        let found = self.find().await?;
        if found.as_ref().map(Bundle::version).transpose()?.as_ref() != over {
            return Err(error(Fault::Conflict, format!("{} holds another version", self.place())));
        }
        let (content_type, tags) = found.map(|found| (found.content_type, found.tags)).unwrap_or_default();
        let body = Put { value: secret.expose(), content_type, tags };
        let body = serde_json::to_string(&body)
            .map_err(|_| error(Fault::Invalid, "the secret cannot be written as JSON"))?;
        let answer = self.ask(Some(&body)).await?;
        match answer.status {
            200 => bundle(&answer)?.version(),
            _ => Err(failure(&answer)),
        }
    }

    /// Reads, or writes a body, with a token that works if there is a way to one.
    async fn ask(&self, body: Option<&str>) -> Result<Answer, PortError> {
        let known = self.token.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(token) = known {
            let answer = self.send(body, &token).await?;
            // Tokens end by themselves.
            if answer.status != 401 {
                return Ok(answer);
            }
        }
        let token = self.way.token(&self.client).await?;
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = Some(token.clone());
        self.send(body, &token).await
    }

    async fn send(&self, body: Option<&str>, token: &SecretString) -> Result<Answer, PortError> {
        let mut url = self.address.below_parts(["secrets", &self.secret]);
        url.set_query(Some(&format!("api-version={API}")));
        let method = if body.is_some() { Method::PUT } else { Method::GET };
        let mut request = self.client.request(method, url);
        request = request.header(AUTHORIZATION, bearer(token).map_err(failed)?);
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.to_owned());
        }
        self.client.send(request).await.map_err(failed)
    }
}

fn bundle(answer: &Answer) -> Result<Bundle, PortError> {
    let foreign = |_| error(Fault::Invalid, "the answer is not one of Key Vault: see the vault's address");
    answer.json().map_err(foreign)
}

fn failure(answer: &Answer) -> PortError {
    let said = Complaint::of(answer);
    let (fault, what) = match answer.status {
        401 => (
            Fault::Refused,
            "takes the token for none: see that the identity is of the vault's tenant, and the resource of its cloud",
        ),
        403 if said.is("SecretDisabled") => (Fault::Refused, "has the secret disabled: enable its version"),
        403 => (
            Fault::Refused,
            "refuses: give the identity `get` and `set` of secrets, and see the vault's firewall",
        ),
        404 => (Fault::NotFound, "is not at this address: see the vault's name"),
        409 if said.is("ObjectIsDeletedButRecoverable") || said.is("ObjectIsBeingDeleted") => {
            (Fault::Invalid, "keeps the name for a deleted secret: recover or purge that first")
        }
        409 => (Fault::Conflict, "is changing the secret for somebody else: read it and write again"),
        429 => (Fault::Limited, "asks for patience: write less often"),
        500.. => (Fault::Unreachable, "has failed: try again later"),
        300..=399 => (Fault::Invalid, "sends elsewhere, where no secret is sent: see the vault's address"),
        _ => (Fault::Invalid, "does not take that: see the vault's address"),
    };
    error(fault, format!("Key Vault {what} (HTTP {})", answer.status))
}

impl SecretStore for AzureStore {
    fn place(&self) -> String {
        format!("Key Vault at {}, {}", self.address.host(), self.secret)
    }

    fn read(&self) -> BoxFuture<'_, Result<Option<Stored>, PortError>> {
        Box::pin(async {
            let Some(found) = self.find().await? else { return Ok(None) };
            Ok(Some(Stored { version: found.version()?, secret: found.value }))
        })
    }

    fn write<'a>(
        &'a self,
        secret: &'a SecretString,
        over: Option<&'a Version>,
    ) -> BoxFuture<'a, Result<Version, PortError>> {
        Box::pin(self.replace(secret, over))
    }
}

#[cfg(test)]
mod tests;
