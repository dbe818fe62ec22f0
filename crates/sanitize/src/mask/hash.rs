//! SHA-256 of a text, with a check by which it is known for one.

use std::fmt::Write as _;

use ring::digest;

const PREFIX: &str = "sha256-";
/// What sets the check apart from every other hash.
const CHECK: &str = "storeward hash\0";
const CHECK_DIGITS: usize = 8;

/// `sha256-`, the text's SHA-256 in hexadecimal digits, `-`, eight digits that check them.
pub(super) fn mask(text: &str) -> String {
    if is_mask(text) {
        return text.to_owned();
    }
    let digest = hex(text.as_bytes());
    let check = check(&digest);
    format!("{PREFIX}{digest}-{check}")
}

pub(super) fn is_mask(text: &str) -> bool {
    text.strip_prefix(PREFIX)
        .and_then(|rest| rest.split_once('-'))
        .is_some_and(|(digest, written)| digest.len() == 64 && written == check(digest))
}

fn check(digest: &str) -> String {
    let mut check = hex(format!("{CHECK}{digest}").as_bytes());
    check.truncate(CHECK_DIGITS);
    check
}

fn hex(bytes: &[u8]) -> String {
    let mut hex = String::with_capacity(64);
    for byte in digest::digest(&digest::SHA256, bytes).as_ref() {
        // Writing into a string does not fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_sha_256() {
        // FIPS 180-2, appendix B.1.
        let mask = mask("abc");
        assert!(mask.starts_with("sha256-ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad-"));
        assert!(is_mask(&mask));
    }

    #[test]
    fn only_what_checks_is_a_hash() {
        let digest = hex(b"abc");
        for text in [
            digest.clone(),
            format!("sha256-{digest}"),
            format!("sha256-{digest}-00000000"),
            format!("sha256-{}", mask("abc")),
            format!("{} ", mask("abc")),
            mask("abc").to_uppercase(),
            format!("sha256-short-{}", check("short")),
        ] {
            assert!(!is_mask(&text), "{text}");
            assert!(mask(&text) != text);
        }
    }
}
