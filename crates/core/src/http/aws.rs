//! Calls to AWS, signed by Signature Version 4, after
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>, as far as they are posted
//! without a query. The crates that AWS has for it bring a second `http` and a second SHA-2.

use chrono::{DateTime, Utc};
use reqwest::{
    Method, RequestBuilder, Url,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use ring::{digest, hmac};

use super::{Client, Failure, sensitive};
use crate::SecretString;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// What AWS knows a client by.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_structs, reason = "the three parts that Signature Version 4 knows")]
pub struct Credentials {
    /// The access key's id.
    pub key_id: SecretString,
    /// The secret access key.
    pub secret_key: SecretString,
    /// The session token, which temporary credentials have.
    pub session_token: Option<SecretString>,
}

/// What is asked, and where.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "all that is signed")]
pub struct Call<'a> {
    /// The region: `eu-central-1`.
    pub region: &'a str,
    /// The service's name in signatures: `secretsmanager`.
    pub service: &'a str,
    /// Where it is asked. A query is not signed for, and so refused by AWS.
    pub url: &'a Url,
    /// The content's type.
    pub content_type: &'a str,
    /// The operation, for services that are told by the header `x-amz-target`.
    pub target: Option<&'a str>,
    /// The content.
    pub body: &'a str,
}

impl Call<'_> {
    /// The request, signed for a moment. AWS refuses one that is more than five minutes off.
    ///
    /// # Errors
    ///
    /// [`Fault::Invalid`](crate::Fault::Invalid) for credentials that fit into no header.
    pub fn request(
        &self,
        client: &Client,
        credentials: &Credentials,
        at: DateTime<Utc>,
    ) -> Result<RequestBuilder, Failure> {
        let date = at.format("%Y%m%dT%H%M%SZ").to_string();
        let authorization = self.authorization(credentials, &date).into();
        let mut request = client
            .request(Method::POST, self.url.clone())
            .header(CONTENT_TYPE, self.content_type)
            .header("x-amz-date", date)
            .header(AUTHORIZATION, sensitive(&authorization)?)
            .body(self.body.to_owned());
        if let Some(token) = &credentials.session_token {
            request = request.header("x-amz-security-token", sensitive(token)?);
        }
        if let Some(target) = self.target {
            request = request.header("x-amz-target", target);
        }
        Ok(request)
    }

    fn authorization(&self, credentials: &Credentials, date: &str) -> String {
        let Self { region, service, url, content_type, target, body } = *self;
        let day = date.split('T').next().unwrap_or_default();
        let host = url.host_str().unwrap_or_default();
        let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        // In the order of their names.
        let headers = [
            ("content-type", Some(content_type)),
            ("host", Some(host.as_str())),
            ("x-amz-date", Some(date)),
            ("x-amz-security-token", credentials.session_token.as_ref().map(SecretString::expose)),
            ("x-amz-target", target),
        ];
        let headers = headers.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let names = headers.clone().map(|(name, _)| name).collect::<Vec<_>>().join(";");
        let headers: String = headers.map(|(name, value)| format!("{name}:{value}\n")).collect();
        let request = format!("POST\n{}\n\n{headers}\n{names}\n{}", url.path(), sha256(body));
        let scope = format!("{day}/{region}/{service}/aws4_request");
        let text = format!("{ALGORITHM}\n{date}\n{scope}\n{}", sha256(&request));

        let first = format!("AWS4{}", credentials.secret_key.expose()).into_bytes();
        let key = [day, region, service, "aws4_request"]
            .into_iter()
            .fold(first, |key, part| hmac_sha256(&key, part));
        let signature = hex(&hmac_sha256(&key, &text));
        let id = credentials.key_id.expose();
        format!("{ALGORITHM} Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}")
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
    use std::time::Duration;

    use super::*;
    use crate::http::Limits;

    fn credentials(id: &str, key: String, token: Option<&str>) -> Credentials {
        Credentials { key_id: id.into(), secret_key: key.into(), session_token: token.map(Into::into) }
    }

    /// `post-x-www-form-urlencoded` of AWS's test suite for Signature Version 4.
    #[test]
    fn a_form_is_signed_as_in_awss_test_suite() {
        let key = format!("{}{}", "wJalrXUtnFEMI/K7MDENG+", "bPxRfiCYEXAMPLEKEY");
        let call = Call {
            region: "us-east-1",
            service: "service",
            url: &"https://example.amazonaws.com/".parse().unwrap(),
            content_type: "application/x-www-form-urlencoded",
            target: None,
            body: "Param1=value1",
        };
        assert_eq!(
            call.authorization(&credentials("AKIDEXAMPLE", key, None), "20150830T123600Z"),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
             SignedHeaders=content-type;host;x-amz-date, \
             Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"
        );
    }

    /// The signatures are those of botocore 1.43, AWS's own client for Python, for the same calls.
    #[test]
    fn calls_are_signed_as_by_awss_own_client() {
        let call = Call {
            region: "eu-central-1",
            service: "secretsmanager",
            url: &"https://secretsmanager.eu-central-1.amazonaws.com/".parse().unwrap(),
            content_type: "application/x-amz-json-1.1",
            target: Some("secretsmanager.GetSecretValue"),
            body: r#"{"SecretId":"shop"}"#,
        };
        for (token, names, signature) in [
            (None, "", "ef8fbf27d04a2dc25a1d1a8b95bc42c44f03545b2927ef17dbdcc2422e167d9f"),
            (
                Some("EXAMPLE-session"),
                "x-amz-security-token;",
                "6fb065f48801207147269afcaa99e0613666e5d311f8f88d98c11afbe7d9dd51",
            ),
        ] {
            assert_eq!(
                call.authorization(
                    &credentials("AKIDEXAMPLE", "EXAMPLE-key".into(), token),
                    "20260102T030405Z"
                ),
                format!(
                    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/eu-central-1/secretsmanager/aws4_request, \
                     SignedHeaders=content-type;host;x-amz-date;{names}x-amz-target, Signature={signature}"
                )
            );
        }
    }

    #[test]
    fn what_is_signed_is_sent() {
        let client = Client::new(Limits::within(Duration::from_secs(1), 0)).unwrap();
        let url = "http://127.0.0.1:8000/".parse().unwrap();
        let (region, service, content_type) = ("us-east-1", "sts", "text/plain");
        let call = Call { region, service, url: &url, content_type, target: Some("sts.Ask"), body: "asked" };
        let by = credentials("EXAMPLE-id", "EXAMPLE-key".into(), Some("EXAMPLE-token"));
        let at = "2015-08-30T12:36:00Z".parse().unwrap();
        let request = call.request(&client, &by, at).unwrap().build().unwrap();
        let header = |name| request.headers().get(name).unwrap();
        assert_eq!(header("authorization"), &call.authorization(&by, "20150830T123600Z"));
        assert_eq!(
            (header("x-amz-security-token"), header("x-amz-target")),
            (&"EXAMPLE-token".parse().unwrap(), &"sts.Ask".parse().unwrap())
        );
        assert!(!format!("{:?} {by:?}", request.headers()).contains("EXAMPLE"));
        let unsendable = credentials("EXAMPLE\n", String::new(), None);
        assert!(call.request(&client, &unsendable, at).is_err());
    }
}
