//! Checksums and structures that vendors put into their tokens.

use chrono::{DateTime, Utc};

use crate::{decode::base64, rule::Checksum};

/// Whether the checksum of a secret holds.
pub(crate) fn holds(checksum: Checksum, secret: &[u8]) -> bool {
    match checksum {
        Checksum::Crc32Base62 => crc32_base62(secret),
        Checksum::Jwt => jwt(secret),
        Checksum::SaleorJwt => jwt(secret) && claims(secret).is_some_and(|claims| is_saleors(&claims)),
        Checksum::Basic => basic(secret),
    }
}

/// GitHub's form since 2021, taken over by npm: `prefix_`, thirty characters, their CRC-32 in base 62.
fn crc32_base62(secret: &[u8]) -> bool {
    let body = secret.iter().rposition(|byte| *byte == b'_').and_then(|at| secret.get(at + 1..));
    body.and_then(|body| body.split_at_checked(body.len().checked_sub(6)?))
        .is_some_and(|(body, sum)| base62(crc32(body)).as_bytes() == sum)
}

/// The first two parts of a JSON Web Token decode to JSON objects, and the header names an algorithm. A character that was
/// mistyped or lost on the way does not make a token safe to show, so their ends are enough.
fn jwt(secret: &[u8]) -> bool {
    let mut parts = secret.split(|byte| *byte == b'.').map(base64::decode_any);
    let mut object =
        || parts.next().flatten().filter(|text| text.starts_with(b"{\"") && text.ends_with(b"}"));
    let names_algorithm = |header: &[u8]| header.windows(5).any(|key| matches!(key, b"\"alg\"" | b"\"enc\""));
    object().is_some_and(|header| names_algorithm(&header)) && object().is_some()
}

/// Saleor's own tokens name their owner; those of older versions only a user's id, a kind and the staff flag.
fn is_saleors(claims: &serde_json::Map<String, serde_json::Value>) -> bool {
    claims.get("owner").and_then(|owner| owner.as_str()) == Some("saleor")
        || ["user_id", "type", "is_staff"].iter().all(|claim| claims.contains_key(*claim))
}

/// Base64 of `user:password`, where neither is a placeholder.
fn basic(secret: &[u8]) -> bool {
    let Some(plain) = base64::decode_any(secret) else { return false };
    if !plain.iter().all(|byte| matches!(byte, b' '..=b'~')) {
        return false;
    }
    let Some((user, password)) = plain.iter().position(|byte| *byte == b':').map(|at| plain.split_at(at))
    else {
        return false;
    };
    let password = password.get(1..).unwrap_or_default();
    // A key may stand in the user's place, before a colon that nothing follows.
    let telling = if password.is_empty() { user } else { password };
    telling.len() >= 3
        && !plain.starts_with(b"{")
        && !super::placeholder::is_placeholder(telling, 0, super::Strictness::Generic)
}

/// The claims of a JSON Web Token's payload, where they are readable.
pub(crate) fn claims(secret: &[u8]) -> Option<serde_json::Map<String, serde_json::Value>> {
    let payload = secret.split(|byte| *byte == b'.').nth(1)?;
    serde_json::from_slice(&base64::decode_any(payload)?).ok()
}

/// When a secret of such a structure stops working, if it says so.
pub(crate) fn expires(checksum: Checksum, secret: &[u8]) -> Option<DateTime<Utc>> {
    match checksum {
        Checksum::Jwt | Checksum::SaleorJwt => {
            DateTime::from_timestamp(claims(secret)?.get("exp")?.as_i64()?, 0)
        }
        Checksum::Crc32Base62 | Checksum::Basic => None,
    }
}

/// CRC-32 as in ISO 3309 and PNG, bit by bit: the inputs are a few dozen bytes.
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    })
}

/// Six digits of base 62: digits, upper case, lower case.
pub(crate) fn base62(mut number: u32) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut out = [b'0'; 6];
    for place in out.iter_mut().rev() {
        *place = DIGITS.get((number % 62) as usize).copied().unwrap_or(b'0');
        number /= 62;
    }
    out.iter().map(|byte| char::from(*byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::example::expand;

    #[test]
    fn crc_is_the_standard_one() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(base62(61), "00000z");
    }

    #[test]
    fn forms_that_we_make_hold_and_edited_ones_do_not() {
        let token = expand("ghp_{github:36}", "test");
        assert!(holds(Checksum::Crc32Base62, token.as_bytes()), "{token}");
        let edited = format!("{token}z");
        assert!(!holds(Checksum::Crc32Base62, edited.as_bytes()), "{edited}");
        let token = expand("{jwt}", "test");
        assert!(holds(Checksum::Jwt, token.as_bytes()), "{token}");
        for none in ["eyJAAAA.eyJBBB", "a.b.c", "", "eyJ.eyJ.x"] {
            assert!(!holds(Checksum::Jwt, none.as_bytes()), "{none}");
        }
        assert!(claims(token.as_bytes()).unwrap().contains_key("sub"));
        // {"alg":"HS256"}.{"exp":1767225600}
        let dated = ["eyJhbGciOiJIUzI1NiJ9", "eyJleHAiOjE3NjcyMjU2MDB9", "EXAMPLE"].join(".");
        assert_eq!(
            expires(Checksum::Jwt, dated.as_bytes()).unwrap().to_rfc3339(),
            "2026-01-01T00:00:00+00:00"
        );
        assert_eq!(expires(Checksum::Jwt, b"eyJhbGciOiJIUzI1NiJ9.e30.EXAMPLE"), None);
    }
}
