//! One rule of a configuration, in the form that the engine takes.

use std::borrow::Cow;

use regex_syntax::hir::Hir;
use storeward_core::Severity;

use super::{
    literals::required,
    raw::RawRule,
    syntax::{Groups, Problem, translate},
};
use crate::{
    engine::compile,
    judge::MARKER,
    rule::{Confidence, Rule, Search, Text},
};

/// The longest match that is tried round each keyword. A longer one would read the same text again and again where
/// keywords are dense, so the whole text is read once instead.
const NEAR: usize = 512;
/// No match is longer. Private keys and the like end well before.
const LONGEST: usize = 16 << 10;

/// What a rule asks for besides its pattern.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Terms {
    /// Texts in lower case, of which one must stand somewhere; without any, nothing need.
    pub(crate) anywhere: Vec<String>,
    /// What else must be found.
    pub(crate) needs: Vec<Need>,
    /// Whether it is only there for the needs of others.
    pub(crate) silent: bool,
}

/// A finding of another rule that must stand near.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Need {
    pub(crate) rule: String,
    /// How many lines away at most; without it, anywhere.
    pub(crate) lines: Option<u32>,
    /// How many bytes its column may differ.
    pub(crate) columns: Option<u32>,
}

/// Makes a rule. What is no pattern is an error, in the outer result; what this engine does not do, in the inner one.
pub(super) fn rule(raw: &RawRule) -> Result<Result<(Rule, Terms), String>, String> {
    let group = usize::try_from(raw.secret_group).unwrap_or(usize::MAX);
    let wanted = if group == 0 { Groups::First } else { Groups::Number(group) };
    let translated = match translate(&raw.regex, wanted) {
        Ok(translated) => translated,
        Err(Problem::Malformed(problem)) => return Err(format!("regex: {problem}")),
        Err(Problem::Unsupported(what)) => return Ok(Err(format!("its pattern holds {what}"))),
    };
    if group > translated.groups {
        return Err(format!("secretGroup {group}: the pattern has {} groups", translated.groups));
    }
    let (search, keywords, anywhere) = plan(&translated.hir, &raw.keywords);
    let rule = Rule {
        id: Cow::Owned(raw.id.clone()),
        name: Cow::Owned(raw.id.clone()),
        description: Cow::Owned(if raw.description.is_empty() {
            raw.id.clone()
        } else {
            raw.description.clone()
        }),
        severity: Severity::High,
        confidence: if raw.confidence.is_empty() { Confidence::Medium } else { raw.confidence.parse()? },
        keywords: Cow::Owned(keywords.into_iter().map(Text::Owned).collect()),
        search,
        pattern: Cow::Owned(translated.pattern),
        names: Cow::Borrowed(&[]),
        name_pattern: None,
        // Whoever wrote the rule said what it finds.
        prefix: MARKER,
        front: Cow::Borrowed(&[]),
        min_entropy: entropy(raw.entropy),
        require: Cow::Borrowed(&[]),
        checksum: None,
        masks: false,
        examples: Cow::Borrowed(&[]),
        counterexamples: Cow::Borrowed(&[]),
        references: Cow::Borrowed(&[]),
    };
    if compile::check(&rule).is_err() {
        return Ok(Err("its pattern is too large".into()));
    }
    Ok(Ok((rule, Terms { anywhere, ..Terms::default() })))
}

/// The least entropy that is above the one given. Neither zero nor a number below asks for anything.
fn entropy(above: f64) -> f32 {
    if above > 0.0 { (above as f32).next_up() } else { 0.0 }
}

/// How a pattern is searched, the keywords that lead to it, and those that must stand anywhere.
///
/// The original searches all of a text in which a keyword stands, wherever that is. Round a keyword is enough where every
/// match holds one and is short.
fn plan(hir: &Hir, keywords: &[String]) -> (Search, Vec<String>, Vec<String>) {
    let mut wanted: Vec<String> = keywords.iter().map(|keyword| keyword.to_lowercase()).collect();
    wanted.sort_unstable();
    wanted.dedup();
    if wanted.iter().any(String::is_empty) {
        // It stands everywhere.
        wanted.clear();
    }
    let held = required(hir);
    let implied = |held: &[String]| {
        wanted.is_empty()
            || held.iter().all(|text| wanted.iter().any(|keyword| text.contains(keyword.as_str())))
    };
    // One more byte, for a look-around at the end.
    let longest =
        hir.properties().maximum_len().map_or(LONGEST, |length| length.saturating_add(1).min(LONGEST));
    let reach = u16::try_from(longest).unwrap_or(u16::MAX);
    match held {
        Some(held) if longest <= NEAR => {
            let anywhere = if implied(&held) { Vec::new() } else { wanted };
            // A keyword may be reported after one that begins a keyword's length later.
            (Search::Around { before: reach + 64, after: reach, reach }, held, anywhere)
        }
        _ if !wanted.is_empty() && wanted.iter().all(|keyword| is_plain(keyword)) => {
            (Search::Whole { reach }, wanted, Vec::new())
        }
        Some(held) => {
            let anywhere = if implied(&held) { Vec::new() } else { wanted };
            (Search::Whole { reach }, held, anywhere)
        }
        None => (Search::Whole { reach }, Vec::new(), wanted),
    }
}

/// Whether the engine's table of keywords takes it.
fn is_plain(keyword: &str) -> bool {
    (3..=64).contains(&keyword.len()) && keyword.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(regex: &str, keywords: &[&str]) -> (Search, Vec<String>, Vec<String>) {
        let keywords: Vec<String> = keywords.iter().map(|keyword| (*keyword).to_owned()).collect();
        plan(&translate(regex, Groups::First).unwrap().hir, &keywords)
    }

    #[test]
    fn keywords_come_from_the_pattern_where_it_has_some() {
        let (search, keywords, anywhere) = planned("ghp_[0-9a-zA-Z]{36}", &["GHP_"]);
        assert!(matches!(search, Search::Around { reach: 41, .. }), "{search:?}");
        assert_eq!((keywords, anywhere), (vec!["ghp_".to_owned()], vec![]));
        // The keyword may stand anywhere, so it is asked for apart.
        let (_, keywords, anywhere) = planned("ghp_[0-9a-zA-Z]{36}", &["github"]);
        assert_eq!((keywords, anywhere), (vec!["ghp_".to_owned()], vec!["github".to_owned()]));
        let (search, keywords, anywhere) = planned("ghp_[0-9a-zA-Z]{36}", &[]);
        assert!(matches!(search, Search::Around { .. }));
        assert_eq!((keywords.len(), anywhere.len()), (1, 0));
    }

    #[test]
    fn without_one_the_whole_text_is_read() {
        let (search, keywords, anywhere) = planned("[0-9a-f]{40}", &["facebook"]);
        assert_eq!(search, Search::Whole { reach: 41 });
        assert_eq!((keywords, anywhere), (vec!["facebook".to_owned()], vec![]));
        // Too short for the table.
        let (search, keywords, anywhere) = planned("[0-9a-f]{40}", &["q~"]);
        assert_eq!(search, Search::Whole { reach: 41 });
        assert_eq!((keywords, anywhere), (vec![], vec!["q~".to_owned()]));
        let (search, keywords, anywhere) = planned("key-[0-9a-f]{40,}", &["k"]);
        assert_eq!(search, Search::Whole { reach: 16384 });
        assert_eq!((keywords, anywhere), (vec!["key-".to_owned()], vec![]));
    }

    #[test]
    fn entropy_is_above_and_not_at_the_bound() {
        assert!(entropy(3.0) > 3.0 && entropy(3.0) < 3.001);
        assert_eq!([0.0, -1.0, f64::NAN].map(entropy), [0.0; 3]);
    }
}
