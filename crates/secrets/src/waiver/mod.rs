//! Waivers: what somebody looked at and let stand, why, and until when.
//!
//! A waiver is either written beside the finding ([`inline`]) or kept in a list ([`Waiver`]). Both are counted, so that
//! those that no longer waive anything can be reported and removed.

pub mod inline;

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use storeward_core::Fingerprint;

use crate::Finding;

/// One entry of a list of waivers. Every condition that it names must hold; one without any waives nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Waiver {
    /// The id of the rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The path, in the form of [`matches_path`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The keyed fingerprint of rule and secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<Fingerprint>,
    /// Text that the finding's line holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// Why it is let stand.
    pub reason: String,
    /// The last day on which it counts, as `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
}

impl Waiver {
    /// A waiver that waives nothing until it is given a condition.
    #[must_use]
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), ..Self::default() }
    }

    /// What is wrong with it, if anything: it waives nothing, gives no reason, or ends on no day of the calendar.
    #[must_use]
    pub fn fault(&self) -> Option<&'static str> {
        let named = self.rule.is_some() || self.path.is_some() || self.fingerprint.is_some();
        if !named && self.content.as_deref().is_none_or(str::is_empty) {
            return Some("names neither `rule`, `path`, `fingerprint` nor `content`");
        }
        if self.reason.trim().is_empty() {
            return Some("gives no `reason`");
        }
        match self.expires.as_deref() {
            Some(text) if !is_day(text) => Some("`expires` is no day such as 2027-01-31"),
            _ => None,
        }
    }

    /// Whether it is over on a day written as `YYYY-MM-DD`.
    #[must_use]
    pub fn is_expired(&self, today: &str) -> bool {
        self.expires.as_deref().is_some_and(|last| !holds_on(last, today))
    }

    /// Whether every condition holds for a finding, wherever in time.
    #[must_use]
    pub fn covers(&self, finding: &Finding, path: &str, line: &[u8]) -> bool {
        let conditions = [
            self.rule.as_deref().map(|rule| rule == finding.rule),
            self.path.as_deref().map(|pattern| matches_path(pattern, path)),
            self.fingerprint.map(|fingerprint| finding.fingerprint == Some(fingerprint)),
            self.content.as_deref().map(|content| {
                !content.is_empty() && memchr::memmem::find(line, content.as_bytes()).is_some()
            }),
        ];
        let mut named = conditions.iter().flatten().peekable();
        named.peek().is_some() && named.all(|holds| *holds)
    }
}

/// Whether a text is a day as `YYYY-MM-DD`.
fn is_day(text: &str) -> bool {
    text.len() == 10 && NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}

/// Whether today comes no later than a last day. What is no day is over.
fn holds_on(last: &str, today: &str) -> bool {
    // Days in this form sort as text.
    is_day(last) && today <= last
}

/// A list of waivers that counts how often each was used. Threads share it.
#[derive(Debug, Default)]
pub struct Waivers {
    entries: Vec<(Waiver, AtomicU64)>,
}

impl Waivers {
    /// Takes the entries.
    #[must_use]
    pub fn new(entries: impl IntoIterator<Item = Waiver>) -> Self {
        Self { entries: entries.into_iter().map(|waiver| (waiver, AtomicU64::new(0))).collect() }
    }

    /// The first waiver in force that covers a finding; it counts as used. `line` is the text of the finding's line, and
    /// `today` a date as `YYYY-MM-DD`.
    pub fn find(&self, finding: &Finding, path: &str, line: &[u8], today: &str) -> Option<&Waiver> {
        let mut covering = self.entries.iter().filter(|(waiver, _)| waiver.covers(finding, path, line));
        let (waiver, uses) = covering.find(|(waiver, _)| !waiver.is_expired(today))?;
        uses.fetch_add(1, Ordering::Relaxed);
        Some(waiver)
    }

    /// Every waiver and how many findings it let stand so far; none is one to remove.
    pub fn uses(&self) -> impl ExactSizeIterator<Item = (&Waiver, u64)> {
        self.entries.iter().map(|(waiver, uses)| (waiver, uses.load(Ordering::Relaxed)))
    }
}

/// Whether a path matches a pattern of `*` (anything but `/`), `?` (one byte that is no `/`) and `**` (as a whole part, any
/// number of folders; at the end, all that lies below). A pattern without a slash matches the last part of a path.
#[must_use]
pub fn matches_path(pattern: &str, path: &str) -> bool {
    let path = path.strip_prefix("./").unwrap_or(path);
    let path = if pattern.contains('/') { path } else { path.rsplit('/').next().unwrap_or(path) };
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    // Brackets, braces and `!` mean nothing here: folders are called `[id]`, and alternatives in braces multiply.
    let mut literal = String::with_capacity(pattern.len() + 8);
    for character in pattern.chars() {
        if matches!(character, '[' | '{' | '!' | '\\') {
            literal.push('\\');
        }
        literal.push(character);
    }
    fast_glob::glob_match(literal, path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Scanner, rule::example::expand};

    #[test]
    fn paths_match_as_people_write_them() {
        for (pattern, path, expected) in [
            ("*.md", "docs/a.md", true),
            ("docs/*.md", "docs/a.md", true),
            ("docs/*.md", "docs/b/a.md", false),
            ("docs/**/*.md", "docs/b/c/a.md", true),
            ("docs/**/*.md", "docs/a.md", true),
            ("**/fixtures/**", "a/b/fixtures/c/d", true),
            ("fixtures/**", "a/fixtures/c", false),
            ("a?c/x", "abc/x", true),
            ("a?c/x", "a/c/x", false),
            ("", "", true),
            ("***a", "bba", true),
            ("**/test/**", "contest/x", false),
            ("docs/**/a.md", "docs/extra.md", false),
            ("**/a.md", "a.md", true),
            ("app/[id]/*", "app/[id]/page.tsx", true),
            ("app/[id]/*", "app/i/page.tsx", false),
            ("{a,b}", "a", false),
            ("{a,b}", "{a,b}", true),
            ("!a", "b", false),
            ("./a/*", "./a/b", true),
            ("./b", "a/b", false),
            ("a\\*", "a*", false),
            (&"*a/".repeat(2000), &"a".repeat(20_000), false),
        ] {
            assert_eq!(matches_path(pattern, path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn waivers_need_all_their_conditions_a_day_and_are_counted() {
        let text = expand("SALEOR_TOKEN={alnum:30}", "waiver");
        let finding = Scanner::builtin().scan(text.as_bytes()).remove(0);
        let check = |edit: fn(&mut Waiver), today: &str| {
            let mut waiver = Waiver::new("a test");
            edit(&mut waiver);
            let waivers = Waivers::new([waiver]);
            let found = waivers.find(&finding, "a/.env", text.as_bytes(), today).is_some();
            assert_eq!(waivers.uses().next().unwrap().1, u64::from(found));
            found
        };
        assert!(!check(|_| {}, "2026-01-01"));
        assert!(check(|w| w.rule = Some("saleor-app-token".into()), "2026-01-01"));
        assert!(!check(
            |w| (w.rule, w.path) = (Some("saleor-app-token".into()), Some("*.md".into())),
            "2026-01-01"
        ));
        assert!(check(|w| w.content = Some("SALEOR_TOKEN".into()), "2026-01-01"));
        let dated: fn(&mut Waiver) =
            |w| (w.path, w.expires) = (Some(".env".into()), Some("2026-01-01".into()));
        assert!(check(dated, "2026-01-01"));
        assert!(!check(dated, "2026-01-02"));
        let endless: fn(&mut Waiver) = |w| (w.path, w.expires) = (Some(".env".into()), Some("never".into()));
        assert!(!check(endless, "2026-01-01"));
    }

    #[test]
    fn a_waiver_says_what_is_wrong_with_it() {
        let fault = |text: &str| toml::from_str::<Waiver>(text).unwrap().fault();
        assert_eq!(fault("path = 'a'\nreason = 'b'\nexpires = '2028-02-29'"), None);
        assert!(fault("reason = 'b'").unwrap().contains("neither"));
        assert!(fault("content = ''\nreason = 'b'").unwrap().contains("neither"));
        assert!(fault("path = 'a'\nreason = ' '").unwrap().contains("reason"));
        for wrong in ["2027-02-29", "27-02-01", "2027-1-1", "never"] {
            assert!(fault(&format!("path = 'a'\nreason = 'b'\nexpires = '{wrong}'")).is_some(), "{wrong}");
        }
    }
}
