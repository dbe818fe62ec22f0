//! A configuration as written: its keys and their types are checked, its patterns are not looked at.

use toml::Table;

use super::{Unsupported, counterparts, fields::Fields};

/// A file.
#[derive(Default)]
pub(super) struct RawConfig {
    pub(super) title: String,
    pub(super) description: String,
    pub(super) min_version: String,
    pub(super) extends_default: bool,
    pub(super) extend_path: String,
    pub(super) disabled: Vec<String>,
    pub(super) rules: Vec<RawRule>,
    pub(super) lists: Vec<RawList>,
    pub(super) unsupported: Vec<Unsupported>,
}

/// A rule.
#[derive(Default)]
pub(super) struct RawRule {
    pub(super) id: String,
    pub(super) description: String,
    pub(super) regex: String,
    pub(super) path: String,
    pub(super) secret_group: u32,
    pub(super) entropy: f64,
    pub(super) keywords: Vec<String>,
    pub(super) tags: Vec<String>,
    pub(super) skip_report: bool,
    pub(super) confidence: String,
    pub(super) lists: Vec<RawList>,
    pub(super) required: Vec<RawRequired>,
}

/// What else must be found for a rule to report.
pub(super) struct RawRequired {
    pub(super) id: String,
    pub(super) lines: Option<u32>,
    pub(super) columns: Option<u32>,
}

/// What is allowed.
#[derive(Clone)]
pub(super) struct RawList {
    /// Whether every kind of condition must hold, and not just one.
    pub(super) all: bool,
    pub(super) commits: Vec<String>,
    pub(super) paths: Vec<String>,
    pub(super) target: Target,
    pub(super) regexes: Vec<String>,
    pub(super) stopwords: Vec<String>,
    /// The rules that it is for; none means all.
    pub(super) rules: Vec<String>,
}

/// What the patterns of an allowlist are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Secret,
    Match,
    Line,
}

impl RawConfig {
    /// Reads a file. The error names the rule and what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let table: Table = toml::from_str(text).map_err(|error| unreadable(text, &error))?;
        let mut fields = Fields::new(&table);
        let mut config = Self {
            title: fields.text("title")?,
            description: fields.text("description")?,
            min_version: fields.text("minVersion")?,
            ..Self::default()
        };
        for table in fields.tables("extend")? {
            let mut extend = Fields::new(table);
            let place = |error| format!("[extend]: {error}");
            config.extends_default = extend.switch("useDefault").map_err(place)?;
            config.extend_path = extend.text("path").map_err(place)?;
            config.disabled = extend.texts("disabledRules").map_err(place)?;
            config.unknown(None, "extend.", extend);
        }
        for table in fields.tables("rules")? {
            let rule = config.rule(table)?;
            config.rules.push(rule);
        }
        config.lists = config.lists(None, &mut fields)?;
        config.unknown(None, "", fields);
        Ok(config)
    }

    fn rule(&mut self, table: &Table) -> Result<RawRule, String> {
        let mut fields = Fields::new(table);
        let id = fields.text("id")?;
        if id.trim().is_empty() {
            let description = fields.text("description")?;
            return Err(format!("a rule has no id; its description is \"{description}\""));
        }
        let rule = self.filled(&id, &mut fields).map_err(|error| format!("rule \"{id}\": {error}"))?;
        self.unknown(Some(&id), "", fields);
        Ok(rule)
    }

    fn filled(&mut self, id: &str, fields: &mut Fields<'_>) -> Result<RawRule, String> {
        let mut required = Vec::new();
        for table in fields.tables("required")? {
            let mut need = Fields::new(table);
            let entry = RawRequired {
                id: need.text("id")?,
                lines: need.count("withinLines")?,
                columns: need.count("withinColumns")?,
            };
            if entry.id.is_empty() {
                return Err("a table of `required` has no id".into());
            }
            required.push(entry);
            self.unknown(Some(id), "required.", need);
        }
        Ok(RawRule {
            id: id.to_owned(),
            description: fields.text("description")?,
            regex: fields.text("regex")?,
            path: fields.text("path")?,
            secret_group: fields.count("secretGroup")?.unwrap_or(0),
            entropy: fields.number("entropy")?,
            keywords: fields.texts("keywords")?,
            tags: fields.texts("tags")?,
            skip_report: fields.switch("skipReport")?,
            confidence: fields.text("confidence")?,
            lists: self.lists(Some(id), fields)?,
            required,
        })
    }

    /// The allowlists of a rule or of all, in the new form or the old one.
    fn lists(&mut self, rule: Option<&str>, fields: &mut Fields<'_>) -> Result<Vec<RawList>, String> {
        let (old, new) = (fields.tables("allowlist")?, fields.tables("allowlists")?);
        if !old.is_empty() && !new.is_empty() {
            return Err("`allowlist` is the old form of `allowlists`; both cannot stand together".into());
        }
        old.into_iter().chain(new).map(|table| self.list(rule, table)).collect()
    }

    fn list(&mut self, rule: Option<&str>, table: &Table) -> Result<RawList, String> {
        let mut fields = Fields::new(table);
        // What it is for is a comment.
        fields.text("description")?;
        let list = RawList {
            all: match fields.text("condition")?.to_uppercase().as_str() {
                "" | "OR" | "||" => false,
                "AND" | "&&" => true,
                other => return Err(format!("allowlist: condition \"{other}\" is neither OR nor AND")),
            },
            commits: fields.texts("commits")?,
            paths: fields.texts("paths")?,
            target: match fields.text("regexTarget")?.as_str() {
                "" | "secret" => Target::Secret,
                "match" => Target::Match,
                "line" => Target::Line,
                other => {
                    return Err(format!("allowlist: regexTarget \"{other}\" is none of secret, match, line"));
                }
            },
            regexes: fields.texts("regexes")?,
            stopwords: fields.texts("stopwords")?,
            rules: if rule.is_none() { fields.texts("targetRules")? } else { Vec::new() },
        };
        if [&list.commits, &list.paths, &list.regexes, &list.stopwords].iter().all(|kind| kind.is_empty()) {
            return Err("allowlist: it has none of commits, paths, regexes, stopwords".into());
        }
        self.unknown(rule, "allowlists.", fields);
        Ok(list)
    }

    /// Names the keys that mean nothing here.
    fn unknown(&mut self, rule: Option<&str>, place: &str, fields: Fields<'_>) {
        self.unsupported.extend(
            fields
                .left()
                .map(|key| Unsupported::new(rule, format!("the key `{place}{key}` has no meaning here"))),
        );
    }

    /// Lays this file over the one that it extends: rules of one id are joined, and what this one says of them counts.
    pub(super) fn over(mut self, base: Self) -> Self {
        // What is turned off there and is no rule of the original's needs no counterpart.
        let met = |id: &String| base.rules.iter().any(|rule| rule.id == *id) && counterparts(id).is_empty();
        let (met, disabled): (Vec<_>, Vec<_>) = std::mem::take(&mut self.disabled).into_iter().partition(met);
        self.disabled = disabled;
        for mut rule in base.rules {
            if self.disabled.contains(&rule.id) || met.contains(&rule.id) {
                continue;
            }
            let Some(own) = self.rules.iter_mut().find(|own| own.id == rule.id) else {
                self.rules.push(rule);
                continue;
            };
            let fill = |own: &mut String, base: String| {
                if own.is_empty() {
                    *own = base;
                }
            };
            fill(&mut own.description, rule.description);
            fill(&mut own.regex, rule.regex);
            fill(&mut own.path, rule.path);
            fill(&mut own.confidence, rule.confidence);
            if own.secret_group == 0 {
                own.secret_group = rule.secret_group;
            }
            if own.entropy == 0.0 {
                own.entropy = rule.entropy;
            }
            own.keywords.append(&mut rule.keywords);
            own.tags.append(&mut rule.tags);
            own.lists.append(&mut rule.lists);
            own.required.append(&mut rule.required);
            own.skip_report |= rule.skip_report;
        }
        self.lists.extend(base.lists);
        self.unsupported.extend(base.unsupported);
        self.disabled.extend(base.disabled);
        self.extends_default |= base.extends_default;
        self.extend_path = base.extend_path;
        self
    }
}

/// Where a text is no TOML and why, without the line itself: it may hold a secret that is let stand.
fn unreadable(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    format!("line {line}: no TOML: {}", error.message())
}
