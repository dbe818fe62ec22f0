//! Where one concern asks another: a port of the one, answered by the other, in a few lines.

use std::borrow::Cow;

use storeward_core::{PortError, port::BoxFuture};
use storeward_sanitize::port::{Detector, Field, Hit};
use storeward_secrets::Scanner;

/// The secrets engine as a sanitizer's detector.
pub(crate) struct SecretsDetector(pub(crate) Scanner);

/// A run of so many characters that tokens are made of may be one.
const TOKEN: usize = 16;

/// Whether so many bytes of a token stand in a row. Of those looked at, all up to the last that is none are done.
fn has_run(bytes: &[u8]) -> bool {
    let none =
        |byte: &u8| !byte.is_ascii_alphanumeric() && !matches!(byte, b'-' | b'_' | b'+' | b'/' | b'.' | b'~');
    let mut from = 0;
    while let Some(next) = bytes.get(from..from + TOKEN) {
        match next.iter().rposition(none) {
            Some(last) => from += last + 1,
            None => return true,
        }
    }
    false
}

impl Detector for SecretsDetector {
    /// Prose without long words, assignments or URLs holds no secret of any rule.
    fn may_find(&self, _key: &str, text: &str) -> bool {
        let bytes = text.as_bytes();
        memchr::memchr3(b':', b'=', b'@', bytes).is_some()
            || memchr::memchr2(b'<', b'\n', bytes).is_some()
            || has_run(bytes)
    }

    fn detect<'a>(&'a self, fields: &'a [Field<'a>]) -> BoxFuture<'a, Result<Vec<Hit>, PortError>> {
        let mut hits = Vec::new();
        let mut line = Vec::new();
        for (field, Field { key, text }) in fields.iter().enumerate() {
            // As a line of JSON would have it: what a key is called tells much about its value.
            line.clear();
            for part in ["\"", key, "\": \"", text, "\"\n"] {
                line.extend_from_slice(part.as_bytes());
            }
            let start = key.len() + 5;
            self.0.scan_revealing(&line, |sighting| {
                let found = sighting.range();
                if found.end > start {
                    let range = found.start.saturating_sub(start)..(found.end - start).min(text.len());
                    let rule = Cow::Owned(sighting.finding.rule.to_string());
                    hits.push(Hit { field, range, rule });
                }
            });
        }
        Box::pin(async move { Ok(hits) })
    }
}
