//! Patterns, compiled when their first keyword turns up.

use std::sync::OnceLock;

use regex_automata::{
    Anchored, Input,
    meta::{Config, Regex},
    util::{captures::Captures, syntax},
};

#[cfg(feature = "rule-files")]
use crate::rule::Rule;
use crate::rule::{Search, SharedRule};

/// A rule with the place where its compiled patterns go.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) rule: SharedRule,
    pattern: OnceLock<Option<Pattern>>,
    name: OnceLock<Option<Regex>>,
}

#[derive(Debug)]
struct Pattern {
    regex: Regex,
    /// The groups whose names begin with `secret`, of which one takes part; without any, the whole match is meant.
    groups: Vec<usize>,
    /// Whether there is a group `match`: then the whole match is meant as well where none of the others holds anything.
    whole: bool,
    captures: Captures,
}

/// Where a secret stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// A match of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) secret: Span,
    pub(crate) matched: Span,
    /// Where the next match may begin.
    pub(crate) next: usize,
}

impl Compiled {
    pub(crate) const fn new(rule: SharedRule) -> Self {
        Self { rule, pattern: OnceLock::new(), name: OnceLock::new() }
    }

    /// Tries the pattern at one place.
    pub(crate) fn at(&self, bytes: &[u8], start: usize, end: usize) -> Option<Found> {
        self.run(bytes, start, end, Anchored::Yes)
    }

    /// Searches the pattern in a window.
    pub(crate) fn within(&self, bytes: &[u8], start: usize, end: usize) -> Option<Found> {
        self.run(bytes, start, end, Anchored::No)
    }

    fn run(&self, bytes: &[u8], start: usize, end: usize, anchored: Anchored) -> Option<Found> {
        let pattern = self
            .pattern
            .get_or_init(|| {
                let regex = build(&self.rule.pattern, table(self.rule.search)).ok()?;
                let groups = named_groups(&regex, |name| name.starts_with("secret"));
                let whole = !named_groups(&regex, |name| name == "match").is_empty();
                let captures = regex.create_captures();
                Some(Pattern { regex, groups, whole, captures })
            })
            .as_ref()?;
        if start > end || end > bytes.len() {
            return None;
        }
        let input = Input::new(bytes).range(start..end).anchored(anchored);
        // Most tries fail, and failing without groups is cheaper.
        if pattern.groups.is_empty() {
            return pattern.regex.search(&input).map(|found| pattern.found(bytes, None, found.span()));
        }
        pattern.regex.search_half(&input)?;
        let mut captures = pattern.captures.clone();
        pattern.regex.search_captures(&input, &mut captures);
        let matched = captures.get_match()?.span();
        let mut groups = pattern.groups.iter().filter_map(|group| captures.get_group(*group));
        let secret = groups.find(|group| !group.is_empty());
        (secret.is_some() || pattern.whole).then(|| pattern.found(bytes, secret, matched))
    }

    /// Finds the end of the rule's name where a keyword stands at `at..end`.
    pub(crate) fn name_end(&self, bytes: &[u8], at: usize, end: usize) -> Option<usize> {
        /// How far a name's pattern may reach beyond the keyword.
        const REACH: usize = 48;
        let regex =
            self.name.get_or_init(|| build(self.rule.name_pattern.as_deref()?, NAME_TABLE).ok()).as_ref()?;
        let mut start = at.saturating_sub(REACH);
        let stop = bytes.len().min(end + REACH);
        // Another name may stand before the one that the keyword is part of.
        while start < stop {
            let found = regex.search(&Input::new(bytes).range(start..stop))?;
            if found.end() > at {
                return (found.start() < end).then_some(found.end());
            }
            start = found.end().max(start + 1);
        }
        None
    }
}

impl Pattern {
    fn found(
        &self,
        bytes: &[u8],
        secret: Option<regex_automata::Span>,
        matched: regex_automata::Span,
    ) -> Found {
        let span = |span: regex_automata::Span| Span { start: span.start, end: span.end };
        let matched = span(matched);
        let secret = match secret {
            Some(secret) => span(secret),
            // A line's end takes part in a match for the sake of what is before it.
            None if self.whole => {
                let text = bytes.get(matched.start..matched.end).unwrap_or_default();
                let front = text.iter().take_while(|byte| **byte == b'\n').count();
                let back = text.iter().skip(front).rev().take_while(|byte| **byte == b'\n').count();
                Span { start: matched.start + front, end: matched.end - back }
            }
            None => matched,
        };
        Found { secret, matched, next: if self.whole { matched.end } else { secret.end } }
    }
}

/// What a name's pattern may use; see [`table`].
const NAME_TABLE: usize = 32 << 10;

/// How many bytes a pattern's growing table of states may take.
///
/// Most are tried at one place in a small window, where the engines without one are best: hundreds of rules then cost a
/// few megabytes, whatever is scanned. Worth a table is what searches for its place, and what reads so far at each try
/// that text made of nothing but keywords would cost seconds a megabyte.
const fn table(search: Search) -> usize {
    match search {
        Search::Around { .. } => 128 << 10,
        Search::At { after, .. } | Search::Named { after, .. } if after > 1024 => 1 << 20,
        Search::Whole { .. } => 1 << 20,
        Search::At { .. } | Search::Named { .. } | Search::Detector(_) => 0,
    }
}

/// Compiles a pattern.
fn build(pattern: &str, table: usize) -> Result<Regex, String> {
    Regex::builder()
        .configure(
            Config::new()
                .hybrid(table > 0)
                .hybrid_cache_capacity(table)
                .dfa(false)
                .utf8_empty(false)
                .nfa_size_limit(Some(4 << 20))
                .onepass_size_limit(Some(64 << 10)),
        )
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .build(pattern)
        .map_err(|error| error.to_string())
}

fn named_groups(regex: &Regex, wanted: impl Fn(&str) -> bool) -> Vec<usize> {
    let names = regex.group_info().pattern_names(regex_automata::PatternID::ZERO);
    names.enumerate().filter(|(_, name)| name.is_some_and(&wanted)).map(|(at, _)| at).collect()
}

/// Whether a rule's patterns compile.
#[cfg(feature = "rule-files")]
pub(crate) fn check(rule: &Rule) -> Result<(), String> {
    build(&rule.pattern, 0)?;
    rule.name_pattern.as_deref().map(|name| build(name, 0)).transpose().map(|_| ())
}
