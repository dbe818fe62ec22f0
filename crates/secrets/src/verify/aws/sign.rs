//! Signature Version 4, after <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>,
//! for a form that is posted without a query. The crates that AWS has for it bring a second `http` and a second SHA-2.

use chrono::{DateTime, Utc};
use reqwest::Url;
use ring::{digest, hmac};
use storeward_core::SecretString;

/// The type of content that is signed for.
pub(super) const FORM: &str = "application/x-www-form-urlencoded";

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

#[derive(Clone, Copy)]
pub(super) struct Credentials<'a> {
    pub(super) id: &'a SecretString,
    pub(super) key: &'a SecretString,
    pub(super) token: Option<&'a SecretString>,
}

/// The values of the headers `authorization` and `x-amz-date`.
pub(super) struct Signed {
    pub(super) authorization: String,
    pub(super) date: String,
}

pub(super) fn sign(
    credentials: Credentials<'_>,
    at: DateTime<Utc>,
    region: &str,
    service: &str,
    url: &Url,
    body: &str,
) -> Signed {
    let date = at.format("%Y%m%dT%H%M%SZ").to_string();
    let day = at.format("%Y%m%d").to_string();
    let host = url.host_str().unwrap_or_default();
    let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let mut headers = format!("content-type:{FORM}\nhost:{host}\nx-amz-date:{date}\n");
    let mut names = "content-type;host;x-amz-date".to_owned();
    if let Some(token) = credentials.token {
        headers.push_str(&format!("x-amz-security-token:{}\n", token.expose()));
        names.push_str(";x-amz-security-token");
    }
    let request = format!("POST\n{}\n\n{headers}\n{names}\n{}", url.path(), sha256(body));
    let scope = format!("{day}/{region}/{service}/aws4_request");
    let text = format!("{ALGORITHM}\n{date}\n{scope}\n{}", sha256(&request));

    let first = format!("AWS4{}", credentials.key.expose()).into_bytes();
    let key = [day.as_str(), region, service, "aws4_request"]
        .into_iter()
        .fold(first, |key, part| hmac_sha256(&key, part));
    let signature = hex(&hmac_sha256(&key, &text));
    let id = credentials.id.expose();
    Signed {
        authorization: format!(
            "{ALGORITHM} Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}"
        ),
        date,
    }
}

fn hmac_sha256(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}

fn sha256(text: &str) -> String {
    hex(digest::digest(&digest::SHA256, text.as_bytes()).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `post-x-www-form-urlencoded` of AWS's test suite for Signature Version 4.
    #[test]
    fn a_form_is_signed_as_in_awss_test_suite() {
        let key = SecretString::from(format!("{}{}", "wJalrXUtnFEMI/K7MDENG+", "bPxRfiCYEXAMPLEKEY"));
        let credentials = Credentials { id: &"AKIDEXAMPLE".into(), key: &key, token: None };
        let at = "2015-08-30T12:36:00Z".parse().unwrap();
        let url = Url::parse("https://example.amazonaws.com/").unwrap();
        let signed = sign(credentials, at, "us-east-1", "service", &url, "Param1=value1");
        assert_eq!(signed.date, "20150830T123600Z");
        assert_eq!(
            signed.authorization,
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
             SignedHeaders=content-type;host;x-amz-date, \
             Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"
        );
    }

    #[test]
    fn a_session_token_is_signed_for() {
        let [id, key, token] = ["EXAMPLE-id", "EXAMPLE-key", "EXAMPLE-token"].map(SecretString::from);
        let at = "2015-08-30T12:36:00Z".parse().unwrap();
        let url = Url::parse("http://127.0.0.1:8000/").unwrap();
        let with = |token| sign(Credentials { id: &id, key: &key, token }, at, "us-east-1", "sts", &url, "");
        let signed = with(Some(&token)).authorization;
        assert!(
            signed.contains("SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, "),
            "{signed}"
        );
        assert_ne!(signed.rsplit('=').next(), with(None).authorization.rsplit('=').next());
        assert!(!signed.contains("EXAMPLE-key") && !signed.contains("EXAMPLE-token"));
    }
}
