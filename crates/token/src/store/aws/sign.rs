//! Signature Version 4, after <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>,
//! for a call that is posted without a query. The crates that AWS has for it bring a second `http` and a second SHA-2.

use chrono::{DateTime, Utc};
use reqwest::Url;
use ring::{digest, hmac};

use super::Credentials;

/// The type of content that is signed for.
pub(super) const JSON: &str = "application/x-amz-json-1.1";

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// The values of the headers `authorization` and `x-amz-date`.
pub(super) struct Signed {
    pub(super) authorization: String,
    pub(super) date: String,
}

/// What is signed.
pub(super) struct Call<'a> {
    pub(super) region: &'a str,
    pub(super) service: &'a str,
    pub(super) url: &'a Url,
    /// The header `x-amz-target`: which operation.
    pub(super) target: &'a str,
    pub(super) body: &'a str,
}

pub(super) fn sign(credentials: &Credentials, at: DateTime<Utc>, call: &Call<'_>) -> Signed {
    let Call { region, service, url, target, body } = call;
    let date = at.format("%Y%m%dT%H%M%SZ").to_string();
    let day = at.format("%Y%m%d").to_string();
    let host = url.host_str().unwrap_or_default();
    let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let mut headers = format!("content-type:{JSON}\nhost:{host}\nx-amz-date:{date}\n");
    let mut names = "content-type;host;x-amz-date;".to_owned();
    if let Some(token) = &credentials.session_token {
        headers.push_str(&format!("x-amz-security-token:{}\n", token.expose()));
        names.push_str("x-amz-security-token;");
    }
    headers.push_str(&format!("x-amz-target:{target}\n"));
    names.push_str("x-amz-target");
    let request = format!("POST\n{}\n\n{headers}\n{names}\n{}", url.path(), sha256(body));
    let scope = format!("{day}/{region}/{service}/aws4_request");
    let text = format!("{ALGORITHM}\n{date}\n{scope}\n{}", sha256(&request));

    let first = format!("AWS4{}", credentials.secret_key.expose()).into_bytes();
    let key = [day.as_str(), region, service, "aws4_request"]
        .into_iter()
        .fold(first, |key, part| hmac_sha256(&key, part));
    let signature = hex(&hmac_sha256(&key, &text));
    let id = credentials.key_id.expose();
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

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The signatures are those of botocore 1.43, AWS's own client for Python, for the same calls.
    #[test]
    fn calls_are_signed_as_by_awss_own_client() {
        let url = Url::parse("https://secretsmanager.eu-central-1.amazonaws.com/").unwrap();
        let call = Call {
            region: "eu-central-1",
            service: "secretsmanager",
            url: &url,
            target: "secretsmanager.GetSecretValue",
            body: r#"{"SecretId":"shop"}"#,
        };
        for (session_token, names, signature) in [
            (None, "", "ef8fbf27d04a2dc25a1d1a8b95bc42c44f03545b2927ef17dbdcc2422e167d9f"),
            (
                Some("EXAMPLE-session".into()),
                "x-amz-security-token;",
                "6fb065f48801207147269afcaa99e0613666e5d311f8f88d98c11afbe7d9dd51",
            ),
        ] {
            let credentials =
                Credentials { key_id: "AKIDEXAMPLE".into(), secret_key: "EXAMPLE-key".into(), session_token };
            let signed = sign(&credentials, "2026-01-02T03:04:05Z".parse().unwrap(), &call);
            assert_eq!(signed.date, "20260102T030405Z");
            assert_eq!(
                signed.authorization,
                format!(
                    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/eu-central-1/secretsmanager/aws4_request, \
                     SignedHeaders=content-type;host;x-amz-date;{names}x-amz-target, Signature={signature}"
                )
            );
        }
    }
}
