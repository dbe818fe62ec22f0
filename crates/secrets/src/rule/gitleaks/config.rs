//! From what is written to what is searched.

use std::{fmt, sync::Arc};

use regex_automata::meta::Regex;
use storeward_core::Severity;

use super::{
    Config, Need, Unsupported,
    allow::{List, matches_path},
    counterparts::counterparts,
    own,
    patterns::any_of,
    raw::{RawConfig, RawList, RawRule},
};
use crate::rule::Confidence;

/// The version whose form is read: the last of its line.
const VERSION: (u32, u32) = (8, 30);

/// A rule that reports a file for its path alone.
#[derive(Clone)]
#[non_exhaustive]
pub struct PathRule {
    /// The rule's id.
    pub id: String,
    /// What it says about such a file.
    pub description: String,
    /// How bad one is.
    pub severity: Severity,
    /// How sure a match makes us.
    pub confidence: Confidence,
    path: Regex,
}

impl PathRule {
    /// Whether it reports a path, before anything is let stand.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        matches_path(&self.path, path)
    }
}

impl fmt::Debug for PathRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PathRule").field("id", &self.id).finish_non_exhaustive()
    }
}

pub(super) fn check_extend(raw: &RawConfig) -> Result<(), String> {
    if raw.extends_default && !raw.extend_path.is_empty() {
        return Err("[extend]: `useDefault` and `path` cannot stand together".into());
    }
    Ok(())
}

pub(super) fn build(mut raw: RawConfig) -> Result<Config, String> {
    check_extend(&raw)?;
    let mut config = Config {
        title: std::mem::take(&mut raw.title),
        description: std::mem::take(&mut raw.description),
        extends_default: raw.extends_default,
        extend_path: (!raw.extend_path.is_empty()).then(|| std::mem::take(&mut raw.extend_path)),
        unsupported: std::mem::take(&mut raw.unsupported),
        ..Config::default()
    };
    let whole = raw.rules.iter().filter(|rule| !rule.regex.is_empty() || !rule.path.is_empty());
    let mut builder = Builder { ids: whole.map(|rule| rule.id.clone()).collect(), config: &mut config };
    builder.version(&raw.min_version);
    if let Some(path) = builder.config.extend_path.clone() {
        builder.name(None, format!("it extends `{path}`, which was not read"));
    }
    builder.disable(&raw.disabled);
    for (place, rule) in raw.rules.iter().enumerate() {
        if raw.rules.iter().skip(place + 1).any(|later| later.id == rule.id) {
            builder.name(Some(&rule.id), "it is there twice, and the last one counts");
            continue;
        }
        builder.rule(rule).map_err(|error| format!("rule \"{}\": {error}", rule.id))?;
    }
    for list in &raw.lists {
        builder.list(list)?;
    }
    builder.unmet();
    let nothing = config.rules.is_empty() && config.path_rules.is_empty();
    if nothing && !config.extends_default && config.extend_path.is_none() {
        let what = "it has no rule that can be used and extends none, so nothing is searched for";
        config.unsupported.push(Unsupported::new(None, what));
    }
    Ok(config)
}

struct Builder<'a> {
    /// The ids of the file's own rules.
    ids: Vec<String>,
    config: &'a mut Config,
}

impl Builder<'_> {
    fn name(&mut self, rule: Option<&str>, what: impl Into<String>) {
        self.config.unsupported.push(Unsupported::new(rule, what));
    }

    fn version(&mut self, least: &str) {
        let mut numbers = least.trim_start_matches(['v', 'V']).split('.').map(str::parse::<u32>);
        let known = match (numbers.next(), numbers.next()) {
            _ if least.is_empty() => true,
            (Some(Ok(major)), Some(Ok(minor))) => (major, minor) <= VERSION,
            (Some(Ok(major)), None) => (major, 0) <= VERSION,
            _ => false,
        };
        if !known {
            let (major, minor) = VERSION;
            self.name(None, format!("minVersion {least}: the form of {major}.{minor} is read"));
        }
    }

    fn disable(&mut self, ids: &[String]) {
        for id in ids {
            let known = counterparts(id);
            if known.is_empty() && self.config.extends_default {
                self.name(None, format!("disabledRules: no rule here is the counterpart of \"{id}\""));
            }
            self.config.disabled.extend(known.into_iter().map(str::to_owned));
        }
    }

    /// Whether what is said about an unknown rule may be about one of a file that is extended.
    fn extends(&self) -> bool {
        self.config.extends_default || self.config.extend_path.is_some()
    }

    fn rule(&mut self, raw: &RawRule) -> Result<(), String> {
        let id = Some(raw.id.as_str());
        if raw.regex.is_empty() && raw.path.is_empty() {
            return self.change(raw);
        }
        let own = if raw.regex.is_empty() { None } else { Some(own::rule(raw)?) };
        let mut unsupported = Vec::new();
        let path = if raw.path.is_empty() {
            None
        } else {
            any_of("path", std::slice::from_ref(&raw.path), &mut unsupported)?
        };
        self.lists(std::slice::from_ref(&raw.id), &raw.lists)?;
        for what in unsupported {
            self.name(id, what);
        }
        if !raw.tags.is_empty() {
            self.config.tags.insert(raw.id.clone(), raw.tags.clone());
        }
        match (own, path) {
            (None, Some(path)) => self.path_rule(raw, path)?,
            (None, None) => {}
            (Some(Err(what)), _) => self.name(id, format!("{what}, so it finds nothing")),
            (Some(Ok((rule, mut terms))), path) => {
                if let Some(path) = path {
                    self.config.allow.limit(&raw.id, path);
                }
                terms.silent = raw.skip_report;
                terms.needs = self.needs(raw)?;
                self.config.terms.insert(raw.id.clone(), terms);
                self.config.rules.push(Arc::new(rule));
                self.shadow(raw);
            }
        }
        Ok(())
    }

    fn path_rule(&mut self, raw: &RawRule, path: Regex) -> Result<(), String> {
        self.needs(raw)?;
        if !raw.required.is_empty() {
            self.name(Some(&raw.id), "`required` on a rule that looks at paths alone");
        }
        if raw.skip_report {
            return Ok(());
        }
        self.config.path_rules.push(PathRule {
            id: raw.id.clone(),
            description: if raw.description.is_empty() { raw.id.clone() } else { raw.description.clone() },
            severity: Severity::High,
            confidence: Confidence::Medium,
            path,
        });
        Ok(())
    }

    fn needs(&mut self, raw: &RawRule) -> Result<Vec<Need>, String> {
        for need in &raw.required {
            if !self.ids.contains(&need.id) && !self.extends() {
                return Err(format!("required: there is no rule \"{}\"", need.id));
            }
        }
        let needs = raw.required.iter();
        Ok(needs
            .map(|need| Need { rule: need.id.clone(), lines: need.lines, columns: need.columns })
            .collect())
    }

    /// Needs of what is never searched could not be met, and their rule would find nothing: they are named and left out.
    fn unmet(&mut self) {
        let Config { terms, unsupported, .. } = &mut *self.config;
        let searched: Vec<String> = terms.keys().cloned().collect();
        for (id, terms) in terms {
            terms.needs.retain(|need| {
                let known = searched.contains(&need.rule);
                if !known {
                    let what = format!("required: \"{}\" is not searched, so it is not asked for", need.rule);
                    unsupported.push(Unsupported::new(Some(id), what));
                }
                known
            });
        }
    }

    /// A rule of the file that is extended, with something changed. What is allowed is taken over; the rest is named.
    fn change(&mut self, raw: &RawRule) -> Result<(), String> {
        if !self.extends() {
            return Err("both `regex` and `path` are empty, so it would find nothing".into());
        }
        let known: Vec<String> = counterparts(&raw.id).into_iter().map(str::to_owned).collect();
        if known.is_empty() {
            self.name(Some(&raw.id), "it changes a rule that has no counterpart here");
            return Ok(());
        }
        self.lists(&known, &raw.lists)?;
        let changed = [
            ("entropy", raw.entropy != 0.0),
            ("keywords", !raw.keywords.is_empty()),
            ("secretGroup", raw.secret_group != 0),
            ("description", !raw.description.is_empty()),
            ("tags", !raw.tags.is_empty()),
            ("required", !raw.required.is_empty()),
            ("skipReport", raw.skip_report),
            ("confidence", !raw.confidence.is_empty()),
        ];
        for (key, _) in changed.into_iter().filter(|(_, is)| *is) {
            self.name(Some(&raw.id), format!("`{key}` of {} is not changed", known.join(", ")));
        }
        Ok(())
    }

    /// A rule that takes the place of one of the original's takes nothing from it, and our counterparts stay.
    fn shadow(&mut self, raw: &RawRule) {
        let known = counterparts(&raw.id);
        if self.config.extends_default && !known.is_empty() && !known.contains(&raw.id.as_str()) {
            self.name(Some(&raw.id), format!("it does not replace {}, which stays", known.join(", ")));
        }
    }

    /// The lists of the file: for all rules, or for those that each names.
    fn list(&mut self, raw: &RawList) -> Result<(), String> {
        if raw.rules.is_empty() {
            return self.lists(&[], std::slice::from_ref(raw));
        }
        let mut targets = Vec::new();
        for id in &raw.rules {
            let known = if self.ids.contains(id) { Vec::new() } else { counterparts(id) };
            if self.ids.contains(id) {
                targets.push(id.clone());
            } else if !self.extends() {
                return Err(format!("allowlist: targetRules: there is no rule \"{id}\""));
            } else if known.is_empty() {
                self.name(None, format!("targetRules: no rule here is the counterpart of \"{id}\""));
            }
            targets.extend(known.into_iter().map(str::to_owned));
        }
        if targets.is_empty() { Ok(()) } else { self.lists(&targets, std::slice::from_ref(raw)) }
    }

    /// Adds lists to some rules, or to all if none is named.
    fn lists(&mut self, rules: &[String], lists: &[RawList]) -> Result<(), String> {
        for raw in lists {
            let mut unsupported = Vec::new();
            let list = List::new(raw, &mut unsupported)?.map(Arc::new);
            for what in unsupported {
                let rest = if list.is_none() { ", so the list lets nothing stand" } else { "" };
                self.name(rules.first().map(String::as_str), format!("{what}{rest}"));
            }
            let Some(list) = list else { continue };
            if rules.is_empty() {
                self.config.allow.add(None, list);
                continue;
            }
            for rule in rules {
                self.config.allow.add(Some(rule), Arc::clone(&list));
            }
        }
        Ok(())
    }
}
