//! The secrets that were hidden, looked for in what is shown.
//!
//! A secret is hidden where a rule expects it or a detector recognises it. The same text may stand in a description, a
//! URL or an encoded header as well; so each one is searched for as it is, in base64, percent-encoded and with the
//! escapes of JSON.

use std::{
    collections::HashSet,
    hash::{BuildHasher, RandomState},
    ops::Range,
};

use aho_corasick::{AhoCorasick, MatchKind};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use storeward_core::SecretString;

/// Shorter secrets, in bytes, would be found everywhere; so they are not looked for.
pub(crate) const SHORTEST: usize = 6;

/// How many different secrets are kept to be looked for: in number, and in bytes together.
const MOST: usize = 1_000;
const MOST_BYTES: usize = 64 << 10;

/// What RFC 3986 section 2.3 leaves as it is.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The secrets seen so far.
#[derive(Debug, Default)]
pub(crate) struct Known {
    secrets: Vec<SecretString>,
    hashes: HashSet<u64>,
    hasher: RandomState,
    bytes: usize,
    beyond: u64,
    search: Option<AhoCorasick>,
}

impl Known {
    /// Keeps a secret, unless it is too short to be looked for.
    pub(crate) fn add(&mut self, secret: &str) {
        if secret.len() < SHORTEST || self.hashes.contains(&self.hasher.hash_one(secret)) {
            return;
        }
        if self.secrets.len() == MOST || self.bytes + secret.len() > MOST_BYTES {
            self.beyond += 1;
            return;
        }
        self.hashes.insert(self.hasher.hash_one(secret));
        self.bytes += secret.len();
        self.secrets.push(secret.into());
        self.search = None;
    }

    /// Takes those of another pass too, and looks for all from now on.
    pub(crate) fn extend(&mut self, other: Self) {
        for secret in other.secrets {
            self.add(secret.expose());
        }
        self.beyond += other.beyond;
        self.ready();
    }

    /// How many are looked for.
    pub(crate) fn searched(&self) -> u64 {
        self.secrets.len() as u64
    }

    /// How often there was one more than can be looked for.
    pub(crate) const fn beyond(&self) -> u64 {
        self.beyond
    }

    /// Makes those kept so far known to [`find`](Self::find).
    fn ready(&mut self) {
        if self.search.is_none() && !self.secrets.is_empty() {
            let forms = self.secrets.iter().flat_map(|secret| forms(secret.expose()));
            // It can fail only for more patterns or bytes than the bounds above let in.
            self.search = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(forms).ok();
        }
    }

    /// Whether nothing is looked for.
    pub(crate) const fn is_empty(&self) -> bool {
        self.search.is_none()
    }

    /// Where one of them stands in a text, in any of its forms.
    pub(crate) fn find(&self, text: &str) -> impl Iterator<Item = Range<usize>> {
        self.search.iter().flat_map(move |search| search.find_iter(text).map(|found| found.range()))
    }
}

/// The texts that show a secret.
fn forms(secret: &str) -> impl Iterator<Item = String> {
    let percent = [NON_ALPHANUMERIC, UNRESERVED].map(|set| utf8_percent_encode(secret, set).to_string());
    let json = serde_json::to_string(secret).unwrap_or_default();
    let json = json.strip_prefix('"').and_then(|json| json.strip_suffix('"')).unwrap_or(secret).to_owned();
    let base64 = (0..3).flat_map(|before| {
        let standard = in_base64(secret, before);
        let url = standard.replace('+', "-").replace('/', "_");
        [standard, url]
    });
    let others = percent.into_iter().chain([json]).chain(base64);
    let others: HashSet<String> = others.filter(|form| form.len() >= SHORTEST && form != secret).collect();
    [secret.to_owned()].into_iter().chain(others)
}

/// The characters of base64 (RFC 4648) that depend on the secret alone, if `before` bytes stand before it.
fn in_base64(secret: &str, before: usize) -> String {
    let bytes = [vec![0; before], secret.as_bytes().to_vec()].concat();
    let encoded = STANDARD_NO_PAD.encode(&bytes);
    // Six bits a character: the first ones and the last one may share theirs with the neighbours.
    let first = (before * 8).div_ceil(6);
    let last = bytes.len() * 8 / 6;
    encoded.get(first..last).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};
    use proptest::prelude::*;

    use super::*;

    fn known(secrets: &[&str]) -> Known {
        let mut known = Known::default();
        for secret in secrets {
            known.add(secret);
        }
        known.ready();
        known
    }

    #[test]
    fn short_ones_are_not_looked_for() {
        assert!(known(&["", "short"]).is_empty());
        assert_eq!(known(&["EXAMPLE", "EXAMPLE"]).searched(), 1);
    }

    #[test]
    fn beyond_the_bounds_they_are_counted() {
        let mut known = Known::default();
        for number in 0..=MOST {
            known.add(&format!("EXAMPLE{number}"));
        }
        assert_eq!((known.searched(), known.beyond()), (MOST as u64, 1));
    }

    proptest! {
        #[test]
        fn every_form_is_found(secret in "[ -~äß€]{8,40}", before in ".{0,9}", after in ".{0,9}") {
            let known = known(&[&secret]);
            let bare = format!("{before}{secret}{after}");
            let url = format!("https://shop.example/?t={}", utf8_percent_encode(&bare, NON_ALPHANUMERIC));
            for shown in [bare.clone(), STANDARD.encode(&bare), URL_SAFE.encode(&bare), url] {
                prop_assert!(known.find(&shown).next().is_some(), "{shown}");
            }
        }

        #[test]
        fn it_never_panics(secrets in proptest::collection::vec(".{0,20}", 0..9), text in ".{0,80}") {
            let known = known(&secrets.iter().map(String::as_str).collect::<Vec<_>>());
            for range in known.find(&text) {
                prop_assert!(text.get(range).is_some());
            }
        }
    }
}
