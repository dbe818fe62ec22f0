//! One layer of configuration: the settings it makes, each with the place where it stands, and what is wrong with it.

use std::fmt;

use figment::value::Value;
use storeward_approval::DailyWindow;

use super::keys::{self, KEYS, Key, Kind};
use crate::position::Position;

/// Where a setting comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A line of a file; the section is a profile of `storeward.toml`.
    File { path: String, at: Position, section: Option<String> },
    /// A variable of the process.
    Variable(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, at, section: None } => write!(f, "{path}:{}:{}", at.line, at.column),
            Self::File { path, at, section: Some(section) } => {
                write!(f, "{path}:{}:{} [{section}]", at.line, at.column)
            }
            Self::Variable(name) => write!(f, "environment variable {name}"),
        }
    }
}

/// A key that a layer gives a value.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    pub(crate) key: &'static Key,
    pub(crate) value: Value,
    pub(crate) origin: Origin,
}

/// Something wrong in a layer. It names no value, because a value may be a secret in the wrong place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) message: String,
    pub(crate) origin: Origin,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.origin, self.message)
    }
}

/// Reads the settings among some environment variables; others are none of our business.
pub(crate) fn from_variables<'a>(
    variables: impl IntoIterator<Item = (&'a str, &'a str, Origin)>,
) -> (Vec<Setting>, Vec<Problem>) {
    let (mut settings, mut problems) = (Vec::new(), Vec::new());
    for (name, text, origin) in variables {
        let found = KEYS.iter().find(|key| key.aliases.contains(&name) || key.variable() == name);
        match found.map(|key| (key, value_of(key, text))) {
            Some((key, Some(value))) => settings.push(Setting { key, value, origin }),
            Some((key, None)) => problems.push(Problem { message: expected(key, name), origin }),
            None if is_ours(name) => {
                let known: Vec<String> = KEYS.iter().map(Key::variable).collect();
                let hint = hint(name, known.iter().map(String::as_str));
                problems.push(Problem { message: format!("unknown variable `{name}`{hint}"), origin });
            }
            None => {}
        }
    }
    (settings, problems)
}

/// Whether only we can have meant a variable. The tests' own share the prefix.
fn is_ours(name: &str) -> bool {
    name.starts_with("STOREWARD_")
        && !name.starts_with("STOREWARD_TEST_")
        && !keys::SECRET_VARIABLES.contains(&name)
}

/// A key's value from the text of a variable.
fn value_of(key: &Key, text: &str) -> Option<Value> {
    let text = text.trim();
    Some(match key.kind {
        Kind::Switch => match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Value::from(true),
            "false" | "0" | "no" | "off" => Value::from(false),
            _ => return None,
        },
        Kind::Count => Value::from(text.parse::<u32>().ok().filter(|&count| count > 0)?),
        Kind::Text => Value::from(text),
        Kind::Texts => {
            Value::from(text.split(',').map(str::trim).filter(|t| !t.is_empty()).collect::<Vec<_>>())
        }
        Kind::Window => Value::from(text.parse::<DailyWindow>().ok()?.to_string()),
        Kind::Span => Value::from(humantime::parse_duration(text).ok().map(|_| text)?),
    })
}

/// What a key takes, when it was given something else.
pub(crate) fn expected(key: &Key, written: &str) -> String {
    let takes = match key.kind {
        Kind::Switch => "`true` or `false`",
        Kind::Count => "a whole number from 1 up",
        Kind::Text => "a text",
        Kind::Texts => "a list of texts",
        Kind::Window => "two times of day such as `02:00-04:00`",
        Kind::Span => "a span of time such as `90d` or `12h`",
    };
    format!("`{written}` takes {takes}")
}

pub(crate) fn hint<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    storeward_core::nearest::hint(storeward_core::nearest::nearest(word, known))
}

/// Checks a value from TOML against its key.
pub(crate) fn typed(key: &Key, value: &toml::de::DeValue<'_>) -> Option<Value> {
    use toml::de::DeValue;
    match (key.kind, value) {
        (Kind::Switch, DeValue::Boolean(on)) => Some(Value::from(*on)),
        (Kind::Count, DeValue::Integer(number)) => {
            let count = u32::from_str_radix(number.as_str(), number.radix()).ok()?;
            (count > 0).then(|| Value::from(count))
        }
        (Kind::Text | Kind::Window | Kind::Span, DeValue::String(text)) => value_of(key, text),
        (Kind::Texts, DeValue::Array(items)) => {
            let texts: Option<Vec<&str>> = items.iter().map(|item| item.get_ref().as_str()).collect();
            Some(Value::from(texts?))
        }
        _ => None,
    }
}

/// The key named by a dotted name, or why there is none.
pub(crate) fn known_key(dotted: &str) -> Result<&'static Key, String> {
    keys::find(dotted).ok_or_else(|| {
        let hint = hint(dotted, KEYS.iter().map(|key| key.name));
        format!("unknown key `{dotted}`{hint}")
    })
}
