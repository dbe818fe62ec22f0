//! The fields of what lies beside a Configurator file: its reports, `.env` files, and recorded exchanges with the API.

use super::{Line, line, public, secret};
use crate::{Class, Handling};

/// The lines of this table.
pub(super) const RULES: &[Line] = &[
    // `.env` files.
    secret(&["SALEOR_TOKEN", "SALEOR_APP_TOKEN"], "opens the store's API"),
    // What `deploy --reportPath` writes: the values of changed fields, those of addresses among them, in clear.
    line(
        &["changes.*.fields.*.oldValue", "changes.*.fields.*.newValue"],
        Class::Confidential,
        Handling::FullRedaction,
        "the value of any field, those with personal data among them",
    ),
    public(
        &[
            "changes.*.entityType",
            "changes.*.entityName",
            "changes.*.operation",
            "changes.*.fields.*.field",
            "result.operations.*.entity",
            "result.operations.*.name",
            "result.operations.*.action",
            "result.operations.*.fields",
        ],
        "what was changed, without its value",
    ),
    public(
        &[
            "timestamp",
            "summary.status",
            "summary.duration",
            "summary.changes",
            "summary.resilience",
            "stages.*.name",
            "stages.*.durationMs",
            "stages.*.durationFormatted",
            "stages.*.resilience",
            "metadata.startTime",
            "metadata.endTime",
            "result.status",
            "result.summary",
        ],
        "when a deployment ran, and how it went",
    ),
    // Requests to the API and its answers.
    secret(
        &[
            "**.headers.Authorization",
            "**.headers.authorization",
            "**.headers.Authorization-Bearer",
            "**.headers.authorization-bearer",
            "**.headers.Cookie",
            "**.headers.cookie",
            "**.headers.Set-Cookie",
            "**.headers.set-cookie",
        ],
        "a header that says who is asking",
    ),
    secret(
        &[
            "**.authToken",
            "**.refreshToken",
            "**.csrfToken",
            "data.**.token",
            "request.**.token",
            "response.**.token",
            "variables.**.token",
        ],
        "a token of the store's API",
    ),
    secret(&["**.password", "**.oldPassword", "**.newPassword"], "a password"),
    line(
        &["data.**.email", "request.**.email", "response.**.email", "variables.**.email"],
        Class::Confidential,
        Handling::MaskDomain,
        "the e-mail address of a customer or of staff",
    ),
];
