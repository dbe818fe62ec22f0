//! GitHub, and GitHub Enterprise at an address of its own.
//!
//! After <https://docs.github.com/en/rest/users/users#get-the-authenticated-user> and, for tokens of installed
//! applications, which are no user, <https://docs.github.com/en/rest/apps/installations>.

use serde_json::Value;
use storeward_core::http::{
    Answer, Failure, Method, bearer,
    header::{ACCEPT, AUTHORIZATION},
};

use super::desk::Desk;
use crate::port::{Question, Verdict};

pub(super) const ADDRESS: &str = "https://api.github.com";

const USERS: [&str; 4] =
    ["github-fine-grained-pat", "github-oauth-token", "github-pat", "github-user-to-server-token"];
const INSTALLATIONS: [&str; 2] = ["github-app-stateless-token", "github-app-token"];

/// A refresh token would be used up by trying it, and the forty hexadecimal digits of old times may be no token at all.
pub(super) fn accepts(rule: &str) -> bool {
    USERS.contains(&rule) || INSTALLATIONS.contains(&rule)
}

pub(super) async fn ask(desk: &Desk, question: Question<'_>) -> Result<Verdict, Failure> {
    let Ok(bearer) = bearer(question.secret) else { return Ok(Verdict::Unknown) };
    let installation = INSTALLATIONS.contains(&question.rule);
    let mut url = desk.address.below(if installation { "installation/repositories" } else { "user" });
    if installation {
        url.set_query(Some("per_page=1"));
    }
    let request = desk
        .client
        .request(Method::GET, url)
        .header(AUTHORIZATION, bearer)
        .header(ACCEPT, "application/vnd.github+json")
        .header("x-github-api-version", "2022-11-28");
    desk.ask(&[question.secret.expose()], request, judge).await
}

/// Whoever stands in between may answer 200 or 401 as well, but not in GitHub's words.
fn judge(answer: &Answer) -> Result<Verdict, Failure> {
    let says = |field: &str, is: fn(&Value) -> bool| {
        Ok::<_, Failure>(answer.json::<Value>()?.get(field).is_some_and(is))
    };
    Ok(match answer.status {
        200 if says("login", Value::is_string)? || says("repositories", Value::is_array)? => {
            Verdict::Verified
        }
        401 if says("message", Value::is_string)? => Verdict::Refused,
        _ => Verdict::Unknown,
    })
}
