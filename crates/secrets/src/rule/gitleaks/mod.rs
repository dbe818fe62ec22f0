//! Configurations of gitleaks, read as they are.
//!
//! [`from_toml`] reads one; [`ScannerBuilder::gitleaks`](crate::ScannerBuilder::gitleaks) takes over all of it. A rule reports
//! what it says: of our own judgement nothing is applied to it, only its entropy, its paths and its allowlists.
//!
//! What differs from the original:
//!
//! - Text is read as bytes. A character beyond ASCII is its UTF-8 bytes, `(?i)` is for ASCII, and `.` is one byte.
//! - `extend.useDefault` keeps the rules of this crate in place of the original's. What a file says about one of the
//!   original's rules goes for our [counterparts].
//! - Matches that overlap are one finding, by the rule that says most about it. A match is at most 16 KiB long, and the line
//!   of an allowlist at most 4 KiB on either side of it.
//! - All rules have [`Severity::High`] and, where they name none, [`Confidence::Medium`]: who wrote them knows what they
//!   find, but a pattern vouches for no value.
//!
//! What is read and has no effect is in [`Config::unsupported`]. Nothing else is left out.
//!
//! [`Severity::High`]: storeward_core::Severity::High
//! [`Confidence::Medium`]: super::Confidence::Medium

mod allow;
mod class;
mod config;
mod counterparts;
mod fields;
mod literals;
mod own;
mod patterns;
mod raw;
mod syntax;

use std::{collections::BTreeMap, fmt, sync::Arc};

pub use allow::Allowlists;
pub(crate) use allow::Sighting;
pub use config::PathRule;
pub use counterparts::counterparts;
pub(crate) use own::{Need, Terms};

use super::{InvalidRules, Rule};
use raw::RawConfig;

/// How many files deep a file may extend others, as in the original.
const DEPTH: u8 = 2;

/// A configuration.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Config {
    /// What it calls itself.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// The rules with a pattern. [`Allowlists`] and needs of one another are apart from them, so a scanner gets them from
    /// [`ScannerBuilder::gitleaks`](crate::ScannerBuilder::gitleaks).
    pub rules: Vec<Arc<Rule>>,
    /// The rules that look at paths alone.
    pub path_rules: Vec<PathRule>,
    /// Whether the rules that come with the scanner stay.
    pub extends_default: bool,
    /// The file that it extends, if that was not read.
    pub extend_path: Option<String>,
    /// The ids of our rules that it turns off.
    pub disabled: Vec<String>,
    /// What it lets stand.
    pub allow: Allowlists,
    /// The tags of its rules, by id.
    pub tags: BTreeMap<String, Vec<String>>,
    /// What was read and has no effect.
    pub unsupported: Vec<Unsupported>,
    pub(crate) terms: BTreeMap<String, Terms>,
}

impl Config {
    /// The rules that report a file for its path alone, in a commit if one is known.
    pub fn at_path<'a>(
        &'a self,
        path: &'a str,
        commit: Option<&'a str>,
    ) -> impl Iterator<Item = &'a PathRule> {
        self.path_rules
            .iter()
            .filter(move |rule| rule.matches(path) && !self.allow.allows_path(&rule.id, path, commit))
    }
}

/// Something that a configuration says and that has no effect.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unsupported {
    /// The rule that says it.
    pub rule: Option<String>,
    /// What it is.
    pub what: String,
}

impl Unsupported {
    fn new(rule: Option<&str>, what: impl Into<String>) -> Self {
        Self { rule: rule.map(str::to_owned), what: what.into() }
    }
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.rule {
            Some(rule) => write!(f, "rule \"{rule}\": {}", self.what),
            None => f.write_str(&self.what),
        }
    }
}

/// Whether a text is a configuration of gitleaks and not a rule file of ours: it has `rules`, `allowlists` or `extend`, and
/// no `rule`.
#[must_use]
pub fn is_gitleaks(text: &str) -> bool {
    const KEYS: [&str; 4] = ["rules", "allowlist", "allowlists", "extend"];
    let Ok(table) = toml::from_str::<toml::Table>(text) else { return false };
    !table.contains_key("rule") && table.keys().any(|key| KEYS.contains(&key.to_lowercase().as_str()))
}

/// Reads a configuration. A file that it extends is not read: [`Config::extend_path`] names it.
///
/// # Errors
///
/// When the text is no TOML, or says something that the original refuses as well: a rule without an id or a pattern, a
/// pattern that is none, a list that allows nothing.
pub fn from_toml(text: &str) -> Result<Config, InvalidRules> {
    config::build(RawConfig::parse(text).map_err(InvalidRules)?).map_err(InvalidRules)
}

/// Reads a configuration and, with `read`, the files that it extends. `read` is given the path as it is written and gives
/// the file's text, or why there is none.
///
/// # Errors
///
/// As [`from_toml`], and when `read` fails.
pub fn from_toml_with(
    text: &str,
    mut read: impl FnMut(&str) -> Result<String, String>,
) -> Result<Config, InvalidRules> {
    let mut raw = RawConfig::parse(text).map_err(InvalidRules)?;
    for _ in 0..DEPTH {
        config::check_extend(&raw).map_err(InvalidRules)?;
        if raw.extend_path.is_empty() {
            break;
        }
        let path = std::mem::take(&mut raw.extend_path);
        let place = |error: String| InvalidRules(format!("extend.path \"{path}\": {error}"));
        let base = read(&path).and_then(|text| RawConfig::parse(&text)).map_err(place)?;
        raw = raw.over(base);
    }
    config::build(raw).map_err(InvalidRules)
}
