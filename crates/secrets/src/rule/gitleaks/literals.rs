//! What every match of a pattern holds.

use std::collections::BTreeSet;

use regex_syntax::hir::{Hir, HirKind};

use crate::rule::analyse::ranges;

/// Texts in lower case.
type Set = BTreeSet<Vec<u8>>;

/// The most texts, and the longest one, that are followed.
const TEXTS: usize = 32;
const LENGTH: usize = 64;
/// Shorter ones stand nearly everywhere, and the table of keywords does not take them.
const SHORTEST: usize = 3;

/// Keywords of which every match holds at least one, in any case: the longest that there are.
pub(super) fn required(hir: &Hir) -> Option<Vec<String>> {
    let parts = Parts::of(hir);
    let set = better(parts.best, parts.exact.as_ref().and_then(usable))?;
    // What holds another one is found with it.
    let holds = |text: &Vec<u8>, other: &Vec<u8>| {
        text != other && text.windows(other.len().max(1)).any(|part| part == other)
    };
    let least = set.iter().filter(|text| !set.iter().any(|other| holds(text, other)));
    least.map(|text| String::from_utf8(text.clone()).ok()).collect()
}

/// What is known of a part of a pattern.
#[derive(Default)]
struct Parts {
    /// All that it can match, if that is little.
    exact: Option<Set>,
    /// Texts of which each of its matches holds one.
    best: Option<Set>,
}

impl Parts {
    fn exactly(set: Set) -> Self {
        Self { exact: Some(set), best: None }
    }

    fn of(hir: &Hir) -> Self {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => Self::exactly(Set::from([Vec::new()])),
            HirKind::Literal(literal) if literal.0.len() <= LENGTH => {
                Self::exactly(Set::from([literal.0.to_ascii_lowercase()]))
            }
            HirKind::Literal(literal) => {
                Self { exact: None, best: usable(&Set::from([literal.0.to_ascii_lowercase()])) }
            }
            HirKind::Class(class) => {
                let ranges = ranges(class);
                let size: usize = ranges.iter().map(|(from, to)| usize::from(to - from) + 1).sum();
                let bytes = ranges.iter().flat_map(|(from, to)| *from..=*to);
                let set = (size <= 8).then(|| bytes.map(|byte| vec![byte.to_ascii_lowercase()]).collect());
                Self { exact: set, best: None }
            }
            HirKind::Capture(capture) => Self::of(&capture.sub),
            HirKind::Repetition(repetition) => {
                let parts = Self::of(&repetition.sub);
                match (repetition.min, repetition.max) {
                    (0, Some(1)) => Self {
                        exact: parts.exact.map(|mut set| {
                            set.insert(Vec::new());
                            set
                        }),
                        best: None,
                    },
                    (0, _) => Self::default(),
                    (1, Some(1)) => parts,
                    (min, max) => {
                        let round = parts.exact.as_ref();
                        let fixed = round
                            .filter(|_| max == Some(min) && min <= 8)
                            .and_then(|set| (1..min).try_fold(set.clone(), |all, _| product(&all, set)));
                        Self { exact: fixed, best: better(parts.best, round.and_then(usable)) }
                    }
                }
            }
            HirKind::Concat(subs) => Self::row(subs),
            HirKind::Alternation(subs) => Self::branches(subs),
        }
    }

    fn row(subs: &[Hir]) -> Self {
        let mut run = Set::from([Vec::new()]);
        let (mut best, mut whole) = (None, true);
        for sub in subs {
            let parts = Self::of(sub);
            best = better(best, parts.best);
            if let Some(longer) = parts.exact.as_ref().and_then(|set| product(&run, set)) {
                run = longer;
                continue;
            }
            whole = false;
            best = better(best, usable(&run));
            run = parts.exact.unwrap_or_else(|| Set::from([Vec::new()]));
        }
        best = better(best, usable(&run));
        Self { exact: whole.then_some(run), best }
    }

    fn branches(subs: &[Hir]) -> Self {
        let (mut exact, mut best) = (Some(Set::new()), Some(Set::new()));
        for sub in subs {
            let parts = Self::of(sub);
            let held = better(parts.best, parts.exact.as_ref().and_then(usable));
            best = join(best, held);
            exact = join(exact, parts.exact);
        }
        Self { exact, best }
    }
}

fn join(all: Option<Set>, more: Option<Set>) -> Option<Set> {
    let mut all = all?;
    all.extend(more?);
    (all.len() <= TEXTS).then_some(all)
}

/// All of one followed by all of another.
fn product(fronts: &Set, backs: &Set) -> Option<Set> {
    if fronts.len() * backs.len() > TEXTS {
        return None;
    }
    let pairs = fronts.iter().flat_map(|front| backs.iter().map(move |back| [&**front, &**back].concat()));
    let set: Set = pairs.collect();
    set.iter().all(|text| text.len() <= LENGTH).then_some(set)
}

/// The visible part of each text, if each has one that is long enough.
fn usable(set: &Set) -> Option<Set> {
    let visible = |byte: &u8| !matches!(byte, b' '..=b'~');
    let cut: Option<Set> = set
        .iter()
        .map(|text| {
            let longest = text.split(visible).max_by_key(|part| part.len())?;
            let part = longest.get(..longest.len().min(LENGTH))?;
            (part.len() >= SHORTEST).then(|| part.to_vec())
        })
        .collect();
    cut.filter(|set| !set.is_empty() && set.len() <= TEXTS)
}

/// Of two, the one whose texts stand in fewer places: longer, then fewer.
fn better(a: Option<Set>, b: Option<Set>) -> Option<Set> {
    // Beyond eight bytes a text is as rare as it gets.
    let rank = |set: &Set| {
        let least = set.iter().map(Vec::len).min().unwrap_or(0);
        (least.min(8), TEXTS.saturating_sub(set.len()))
    };
    match (a, b) {
        (Some(a), Some(b)) => Some(if rank(&b) > rank(&a) { b } else { a }),
        (a, b) => a.or(b),
    }
}

#[cfg(test)]
mod tests {
    use super::super::syntax::{Groups, translate};
    use super::*;

    #[test]
    fn every_match_holds_one_of_them() {
        for (regex, expected) in [
            ("ghp_[0-9a-zA-Z]{36}", Some(vec!["ghp_"])),
            ("(?i)CLOJARS_[a-z0-9]{60}", Some(vec!["clojars_"])),
            ("(?i)[\\w.-]{0,50}?(?:jfrog|xray)(?:[ \\t\\w.-]{0,20})=(x)", Some(vec!["jfrog", "xray"])),
            ("(?:pat|sat)\\.[a-z]{22}", Some(vec!["pat.", "sat."])),
            ("\\b((?:A3T[A-Z0-9]|AKIA)[A-Z0-9]{16})\\b", Some(vec!["a3t", "akia"])),
            ("acme(?:_live|-live)?[0-9]+", Some(vec!["acme"])),
            ("(?:abc){2}[0-9]+", Some(vec!["abcabc"])),
            ("(?:abc)+[0-9]+", Some(vec!["abc"])),
            ("-----BEGIN\\n", Some(vec!["-----begin"])),
            ("[a-z]{3}key?", None),
            ("[0-9]+(?:abc)?", None),
            ("(?:abc|[0-9]+)x", None),
            ("[0-9a-f]{40}", None),
            ("", None),
        ] {
            let found = required(&translate(regex, Groups::First).unwrap().hir);
            let expected: Option<Vec<String>> = expected.map(|e| e.into_iter().map(Into::into).collect());
            assert_eq!(found, expected, "{regex}");
        }
    }
}
