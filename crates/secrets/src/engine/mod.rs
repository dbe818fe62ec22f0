//! The engine: keywords, then a bounded look round each, then judgement.
//!
//! Every step looks at a bounded number of bytes per keyword, so time grows with the input and never faster.

pub(crate) mod assign;
pub(crate) mod compile;
#[cfg(feature = "rule-files")]
pub(crate) mod conditions;
mod generic;
pub(crate) mod keywords;
mod named;
#[cfg(feature = "rule-files")]
mod whole;

#[cfg(feature = "rule-files")]
use std::collections::BTreeSet;

use compile::{Compiled, Found, Span};
#[cfg(feature = "rule-files")]
use conditions::Conditions;
use keywords::{KeywordId, Keywords};

use crate::{
    decode::{self, Layer},
    judge,
    rule::{Confidence, Run, Search, SharedRule},
};

/// A rule's place in the engine's list.
pub(crate) type RuleId = u16;

/// Rules, ready to search with. Nothing in it changes but compiled patterns, so threads share it.
#[derive(Debug)]
pub(crate) struct Engine {
    keywords: Keywords,
    /// Which rules want to know of which keyword.
    wanted: Vec<Vec<RuleId>>,
    rules: Vec<Compiled>,
    /// Fronts that vendors put on their secrets: what wears one and does not match its rule is none.
    fronts: Vec<Box<[u8]>>,
    /// Rules that no keyword leads to: every text is searched for them.
    #[cfg(feature = "rule-files")]
    always: Vec<RuleId>,
    /// What configurations of gitleaks ask for besides.
    #[cfg(feature = "rule-files")]
    conditions: Option<Conditions>,
}

/// A secret that was found: where, and what it says if that is not what stands there.
#[derive(Debug)]
pub(crate) struct Hit {
    pub(crate) candidate: Candidate,
    pub(crate) decoded: Option<Decoded>,
}

/// A secret in encoded text.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub(crate) secret: Vec<u8>,
    /// The encodings, outermost first.
    pub(crate) from: String,
}

/// A match that passed judgement.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate {
    pub(crate) rule: RuleId,
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) confidence: Confidence,
    /// All that the pattern matched, where it was not the value alone that was looked at.
    #[cfg(feature = "rule-files")]
    pub(crate) matched: Option<Span>,
}

impl Engine {
    pub(crate) fn new(rules: impl IntoIterator<Item = SharedRule>) -> Self {
        let rules: Vec<Compiled> = rules.into_iter().map(Compiled::new).collect();
        let mut pairs: Vec<(&str, RuleId)> = Vec::with_capacity(rules.len() * 2);
        for (id, compiled) in rules.iter().enumerate() {
            let Ok(id) = RuleId::try_from(id) else { break };
            pairs.extend(compiled.rule.keywords.iter().map(|keyword| (keyword.as_ref(), id)));
        }
        pairs.sort_unstable();
        let mut words: Vec<&str> = Vec::with_capacity(pairs.len());
        let mut wanted: Vec<Vec<RuleId>> = Vec::with_capacity(pairs.len());
        for (word, id) in pairs {
            if words.last() != Some(&word) {
                words.push(word);
                wanted.push(Vec::new());
            }
            if let Some(list) = wanted.last_mut() {
                list.push(id);
            }
        }
        let keywords = Keywords::new(words);
        let fronts = rules.iter().flat_map(|compiled| fronts(&compiled.rule)).collect();
        #[cfg(feature = "rule-files")]
        let always = whole::always(&rules);
        Self {
            keywords,
            wanted,
            rules,
            fronts,
            #[cfg(feature = "rule-files")]
            always,
            #[cfg(feature = "rule-files")]
            conditions: None,
        }
    }

    pub(crate) fn rule(&self, id: RuleId) -> Option<&SharedRule> {
        self.rules.get(usize::from(id)).map(|compiled| &compiled.rule)
    }

    pub(crate) fn rules(&self) -> impl Iterator<Item = &SharedRule> {
        self.rules.iter().map(|compiled| &compiled.rule)
    }

    /// All secrets of a buffer, in clear or encoded, in order. Of some rules the path decides, where it is known.
    pub(crate) fn hits(&self, bytes: &[u8], path: Option<&str>) -> Vec<Hit> {
        #[cfg(feature = "rule-files")]
        if self.conditions.as_ref().is_some_and(|conditions| conditions.allow_file(path)) {
            return Vec::new();
        }
        let clear = self.search(bytes, path);
        let mut hits = Vec::new();
        let mut budget = bytes.len().saturating_mul(2).saturating_add(4096);
        decode::layers(bytes, |layer| self.peel(&layer, path, 1, &mut budget, &mut hits));
        let clear = clear.into_iter().map(|candidate| Hit { candidate, decoded: None });
        if hits.is_empty() {
            return clear.collect();
        }
        // What stands there in clear is the better place, unless it was only a guess.
        hits.extend(clear);
        let rank = |hit: &Hit| {
            (hit.candidate.confidence > Confidence::Low, hit.decoded.is_none(), hit.candidate.confidence)
        };
        hits.sort_by(|a, b| {
            let key = |hit: &Hit| (hit.candidate.start, hit.candidate.rule);
            key(a).cmp(&key(b)).then(rank(b).cmp(&rank(a)))
        });
        let mut kept: Vec<Hit> = Vec::with_capacity(hits.len());
        for hit in hits {
            match kept.last_mut() {
                // Several secrets may lie in one encoded text, at one place.
                Some(last)
                    if hit.candidate.start < last.candidate.end
                        && (last.decoded.is_none() || hit.decoded.is_none()) =>
                {
                    if rank(&hit) > rank(last) {
                        *last = hit;
                    }
                }
                Some(last) if same(last, &hit) => {}
                _ => kept.push(hit),
            }
        }
        kept
    }

    /// Searches decoded text, and what is encoded in it. All of it stands where the outermost layer does.
    fn peel(&self, layer: &Layer, path: Option<&str>, depth: usize, budget: &mut usize, hits: &mut Vec<Hit>) {
        let Some(left) = budget.checked_sub(layer.text.len()) else { return };
        *budget = left;
        for candidate in self.search(&layer.text, path) {
            let Some(secret) = layer.text.get(candidate.start..candidate.end) else { continue };
            let decoded = Decoded { secret: secret.to_owned(), from: layer.encoding.to_owned() };
            let candidate = Candidate { start: layer.start, end: layer.end, ..candidate };
            hits.push(Hit { candidate, decoded: Some(decoded) });
        }
        if depth < decode::DEPTH {
            let mut inner = Vec::new();
            decode::layers(&layer.text, |layer| self.peel(&layer, path, depth + 1, budget, &mut inner));
            hits.extend(inner.into_iter().map(|mut hit| {
                hit.candidate.start = layer.start;
                hit.candidate.end = layer.end;
                if let Some(decoded) = &mut hit.decoded {
                    decoded.from = format!("{}, {}", layer.encoding, decoded.from);
                }
                hit
            }));
        }
    }

    /// All secrets of a buffer, in order, one candidate a secret.
    #[cfg_attr(
        not(feature = "rule-files"),
        expect(unused_variables, reason = "only rules that are read ask for paths")
    )]
    pub(crate) fn search(&self, bytes: &[u8], path: Option<&str>) -> Vec<Candidate> {
        let mut pass = Pass {
            engine: self,
            bytes,
            #[cfg(feature = "rule-files")]
            path,
            #[cfg(feature = "rule-files")]
            due: BTreeSet::new(),
            found: Vec::new(),
            windows: Vec::new(),
            named: named::Memo::default(),
            generic_seen: (RuleId::MAX, 0),
        };
        self.keywords.for_each(bytes, |keyword, at| pass.hit(keyword, at));
        pass.finish();
        #[cfg(feature = "rule-files")]
        pass.wholes();
        #[cfg(feature = "rule-files")]
        if let Some(conditions) = &self.conditions {
            conditions.apply(&mut pass.found, self, bytes, path);
        }
        collapse(pass.found, self)
    }
}

/// Whether two hits are of one secret in one place, by different ways.
fn same(a: &Hit, b: &Hit) -> bool {
    let secret = |hit: &Hit| hit.decoded.as_ref().map(|decoded| decoded.secret.clone());
    a.candidate.start < b.candidate.end && b.candidate.start < a.candidate.end && secret(a) == secret(b)
}

/// The keywords that a rule's secrets begin with.
fn fronts(rule: &SharedRule) -> impl Iterator<Item = Box<[u8]>> {
    let fixed = rule.confidence == Confidence::High && matches!(rule.search, Search::At { max: 0..=1, .. });
    let keywords = rule
        .keywords
        .iter()
        .filter(move |keyword| fixed && keyword.len() >= 4 && keyword.ends_with(['_', '-']));
    keywords.map(|keyword| keyword.as_bytes().into())
}

/// The windows of a rule that overlap, as one: where keywords crowd, each byte is searched twice at most.
#[derive(Debug, Clone, Copy, Default)]
struct Window {
    start: usize,
    end: usize,
    /// How far all matches that begin there are found.
    searched: usize,
}

/// One run over one buffer.
struct Pass<'a> {
    engine: &'a Engine,
    bytes: &'a [u8],
    #[cfg(feature = "rule-files")]
    path: Option<&'a str>,
    found: Vec<Candidate>,
    /// Rules for which the whole text is to be searched, because one of their keywords stands in it.
    #[cfg(feature = "rule-files")]
    due: BTreeSet<RuleId>,
    /// What each rule that searches windows has still to search; empty until one does.
    windows: Vec<Window>,
    named: named::Memo,
    /// The rule and the end of the name that a generic detector looked at last.
    generic_seen: (RuleId, usize),
}

impl Pass<'_> {
    fn hit(&mut self, keyword: KeywordId, at: usize) {
        let engine = self.engine;
        let end = at + engine.keywords.length(keyword);
        let Some(wanted) = engine.wanted.get(usize::from(keyword)) else { return };
        for &id in wanted {
            let Some(compiled) = engine.rules.get(usize::from(id)) else { continue };
            match compiled.rule.search {
                Search::At { min, max, after } => {
                    self.at(id, compiled, at, (min, max), end + usize::from(after));
                }
                Search::Around { before, after, reach } => {
                    let start = at.saturating_sub(usize::from(before));
                    self.around(id, compiled, (start, end + usize::from(after)), usize::from(reach));
                }
                #[cfg(feature = "rule-files")]
                Search::Whole { .. } => self.want(id),
                #[cfg(not(feature = "rule-files"))]
                Search::Whole { .. } => {}
                Search::Named { .. } => self.named(id, compiled, at, end),
                Search::Detector(detector) => self.detect(id, detector, at, end),
            }
        }
    }

    fn at(&mut self, id: RuleId, compiled: &Compiled, at: usize, (min, max): (u16, u16), end: usize) {
        // Most keywords go on with something else; that is seen without the pattern.
        if !Run::lead(&compiled.rule.front, self.bytes.get(at..).unwrap_or_default()) {
            return;
        }
        let end = end.min(self.bytes.len());
        for distance in min..=max {
            let Some(start) = at.checked_sub(usize::from(distance)) else { break };
            if let Some(found) = compiled.at(self.bytes, start, end) {
                self.judge(id, compiled, found);
                break;
            }
        }
    }

    /// Puts a window to those that a rule has still to search, or searches those if it does not go with them.
    fn around(&mut self, id: RuleId, compiled: &Compiled, (start, end): (usize, usize), reach: usize) {
        /// Windows are joined up to this length, or twice the longest match.
        const JOINED: usize = 4096;
        if self.windows.is_empty() {
            self.windows = vec![Window::default(); self.engine.rules.len()];
        }
        let Some(&window) = self.windows.get(usize::from(id)) else { return };
        let end = end.min(self.bytes.len());
        let joined = window.start.min(start)..window.end.max(end);
        let joins = window.start < window.end && start <= window.end && joined.len() <= JOINED.max(2 * reach);
        if !joins {
            self.search(id, compiled, window, reach);
        }
        if let Some(window) = self.windows.get_mut(usize::from(id)) {
            (window.start, window.end) = if joins { (joined.start, joined.end) } else { (start, end) };
        }
    }

    fn search(&mut self, id: RuleId, compiled: &Compiled, window: Window, reach: usize) {
        let mut start = window.start.max(window.searched);
        if start >= window.end {
            return;
        }
        // Every match that begins a whole match before the window's end is found now, and need not be looked for again.
        let done = start.max(window.end.saturating_sub(reach));
        while let Some(mut found) = compiled.within(self.bytes, start, window.end) {
            if window.end < self.bytes.len() && found.matched.start + reach > window.end {
                // The window's end may have cut it short, or hidden one that begins earlier.
                let whole = self.bytes.len().min(window.end + reach);
                let start = start.max(window.end.saturating_sub(reach));
                found = compiled.within(self.bytes, start, whole).unwrap_or(found);
            }
            start = found.next.max(start + 1);
            self.judge(id, compiled, found);
        }
        if let Some(window) = self.windows.get_mut(usize::from(id)) {
            window.searched = start.max(done);
        }
    }

    /// Searches the windows that are left.
    fn finish(&mut self) {
        let engine = self.engine;
        for (id, window) in self.windows.clone().into_iter().enumerate().filter(|(_, window)| window.end > 0)
        {
            let Some(compiled) = engine.rules.get(id) else { continue };
            if let (Ok(id), Search::Around { reach, .. }) = (RuleId::try_from(id), compiled.rule.search) {
                self.search(id, compiled, window, usize::from(reach));
            }
        }
    }

    fn judge(&mut self, id: RuleId, compiled: &Compiled, found: Found) {
        let Span { start, end } = found.secret;
        let Some(secret) = self.bytes.get(start..end).filter(|secret| !secret.is_empty()) else { return };
        if let Some(confidence) = judge::judge(&compiled.rule, secret) {
            self.found.push(Candidate {
                rule: id,
                start,
                end,
                confidence,
                // Where a name is read by hand, the pattern has seen the value alone.
                #[cfg(feature = "rule-files")]
                matched: (!matches!(compiled.rule.search, Search::Named { .. })).then_some(found.matched),
            });
        }
    }
}

/// Of candidates that overlap, the most telling stays: by confidence, then by how specific the rule is, then by length.
fn collapse(mut found: Vec<Candidate>, engine: &Engine) -> Vec<Candidate> {
    let rank = |candidate: &Candidate| {
        let generic = engine.rule(candidate.rule).is_some_and(|rule| {
            // The rules of others are all equally sure, but some say that they are.
            rule.confidence == Confidence::Low || rule.id.contains("generic")
        });
        let severity = engine.rule(candidate.rule).map(|rule| rule.severity);
        (candidate.confidence, !generic, severity, candidate.end - candidate.start, u16::MAX - candidate.rule)
    };
    found.sort_by(|a, b| (a.start, b.end, a.rule).cmp(&(b.start, a.end, b.rule)));
    let mut kept: Vec<Candidate> = Vec::with_capacity(found.len());
    for candidate in found {
        match kept.last_mut() {
            Some(last) if candidate.start < last.end => {
                if rank(&candidate) > rank(last) {
                    *last = candidate;
                }
            }
            _ => kept.push(candidate),
        }
    }
    kept
}
