//! From what a file holds to rules.

use std::str::FromStr;

use storeward_core::vocabulary::{UnknownWord, normal};

use super::item::{Entry, Fault, Item, Value};
use crate::{Audience, Handling, Pattern, Rule, path::PatternError, rule::RuleError};

/// The keys of a rule.
const KEYS: [&str; 7] = ["path", "paths", "class", "handling", "reason", "name", "show_to"];

/// Other names for handlings, which people bring from elsewhere.
const ALIASES: [(&str, Handling); 3] = [
    ("no_masking", Handling::Keep),
    ("redact", Handling::FullRedaction),
    ("generalize", Handling::Generalise),
];

pub(super) fn rules(file: &Item) -> Result<Vec<Rule>, Fault> {
    let mut rules = Vec::new();
    for entry in table(file)? {
        if entry.key != "rule" {
            return Err(unknown_key(entry, &["rule"]));
        }
        let Value::List(items) = &entry.value.value else {
            return Err(Fault::new(
                entry.value.at,
                "rules are a list: each begins with `[[rule]]`, in YAML with `-`",
            ));
        };
        for item in items {
            rules.push(rule(item)?);
        }
    }
    if rules.is_empty() {
        return Err(Fault::new(file.at, "holds no rules"));
    }
    Ok(rules)
}

fn table(item: &Item) -> Result<&[Entry], Fault> {
    match &item.value {
        Value::Table(entries) => Ok(entries),
        Value::Other => Ok(&[]), // a YAML file with nothing in it
        Value::Text(_) | Value::List(_) => Err(Fault::new(item.at, "is no table of keys and values")),
    }
}

fn rule(item: &Item) -> Result<Rule, Fault> {
    let entries = table(item)?;
    if let Some(entry) = entries.iter().find(|entry| !KEYS.contains(&entry.key.as_str())) {
        return Err(unknown_key(entry, &KEYS));
    }
    let get = |key: &str| entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value);
    let need = |key: &str| get(key).ok_or_else(|| Fault::new(item.at, format!("the rule has no `{key}`")));
    let patterns = match (get("path"), get("paths")) {
        (Some(path), None) => patterns(path)?,
        (None, Some(Item { value: Value::List(paths), .. })) => {
            paths.iter().map(patterns).collect::<Result<Vec<_>, _>>()?.concat()
        }
        (None, Some(paths)) => return Err(Fault::new(paths.at, "`paths` is a list; `path` is for one")),
        (Some(_), Some(paths)) => return Err(Fault::new(paths.at, "a rule has `path` or `paths`, not both")),
        (None, None) => return Err(Fault::new(item.at, "the rule has no `path`")),
    };
    let (class, handling) = (word(need("class")?)?, handling(need("handling")?)?);
    let reason = text(need("reason")?)?.to_owned();
    let place = |error: &RuleError| match error {
        RuleError::NoPattern | RuleError::NoPlace(_) => get("path").or_else(|| get("paths")),
        RuleError::SecretKept => get("handling"),
        RuleError::SecretShown => get("show_to"),
    };
    let fault =
        |error: RuleError| Fault::new(place(&error).map_or(item.at, |item| item.at), error.to_string());
    let mut rule = Rule::new(patterns, class, handling, reason).map_err(fault)?;
    if let Some(name) = get("name") {
        rule = rule.named(text(name)?.to_owned());
    } else if let Some(Item { value: Value::Text(path), .. }) = get("path") {
        rule = rule.named(path.clone()); // as it was written
    }
    match get("show_to") {
        Some(audience) => rule.shown_to(word::<Audience>(audience)?).map_err(fault),
        None => Ok(rule),
    }
}

fn patterns(item: &Item) -> Result<Vec<Pattern>, Fault> {
    let path = text(item)?;
    Pattern::parse(path).map_err(|PatternError { column, message, .. }| {
        Fault::new(item.at, format!("`{path}` is no path we take: column {column}: {message}"))
    })
}

fn text(item: &Item) -> Result<&str, Fault> {
    match &item.value {
        Value::Text(text) if !text.trim().is_empty() => Ok(text),
        Value::Text(_) => Err(Fault::new(item.at, "says nothing")),
        Value::List(_) | Value::Table(_) | Value::Other => Err(Fault::new(item.at, "is no text")),
    }
}

fn word<W: FromStr<Err = UnknownWord>>(item: &Item) -> Result<W, Fault> {
    text(item)?.parse().map_err(|error: UnknownWord| Fault::new(item.at, error.to_string()))
}

fn handling(item: &Item) -> Result<Handling, Fault> {
    let written = normal(text(item)?);
    match ALIASES.iter().find(|(alias, _)| *alias == written) {
        Some((_, handling)) => Ok(*handling),
        None => word(item),
    }
}

fn unknown_key(Entry { key, at, .. }: &Entry, known: &[&'static str]) -> Fault {
    Fault::new(*at, UnknownWord::new("key", key, known.iter().copied()).to_string())
}
