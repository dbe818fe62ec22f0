//! Stripe, after <https://docs.stripe.com/api/balance/balance_retrieve> and <https://docs.stripe.com/api/errors>.

use serde_json::Value;
use storeward_core::http::{Answer, Failure, Method, bearer, header::AUTHORIZATION};

use super::desk::Desk;
use crate::port::{Question, Verdict};

pub(super) const ADDRESS: &str = "https://api.stripe.com";

pub(super) fn accepts(rule: &str) -> bool {
    ["stripe-restricted-key", "stripe-secret-key", "stripe-test-key"].contains(&rule)
}

pub(super) async fn ask(desk: &Desk, question: Question<'_>) -> Result<Verdict, Failure> {
    let Ok(bearer) = bearer(question.secret) else { return Ok(Verdict::Unknown) };
    let url = desk.address.below("v1/balance");
    let request = desk.client.request(Method::GET, url).header(AUTHORIZATION, bearer);
    desk.ask(&[question.secret.expose()], request, judge).await
}

/// 403 is said to a restricted key that may not read the balance: Stripe knows it.
fn judge(answer: &Answer) -> Result<Verdict, Failure> {
    let is_error = || Ok::<_, Failure>(answer.json::<Value>()?.get("error").is_some_and(Value::is_object));
    Ok(match answer.status {
        200 if answer.json::<Value>()?.get("object").is_some_and(|object| object == "balance") => {
            Verdict::Verified
        }
        401 if is_error()? => Verdict::Refused,
        403 if is_error()? => Verdict::Verified,
        _ => Verdict::Unknown,
    })
}
