//! Who else verifies, by the variables that say who we are to them.

use std::sync::Arc;

use anyhow::{Context, anyhow};
use storeward_access::mfa::{
    MfaVerifier,
    provider::{Auth0Verifier, DuoVerifier, OktaVerifier},
};
use storeward_core::{PortError, SystemClock};

use crate::{args::Provider, env::Env};

/// The provider. It is not asked yet.
///
/// # Errors
///
/// When a variable is not set, or holds an address that secrets must not be sent to.
pub(crate) fn verifier(provider: Provider, env: &Env) -> anyhow::Result<Box<dyn MfaVerifier>> {
    let need = |name: &str| env.get(name).with_context(|| format!("{name} is not set"));
    let address = |name: &str| {
        need(name).map(|host| if host.contains("://") { host.to_owned() } else { format!("https://{host}") })
    };
    let wrong = |error: PortError| anyhow!("{error}");
    Ok(match provider {
        Provider::Okta => {
            let builder = OktaVerifier::builder(address("OKTA_ORG_URL")?, need("OKTA_API_TOKEN")?.into());
            Box::new(builder.build().map_err(wrong)?)
        }
        Provider::Duo => {
            let (key, secret) = (need("DUO_INTEGRATION_KEY")?, need("DUO_SECRET_KEY")?.into());
            let clock = Arc::new(SystemClock::new());
            Box::new(
                DuoVerifier::builder(address("DUO_API_HOST")?, key, secret, clock).build().map_err(wrong)?,
            )
        }
        Provider::Auth0 => {
            let (id, secret) = (need("AUTH0_CLIENT_ID")?, need("AUTH0_CLIENT_SECRET")?.into());
            let token = need("AUTH0_MFA_TOKEN")?.into();
            Box::new(
                Auth0Verifier::builder(address("AUTH0_DOMAIN")?, id, secret, token).build().map_err(wrong)?,
            )
        }
    })
}
