//! What a name says about the value that it is given.

use super::Kind;

/// The most words of a name that are looked at.
const MOST: usize = 12;

/// Whether a name says that its value is a secret of the kind.
pub(super) fn is_telling(name: &[u8], kind: Kind) -> bool {
    let mut words: [&[u8]; MOST] = [&[]; MOST];
    let mut count = 0;
    for word in Words(name) {
        let Some(place) = words.get_mut(count) else { return false };
        *place = word;
        count += 1;
    }
    let Some(mut words) = words.get(..count) else { return false };
    // `token_prod`, `SECRET_2`: what follows says which, not what.
    while let Some((last, front)) = words.split_last() {
        if !is_any(last, WHICH) && !last.iter().all(u8::is_ascii_digit) {
            break;
        }
        words = front;
    }
    let Some((last, front)) = words.split_last() else { return false };
    if front.iter().any(|word| is_any(word, DENIED)) || is_any(last, DENIED) {
        return false;
    }
    match kind {
        Kind::Password => {
            is_any(last, PASSWORDS) || ends(last, &[b"password", b"passwd", b"passphrase", b"pwd"])
        }
        Kind::Secret => {
            is_any(last, SECRETS)
                || ends(last, FUSED)
                || (last.eq_ignore_ascii_case(b"key") && front.last().is_some_and(|word| is_any(word, KEYS)))
                || (last.eq_ignore_ascii_case(b"access") && front.iter().any(|word| is_any(word, KEYS)))
        }
    }
}

/// Words that say which of several it is.
const WHICH: &[&[u8]] = &[
    b"value",
    b"prod",
    b"production",
    b"dev",
    b"development",
    b"test",
    b"staging",
    b"stage",
    b"live",
    b"default",
    b"string",
    b"str",
    b"base64",
    b"b64",
    b"hex",
    b"raw",
    b"plain",
    b"plaintext",
    b"local",
    b"new",
    b"old",
    b"current",
    b"secondary",
    b"main",
    b"admin",
    b"root",
    b"env",
    b"v1",
    b"v2",
    b"sandbox",
];

/// Words that make a name harmless wherever they stand.
const DENIED: &[&[u8]] = &[
    b"public",
    b"pub",
    b"publishable",
    b"csrf",
    b"xsrf",
    b"foreign",
    b"primary",
    b"partition",
    b"cache",
    b"sort",
    b"page",
    b"next",
    b"continuation",
    b"cursor",
    b"hash",
    b"hashed",
    b"digest",
    b"checksum",
    b"sha",
    b"sha1",
    b"sha256",
    b"md5",
    b"fake",
    b"dummy",
    b"mock",
    b"placeholder",
    b"verification",
    b"pad",
    b"cancellation",
    b"separator",
    b"regex",
    b"pattern",
    b"invalid",
    b"expected",
    b"wrong",
    b"encrypted",
    b"redacted",
    b"masked",
    b"no",
    b"non",
    b"not",
    b"authenticity",
    b"antiforgery",
    b"without",
    b"idempotency",
    b"cipher",
    b"rule",
    b"integrity",
    b"signature",
    b"nonce",
    b"vector",
    b"kat",
    b"fingerprint",
    b"thumbprint",
    b"etag",
    b"commit",
];

const SECRETS: &[&[u8]] = &[
    b"secret",
    b"token",
    b"apikey",
    b"credential",
    b"credentials",
    b"creds",
    b"auth",
    b"authorization",
    b"jwtsecret",
];

const FUSED: &[&[u8]] = &[
    b"token",
    b"secret",
    b"apikey",
    b"accesskey",
    b"secretkey",
    b"privatekey",
    b"encryptionkey",
    b"signingkey",
    b"licensekey",
    b"appkey",
    b"masterkey",
    b"clientkey",
    b"accountkey",
    b"authkey",
    b"apisecret",
];

/// Words that make a `key` a secret one.
const KEYS: &[&[u8]] = &[
    b"api",
    b"access",
    b"secret",
    b"private",
    b"encryption",
    b"signing",
    b"sign",
    b"auth",
    b"app",
    b"application",
    b"master",
    b"client",
    b"account",
    b"license",
    b"service",
    b"webhook",
    b"deploy",
    b"session",
    b"shared",
    b"crypto",
    b"aes",
    b"hmac",
    b"jwt",
    b"server",
    b"subscription",
    b"admin",
    b"write",
    b"ingest",
    b"insert",
    b"query",
    b"consumer",
    b"security",
    b"sas",
];

const PASSWORDS: &[&[u8]] = &[
    b"password",
    b"passwd",
    b"passwrd",
    b"pwd",
    b"pass",
    b"passphrase",
    b"passw",
    b"dbpass",
    b"userpass",
    b"rootpass",
    b"smtppass",
    b"mypass",
];

fn is_any(word: &[u8], list: &[&[u8]]) -> bool {
    list.iter().any(|known| word.eq_ignore_ascii_case(known))
}

fn ends(word: &[u8], list: &[&[u8]]) -> bool {
    list.iter().any(|known| {
        word.len()
            .checked_sub(known.len())
            .and_then(|at| word.get(at..))
            .is_some_and(|tail| tail.eq_ignore_ascii_case(known))
    })
}

/// The words of a name: split at `_`, `-`, `.`, and where the case says so.
struct Words<'a>(&'a [u8]);

impl<'a> Iterator for Words<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let start = self.0.iter().position(u8::is_ascii_alphanumeric)?;
        let text = self.0.get(start..)?;
        let mut end = 1;
        while let Some(&byte) = text.get(end) {
            let before = text.get(end - 1).copied().unwrap_or(0);
            let after = text.get(end + 1).copied().unwrap_or(0);
            let camel = byte.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit());
            // `APIKey`: the last capital of a row begins the next word.
            let acronym =
                byte.is_ascii_uppercase() && before.is_ascii_uppercase() && after.is_ascii_lowercase();
            if !byte.is_ascii_alphanumeric() || camel || acronym {
                break;
            }
            end += 1;
        }
        let (word, rest) = text.split_at_checked(end)?;
        self.0 = rest;
        // `token2` is a token.
        let bare = word.iter().rposition(u8::is_ascii_alphabetic).and_then(|at| word.get(..=at));
        Some(bare.unwrap_or(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_word_by_word() {
        let check =
            |name: &str, kind, expected| assert_eq!(is_telling(name.as_bytes(), kind), expected, "{name}");
        for name in [
            "API_KEY",
            "apiKey",
            "APIKey",
            "clientSecret",
            "access_token",
            "authToken2",
            "SECRET_KEY",
            "jwtSecret",
            "accessToken",
            "aws.secret.key",
            "token",
            "Authorization",
            "ENCRYPTION_KEY_PROD",
            "x-api-key",
            "--token",
        ] {
            check(name, Kind::Secret, true);
        }
        for name in [
            "keyword",
            "token_url",
            "secretName",
            "publicKey",
            "PUBLIC_API_KEY",
            "tokenizer",
            "credentialsId",
            "key",
            "primary_key",
            "cacheKey",
            "csrfToken",
            "author",
            "secret_path",
            "tokens",
            "api_version",
            "sortKey",
        ] {
            check(name, Kind::Secret, false);
        }
        for name in ["password", "DB_PASSWORD", "adminPassword", "dbpasswd", "pwd", "PASS", "rootPass"] {
            check(name, Kind::Password, true);
        }
        for name in ["password_hash", "passwordLabel", "compass", "bypass", "passwordReset", "passenger"] {
            check(name, Kind::Password, false);
        }
    }
}
