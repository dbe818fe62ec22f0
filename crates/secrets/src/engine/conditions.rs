//! What configurations of gitleaks ask for besides a pattern: paths, allowlists, keywords anywhere, findings near by.
//!
//! All of it is decided before overlapping candidates become one finding, so that nothing that is let stand, or is none,
//! hides something that is reported.

use std::collections::BTreeMap;

use super::{Candidate, Engine, RuleId, compile::Span};
use crate::rule::gitleaks::{Allowlists, Need, Sighting, Terms};

/// How much of a line is looked at before a match and after it, so that one line costs no more than many.
const LINE: usize = 4 << 10;
/// How many findings are looked at to meet one need. Where there are more, it is taken as met.
const NEAR: usize = 1024;

/// The conditions of an engine's rules.
#[derive(Debug)]
pub(crate) struct Conditions {
    allow: Allowlists,
    /// By rule.
    terms: Vec<Terms>,
    /// The rules that need others, or that others need.
    related: bool,
}

/// Where a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Spot {
    line: u64,
    column: u64,
}

impl Engine {
    /// Takes over conditions, by the ids of rules.
    pub(crate) fn with_conditions(mut self, allow: Allowlists, terms: &BTreeMap<String, Terms>) -> Self {
        let terms: Vec<Terms> =
            self.rules().map(|rule| terms.get(rule.id()).cloned().unwrap_or_default()).collect();
        let related = terms.iter().any(|terms| !terms.needs.is_empty() || terms.silent);
        self.conditions = Some(Conditions { allow, terms, related });
        self
    }
}

impl Conditions {
    /// Whether nothing in a file is reported.
    pub(super) fn allow_file(&self, path: Option<&str>) -> bool {
        path.is_some_and(|path| self.allow.allows_file(path, None))
    }

    /// Whether a rule can report nothing in a text, so that it need not be searched for.
    pub(super) fn excludes(&self, rule: RuleId, id: &str, bytes: &[u8], path: Option<&str>) -> bool {
        let anywhere =
            self.terms.get(usize::from(rule)).map(|terms| terms.anywhere.as_slice()).unwrap_or_default();
        self.allow.excludes(id, path) || !(anywhere.is_empty() || stands_anywhere(bytes, anywhere))
    }

    /// Leaves what is reported.
    pub(super) fn apply(
        &self,
        found: &mut Vec<Candidate>,
        engine: &Engine,
        bytes: &[u8],
        path: Option<&str>,
    ) {
        let mut stands: BTreeMap<RuleId, bool> = BTreeMap::new();
        found.retain(|candidate| {
            let Some(terms) = self.terms.get(usize::from(candidate.rule)) else { return true };
            let stands = terms.anywhere.is_empty()
                || *stands.entry(candidate.rule).or_insert_with(|| stands_anywhere(bytes, &terms.anywhere));
            stands && !self.allows(candidate, engine, bytes, path)
        });
        if self.related {
            self.relate(found, engine, bytes);
        }
    }

    fn allows(&self, candidate: &Candidate, engine: &Engine, bytes: &[u8], path: Option<&str>) -> bool {
        let Some(rule) = engine.rule(candidate.rule) else { return false };
        let secret = Span { start: candidate.start, end: candidate.end };
        let line = line(bytes, candidate.matched.unwrap_or(secret));
        let text = |span: Span| bytes.get(span.start..span.end).unwrap_or_default();
        self.allow.holds(&Sighting {
            rule: rule.id(),
            path,
            commit: None,
            secret: text(secret),
            matched: candidate.matched.map_or(line, text),
            line,
        })
    }

    /// Leaves out what lacks the company that its rule asks for, then what is only company for others.
    fn relate(&self, found: &mut Vec<Candidate>, engine: &Engine, bytes: &[u8]) {
        let spots = spots(found, bytes);
        let mut by_rule: BTreeMap<&str, Vec<Spot>> = BTreeMap::new();
        for (candidate, spot) in found.iter().zip(&spots) {
            if let Some(rule) = engine.rule(candidate.rule) {
                by_rule.entry(rule.id()).or_default().push(*spot);
            }
        }
        by_rule.values_mut().for_each(|spots| spots.sort_unstable());
        let mut spots = spots.into_iter();
        found.retain(|candidate| {
            let (Some(spot), Some(terms)) = (spots.next(), self.terms.get(usize::from(candidate.rule)))
            else {
                return true;
            };
            let met =
                |need: &Need| by_rule.get(need.rule.as_str()).is_some_and(|spots| is_met(need, spot, spots));
            !terms.silent && terms.needs.iter().all(met)
        });
    }
}

fn is_met(need: &Need, spot: Spot, spots: &[Spot]) -> bool {
    let lines = need.lines.map_or(u64::MAX, u64::from);
    let (first, last) = (spot.line.saturating_sub(lines), spot.line.saturating_add(lines));
    let from = spots.partition_point(|other| other.line < first);
    let mut near = spots.iter().skip(from).take_while(|other| other.line <= last).enumerate();
    near.any(|(tried, other)| {
        need.columns.is_none_or(|columns| other.column.abs_diff(spot.column) <= u64::from(columns))
            || tried > NEAR
    })
}

/// The line and column of each candidate's match.
fn spots(found: &[Candidate], bytes: &[u8]) -> Vec<Spot> {
    let start = |candidate: &Candidate| candidate.matched.map_or(candidate.start, |matched| matched.start);
    let mut order: Vec<(usize, usize)> =
        found.iter().map(start).enumerate().map(|(at, start)| (start, at)).collect();
    order.sort_unstable();
    let mut spots = vec![Spot { line: 0, column: 0 }; found.len()];
    let (mut at, mut line, mut line_start) = (0, 0, 0);
    for (start, candidate) in order {
        for end in memchr::memchr_iter(b'\n', bytes.get(at..start).unwrap_or_default()) {
            line += 1;
            line_start = at + end + 1;
        }
        at = start;
        if let Some(spot) = spots.get_mut(candidate) {
            *spot = Spot { line, column: (start - line_start) as u64 };
        }
    }
    spots
}

/// The lines that a match is on.
fn line(bytes: &[u8], matched: Span) -> &[u8] {
    let floor = matched.start.saturating_sub(LINE);
    let before = bytes.get(floor..matched.start).unwrap_or_default();
    let start = memchr::memrchr(b'\n', before).map_or(floor, |at| floor + at + 1);
    let ceiling = bytes.len().min(matched.end + LINE);
    let after = bytes.get(matched.end..ceiling).unwrap_or_default();
    let end = memchr::memchr(b'\n', after).map_or(ceiling, |at| matched.end + at);
    bytes.get(start..end).unwrap_or_default()
}

/// Whether one of some texts stands somewhere, in any case.
fn stands_anywhere(bytes: &[u8], texts: &[String]) -> bool {
    texts.iter().any(|text| {
        let Some(first) = text.bytes().next() else { return true };
        let stands = |at: usize| {
            bytes.get(at..at + text.len()).is_some_and(|part| part.eq_ignore_ascii_case(text.as_bytes()))
        };
        memchr::memchr2_iter(first, first.to_ascii_uppercase(), bytes).any(stands)
    })
}
