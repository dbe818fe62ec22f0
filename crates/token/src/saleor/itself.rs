//! An app that makes and ends its own tokens.

use std::fmt;

use storeward_core::{BoxFuture, Fault, PortError};

use super::{Saleor, SaleorAdmin, admin::ISSUER};
use crate::{
    SecretStore, TokenIssuer,
    port::{Issued, Listed},
};

/// Asks with whatever token the place keeps at that moment, which an app with `MANAGE_APPS` may do on Saleor 3.23.
///
/// So a rotation makes the new token with the old one, and ends the old one with the new one. An administrator's token that is
/// the old one itself would be dead by then, and could see to nothing any more.
pub struct Itself<'a> {
    saleor: Saleor,
    store: &'a dyn SecretStore,
}

impl fmt::Debug for Itself<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Itself").field("store", &self.store.place()).finish_non_exhaustive()
    }
}

impl<'a> Itself<'a> {
    /// The app whose token that is.
    #[must_use]
    pub const fn new(saleor: Saleor, store: &'a dyn SecretStore) -> Self {
        Self { saleor, store }
    }

    async fn admin(&self) -> Result<SaleorAdmin, PortError> {
        let stored = self.store.read().await?;
        let nothing =
            || PortError::new(ISSUER, Fault::NotFound, format!("{} holds no token", self.store.place()));
        Ok(self.saleor.as_admin(stored.ok_or_else(nothing)?.secret))
    }
}

impl TokenIssuer for Itself<'_> {
    fn issue<'a>(&'a self, app: &'a str, name: &'a str) -> BoxFuture<'a, Result<Issued, PortError>> {
        Box::pin(async move { self.admin().await?.issue(app, name).await })
    }

    fn list<'a>(&'a self, app: &'a str) -> BoxFuture<'a, Result<Vec<Listed>, PortError>> {
        Box::pin(async move { self.admin().await?.list(app).await })
    }

    fn revoke<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), PortError>> {
        Box::pin(async move { self.admin().await?.revoke(id).await })
    }
}
