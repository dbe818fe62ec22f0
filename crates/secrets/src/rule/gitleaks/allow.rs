//! What a configuration lets stand.

use std::{
    collections::{BTreeMap, HashSet},
    fmt,
    sync::Arc,
};

use regex_automata::meta::Regex;
use storeward_core::SecretString;

use super::{
    patterns::{any_of, any_word_of},
    raw::{RawList, Target},
};

/// The allowlists of a configuration, and the paths that its rules keep to. Cheap to clone and to share.
///
/// A list lets a finding stand when one of its conditions holds, or all of them where it says `AND`. Every pattern takes
/// time linear in what it is compared with.
#[derive(Clone, Default)]
pub struct Allowlists(Arc<Lists>);

#[derive(Clone, Default)]
struct Lists {
    /// For every rule, also those that come with the crate.
    all: Vec<Arc<List>>,
    rules: BTreeMap<String, Limits>,
}

/// What holds for one rule.
#[derive(Clone, Default)]
struct Limits {
    /// The paths in which alone it reports.
    path: Option<Regex>,
    lists: Vec<Arc<List>>,
}

/// One list.
pub(super) struct List {
    all: bool,
    commits: HashSet<String>,
    paths: Option<Regex>,
    target: Target,
    regexes: Option<Regex>,
    stopwords: Option<Regex>,
}

/// A finding as a list sees it. What is unknown is `None`.
#[derive(Clone, Copy)]
pub(crate) struct Sighting<'a> {
    pub(crate) rule: &'a str,
    pub(crate) path: Option<&'a str>,
    pub(crate) commit: Option<&'a str>,
    pub(crate) secret: &'a [u8],
    pub(crate) matched: &'a [u8],
    pub(crate) line: &'a [u8],
}

impl Allowlists {
    /// Whether a finding is let stand, or is none because its rule keeps to other paths.
    ///
    /// `rule` is the finding's rule and `path` where it is, with `/` between its parts. `matched` is all that the rule's
    /// pattern matched; whoever has the secret alone gives the line instead. `line` is the line that the finding is on.
    #[must_use]
    pub fn allows(
        &self,
        rule: &str,
        path: &str,
        commit: Option<&str>,
        secret: &SecretString,
        matched: &[u8],
        line: &[u8],
    ) -> bool {
        let secret = secret.expose().as_bytes();
        self.holds(&Sighting { rule, path: Some(path), commit, secret, matched, line })
    }

    /// Whether everything in a file is let stand, for its path or its commit alone, so that it need not be read.
    #[must_use]
    pub fn allows_file(&self, path: &str, commit: Option<&str>) -> bool {
        self.0.all.iter().any(|list| list.holds_for_file(path, commit))
    }

    /// Whether a rule that only looks at paths is let stand at one.
    pub(super) fn allows_path(&self, rule: &str, path: &str, commit: Option<&str>) -> bool {
        let own = self.0.rules.get(rule).into_iter().flat_map(|limits| &limits.lists);
        self.allows_file(path, commit) || own.into_iter().any(|list| list.holds_for_file(path, commit))
    }

    /// Whether a rule keeps to other paths than this one. Of an unknown path nobody can say.
    pub(crate) fn excludes(&self, rule: &str, path: Option<&str>) -> bool {
        let limit = self.0.rules.get(rule).and_then(|limits| limits.path.as_ref());
        limit.zip(path).is_some_and(|(limit, path)| !matches_path(limit, path))
    }

    pub(crate) fn holds(&self, sighting: &Sighting<'_>) -> bool {
        if self.excludes(sighting.rule, sighting.path) {
            return true;
        }
        let own = self.0.rules.get(sighting.rule).into_iter().flat_map(|limits| &limits.lists);
        self.0.all.iter().chain(own).any(|list| list.holds(sighting))
    }

    pub(super) fn add(&mut self, rule: Option<&str>, list: Arc<List>) {
        let lists = Arc::make_mut(&mut self.0);
        match rule {
            Some(rule) => lists.rules.entry(rule.to_owned()).or_default().lists.push(list),
            None => lists.all.push(list),
        }
    }

    pub(super) fn limit(&mut self, rule: &str, path: Regex) {
        Arc::make_mut(&mut self.0).rules.entry(rule.to_owned()).or_default().path = Some(path);
    }

    /// Adds those of another configuration.
    pub(crate) fn join(&mut self, other: &Self) {
        let lists = Arc::make_mut(&mut self.0);
        lists.all.extend(other.0.all.iter().cloned());
        for (rule, limits) in &other.0.rules {
            let own = lists.rules.entry(rule.clone()).or_default();
            own.path = limits.path.clone().or_else(|| own.path.take());
            own.lists.extend(limits.lists.iter().cloned());
        }
    }
}

impl fmt::Debug for Allowlists {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Allowlists")
            .field("all", &self.0.all.len())
            .field("rules", &self.0.rules.len())
            .finish()
    }
}

impl List {
    /// Compiles a list; what cannot be compiled is named. `None` when nothing is left that could let anything stand.
    pub(super) fn new(raw: &RawList, unsupported: &mut Vec<String>) -> Result<Option<Self>, String> {
        let before = unsupported.len();
        let place = |error| format!("allowlist: {error}");
        let list = Self {
            all: raw.all,
            commits: raw.commits.iter().map(|commit| commit.trim().to_lowercase()).collect(),
            paths: any_of("paths", &raw.paths, unsupported).map_err(place)?,
            target: raw.target,
            regexes: any_of("regexes", &raw.regexes, unsupported).map_err(place)?,
            stopwords: any_word_of(&raw.stopwords, unsupported),
        };
        // Without one of its conditions, a list that asks for all of them would let more stand than it says.
        let weaker = raw.all && unsupported.len() > before;
        Ok((!weaker).then_some(list))
    }

    fn holds(&self, sighting: &Sighting<'_>) -> bool {
        let target = match self.target {
            Target::Secret => sighting.secret,
            Target::Match => sighting.matched,
            Target::Line => sighting.line,
        };
        let matches = |regex: &Regex, text: &[u8]| !text.is_empty() && regex.is_match(text);
        self.decide([
            self.commit(sighting.commit),
            self.path(sighting.path),
            self.regexes.as_ref().map(|regexes| matches(regexes, target)),
            self.stopwords.as_ref().map(|words| matches(words, sighting.secret)),
        ])
    }

    /// Whether it holds whatever is found.
    fn holds_for_file(&self, path: &str, commit: Option<&str>) -> bool {
        let unknown = self.regexes.is_some() || self.stopwords.is_some();
        self.decide([self.commit(commit), self.path(Some(path)), unknown.then_some(false), None])
    }

    fn commit(&self, commit: Option<&str>) -> Option<bool> {
        (!self.commits.is_empty())
            .then(|| commit.is_some_and(|commit| self.commits.contains(&commit.to_lowercase())))
    }

    fn path(&self, path: Option<&str>) -> Option<bool> {
        self.paths.as_ref().map(|paths| path.is_some_and(|path| matches_path(paths, path)))
    }

    fn decide(&self, conditions: [Option<bool>; 4]) -> bool {
        let mut named = conditions.into_iter().flatten().peekable();
        if self.all { named.peek().is_some() && named.all(|holds| holds) } else { named.any(|holds| holds) }
    }
}

/// Whether a pattern matches a path, as it is or with the slashes of Unix.
pub(super) fn matches_path(regex: &Regex, path: &str) -> bool {
    let path = path.strip_prefix("./").unwrap_or(path);
    !path.is_empty()
        && (regex.is_match(path)
            || (path.contains('\\') && regex.is_match(path.replace('\\', "/").as_bytes())))
}
