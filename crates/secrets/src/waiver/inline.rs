//! Waivers written in a comment, on the finding's line or the line before.
//!
//! Ours is `storeward:allow`, which may name rules, a reason and a last day:
//!
//! ```text
//! TOKEN = "…"  # storeward:allow rule=saleor-app-token until=2027-01-31 reason=test store, holds no data
//! ```
//!
//! What people already have counts too: `pragma: allowlist secret`, `pragma: allowlist nextline secret`, `gitleaks:allow`,
//! `nosec`-like marks of other tools do not.

use serde::Serialize;

use super::holds_on;
use crate::Sighting;

/// A waiver found in a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Inline {
    /// The line that it stands on, from 1.
    pub line: u64,
    /// Which mark it is written with.
    pub mark: &'static str,
    /// The rules that it names; none means all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
    /// The reason it gives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The last day on which it counts, as `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Whether it speaks of the next line only.
    #[serde(skip)]
    next_line: bool,
    /// Whether nothing but the comment stands on its line, so that it speaks of the next one.
    #[serde(skip)]
    alone: bool,
}

const OURS: &str = "storeward:allow";
const MARKS: [(&str, bool); 6] = [
    (OURS, false),
    ("pragma: allowlist nextline secret", true),
    ("pragma: whitelist nextline secret", true),
    ("pragma: allowlist secret", false),
    ("pragma: whitelist secret", false),
    ("gitleaks:allow", false),
];

impl Inline {
    /// All waivers of a text, in order.
    #[must_use]
    pub fn all(text: &[u8]) -> Vec<Self> {
        let mut found = Vec::new();
        // Two finders instead of a look at every line: most texts hold neither word.
        let allow = memchr::memmem::Finder::new(b"allow");
        let white = memchr::memmem::Finder::new(b"whitelist");
        if allow.find(text).is_none() && white.find(text).is_none() {
            return found;
        }
        for (number, line) in text.split(|byte| *byte == b'\n').enumerate() {
            if allow.find(line).is_some() || white.find(line).is_some() {
                found.extend(Self::of_line(line, number as u64 + 1));
            }
        }
        found
    }

    fn of_line(line: &[u8], number: u64) -> Option<Self> {
        // A minified file is one long line, and no place for a comment.
        let line = String::from_utf8_lossy(line.get(..line.len().min(4096))?);
        let (mark, next_line, at) =
            MARKS.iter().find_map(|(mark, next_line)| Some((*mark, *next_line, line.find(mark)?)))?;
        let before = line.get(..at).unwrap_or_default();
        let alone = !before.bytes().any(|byte| byte.is_ascii_alphanumeric());
        let mut found =
            Self { line: number, mark, rules: Vec::new(), reason: None, until: None, next_line, alone };
        if mark == OURS {
            found.read(line.get(at + mark.len()..).unwrap_or_default());
        }
        Some(found)
    }

    /// Reads `rule=…`, `until=…` and `reason=…`, the last of which goes to the end of the line.
    fn read(&mut self, text: &str) {
        let text = text.trim_end().trim_end_matches("-->").trim_end_matches("*/").trim_end();
        let (options, reason) = match text.split_once("reason=") {
            Some((options, reason)) => (options, Some(reason)),
            None => (text, None),
        };
        self.reason =
            reason.map(|reason| reason.trim().trim_matches('"').to_owned()).filter(|r| !r.is_empty());
        for word in options.split_whitespace() {
            if let Some(rules) = word.strip_prefix("rule=") {
                self.rules.extend(rules.split(',').filter(|rule| !rule.is_empty()).map(str::to_owned));
            } else if let Some(day) = word.strip_prefix("until=") {
                self.until = Some(day.to_owned());
            }
        }
    }

    /// The waiver that covers a finding on a day written as `YYYY-MM-DD`, if its text holds one.
    #[must_use]
    pub fn covering(sighting: &Sighting<'_>, today: &str) -> Option<Self> {
        Self::beside(sighting).find(|waiver| !waiver.is_expired(today))
    }

    /// The waiver that covers a finding or would, were it not over.
    #[must_use]
    pub fn covering_ever(sighting: &Sighting<'_>) -> Option<Self> {
        Self::beside(sighting).next()
    }

    /// The waivers that speak of a finding.
    fn beside<'a>(sighting: &'a Sighting<'_>) -> impl Iterator<Item = Self> + 'a {
        let line = sighting.finding.place.line;
        let of_lines = sighting.lines().split(|byte| *byte == b'\n').zip(line..);
        let above = line.checked_sub(1).map(|number| (sighting.above(), number));
        let near = of_lines.chain(above).filter_map(|(text, number)| Self::of_line(text, number));
        near.filter(move |waiver| {
            // On any line of a secret of several lines it speaks of the secret.
            let own = waiver.line >= line && !waiver.next_line;
            waiver.speaks_of(&sighting.finding.rule, if own { waiver.line } else { line })
        })
    }

    /// Whether it is over on a day written as `YYYY-MM-DD`. A last day that is no day is over.
    #[must_use]
    pub fn is_expired(&self, today: &str) -> bool {
        self.until.as_deref().is_some_and(|last| !holds_on(last, today))
    }

    /// Whether it is written with our own mark, so that it can be about nothing else.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        self.mark == OURS
    }

    /// Whether it waives a finding of a rule on a line, on a day written as `YYYY-MM-DD`.
    #[must_use]
    pub fn covers(&self, rule: &str, line: u64, today: &str) -> bool {
        self.speaks_of(rule, line) && !self.is_expired(today)
    }

    fn speaks_of(&self, rule: &str, line: u64) -> bool {
        let place = (line == self.line && !self.next_line)
            || (line == self.line + 1 && (self.next_line || self.alone));
        place && (self.rules.is_empty() || self.rules.iter().any(|named| named == rule))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Scanner, rule::example::expand};

    #[test]
    fn comments_waive_their_line_or_the_next() {
        let text = b"a = 1 # storeward:allow rule=jwt,x until=2027-01-31 reason=no data there\n\
            b = 2 // gitleaks:allow\n# pragma: allowlist secret\nc = 3\n<!-- storeward:allow reason=docs -->\n\
            d\n# pragma: allowlist nextline secret\ne\nallow me\n";
        let found = Inline::all(text);
        assert_eq!(found.iter().map(|waiver| waiver.line).collect::<Vec<_>>(), [1, 2, 3, 5, 7]);
        assert_eq!(found[0].reason.as_deref(), Some("no data there"));
        assert_eq!(found[3].reason.as_deref(), Some("docs"));
        let covered = |rule, line, today| found.iter().any(|waiver| waiver.covers(rule, line, today));
        assert!(
            covered("jwt", 1, "2027-01-31")
                && !covered("jwt", 1, "2027-02-01")
                && !covered("aws", 1, "2026-01-01")
        );
        assert!(
            covered("aws", 2, "2026-01-01")
                && covered("aws", 3, "2026-01-01")
                && covered("aws", 4, "2026-01-01")
        );
        assert!(covered("aws", 6, "2026-01-01") && covered("aws", 8, "2026-01-01"));
        assert!(!covered("aws", 7, "2026-01-01") && !covered("aws", 9, "2026-01-01"));
    }

    #[test]
    fn a_finding_finds_the_waiver_beside_it() {
        let secret = expand("SALEOR_TOKEN={alnum:30}", "inline");
        for (text, waived) in [
            (format!("a\n{secret}\n"), false),
            (format!("a\n{secret} # storeward:allow\n"), true),
            (format!("# storeward:allow\n{secret}\n"), true),
            (format!("# storeward:allow\n\n{secret}\n"), false),
            (format!("b=1 # storeward:allow\n{secret}\n"), false),
            (format!("b=1 # pragma: allowlist nextline secret\n{secret}\n"), true),
            (format!("{secret} # pragma: allowlist nextline secret\n"), false),
            (format!("{secret}\n# storeward:allow\n"), false),
        ] {
            let mut seen = 0;
            Scanner::builtin().scan_revealing(text.as_bytes(), |sighting| {
                seen += 1;
                let covered = Inline::covering(&sighting, "2026-01-01").is_some();
                assert_eq!(covered, waived, "{text}");
            });
            assert_eq!(seen, 1, "{text}");
        }
    }
}
