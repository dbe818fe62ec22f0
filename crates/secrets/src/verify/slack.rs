//! Slack, after <https://docs.slack.dev/reference/methods/auth.test>.

use serde_json::Value;
use storeward_core::http::{
    Answer, Failure, Method, bearer,
    header::{AUTHORIZATION, CONTENT_LENGTH},
};

use super::desk::{Desk, limited};
use crate::port::{Question, Verdict};

pub(super) const ADDRESS: &str = "https://slack.com/api";

/// Webhooks are not among them, because asking one posts a message; nor what works only beside a cookie, nor refresh
/// tokens, which trying would use up.
const RULES: [&str; 6] = [
    "slack-app-token",
    "slack-bot-token",
    "slack-config-access-token",
    "slack-legacy-bot-token",
    "slack-legacy-user-token",
    "slack-user-token",
];

/// What Slack says of a token that does not work any more, or never did.
const REFUSALS: [&str; 4] = ["account_inactive", "invalid_auth", "token_expired", "token_revoked"];

pub(super) fn accepts(rule: &str) -> bool {
    RULES.contains(&rule)
}

pub(super) async fn ask(desk: &Desk, question: Question<'_>) -> Result<Verdict, Failure> {
    // Trying the token that renews another would use it up.
    if question.secret.expose().starts_with("xoxe-") {
        return Ok(Verdict::Unknown);
    }
    let Ok(bearer) = bearer(question.secret) else { return Ok(Verdict::Unknown) };
    let url = desk.address.below("auth.test");
    let request =
        desk.client.request(Method::POST, url).header(AUTHORIZATION, bearer).header(CONTENT_LENGTH, "0");
    desk.ask(&[question.secret.expose()], request, judge).await
}

fn judge(answer: &Answer) -> Result<Verdict, Failure> {
    if answer.status != 200 {
        return Ok(Verdict::Unknown);
    }
    let said: Value = answer.json()?;
    match (said.get("ok").and_then(Value::as_bool), said.get("error").and_then(Value::as_str)) {
        (Some(true), _) => Ok(Verdict::Verified),
        (Some(false), Some(error)) if REFUSALS.contains(&error) => Ok(Verdict::Refused),
        (Some(false), Some("ratelimited")) => Err(limited(answer.status)),
        _ => Ok(Verdict::Unknown),
    }
}
