//! A secret in AWS Secrets Manager, as the whole text of it.
//!
//! Written after the [API reference](https://docs.aws.amazon.com/secretsmanager/latest/apireference/Welcome.html) and tested
//! against [moto](https://docs.getmoto.org), which stands in for AWS and looks at no signature; signatures are tested against
//! those of AWS's own client.
//!
//! # What is asked
//!
//! | for | call |
//! | --- | --- |
//! | reading | `GetSecretValue` of `AWSCURRENT` |
//! | the first version | `CreateSecret`, or `PutSecretValue` where there is a secret without a value |
//! | another | `PutSecretValue` as `AWSPENDING`, then `UpdateSecretVersionStage`: `AWSCURRENT` from the version it goes over |
//!
//! A version is AWS's id of it. AWS moves the label from that version or not at all, so of two writers one wins, and marks the
//! old one `AWSPREVIOUS`. What the other has put loses its label, and AWS deletes it in time. `AWSPENDING` is taken away at the
//! end; after a crash it may stay until the next write. A secret that a Lambda function rotates uses the same labels: let one
//! of the two write.
//!
//! # Permissions
//!
//! On the secret: `secretsmanager:GetSecretValue`, and for writing `PutSecretValue`, `UpdateSecretVersionStage` and, if there is
//! none yet, `CreateSecret`. With a KMS key of one's own: `kms:Decrypt` and `kms:GenerateDataKey`.
//!
//! # Errors
//!
//! [`Fault::Refused`] when credentials, a policy or a key of KMS forbid it; [`Fault::Limited`] when AWS asks for patience;
//! [`Fault::Unreachable`] when it fails or sends elsewhere; [`Fault::Invalid`] for what it does not take, a secret that is being
//! deleted, and one that is binary. Errors hold AWS's word for what happened and nothing else that it says.
//!
//! The futures run on tokio, with its I/O and time drivers.

use std::{fmt, sync::Arc, time::Duration};

use ring::rand::{self, SystemRandom};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
pub use storeward_core::http::aws::Credentials;
use storeward_core::{
    BoxFuture, Clock, Fault, PortError, SecretString, SystemClock,
    http::{Address, Answer, Client, aws::Call},
};

use super::{client, error, failed};
use crate::{
    SecretStore,
    port::{Stored, Version},
};

const CURRENT: &str = "AWSCURRENT";
const PENDING: &str = "AWSPENDING";
const SERVICE: &str = "secretsmanager";

/// Which secret of which region.
#[must_use]
pub struct AwsStoreBuilder {
    region: String,
    secret: String,
    address: Option<String>,
    timeout: Duration,
    clock: Arc<dyn Clock>,
}

impl AwsStoreBuilder {
    /// The address of the service; by default `https://secretsmanager.REGION.amazonaws.com`. Other partitions and VPC endpoints
    /// have others.
    pub fn address(self, address: impl Into<String>) -> Self {
        Self { address: Some(address.into()), ..self }
    }

    /// How long an answer may take; by default ten seconds. A write waits for five of them at most.
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// The clock that calls are signed by; by default the system's. AWS refuses what is more than five minutes off.
    pub fn clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// The store. If the process has no provider for rustls yet, ring becomes that.
    ///
    /// # Errors
    ///
    /// [`Fault::Invalid`] for a region that is none, an address that secrets must not be sent to, or where the system's
    /// certificates cannot be read.
    pub fn build(self, credentials: Credentials) -> Result<AwsStore, PortError> {
        let Self { region, secret, address, timeout, clock } = self;
        if region.is_empty()
            || !region.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        {
            return Err(error(Fault::Invalid, format!("`{region}` is no region of AWS")));
        }
        let address = address.unwrap_or_else(|| format!("https://{SERVICE}.{region}.amazonaws.com"));
        let address = Address::new("AWS", &address).map_err(failed)?;
        Ok(AwsStore { address, client: client(timeout)?, region, secret, credentials, clock })
    }
}

impl fmt::Debug for AwsStoreBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // An address that is yet to be looked at may hold a password.
        f.debug_struct("AwsStoreBuilder").field("region", &self.region).finish_non_exhaustive()
    }
}

/// A secret in AWS Secrets Manager.
pub struct AwsStore {
    address: Address,
    client: Client,
    region: String,
    secret: String,
    credentials: Credentials,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for AwsStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsStore").field("place", &self.place()).finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GotValue {
    secret_string: Option<SecretString>,
    version_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutValue {
    version_id: String,
    #[serde(default)]
    version_stages: Vec<String>,
}

#[derive(Deserialize)]
struct Nothing {}

/// What AWS calls an error; none of them holds a secret.
struct Complaint {
    word: String,
    error: PortError,
}

impl From<PortError> for Complaint {
    fn from(error: PortError) -> Self {
        Self { word: String::new(), error }
    }
}

impl From<Complaint> for PortError {
    fn from(complaint: Complaint) -> Self {
        complaint.error
    }
}

impl AwsStore {
    /// A secret by its region (`eu-central-1`) and its name, or its ARN once it is there.
    pub fn builder(region: impl Into<String>, secret: impl Into<String>) -> AwsStoreBuilder {
        AwsStoreBuilder {
            region: region.into(),
            secret: secret.into(),
            address: None,
            timeout: Duration::from_secs(10),
            clock: Arc::new(SystemClock::new()),
        }
    }

    async fn find(&self) -> Result<Option<Stored>, PortError> {
        let body = json!({ "SecretId": self.secret, "VersionStage": CURRENT });
        let found: GotValue = match self.call("GetSecretValue", &body).await {
            Ok(found) => found,
            Err(complaint) if complaint.word == "ResourceNotFoundException" => return Ok(None),
            Err(complaint) => return Err(complaint.error),
        };
        let binary = || error(Fault::Invalid, format!("{} is binary", self.place()));
        let secret = found.secret_string.ok_or_else(binary)?;
        Ok(Some(Stored { secret, version: Version::new(found.version_id) }))
    }

    async fn current(&self) -> Result<Option<Version>, PortError> {
        Ok(self.find().await?.map(|stored| stored.version))
    }

    fn conflict(&self) -> PortError {
        error(Fault::Conflict, format!("{} holds another version", self.place()))
    }

    async fn replace(&self, secret: &SecretString, over: Option<&Version>) -> Result<Version, PortError> {
        if self.current().await?.as_ref() != over {
            return Err(self.conflict());
        }
        let id = new_id()?;
        let Some(over) = over else {
            return self.first(secret, &id).await;
        };
        self.put(secret, &id).await?;
        let body = json!({
            "SecretId": self.secret,
            "VersionStage": CURRENT,
            "MoveToVersionId": id,
            "RemoveFromVersionId": over.as_str(),
        });
        let moved = self.call::<Nothing>("UpdateSecretVersionStage", &body).await;
        match moved {
            Err(complaint) if complaint.error.fault() == Fault::Invalid => {
                // AWS has one word for many mistakes. Whether it was another version, the version says.
                let is_other = self.current().await?.as_ref() != Some(over);
                self.no_longer_pending(&id).await;
                Err(if is_other { self.conflict() } else { complaint.error })
            }
            Err(complaint) => Err(complaint.error),
            Ok(_) => {
                self.no_longer_pending(&id).await;
                Ok(Version::new(id))
            }
        }
    }

    /// The first version there is.
    async fn first(&self, secret: &SecretString, id: &str) -> Result<Version, PortError> {
        let body = json!({ "Name": self.secret, "SecretString": secret.expose(), "ClientRequestToken": id });
        match self.call::<PutValue>("CreateSecret", &body).await {
            Ok(made) => return Ok(Version::new(made.version_id)),
            Err(complaint) if complaint.word == "ResourceExistsException" => {}
            Err(complaint) => return Err(complaint.error),
        }
        if self.current().await?.is_some() {
            return Err(self.conflict());
        }
        // A secret without a value. AWS makes the first version that is put the current one.
        let put = self.put(secret, id).await?;
        self.no_longer_pending(id).await;
        if put.version_stages.iter().any(|stage| stage == CURRENT) {
            Ok(Version::new(put.version_id))
        } else {
            Err(self.conflict())
        }
    }

    async fn put(&self, secret: &SecretString, id: &str) -> Result<PutValue, PortError> {
        let body = json!({
            "SecretId": self.secret,
            "SecretString": secret.expose(),
            "ClientRequestToken": id,
            "VersionStages": [PENDING],
        });
        Ok(self.call("PutSecretValue", &body).await?)
    }

    /// Takes the label away. If it stays, it is in nobody's way: AWS takes `AWSPENDING` for the end of a rotation where it is
    /// on the current version, and the next write moves it.
    async fn no_longer_pending(&self, id: &str) {
        let body = json!({ "SecretId": self.secret, "VersionStage": PENDING, "RemoveFromVersionId": id });
        let _ = self.call::<Nothing>("UpdateSecretVersionStage", &body).await;
    }

    async fn call<T: DeserializeOwned>(&self, operation: &str, body: &Value) -> Result<T, Complaint> {
        let call = Call {
            region: &self.region,
            service: SERVICE,
            url: self.address.url(),
            content_type: "application/x-amz-json-1.1",
            target: Some(&format!("{SERVICE}.{operation}")),
            body: &body.to_string(),
        };
        let request = call.request(&self.client, &self.credentials, self.clock.now()).map_err(failed)?;
        let answer = self.client.send(request).await.map_err(failed)?;
        if answer.status == 200 {
            Ok(answer.json().map_err(failed)?)
        } else {
            Err(complaint(operation, &answer))
        }
    }
}

/// The id of a version to be: AWS asks for at least 32 characters that nobody else uses.
fn new_id() -> Result<String, PortError> {
    let bytes: rand::Random<[u8; 16]> = rand::generate(&SystemRandom::new())
        .map_err(|_| error(Fault::Unreachable, "the operating system gives no random bytes"))?;
    Ok(bytes.expose().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn complaint(operation: &str, answer: &Answer) -> Complaint {
    #[derive(Default, Deserialize)]
    struct Said {
        #[serde(rename = "__type", default)]
        kind: String,
    }
    let said: Said = answer.json().unwrap_or_default();
    let word = said.kind.rsplit('#').next().unwrap_or_default();
    let is_word = word.len() <= 64 && word.bytes().all(|b| b.is_ascii_alphanumeric());
    let word = if is_word { word } else { "" };
    let fault = match (answer.status, word) {
        (429, _) => Fault::Limited,
        (_, "ThrottlingException" | "Throttling" | "TooManyRequestsException" | "RequestLimitExceeded") => {
            Fault::Limited
        }
        (500.., _) | (300..=399, _) | (_, "InternalServiceError") => Fault::Unreachable,
        (_, "ResourceNotFoundException") => Fault::NotFound,
        (401 | 403, _) => Fault::Refused,
        (
            _,
            "AccessDeniedException"
            | "UnrecognizedClientException"
            | "InvalidSignatureException"
            | "SignatureDoesNotMatch"
            | "IncompleteSignature"
            | "InvalidClientTokenId"
            | "ExpiredTokenException"
            | "ExpiredToken"
            | "MissingAuthenticationTokenException"
            | "MissingAuthenticationToken"
            | "NotAuthorized"
            | "OptInRequired"
            | "DecryptionFailure"
            | "EncryptionFailure"
            | "LimitExceededException",
        ) => Fault::Refused,
        _ => Fault::Invalid,
    };
    let what = if word.is_empty() { String::new() } else { format!(", {word}") };
    let message = format!("AWS answers {operation} with HTTP {}{what}", answer.status);
    Complaint { word: word.to_owned(), error: error(fault, message) }
}

impl SecretStore for AwsStore {
    fn place(&self) -> String {
        format!("AWS Secrets Manager in {}, {}", self.region, self.secret)
    }

    fn read(&self) -> BoxFuture<'_, Result<Option<Stored>, PortError>> {
        Box::pin(self.find())
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
