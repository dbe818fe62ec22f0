//! How a client of Key Vault comes by a token.
//!
//! After <https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow>,
//! <https://learn.microsoft.com/en-us/entra/identity/managed-identities-azure-resources/how-to-use-vm-token> and
//! <https://learn.microsoft.com/en-us/azure/app-service/overview-managed-identity>.

use serde::Deserialize;
use storeward_core::{
    Fault, PortError, SecretString,
    http::{Address, Client, Method, Url, header::CONTENT_TYPE, sensitive},
};

use crate::store::{error, failed};

/// How a client shows who it is.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Login {
    /// As an application, with its secret.
    ClientSecret {
        /// The id or the domain of the directory.
        tenant: String,
        /// The application's id.
        client_id: String,
        /// Its secret.
        secret: SecretString,
    },
    /// As the identity of a virtual machine, which a metadata service tells it over plain HTTP on the machine's own link.
    ManagedIdentity {
        /// The id of one that a user has assigned; otherwise it is the system's.
        client_id: Option<String>,
    },
    /// As the identity of an app in App Service, Functions or Container Apps.
    AppService {
        /// The variable `IDENTITY_ENDPOINT`.
        endpoint: String,
        /// The variable `IDENTITY_HEADER`.
        header: SecretString,
        /// The id of one that a user has assigned; otherwise it is the system's.
        client_id: Option<String>,
    },
}

/// A login whose addresses are checked.
#[derive(Debug)]
pub(super) enum Way {
    Form { url: Url, client_id: String, secret: SecretString, scope: String },
    Metadata { url: Url },
    App { url: Url, header: SecretString },
}

#[derive(Deserialize)]
struct Given {
    access_token: SecretString,
}

impl Way {
    /// An address of somebody who gives tokens stands for the usual one, unless the login names its own.
    pub(super) fn new(login: Login, address: Option<&str>, resource: &str) -> Result<Self, PortError> {
        match login {
            Login::ClientSecret { tenant, client_id, secret } => {
                let is_name = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
                if tenant.is_empty() || !tenant.bytes().all(is_name) || tenant.starts_with('.') {
                    return Err(error(Fault::Invalid, format!("`{tenant}` is no tenant of Entra ID")));
                }
                let address = address.unwrap_or("https://login.microsoftonline.com");
                let address = Address::new("the login to Azure", address).map_err(failed)?;
                let url = address.below_parts([&*tenant, "oauth2", "v2.0", "token"]);
                Ok(Self::Form { url, client_id, secret, scope: format!("{resource}/.default") })
            }
            Login::ManagedIdentity { client_id } => {
                let address = address.unwrap_or("http://169.254.169.254");
                let address = Address::of_this_link("the metadata service", address).map_err(failed)?;
                let url = address.below("metadata/identity/oauth2/token");
                Ok(Self::Metadata { url: asking(url, "2018-02-01", resource, client_id.as_deref()) })
            }
            Login::AppService { endpoint, header, client_id } => {
                let address = Address::of_this_link("the app's identity", &endpoint).map_err(failed)?;
                let url = asking(address.url().clone(), "2019-08-01", resource, client_id.as_deref());
                Ok(Self::App { url, header })
            }
        }
    }

    pub(super) async fn token(&self, client: &Client) -> Result<SecretString, PortError> {
        let request = match self {
            Self::Form { url, client_id, secret, scope } => {
                // The form of a query is that of a form; it is sent as one.
                let mut form = url.clone();
                form.query_pairs_mut()
                    .append_pair("grant_type", "client_credentials")
                    .append_pair("client_id", client_id)
                    .append_pair("client_secret", secret.expose())
                    .append_pair("scope", scope);
                client
                    .request(Method::POST, url.clone())
                    .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                    .body(form.query().unwrap_or_default().to_owned())
            }
            Self::Metadata { url } => client.request(Method::GET, url.clone()).header("metadata", "true"),
            Self::App { url, header } => client
                .request(Method::GET, url.clone())
                .header("x-identity-header", sensitive(header).map_err(failed)?),
        };
        let answer = client.send(request).await.map_err(failed)?;
        if answer.status != 200 {
            return Err(failure(answer.status));
        }
        let foreign = |_| error(Fault::Invalid, "the login to Azure gives no token: see its address");
        Ok(answer.json::<Given>().map_err(foreign)?.access_token)
    }
}

fn asking(mut url: Url, api: &str, resource: &str, client_id: Option<&str>) -> Url {
    url.query_pairs_mut()
        .append_pair("api-version", api)
        .append_pair("resource", resource)
        .extend_pairs(client_id.map(|id| ("client_id", id)));
    url
}

fn failure(status: u16) -> PortError {
    let (fault, what) = match status {
        // An application, a secret or an identity that is not known.
        400 | 401 | 403 => {
            (Fault::Refused, "refuses: see the tenant, the client's id and secret, or the identity")
        }
        404 => (Fault::NotFound, "is not there: see its address, and whether this machine has an identity"),
        429 => (Fault::Limited, "asks for patience: try again later"),
        410 | 500.. => (Fault::Unreachable, "has failed: try again later"),
        300..=399 => (Fault::Invalid, "sends elsewhere, where no secret is sent: see its address"),
        _ => (Fault::Invalid, "does not take that: see its address"),
    };
    error(fault, format!("the login to Azure {what} (HTTP {status})"))
}
