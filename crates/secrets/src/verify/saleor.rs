//! A Saleor store. There is no address that all stores share, so without the store's own nothing is accepted.
//!
//! After <https://docs.saleor.io/api-usage/authentication> and what Saleor 3.23 answers. A public query proves nothing: with
//! a wrong token it is answered as for anybody. `app` without an id is the token's own application, and `me` the user of a
//! user's token; both are HTTP 200 whatever the token is.

use serde_json::Value;
use storeward_core::http::{
    Answer, Failure, Method, bearer,
    header::{AUTHORIZATION, CONTENT_TYPE},
};

use super::desk::Desk;
use crate::{
    judge::checksum,
    port::{Question, Verdict},
};

const QUERY: &str = r#"{"query":"{ app { id } me { id } }"}"#;

const USER_TOKEN: &str = "saleor-jwt";
const APP_TOKEN: &str = "saleor-app-token";
/// Thirty letters and digits may be another service's token as well: that a store does not take it says nothing.
const BY_FORM: &str = "saleor-token-by-form";

/// What Saleor says of a token that does not work: nothing but that nobody has signed in, or what is wrong with it.
const REFUSALS: [&str; 4] =
    ["ExpiredSignatureError", "InvalidSignatureError", "InvalidTokenError", "PermissionDenied"];

/// What a store that is closed to the public says to whoever has not signed in.
const CLOSED: &str = "STOREFRONT_TRAFFIC_NOT_ALLOWED";

pub(super) fn accepts(rule: &str) -> bool {
    [USER_TOKEN, APP_TOKEN, BY_FORM].contains(&rule)
}

pub(super) async fn ask(desk: &Desk, question: Question<'_>) -> Result<Verdict, Failure> {
    let app = question.rule != USER_TOKEN;
    // A user's token names its store. Another store's token is none of this store's business.
    if !app
        && issuer(question.secret.expose()).is_some_and(|host| Some(&*host) != desk.address.url().host_str())
    {
        return Ok(Verdict::Unknown);
    }
    // A refresh token works, but in no header: refused there, it may still be good for thirty days.
    if !app && is_refresh_token(question.secret.expose()) {
        return Ok(Verdict::Unknown);
    }
    let Ok(bearer) = bearer(question.secret) else { return Ok(Verdict::Unknown) };
    let request = desk
        .client
        .request(Method::POST, desk.address.url().clone())
        .header(AUTHORIZATION, bearer)
        .header(CONTENT_TYPE, "application/json")
        .body(QUERY);
    let verdict = desk.ask(&[question.secret.expose()], request, |answer| judge(answer, app)).await?;
    Ok(if question.rule == BY_FORM && verdict == Verdict::Refused { Verdict::Unknown } else { verdict })
}

fn is_refresh_token(token: &str) -> bool {
    checksum::claims(token.as_bytes())
        .is_some_and(|claims| claims.get("type").and_then(Value::as_str) == Some("refresh"))
}

/// The host of the store that issued a user's token.
fn issuer(token: &str) -> Option<String> {
    let claims = checksum::claims(token.as_bytes())?;
    let address = storeward_core::http::Url::parse(claims.get("iss")?.as_str()?).ok()?;
    address.host_str().map(str::to_owned)
}

fn judge(answer: &Answer, app: bool) -> Result<Verdict, Failure> {
    let refuses = match answer.status {
        200 => &REFUSALS[..],
        // A store that is closed still lets applications in, but not every user.
        401 if app => &[CLOSED],
        300..=399 => return Ok(Verdict::Unknown),
        _ => &[],
    };
    let said: Value = answer.json()?;
    let known = |path: &str| said.pointer(path).is_some_and(Value::is_string);
    if answer.status == 200 && (known("/data/app/id") || known("/data/me/id")) {
        return Ok(Verdict::Verified);
    }
    let errors = said.get("errors").and_then(Value::as_array).into_iter().flatten();
    let refused = errors
        .flat_map(|error| ["/extensions/exception/code", "/extensions/code"].map(|path| error.pointer(path)))
        .filter_map(|code| code?.as_str())
        .any(|code| refuses.contains(&code));
    Ok(if refused { Verdict::Refused } else { Verdict::Unknown })
}
