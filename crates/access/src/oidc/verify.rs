//! A token against keys, without asking anybody.

use chrono::{DateTime, Utc};
use jsonwebtoken::{
    Algorithm, DecodingKey, Validation, decode, decode_header,
    errors::ErrorKind,
    jwk::{JwkSet, KeyAlgorithm},
};
use serde_json::{Map, Value};
use storeward_core::SecretString;

use super::{Identity, LEEWAY, Refusal};

/// Which key a token says it is signed with.
pub(super) struct Key {
    id: String,
    algorithm: Algorithm,
}

/// Reads what a token says of its key. The algorithm is one of two, whatever it says.
pub(super) fn key_of(token: &SecretString) -> Result<Key, Refusal> {
    let header = decode_header(token.expose()).map_err(|error| match error.kind() {
        // The algorithms that the library does not know, `none` among them.
        ErrorKind::InvalidAlgorithmName => Refusal::Algorithm,
        ErrorKind::Json(_) => Refusal::Algorithm,
        _ => Refusal::Malformed,
    })?;
    match (header.alg, header.kid) {
        (Algorithm::RS256 | Algorithm::ES256, Some(id)) => Ok(Key { id, algorithm: header.alg }),
        (Algorithm::RS256 | Algorithm::ES256, None) => Err(Refusal::UnknownKey),
        _ => Err(Refusal::Algorithm),
    }
}

pub(super) fn verify(
    token: &SecretString,
    key: &Key,
    keys: &JwkSet,
    issuer: &str,
    audience: &str,
    now: DateTime<Utc>,
) -> Result<Identity, Refusal> {
    let jwk = keys.find(&key.id).ok_or(Refusal::UnknownKey)?;
    let meant = match jwk.common.key_algorithm {
        // A key is not used for what it was not published for.
        Some(KeyAlgorithm::RS256) => key.algorithm == Algorithm::RS256,
        Some(KeyAlgorithm::ES256) => key.algorithm == Algorithm::ES256,
        Some(_) => false,
        None => true,
    };
    if !meant {
        return Err(Refusal::Algorithm);
    }
    let decoding = DecodingKey::from_jwk(jwk).map_err(|_| Refusal::UnknownKey)?;
    let mut validation = Validation::new(key.algorithm);
    validation.set_audience(&[audience]);
    validation.set_issuer(&[issuer]);
    validation.set_required_spec_claims(&["aud", "exp", "iss", "sub"]);
    // The library would read the system's clock.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    let claims = decode::<Map<String, Value>>(token.expose(), &decoding, &validation);
    let claims = claims.map_err(|error| refusal(error.kind()))?.claims;
    let moment = |name: &str| DateTime::from_timestamp(claims.get(name)?.as_i64()?, 0);
    let expires = moment("exp").ok_or(Refusal::Malformed)?;
    if now.signed_duration_since(expires) >= LEEWAY {
        return Err(Refusal::Expired);
    }
    let early = |name: &str| match claims.get(name) {
        None => Ok(false),
        Some(_) => Ok(moment(name).ok_or(Refusal::Malformed)?.signed_duration_since(now) > LEEWAY),
    };
    if early("nbf")? || early("iat")? {
        return Err(Refusal::NotYet);
    }
    match claims.get("sub").and_then(Value::as_str) {
        Some(subject) if !subject.is_empty() => {
            let (issuer, subject) = (issuer.to_owned(), subject.to_owned());
            Ok(Identity { issuer, subject, expires, claims })
        }
        _ => Err(Refusal::Malformed),
    }
}

fn refusal(kind: &ErrorKind) -> Refusal {
    match kind {
        ErrorKind::InvalidSignature => Refusal::Signature,
        ErrorKind::InvalidIssuer => Refusal::Issuer,
        ErrorKind::InvalidAudience => Refusal::Audience,
        ErrorKind::InvalidAlgorithm => Refusal::Algorithm,
        ErrorKind::MissingRequiredClaim(claim) if claim == "aud" => Refusal::Audience,
        ErrorKind::MissingRequiredClaim(claim) if claim == "iss" => Refusal::Issuer,
        _ => Refusal::Malformed,
    }
}
