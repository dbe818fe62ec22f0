//! Reads a pattern once and says how it is best searched.

use regex_syntax::{
    ParserBuilder,
    hir::{Class, Hir, HirKind, Repetition},
};

use super::kind::{Detector, Run, Search};

/// A value's end: a quote, a bracket, white space, a separator, a backslash, or the end of input.
const END: &str = r#"(?:["'\x60\s,;<>&\\)\]}|]|$)"#;

/// What stands between a name and its value, for patterns where the shorthand is not at the front and the
/// hand-written reader of assignments cannot take over.
const OPERATOR: &str = concat!(
    r#"[0-9A-Za-z_.\-]{0,40}(?:\\?["'\x60\])}*]){0,4}\s{0,12}"#,
    r#"(?:[:?.+]{0,3}=>?|:{1,3}|=>|->|,|\(|>|\|{1,2}|\s)\s{0,12}(?:\\?["'\x60(]){0,3}"#
);

/// How far from a keyword a match may stand that does not hold it.
const CONTEXT: u16 = 256;

/// No window reaches further than this, however long the pattern could match.
const FARTHEST: usize = 8192;

/// How many bytes from a keyword on are compared before the pattern is tried.
const FRONT: usize = 24;

/// How a pattern is searched.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) search: Search,
    /// The pattern to compile: for [`Search::Named`] that of the value alone.
    pub(crate) pattern: String,
    /// For [`Search::Named`]: the words of which the name must contain one, in lower case.
    pub(crate) names: Vec<String>,
    /// For [`Search::Named`] with a name that is no list of words: the pattern of the name.
    pub(crate) name_pattern: Option<String>,
    /// How many bytes at the secret's start are fixed by the pattern.
    pub(crate) prefix: u16,
    /// For [`Search::At`]: what every match has from the keyword on.
    pub(crate) front: Vec<Run>,
}

impl Plan {
    pub(crate) fn detector(detector: Detector) -> Self {
        Self {
            search: Search::Detector(detector),
            pattern: String::new(),
            names: Vec::new(),
            name_pattern: None,
            prefix: 0,
            front: Vec::new(),
        }
    }
}

/// Plans the search of a pattern in a rule file's own syntax.
pub(crate) fn plan(pattern: &str, keywords: &[String]) -> Result<Plan, String> {
    if let Some((name, value)) = leading_name(pattern) {
        let value = expand(value)?;
        let words: Vec<String> = name.split('|').map(str::to_ascii_lowercase).collect();
        let plain = words.iter().all(|word| !word.is_empty() && word.bytes().all(is_plain));
        // The reader of assignments starts from the keyword, so each keyword must be part of the name.
        let inside = keywords.iter().all(|keyword| {
            words.iter().any(|word| keyword.contains(word.as_str()) || word.contains(keyword.as_str()))
        });
        if !plain || inside {
            let hir = parse(&value)?;
            check_group(&hir)?;
            let name_pattern = format!("(?i:{name})");
            let name_hir = parse(&name_pattern)?;
            let after = length(hir.properties().maximum_len());
            return Ok(Plan {
                search: Search::Named { after, least: least(&hir), blanks: holds_blank(&name_hir) },
                prefix: prefix(&hir),
                front: Vec::new(),
                pattern: value,
                name_pattern: (!plain).then_some(name_pattern),
                names: if plain { words } else { Vec::new() },
            });
        }
    }
    let pattern = expand(pattern)?;
    let hir = parse(&pattern)?;
    check_group(&hir)?;
    let reach = length(hir.properties().maximum_len());
    let mut steps = Vec::new();
    flatten(&hir, &mut steps);
    let (search, front) = match anchor(&steps, keywords) {
        Some((min, max, front)) => (Search::At { min, max, after: reach }, front),
        None => {
            (Search::Around { before: reach.clamp(CONTEXT, 4096), reach, after: reach + CONTEXT }, Vec::new())
        }
    };
    Ok(Plan { search, prefix: prefix(&hir), pattern, names: Vec::new(), name_pattern: None, front })
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b' ')
}

/// Splits a pattern that begins with `{name:…}`.
fn leading_name(pattern: &str) -> Option<(&str, &str)> {
    let rest = pattern.strip_prefix("{name:")?;
    let end = closing_brace(rest)?;
    Some((rest.get(..end)?, rest.get(end + 1..)?))
}

/// The position of the brace that closes an already open one, minding inner pairs and escapes.
fn closing_brace(text: &str) -> Option<usize> {
    let mut depth = 1_u32;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// Replaces the shorthands.
fn expand(pattern: &str) -> Result<String, String> {
    let mut out = String::with_capacity(pattern.len() + 64);
    let mut rest = pattern;
    while let Some(at) = rest.find("{name:") {
        let (before, from) = rest.split_at(at);
        let (name, after) = leading_name(from).ok_or("`{name:` is never closed")?;
        out.push_str(before);
        out.push_str("(?i:");
        out.push_str(name);
        out.push(')');
        out.push_str(OPERATOR);
        rest = after;
    }
    out.push_str(rest);
    Ok(out.replace("{end}", END))
}

fn parse(pattern: &str) -> Result<Hir, String> {
    ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .parse(pattern)
        .map_err(|error| format!("pattern does not parse: {error}"))
}

/// A misspelt group would silently turn the whole match, context and all, into the secret.
fn check_group(hir: &Hir) -> Result<(), String> {
    let mut names = Vec::new();
    group_names(hir, &mut names);
    match names.as_slice() {
        names if names.iter().all(|name| name.starts_with("secret")) => Ok(()),
        _ => Err("a group with a name is `secret`, or `secret2` and so on in other branches".into()),
    }
}

fn group_names(hir: &Hir, names: &mut Vec<String>) {
    match hir.kind() {
        HirKind::Capture(capture) => {
            names.extend(capture.name.as_deref().map(str::to_owned));
            group_names(&capture.sub, names);
        }
        HirKind::Repetition(repetition) => group_names(&repetition.sub, names),
        HirKind::Concat(subs) | HirKind::Alternation(subs) => {
            for sub in subs {
                group_names(sub, names);
            }
        }
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => {}
    }
}

fn length(maximum: Option<usize>) -> u16 {
    // One more byte, for a look-around at the end.
    let length = maximum.unwrap_or(FARTHEST).saturating_add(1).min(FARTHEST);
    u16::try_from(length).unwrap_or(u16::MAX)
}

/// One step of the front of a pattern.
enum Step {
    /// One byte out of a set.
    One(Vec<(u8, u8)>),
    /// Between `min` and `max` bytes of something.
    Gap(usize, usize),
}

/// Finds the keywords at a fixed distance from the pattern's start: the least and greatest distance, and what every match
/// has from there on.
fn anchor(steps: &[Step], keywords: &[String]) -> Option<(u16, u16, Vec<Run>)> {
    let mut place = None;
    let mut index = None;
    let mut apart = false;
    for keyword in keywords {
        let (at, least, most) = anchor_of(steps, keyword.as_bytes(), keywords.len())?;
        let (min, max) = place.unwrap_or((least, most));
        place = Some((least.min(min), most.max(max)));
        apart |= *index.get_or_insert(at) != at;
    }
    let (min, max) = place?;
    let front = if apart { Vec::new() } else { front(steps.get(index?..).unwrap_or_default()) };
    // More than a few tries per keyword would cost what a search costs.
    (max - min <= 3).then_some((u16::try_from(min).ok()?, u16::try_from(max).ok()?, front))
}

/// The single bytes that steps begin with.
fn front(steps: &[Step]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for step in steps.iter().take(FRONT) {
        let Step::One(ranges) = step else { break };
        let run = Run { count: 1, set: set_of(ranges) };
        match runs.last_mut() {
            Some(last) if last.set == run.set => last.count += 1,
            _ => runs.push(run),
        }
    }
    runs
}

/// One bit for each byte of some ranges.
fn set_of(ranges: &[(u8, u8)]) -> [u128; 2] {
    let mut set = [0; 2];
    for byte in ranges.iter().flat_map(|(from, to)| *from..=*to) {
        if let Some(half) = set.get_mut(usize::from(byte >> 7)) {
            *half |= 1 << (byte & 127);
        }
    }
    set
}

/// Where among the steps a keyword stands, and at which least and greatest distance from the start.
fn anchor_of(steps: &[Step], keyword: &[u8], alternatives: usize) -> Option<(usize, usize, usize)> {
    let (mut min, mut max) = (0, 0);
    for (at, step) in steps.iter().enumerate() {
        let fits = steps.get(at..at + keyword.len()).is_some_and(|steps| {
            steps.iter().zip(keyword).all(|(step, byte)| match step {
                Step::One(set) => {
                    let size: usize = set.iter().map(|(from, to)| usize::from(to - from) + 1).sum();
                    size <= 2 * alternatives && set.iter().any(|(from, to)| has(*from, *to, *byte))
                }
                Step::Gap(..) => false,
            })
        });
        if fits {
            return Some((at, min, max));
        }
        let (least, most) = match step {
            Step::One(_) => (1, 1),
            Step::Gap(least, most) => (*least, *most),
        };
        min += least;
        max += most;
    }
    None
}

fn has(from: u8, to: u8, byte: u8) -> bool {
    (from..=to).contains(&byte) || (from..=to).contains(&byte.to_ascii_uppercase())
}

/// Writes the front of a pattern as steps and returns whether it could be written to its end.
fn flatten(hir: &Hir, steps: &mut Vec<Step>) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => {
            steps.extend(literal.0.iter().map(|byte| Step::One(vec![(*byte, *byte)])));
            true
        }
        HirKind::Class(class) => {
            steps.push(Step::One(ranges(class)));
            true
        }
        HirKind::Capture(capture) => flatten(&capture.sub, steps),
        HirKind::Concat(subs) => subs.iter().all(|sub| flatten(sub, steps)),
        HirKind::Repetition(repetition) if repetition.min > 0 => repeated(repetition, steps),
        HirKind::Alternation(subs) if merged(subs, steps) => true,
        HirKind::Repetition(_) | HirKind::Alternation(_) => {
            let properties = hir.properties();
            gap(properties.minimum_len(), properties.maximum_len(), steps)
        }
    }
}

/// Writes the first round step by step, because a keyword may reach into it, and the others as a gap. Of a single byte the
/// next rounds are written as well.
fn repeated(repetition: &Repetition, steps: &mut Vec<Step>) -> bool {
    let before = steps.len();
    if !flatten(&repetition.sub, steps) {
        return false;
    }
    if let (Some(Step::One(ranges)), true) = (steps.last(), steps.len() == before + 1) {
        let ranges = ranges.clone();
        let written = (repetition.min as usize).clamp(1, FRONT);
        steps.extend((1..written).map(|_| Step::One(ranges.clone())));
        let least = (repetition.min as usize).checked_sub(written);
        let most = repetition.max.and_then(|max| (max as usize).checked_sub(written));
        return gap(least, most, steps);
    }
    let properties = repetition.sub.properties();
    let rounds = |length: Option<usize>, count: Option<u32>| {
        Some(length? * usize::try_from(count?.checked_sub(1)?).ok()?)
    };
    let least = rounds(properties.minimum_len(), Some(repetition.min));
    gap(least, rounds(properties.maximum_len(), repetition.max), steps)
}

fn gap(min: Option<usize>, max: Option<usize>, steps: &mut Vec<Step>) -> bool {
    match (min, max) {
        (Some(_), Some(0)) => true,
        (Some(min), Some(max)) if max <= 64 => {
            steps.push(Step::Gap(min, max));
            true
        }
        _ => false,
    }
}

/// Writes branches of equal length, byte by byte, as one row of steps.
fn merged(subs: &[Hir], steps: &mut Vec<Step>) -> bool {
    let mut row: Vec<Vec<(u8, u8)>> = Vec::new();
    for (branch, sub) in subs.iter().enumerate() {
        let mut own = Vec::new();
        if !flatten(sub, &mut own) || (branch > 0 && own.len() != row.len()) {
            return false;
        }
        row.resize(own.len(), Vec::new());
        for (set, step) in row.iter_mut().zip(own) {
            match step {
                Step::One(more) => {
                    set.extend(more.into_iter().filter(|range| !set.contains(range)).collect::<Vec<_>>());
                }
                Step::Gap(..) => return false,
            }
        }
    }
    steps.extend(row.into_iter().map(Step::One));
    true
}

pub(super) fn ranges(class: &Class) -> Vec<(u8, u8)> {
    match class {
        Class::Bytes(class) => class.iter().map(|range| (range.start(), range.end())).collect(),
        // Patterns are parsed without Unicode, so such a class is ASCII; anything else anchors nothing.
        Class::Unicode(class) => class
            .iter()
            .map(|range| (u8::try_from(range.start()).unwrap_or(0), u8::try_from(range.end()).unwrap_or(255)))
            .collect(),
    }
}

/// How many bytes at the front of the secret are given by the pattern itself.
fn prefix(hir: &Hir) -> u16 {
    let secret = secret_group(hir).unwrap_or(hir);
    if is_marker(secret) {
        return u16::MAX;
    }
    let mut steps = Vec::new();
    flatten(secret, &mut steps);
    let fixed = steps.iter().take_while(|step| match step {
        Step::One(set) => set.iter().map(|(from, to)| usize::from(to - from) + 1).sum::<usize>() <= 6,
        Step::Gap(..) => false,
    });
    u16::try_from(fixed.count()).unwrap_or(0)
}

/// How many bytes every secret begins with that are neither blank nor quote.
fn least(hir: &Hir) -> u16 {
    let secret = secret_group(hir).unwrap_or(hir);
    let least = if holds_blank(secret) { 0 } else { secret.properties().minimum_len().unwrap_or(0) };
    u16::try_from(least.min(64)).unwrap_or(0)
}

/// Whether a blank or a quote may take part in a match.
fn holds_blank(hir: &Hir) -> bool {
    let blank = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`');
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => false,
        HirKind::Literal(literal) => literal.0.iter().any(|byte| blank(*byte)),
        HirKind::Class(class) => ranges(class).iter().any(|(from, to)| (*from..=*to).any(blank)),
        HirKind::Repetition(repetition) => holds_blank(&repetition.sub),
        HirKind::Capture(capture) => holds_blank(&capture.sub),
        HirKind::Concat(subs) | HirKind::Alternation(subs) => subs.iter().any(holds_blank),
    }
}

/// Whether nothing but spelling is left open.
fn is_marker(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) | HirKind::Literal(_) => true,
        HirKind::Class(class) => {
            ranges(class).iter().map(|(from, to)| usize::from(to - from) + 1).sum::<usize>() <= 6
        }
        HirKind::Repetition(repetition) => is_marker(&repetition.sub),
        HirKind::Capture(capture) => is_marker(&capture.sub),
        HirKind::Concat(subs) | HirKind::Alternation(subs) => subs.iter().all(is_marker),
    }
}

fn secret_group(hir: &Hir) -> Option<&Hir> {
    match hir.kind() {
        HirKind::Capture(capture) if capture.name.is_some() => Some(&capture.sub),
        HirKind::Capture(capture) => secret_group(&capture.sub),
        HirKind::Repetition(repetition) => secret_group(&repetition.sub),
        HirKind::Concat(subs) | HirKind::Alternation(subs) => subs.iter().find_map(secret_group),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => None,
    }
}
