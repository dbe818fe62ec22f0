//! AWS STS, after <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>: it needs no permission
//! and cannot be forbidden.

use chrono::{DateTime, Utc};
use storeward_core::{
    SecretString,
    http::{
        Answer, Failure,
        aws::{Call, Credentials},
    },
};

use super::desk::Desk;
use crate::port::{Question, Verdict};

pub(super) const ADDRESS: &str = "https://sts.amazonaws.com";
/// The region of that address.
const REGION: &str = "us-east-1";
const FORM: &str = "application/x-www-form-urlencoded";
const BODY: &str = "Action=GetCallerIdentity&Version=2011-06-15";

const ID: &str = "aws-access-key-id";
const KEY: &str = "aws-secret-access-key";
const TOKEN: &str = "aws-session-token";

/// How many keys beside an id, or ids beside a key, are tried. A file seldom has more than one of each.
const PAIRS: usize = 4;

/// A session token is not asked about for itself: it is sent with the key pair that needs it.
pub(super) fn accepts(rule: &str) -> bool {
    rule == ID || rule == KEY
}

/// Tries the secret with its nearest counterparts. It works if it does with one of them, and is refused if it is with each.
pub(super) async fn ask(desk: &Desk, now: DateTime<Utc>, question: Question<'_>) -> Result<Verdict, Failure> {
    let is_id = question.rule == ID;
    let partners = beside(question, if is_id { KEY } else { ID });
    let tokens = beside(question, TOKEN);
    let mut verdict = if partners.is_empty() { Verdict::Unknown } else { Verdict::Refused };
    for (tried, partner) in partners.into_iter().enumerate() {
        let (id, key) = if is_id { (question.secret, partner) } else { (partner, question.secret) };
        // The credentials of a session are three.
        let session = id.expose().starts_with("ASIA");
        let token = tokens.first().copied().filter(|_| session);
        if tried >= PAIRS || (session && token.is_none()) {
            verdict = Verdict::Unknown;
            continue;
        }
        let credentials =
            Credentials { key_id: id.clone(), secret_key: key.clone(), session_token: token.cloned() };
        match pair(desk, now, is_id, &credentials).await? {
            Verdict::Verified => return Ok(Verdict::Verified),
            Verdict::Refused => {}
            Verdict::Unknown => verdict = Verdict::Unknown,
        }
    }
    Ok(verdict)
}

/// What a rule found beside it, the nearest first, each once.
fn beside<'a>(question: Question<'a>, rule: &str) -> Vec<&'a SecretString> {
    let mut found: Vec<&SecretString> = Vec::new();
    for (_, secret) in question.beside.iter().filter(|(by, _)| *by == rule) {
        if !found.contains(secret) {
            found.push(secret);
        }
    }
    found
}

async fn pair(
    desk: &Desk,
    now: DateTime<Utc>,
    is_id: bool,
    credentials: &Credentials,
) -> Result<Verdict, Failure> {
    let call = Call {
        region: REGION,
        service: "sts",
        url: desk.address.url(),
        content_type: FORM,
        target: None,
        body: BODY,
    };
    let Ok(request) = call.request(&desk.client, credentials, now) else { return Ok(Verdict::Unknown) };
    let Credentials { key_id, secret_key, session_token } = credentials;
    let token = session_token.as_ref().map_or("", SecretString::expose);
    // An id and a key that were asked about from either side are one question, which is answered differently.
    let side = if is_id { "id" } else { "key" };
    desk.ask(&[side, key_id.expose(), secret_key.expose(), token], request, |answer| Ok(judge(answer, is_id)))
        .await
}

/// A signature that does not match is the key's fault: AWS knows the id.
fn judge(answer: &Answer, is_id: bool) -> Verdict {
    let text = String::from_utf8_lossy(&answer.body);
    let code =
        text.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>")).map(|(code, _)| code);
    // The clocks of AWS and of this machine are more than five minutes apart.
    let late = text.contains("Signature expired") || text.contains("Signature not yet current");
    match (answer.status, code) {
        (200, _) if text.contains("<GetCallerIdentityResult>") => Verdict::Verified,
        (400.., Some("InvalidClientTokenId" | "ExpiredToken")) => Verdict::Refused,
        (400.., Some("SignatureDoesNotMatch")) if !is_id && !late => Verdict::Refused,
        _ => Verdict::Unknown,
    }
}
