//! What is told of second factors.

use chrono::{DateTime, Utc};
use serde::Serialize;
use storeward_access::mfa::{service::Status, session::Method};
use storeward_core::Operation;

/// What came of it. The session is a secret of whoever opened it, for a quarter of an hour.
#[derive(Serialize)]
pub(crate) struct Verified<'a> {
    pub(crate) schema: &'static str,
    pub(crate) verified: bool,
    pub(crate) actor: &'a str,
    pub(crate) operation: Operation,
    pub(crate) environment: &'a str,
    pub(crate) session: Option<String>,
    pub(crate) ends: Option<DateTime<Utc>>,
    pub(crate) method: Option<Method>,
    /// Whether it serves for one operation only.
    pub(crate) once: Option<bool>,
    /// Why not.
    pub(crate) reason: Option<String>,
}

/// Somebody, and how their second factor is.
#[derive(Serialize)]
pub(crate) struct Listed {
    pub(crate) actor: String,
    #[serde(flatten)]
    pub(crate) status: Status,
}
