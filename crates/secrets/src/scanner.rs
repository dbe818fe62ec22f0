//! The scanner: rules in, findings out.

#[cfg(feature = "rule-files")]
use std::collections::BTreeMap;
use std::{fmt, io, sync::Arc};

use storeward_core::{Fingerprint, FingerprintKey, SecretString};

#[cfg(feature = "rule-files")]
use crate::rule::gitleaks::{self, Allowlists, Terms};
use crate::{
    engine::{Engine, Hit},
    finding::{Finding, Sighting},
    judge::checksum,
    port::{Content, Part, Piece},
    position::{Base, Position},
    rule::{Confidence, Rule, SharedRule},
};

/// Finds secrets in bytes.
///
/// It touches no file and no clock, keeps nothing of what it saw, and may be shared between threads and used again.
/// Making one costs well under a millisecond; patterns are compiled when their first keyword turns up.
///
/// ```
/// use storeward_secrets::Scanner;
///
/// let scanner = Scanner::builtin();
/// assert!(scanner.scan(b"Send the Bearer token in a header.").is_empty());
/// ```
pub struct Scanner {
    engine: Engine,
    key: Option<FingerprintKey>,
    min_confidence: Confidence,
}

impl Scanner {
    /// A scanner with all rules of this crate.
    #[must_use]
    pub fn builtin() -> Self {
        Self::builder().build()
    }

    /// A scanner of one's own making.
    #[must_use]
    pub fn builder() -> ScannerBuilder {
        ScannerBuilder {
            rules: Rule::builtin().iter().map(SharedRule::Static).collect(),
            ..ScannerBuilder::empty()
        }
    }

    /// The rules it works with.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.engine.rules().map(|rule| &**rule)
    }

    /// A scanner with one of its rules and nothing else, to try it out.
    #[must_use]
    pub fn alone(&self, id: &str) -> Self {
        let rules = self.engine.rules().filter(|rule| rule.id() == id).cloned().collect();
        ScannerBuilder { rules, ..ScannerBuilder::empty() }.build()
    }

    /// All secrets in a buffer, ordered by place.
    #[must_use]
    pub fn scan(&self, bytes: &[u8]) -> Vec<Finding> {
        let mut findings = Vec::new();
        self.scan_revealing(bytes, |sighting| findings.push(sighting.finding));
        findings
    }

    /// Like [`scan`](Self::scan), and lends each secret and its text as well.
    pub fn scan_revealing(&self, bytes: &[u8], mut found: impl FnMut(Sighting<'_>)) {
        self.scan_part(bytes, None, Base::default(), 0..bytes.len(), &mut found);
    }

    /// Scans a piece of a [`Source`](crate::port::Source), and lends each secret and its text as well. Rules may keep to some
    /// paths, and allowlists may name them; of a piece without a path neither is looked at.
    ///
    /// # Errors
    ///
    /// When the piece is a stream that cannot be read to its end. What was found until then has been reported.
    pub fn scan_piece(&self, piece: Piece<'_>, mut found: impl FnMut(Sighting<'_>)) -> io::Result<()> {
        let path = Some(piece.origin.path.as_str()).filter(|path| !path.is_empty());
        match piece.content {
            Content::Bytes(bytes) => {
                self.scan_part(bytes, path, Base::default(), 0..bytes.len(), &mut found);
                Ok(())
            }
            Content::Parts(bytes, parts) => {
                let mut position = Position::new(Base::default());
                for part in parts {
                    self.scan_new(bytes, path, part, &mut position, &mut found);
                }
                Ok(())
            }
            Content::Stream(reader) => self.scan_stream(reader, path, found),
        }
    }

    /// Scans a part of a buffer as if nothing else were there, and reports what is new in it.
    fn scan_new(
        &self,
        bytes: &[u8],
        path: Option<&str>,
        part: &Part,
        position: &mut Position,
        found: &mut impl FnMut(Sighting<'_>),
    ) {
        let base = part.read.start;
        for mut hit in self.hits(bytes.get(part.read.clone()).unwrap_or_default(), path) {
            let (start, end) = (hit.candidate.start + base, hit.candidate.end + base);
            let next = part.new.partition_point(|new| new.end <= start);
            if part.new.get(next).is_some_and(|new| new.start < end) {
                (hit.candidate.start, hit.candidate.end) = (start, end);
                self.report(bytes, &hit, position, found);
            }
        }
    }

    /// What the engine found and the scanner reports.
    pub(crate) fn hits(&self, bytes: &[u8], path: Option<&str>) -> impl Iterator<Item = Hit> {
        let hits = self.engine.hits(bytes, path).into_iter();
        hits.filter(|hit| hit.candidate.confidence >= self.min_confidence)
    }

    pub(crate) fn report(
        &self,
        bytes: &[u8],
        hit: &Hit,
        position: &mut Position,
        found: &mut impl FnMut(Sighting<'_>),
    ) {
        let candidate = &hit.candidate;
        let Some(rule) = self.engine.rule(candidate.rule) else { return };
        let Some(clear) = bytes.get(candidate.start..candidate.end) else { return };
        let secret = hit.decoded.as_ref().map_or(clear, |decoded| &decoded.secret);
        let secret = SecretString::from(&*String::from_utf8_lossy(secret));
        let finding = Finding {
            rule: rule.id.clone(),
            description: rule.description.clone(),
            severity: rule.severity,
            confidence: candidate.confidence,
            place: position.place(bytes, candidate.start, candidate.end),
            masked: secret.masked(),
            key_path: None,
            expires: rule
                .checksum
                .and_then(|checksum| checksum::expires(checksum, secret.expose().as_bytes())),
            decoded_from: hit.decoded.as_ref().map(|decoded| decoded.from.clone()),
            fingerprint: self.key.as_ref().map(|key| fingerprint(key, rule.id(), &secret)),
        };
        found(Sighting::new(finding, &secret, bytes, candidate.start..candidate.end));
    }
}

/// The fingerprint of a secret as found by a rule: equal wherever the secret stands, and for nobody without the key
/// more than a random number.
#[must_use]
pub fn fingerprint(key: &FingerprintKey, rule: &str, secret: &SecretString) -> Fingerprint {
    key.fingerprint(&SecretString::from(format!("{rule}\0{}", secret.expose())))
}

impl fmt::Debug for Scanner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scanner").field("rules", &self.rules().count()).finish_non_exhaustive()
    }
}

/// Makes a [`Scanner`].
pub struct ScannerBuilder {
    rules: Vec<SharedRule>,
    key: Option<FingerprintKey>,
    min_confidence: Confidence,
    #[cfg(feature = "rule-files")]
    conditions: Option<(Allowlists, BTreeMap<String, Terms>)>,
}

impl ScannerBuilder {
    const fn empty() -> Self {
        Self {
            rules: Vec::new(),
            key: None,
            min_confidence: Confidence::Low,
            #[cfg(feature = "rule-files")]
            conditions: None,
        }
    }

    /// Takes over a configuration of gitleaks: its rules with all that they ask for, its allowlists, and the rules that it
    /// turns off. Without `extend.useDefault` the rules of this crate go, as those of the original would.
    ///
    /// Paths count where the scanner is told of them: [`Scanner::scan_piece`].
    #[cfg(feature = "rule-files")]
    #[must_use]
    pub fn gitleaks(mut self, config: &gitleaks::Config) -> Self {
        if !config.extends_default {
            self = self.without_builtin();
        }
        let disabled: Vec<&str> = config.disabled.iter().map(String::as_str).collect();
        self = self.without(&disabled).rules(config.rules.iter().cloned());
        let (allow, terms) = self.conditions.get_or_insert_default();
        allow.join(&config.allow);
        terms.extend(config.terms.iter().map(|(id, terms)| (id.clone(), terms.clone())));
        self
    }

    /// Starts without the rules of this crate.
    #[must_use]
    pub fn without_builtin(mut self) -> Self {
        self.rules.retain(|rule| matches!(rule, SharedRule::Loaded(_)));
        self
    }

    /// Adds rules. One with the id of an earlier rule takes its place.
    #[must_use]
    pub fn rules(mut self, rules: impl IntoIterator<Item = Arc<Rule>>) -> Self {
        for rule in rules {
            self.rules.retain(|known| known.id != rule.id);
            self.rules.push(SharedRule::Loaded(rule));
        }
        self
    }

    /// Leaves out the rules with these ids.
    #[must_use]
    pub fn without(mut self, ids: &[&str]) -> Self {
        self.rules.retain(|rule| !ids.contains(&rule.id()));
        self
    }

    /// Keeps only the rules with these ids.
    #[must_use]
    pub fn only(mut self, ids: &[&str]) -> Self {
        self.rules.retain(|rule| ids.contains(&rule.id()));
        self
    }

    /// Reports only what is at least as sure. The default is [`Confidence::Low`]: everything.
    #[must_use]
    pub const fn min_confidence(mut self, confidence: Confidence) -> Self {
        self.min_confidence = confidence;
        self
    }

    /// Gives each finding its fingerprint under this key.
    #[must_use]
    pub fn fingerprint_key(mut self, key: FingerprintKey) -> Self {
        self.key = Some(key);
        self
    }

    /// The scanner.
    #[must_use]
    pub fn build(self) -> Scanner {
        let engine = Engine::new(self.rules);
        #[cfg(feature = "rule-files")]
        let engine = match self.conditions {
            Some((allow, terms)) => engine.with_conditions(allow, &terms),
            None => engine,
        };
        Scanner { engine, key: self.key, min_confidence: self.min_confidence }
    }
}

impl fmt::Debug for ScannerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScannerBuilder").field("rules", &self.rules.len()).finish_non_exhaustive()
    }
}
