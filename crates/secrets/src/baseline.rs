//! Baselines: what was there before anybody looked, so that only what is new is reported.
//!
//! A baseline knows each secret by a keyed hash of rule and secret, so it does not change when lines move. It carries its
//! key, so that a team that shares the file shares the fingerprints: whoever has the file has the repository that holds
//! the secrets as well. The fingerprints in reports, which travel further, tell nobody else whether a guess was right.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};
use storeward_core::{Fingerprint, FingerprintKey, SecretString};

use crate::Finding;

/// The version of the file's form.
const VERSION: u32 = 1;

/// What is known already.
#[derive(Debug, Default)]
pub struct Baseline {
    key: Option<FingerprintKey>,
    entries: BTreeMap<Fingerprint, Entry>,
    /// SHA-1 of secrets, as detect-secrets keeps them.
    hashes: HashSet<[u8; 20]>,
    /// SHA-256 of secrets that another tool's report held in clear.
    secrets: HashSet<[u8; 32]>,
}

/// What the file says about a finding, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    fingerprint: Fingerprint,
    rule: String,
    /// Where it was seen when the baseline was written; nothing depends on it.
    path: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    storeward_baseline: u32,
    key: String,
    findings: Vec<Entry>,
}

impl Baseline {
    /// A baseline that knows nothing yet, of fingerprints made with a key of its own.
    #[must_use]
    pub fn new(key: FingerprintKey) -> Self {
        Self { key: Some(key), ..Self::default() }
    }

    /// The key with which a scanner makes the fingerprints that it knows; none in a baseline of another tool.
    #[must_use]
    pub const fn key(&self) -> Option<&FingerprintKey> {
        self.key.as_ref()
    }

    /// Takes a secret up by its fingerprint. The rule and the path are for people who read the file.
    pub fn add(&mut self, fingerprint: Fingerprint, rule: &str, path: &str) {
        let entry = || Entry { fingerprint, rule: rule.to_owned(), path: path.to_owned() };
        self.entries.entry(fingerprint).or_insert_with(entry);
    }

    /// Whether a finding was there before. `secret` is needed only for baselines of other tools.
    #[must_use]
    pub fn knows(&self, finding: &Finding, secret: &SecretString) -> bool {
        let own = finding.fingerprint.is_some_and(|fingerprint| self.entries.contains_key(&fingerprint));
        own || self.holds_hash(secret)
    }

    fn holds_hash(&self, secret: &SecretString) -> bool {
        use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
        let bytes = secret.expose().as_bytes();
        let sha1 = || <[u8; 20]>::try_from(digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref()).ok();
        let sha256 = || <[u8; 32]>::try_from(digest(&SHA256, bytes).as_ref()).ok();
        (!self.hashes.is_empty() && sha1().is_some_and(|hash| self.hashes.contains(&hash)))
            || (!self.secrets.is_empty() && sha256().is_some_and(|hash| self.secrets.contains(&hash)))
    }

    /// How many secrets it knows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len() + self.hashes.len() + self.secrets.len()
    }

    /// Whether it knows none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Keeps only what `keep` says is still there; how many went.
    pub fn retain(&mut self, mut keep: impl FnMut(Fingerprint) -> bool) -> usize {
        let before = self.entries.len();
        self.entries.retain(|fingerprint, _| keep(*fingerprint));
        before - self.entries.len()
    }

    /// Writes the text of a file of our own: sorted, one entry a line, so that a diff shows what came and went.
    #[must_use]
    pub fn to_json(&self) -> String {
        let key = self.key.as_ref().map_or("", |key| key.written().expose());
        let mut out =
            format!("{{\n  \"storeward_baseline\": {VERSION},\n  \"key\": \"{key}\",\n  \"findings\": [");
        for (place, entry) in self.entries.values().enumerate() {
            out.push_str(if place == 0 { "\n    " } else { ",\n    " });
            // The parts are strings, which always serialize.
            out.push_str(&serde_json::to_string(entry).unwrap_or_default());
        }
        out.push_str(if self.entries.is_empty() { "]\n}\n" } else { "\n  ]\n}\n" });
        out
    }

    /// Reads a baseline: our own, a detect-secrets baseline, or a gitleaks report in JSON.
    ///
    /// # Errors
    ///
    /// When the text is none of these.
    pub fn from_json(text: &str) -> Result<Self, InvalidBaseline> {
        let value: serde_json::Value =
            serde_json::from_str(text).map_err(|error| InvalidBaseline(format!("no JSON: {error}")))?;
        if value.get("storeward_baseline").is_some() {
            return Self::own(value);
        }
        if let Some(results) = value.get("results").and_then(|results| results.as_object()) {
            return Ok(Self::detect_secrets(results));
        }
        match value.as_array() {
            Some(report) => Self::gitleaks(report),
            None => Err(InvalidBaseline("neither ours, nor of detect-secrets, nor a gitleaks report".into())),
        }
    }

    fn own(value: serde_json::Value) -> Result<Self, InvalidBaseline> {
        let file: File = serde_json::from_value(value).map_err(|error| InvalidBaseline(error.to_string()))?;
        if file.storeward_baseline != VERSION {
            let version = file.storeward_baseline;
            return Err(InvalidBaseline(format!(
                "version {version} is not known; this program writes {VERSION}"
            )));
        }
        let key =
            FingerprintKey::parse(&file.key.into()).map_err(|error| InvalidBaseline(error.to_string()))?;
        let entries = file.findings.into_iter().map(|entry| (entry.fingerprint, entry)).collect();
        Ok(Self { key: Some(key), entries, ..Self::default() })
    }

    fn detect_secrets(results: &serde_json::Map<String, serde_json::Value>) -> Self {
        let findings = results.values().filter_map(|list| list.as_array()).flatten();
        let hashes = findings.filter_map(|finding| parse_hash(finding.get("hashed_secret")?.as_str()?));
        Self { hashes: hashes.collect(), ..Self::default() }
    }

    fn gitleaks(report: &[serde_json::Value]) -> Result<Self, InvalidBaseline> {
        let mut secrets = HashSet::new();
        for finding in report {
            let secret = finding.get("Secret").and_then(|secret| secret.as_str());
            let secret =
                secret.ok_or_else(|| InvalidBaseline("a gitleaks finding without `Secret`".into()))?;
            if secret.eq_ignore_ascii_case("REDACTED") {
                return Err(InvalidBaseline("a redacted gitleaks report cannot tell secrets apart".into()));
            }
            let hash = ring::digest::digest(&ring::digest::SHA256, secret.as_bytes());
            secrets.extend(<[u8; 32]>::try_from(hash.as_ref()));
        }
        Ok(Self { secrets, ..Self::default() })
    }
}

fn parse_hash(text: &str) -> Option<[u8; 20]> {
    let mut hash = [0; 20];
    if text.len() != 40 {
        return None;
    }
    for (byte, place) in hash.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(text.get(place..place + 2)?, 16).ok()?;
    }
    Some(hash)
}

/// A text that is no baseline.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("baseline: {0}")]
pub struct InvalidBaseline(String);

#[cfg(test)]
mod tests {
    use storeward_core::FingerprintKey;

    use super::*;
    use crate::{Scanner, rule::example::expand};

    fn scan(text: &str) -> (Finding, SecretString) {
        let scanner = Scanner::builder().fingerprint_key(FingerprintKey::new(&[7; 32])).build();
        let mut found = Vec::new();
        scanner.scan_revealing(text.as_bytes(), |seen| found.push((seen.finding, seen.secret.clone())));
        found.remove(0)
    }

    #[test]
    fn what_is_known_is_known_again_on_another_line() {
        let token = expand("SALEOR_TOKEN={alnum:30}", "a");
        let (finding, secret) = scan(&token);
        let mut baseline = Baseline::new(FingerprintKey::new(&[7; 32]));
        assert!(!baseline.knows(&finding, &secret));
        baseline.add(finding.fingerprint.unwrap(), &finding.rule, ".env");
        let text = baseline.to_json();
        let baseline = Baseline::from_json(&text).unwrap();
        assert_eq!(baseline.to_json(), text);
        let (moved, secret) = scan(&format!("# more\n\n  {token}"));
        assert!(baseline.knows(&moved, &secret));
        let (other, secret) = scan(&expand("SALEOR_TOKEN={alnum:30}", "b"));
        assert!(!baseline.knows(&other, &secret));
        assert!(!text.contains(secret.expose()));
    }

    #[test]
    fn baselines_of_others_are_read() {
        let (finding, secret) = scan(&expand("SALEOR_TOKEN={alnum:30}", "a"));
        let hash = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, secret.expose().as_bytes());
        let hex: String = hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        let theirs = format!(
            r#"{{"version":"1.5.0","results":{{".env":[{{"hashed_secret":"{hex}","line_number":3}}]}}}}"#
        );
        assert!(Baseline::from_json(&theirs).unwrap().knows(&finding, &secret));
        let theirs = format!(r#"[{{"RuleID":"x","Secret":"{}","File":".env"}}]"#, secret.expose());
        assert!(Baseline::from_json(&theirs).unwrap().knows(&finding, &secret));
        for wrong in
            ["", "{}", "[{}]", r#"[{"Secret":"REDACTED"}]"#, r#"{"storeward_baseline":2,"findings":[]}"#]
        {
            assert!(Baseline::from_json(wrong).is_err(), "{wrong}");
        }
    }
}
