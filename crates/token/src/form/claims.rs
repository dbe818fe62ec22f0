//! What a staff token says of itself.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use storeward_core::SecretString;

/// How far two clocks may be apart before a token counts as expired.
pub const LEEWAY: TimeDelta = TimeDelta::seconds(60);

/// Bytes in a token that is looked into: Saleor's have about 712, and a header line seldom holds more than 16 KiB.
const LONGEST: usize = 16 * 1024;

/// The claims of a JWT. Nobody has verified the signature, so they are what the token *says*: good for hints to a
/// person, never for a decision to let somebody in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Claims {
    /// Who made it: the store's address (`iss`).
    pub issuer: Option<String>,
    /// The user's id in the API (`user_id`).
    pub user: Option<String>,
    /// The user's e-mail address (`email`).
    pub email: Option<String>,
    /// What it is for: `access` or `refresh` (`type`).
    pub kind: Option<String>,
    /// When it ends (`exp`).
    pub expires: Option<DateTime<Utc>>,
    /// When it was made (`iat`).
    pub issued: Option<DateTime<Utc>>,
}

impl Claims {
    /// Whether it has ended, allowing the clocks to be [`LEEWAY`] apart. A token without an end has not.
    #[must_use]
    pub fn is_expired(&self, now: DateTime<Utc>) -> bool {
        self.expires.is_some_and(|expires| now.signed_duration_since(expires) >= LEEWAY)
    }
}

#[derive(Deserialize)]
struct Written {
    iss: Option<String>,
    user_id: Option<String>,
    email: Option<String>,
    r#type: Option<String>,
    exp: Option<f64>,
    iat: Option<f64>,
}

/// Reads the claims of a staff token; nothing if it is no JWT with the claims that Saleor writes, or is longer than
/// 16 KiB.
#[must_use]
pub fn claims(token: &SecretString) -> Option<Claims> {
    let text = token.expose();
    if text.len() > LONGEST || super::recognise(text) != super::Form::Jwt {
        return None;
    }
    let json = URL_SAFE_NO_PAD.decode(text.split('.').nth(1)?).ok()?;
    let written: Written = serde_json::from_slice(&json).ok()?;
    Some(Claims {
        issuer: written.iss,
        user: written.user_id,
        email: written.email,
        kind: written.r#type,
        expires: written.exp.and_then(moment),
        issued: written.iat.and_then(moment),
    })
}

/// A NumericDate (RFC 7519 §2), of which fractions are dropped; nothing when chrono has no such year.
fn moment(seconds: f64) -> Option<DateTime<Utc>> {
    // A float becomes the nearest integer there is, so what is absurdly large stays out of chrono's range.
    DateTime::from_timestamp(seconds as i64, 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn jwt(claims: &str) -> SecretString {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.{}", part(r#"{"alg":"RS256","typ":"JWT"}"#), part(claims), "EXAMPLEsignatureEXAMPLE")
            .into()
    }

    #[test]
    fn what_saleor_writes_is_read() {
        let claims = claims(&jwt(
            r#"{"iat":1795490430,"owner":"saleor","iss":"http://saleor.example/graphql/","exp":1795490730,
                "token":"EXAMPLE","email":"editor@example.com","type":"access","user_id":"VXNlcjo0","is_staff":true}"#,
        ))
        .unwrap();
        assert_eq!(claims.issuer.as_deref(), Some("http://saleor.example/graphql/"));
        assert_eq!(
            (claims.user.as_deref(), claims.email.as_deref()),
            (Some("VXNlcjo0"), Some("editor@example.com"))
        );
        assert_eq!(claims.kind.as_deref(), Some("access"));
        let (issued, expires) = (claims.issued.unwrap(), claims.expires.unwrap());
        assert_eq!((issued.timestamp(), expires - issued), (1_795_490_430, TimeDelta::minutes(5)));
        let late = |seconds| claims.is_expired(expires + TimeDelta::seconds(seconds));
        assert_eq!((late(-1), late(59), late(60)), (false, false, true), "a minute's leeway");
    }

    #[test]
    fn what_is_missing_or_absurd_is_left_out() {
        let read = |json: &str| claims(&jwt(json));
        let none = read(r#"{"padding":"EXAMPLE"}"#).unwrap();
        assert_eq!(none, Claims::default());
        assert!(!none.is_expired(DateTime::<Utc>::MAX_UTC), "it has no end");
        assert_eq!(read(r#"{"exp":1e300,"iat":-1e300}"#).unwrap(), Claims::default());
        assert_eq!(read(r#"{"exp":1795490730.5}"#).unwrap().expires.unwrap().timestamp(), 1_795_490_730);
        for broken in [r#"{"exp":"tomorrow"}"#, r#"{"exp":1,"exp":2}"#, r#"{"iss": EXAMPLE "#] {
            assert_eq!(read(broken), None, "{broken}");
        }
        assert_eq!(read(&format!(r#"{{"iss":"{}"}}"#, "a".repeat(LONGEST))), None, "too long");
        assert_eq!(claims(&"q7EXAMPLEvT2mXk9Zr4LbW8sYc1Hd5".into()), None);
        assert_eq!(claims(&"eyJEXAMPLEEXAMPLE1.eyJEXAMPLEEXAMPLE2.EXAMPLEsignature-_".into()), None);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".*", json in any::<String>(), exp in any::<f64>()) {
            let _ = claims(&text.into());
            let _ = claims(&jwt(&format!("{{\"{json}")));
            let _ = claims(&jwt(&format!("{{\"exp\":{exp}}}")));
        }
    }
}
