//! A secret as a field of a secret in HashiCorp Vault, in a KV engine of version 2; OpenBao speaks the same.
//!
//! Written after the [KV v2 reference](https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2) and tested against a
//! fake that answers as that says, not against a Vault.
//!
//! # What is asked
//!
//! | for | request |
//! | --- | --- |
//! | reading | `GET /v1/MOUNT/data/PATH` |
//! | writing | the same, then `POST /v1/MOUNT/data/PATH` with `options.cas`, the version that was read |
//! | a login | `POST /v1/auth/MOUNT/login`, once, and again when its token no longer works |
//!
//! A write keeps the secret's other fields. Vault compares the version and replaces in one step, so of two writers one wins,
//! also where they write different fields. A secret without the field, and a version that was deleted, hold nothing; the next
//! write goes over them.
//!
//! # Permissions
//!
//! `path "MOUNT/data/PATH" { capabilities = ["read", "create", "update"] }`, of which reading needs `read` alone.
//!
//! # Errors
//!
//! | Vault answers | fault |
//! | --- | --- |
//! | 400 for another version | [`Fault::Conflict`] |
//! | 403, of a login also 400 | [`Fault::Refused`]: the policy, the credentials or an expired token |
//! | 404 that names a cause | [`Fault::NotFound`]: no such engine or namespace |
//! | 429 | [`Fault::Limited`] |
//! | 412, 5xx | [`Fault::Unreachable`]; 503 while sealed |
//! | a redirect | [`Fault::Unreachable`]: standbys may send elsewhere, and no token is sent there |
//! | anything else | [`Fault::Invalid`] |
//!
//! Nothing that Vault says is quoted in errors. The futures run on tokio, with its I/O and time drivers.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use serde::Deserialize;
use serde_json::{Map, Value, json};
use storeward_core::{
    BoxFuture, Fault, PortError, SecretString,
    http::{
        Address, Answer, Client, Method, Url,
        header::{CONTENT_TYPE, HeaderValue},
        sensitive,
    },
};

use super::{client, error, failed};
use crate::{
    SecretStore,
    port::{Stored, Version},
};

/// How a client shows who it is. The mounts have the methods' own names unless an operator chose others.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Login {
    /// With a token that is there already.
    Token(SecretString),
    /// As a machine, after [AppRole](https://developer.hashicorp.com/vault/api-docs/auth/approle).
    AppRole {
        /// Where the method is mounted: `approle`.
        mount: String,
        /// The role's id.
        role_id: String,
        /// The secret that goes with it.
        secret_id: SecretString,
    },
    /// As a pod, after [Kubernetes](https://developer.hashicorp.com/vault/api-docs/auth/kubernetes).
    Kubernetes {
        /// Where the method is mounted: `kubernetes`.
        mount: String,
        /// The role.
        role: String,
        /// The service account's token, which pods find in `/var/run/secrets/kubernetes.io/serviceaccount/token`.
        jwt: SecretString,
    },
    /// With a token of an identity provider, such as a CI system's, after
    /// [JWT](https://developer.hashicorp.com/vault/api-docs/auth/jwt).
    Jwt {
        /// Where the method is mounted: `jwt`.
        mount: String,
        /// The role.
        role: String,
        /// The provider's token.
        jwt: SecretString,
    },
}

impl Login {
    /// The mount and what is sent to it; nothing if there is a token.
    fn request(&self) -> Option<(&str, Value)> {
        match self {
            Self::Token(_) => None,
            Self::AppRole { mount, role_id, secret_id } => {
                Some((mount, json!({ "role_id": role_id, "secret_id": secret_id.expose() })))
            }
            Self::Kubernetes { mount, role, jwt } | Self::Jwt { mount, role, jwt } => {
                Some((mount, json!({ "role": role, "jwt": jwt.expose() })))
            }
        }
    }
}

/// Which secret of which Vault.
#[derive(Debug, Clone)]
#[must_use]
pub struct VaultStoreBuilder {
    address: String,
    mount: String,
    path: String,
    field: String,
    namespace: Option<String>,
    timeout: Duration,
}

impl VaultStoreBuilder {
    /// The field that holds the secret; by default `token`.
    pub fn field(self, field: impl Into<String>) -> Self {
        Self { field: field.into(), ..self }
    }

    /// The namespace, which Vault Enterprise and OpenBao have; by default the root one.
    pub fn namespace(self, namespace: impl Into<String>) -> Self {
        Self { namespace: Some(namespace.into()), ..self }
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
    /// [`Fault::Invalid`] for an address that secrets must not be sent to, a path with an empty, `.` or `..` part, or where
    /// the system's certificates cannot be read.
    pub fn build(self, login: Login) -> Result<VaultStore, PortError> {
        let Self { address, mount, path, field, namespace, timeout } = self;
        let address = Address::new("Vault", &address).map_err(failed)?;
        let auth = login.request().map_or("auth", |(mount, _)| mount);
        for path in [mount.as_str(), &path, auth] {
            if path.split('/').any(|part| matches!(part, "" | "." | "..")) {
                return Err(error(Fault::Invalid, format!("`{path}` is no path in Vault")));
            }
        }
        let namespace = namespace.map(|name| HeaderValue::from_str(&name)).transpose();
        let namespace = namespace.map_err(|_| error(Fault::Invalid, "the namespace of Vault is no name"))?;
        let client = client(timeout)?;
        Ok(VaultStore { address, client, mount, path, field, namespace, login, token: Mutex::default() })
    }
}

/// A field of a secret in Vault.
#[derive(Debug)]
pub struct VaultStore {
    address: Address,
    client: Client,
    mount: String,
    path: String,
    field: String,
    namespace: Option<HeaderValue>,
    login: Login,
    /// What the last login gave.
    token: Mutex<Option<SecretString>>,
}

/// What stands in Vault.
struct Found {
    /// Zero if there was never anything.
    number: u64,
    fields: Map<String, Value>,
}

#[derive(Deserialize)]
struct Envelope<T> {
    data: T,
}

#[derive(Deserialize)]
struct Data {
    data: Option<Map<String, Value>>,
    metadata: Written,
}

#[derive(Deserialize)]
struct Written {
    version: u64,
}

#[derive(Deserialize)]
struct LoggedIn {
    auth: Auth,
}

#[derive(Deserialize)]
struct Auth {
    client_token: SecretString,
}

#[derive(Default, Deserialize)]
struct Errors {
    #[serde(default)]
    errors: Vec<String>,
}

impl VaultStore {
    /// A secret by its address (`https://vault.example:8200`), the mount of its engine (`secret`) and its path there.
    pub fn builder(
        address: impl Into<String>,
        mount: impl Into<String>,
        path: impl Into<String>,
    ) -> VaultStoreBuilder {
        VaultStoreBuilder {
            address: address.into(),
            mount: mount.into(),
            path: path.into(),
            field: "token".to_owned(),
            namespace: None,
            timeout: Duration::from_secs(10),
        }
    }

    async fn find(&self) -> Result<Found, PortError> {
        let answer = self.ask(None).await?;
        let nothing = Found { number: 0, fields: Map::new() };
        match answer.status {
            200 => found(&answer),
            // A deleted version still counts: the next one goes over its number.
            404 => match answer.json::<Errors>() {
                Ok(said) if !said.errors.is_empty() => Err(failure(404)),
                _ => Ok(found(&answer).unwrap_or(nothing)),
            },
            status => Err(failure(status)),
        }
    }

    fn stored(&self, found: &Found) -> Result<Option<Stored>, PortError> {
        match found.fields.get(&self.field) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(secret)) if secret.is_empty() => Ok(None),
            Some(Value::String(secret)) => Ok(Some(Stored {
                secret: secret.as_str().into(),
                version: Version::new(found.number.to_string()),
            })),
            Some(_) => Err(error(Fault::Invalid, format!("the field `{}` in Vault is no text", self.field))),
        }
    }

    async fn replace(&self, secret: &SecretString, over: Option<&Version>) -> Result<Version, PortError> {
        let conflict = || error(Fault::Conflict, format!("{} holds another version", self.place()));
        let mut found = self.find().await?;
        if self.stored(&found)?.map(|stored| stored.version).as_ref() != over {
            return Err(conflict());
        }
        found.fields.insert(self.field.clone(), secret.expose().into());
        let body = json!({ "options": { "cas": found.number }, "data": found.fields });
        let answer = self.ask(Some(&body)).await?;
        match answer.status {
            200 => {
                let written: Envelope<Written> = answer.json().map_err(failed)?;
                Ok(Version::new(written.data.version.to_string()))
            }
            400 if is_other_version(&answer) => Err(conflict()),
            status => Err(failure(status)),
        }
    }

    /// Reads, or writes a body, with a token that works if there is a way to one.
    async fn ask(&self, body: Option<&Value>) -> Result<Answer, PortError> {
        let url = self.address.below(&format!("v1/{}/data/{}", self.mount, self.path));
        let (token, is_fresh) = self.token().await?;
        let answer = self.send(url.clone(), body, Some(&token)).await?;
        if answer.status != 403 || is_fresh {
            return Ok(answer);
        }
        // Tokens of a login end by themselves.
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let (token, _) = self.token().await?;
        self.send(url, body, Some(&token)).await
    }

    /// A token, and whether another one could not be better.
    async fn token(&self) -> Result<(SecretString, bool), PortError> {
        if let Login::Token(token) = &self.login {
            return Ok((token.clone(), true));
        }
        let known = self.token.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match (known, self.login.request()) {
            (None, Some((mount, body))) => {
                let url = self.address.below(&format!("v1/auth/{mount}/login"));
                let answer = self.send(url, Some(&body), None).await?;
                let token = match answer.status {
                    200 => answer.json::<LoggedIn>().map_err(failed)?.auth.client_token,
                    // A role or a secret that Vault does not know.
                    400 => return Err(error(Fault::Refused, "Vault refuses the login: HTTP 400")),
                    status => return Err(failure(status)),
                };
                *self.token.lock().unwrap_or_else(PoisonError::into_inner) = Some(token.clone());
                Ok((token, true))
            }
            (Some(token), _) => Ok((token, false)),
            (None, None) => Err(error(Fault::Invalid, "no way to log in to Vault")),
        }
    }

    async fn send(
        &self,
        url: Url,
        body: Option<&Value>,
        token: Option<&SecretString>,
    ) -> Result<Answer, PortError> {
        let method = if body.is_some() { Method::POST } else { Method::GET };
        let mut request = self.client.request(method, url).header("x-vault-request", "true");
        if let Some(namespace) = &self.namespace {
            request = request.header("x-vault-namespace", namespace.clone());
        }
        if let Some(token) = token {
            request = request.header("x-vault-token", sensitive(token).map_err(failed)?);
        }
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.to_string());
        }
        self.client.send(request).await.map_err(failed)
    }
}

fn found(answer: &Answer) -> Result<Found, PortError> {
    let Data { data, metadata } = answer.json::<Envelope<Data>>().map_err(failed)?.data;
    Ok(Found { number: metadata.version, fields: data.unwrap_or_default() })
}

/// Vault's words for it are the one thing that tells this 400 from others.
fn is_other_version(answer: &Answer) -> bool {
    let said = answer.json::<Errors>().unwrap_or_default();
    said.errors.iter().any(|error| error.contains("check-and-set parameter did not match"))
}

fn failure(status: u16) -> PortError {
    let (fault, what) = match status {
        401 | 403 => (Fault::Refused, "refuses"),
        404 => (Fault::NotFound, "has no such engine or namespace"),
        412 => (Fault::Unreachable, "has not caught up with its own writes yet"),
        429 => (Fault::Limited, "asks for patience"),
        503 => (Fault::Unreachable, "is sealed or down"),
        500.. => (Fault::Unreachable, "has failed"),
        300..=399 => (Fault::Unreachable, "sends elsewhere, where we do not follow"),
        _ => (Fault::Invalid, "does not take that"),
    };
    error(fault, format!("Vault {what}: HTTP {status}"))
}

impl SecretStore for VaultStore {
    fn place(&self) -> String {
        format!("Vault at {}, {}/{}, {}", self.address.host(), self.mount, self.path, self.field)
    }

    fn read(&self) -> BoxFuture<'_, Result<Option<Stored>, PortError>> {
        Box::pin(async { self.stored(&self.find().await?) })
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
