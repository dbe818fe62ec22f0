//! Secrets in encoded text are found, to a depth, where the encoded text is.
#![expect(clippy::indexing_slicing, reason = "helpers of tests")]

use storeward_secrets::{Scanner, rule::example::expand};

fn base64(text: &str) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for group in text.as_bytes().chunks(3) {
        let bits =
            group.iter().chain([&0, &0]).take(3).fold(0_usize, |bits, byte| (bits << 8) | usize::from(*byte));
        for place in 0..4 {
            let character =
                if place <= group.len() { ALPHABET[(bits >> (18 - 6 * place)) & 63] } else { b'=' };
            out.push(char::from(character));
        }
    }
    out
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[test]
fn every_encoding_is_undone() {
    let scanner = Scanner::builtin();
    let plain = expand("SALEOR_TOKEN={alnum:30}", "decoding");
    let hex: String = plain.bytes().map(|byte| format!("{byte:02x}")).collect();
    let twice = base64(&base64(&plain));
    let json = plain.replace('=', "\\u003d");
    for (text, encoded, from) in [
        (format!("data: {}\n", base64(&plain)), base64(&plain), "base64"),
        (format!("x{{\"config\": \"{hex}\"}}"), hex.clone(), "hex"),
        (format!("GET /?q={} HTTP/1.1", percent(&plain)), format!("/?q={}", percent(&plain)), "percent"),
        (format!("data: {twice}\n"), twice.clone(), "base64, base64"),
        (format!("{{\"line\": \"{json}\"}}"), json.clone(), "json"),
    ] {
        let findings = scanner.scan(text.as_bytes());
        assert_eq!(findings.len(), 1, "{from}: {findings:?}");
        assert_eq!(
            (findings[0].rule.as_ref(), findings[0].decoded_from.as_deref()),
            ("saleor-app-token", Some(from))
        );
        let start = text.find(&encoded).unwrap() as u64;
        assert_eq!(
            (findings[0].place.start, findings[0].place.end),
            (start, start + encoded.len() as u64),
            "{from}"
        );
    }
    let mut deep = plain.clone();
    for _ in 0..6 {
        deep = base64(&deep);
    }
    assert!(scanner.scan(deep.as_bytes()).is_empty());
}
