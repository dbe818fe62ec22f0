//! From the parts of a file to values of what they are for.

use std::str::FromStr;

use storeward_core::{Tier, UnknownWord, nearest::nearest, vocabulary::normal};

use super::{
    Places,
    item::{Entry, Fault, Item, Value},
};
use crate::{Located, Scope};

pub(super) fn table(item: &Item) -> Result<&[Entry], Fault> {
    match &item.value {
        Value::Table(entries) => Ok(entries),
        #[cfg(feature = "yaml")]
        Value::Nothing => Ok(&[]),
        _ => Err(Fault::new(item.at, "is no table of keys and values")),
    }
}

/// Looks up keys of a table that has these and no others.
pub(super) fn keys<'a>(
    item: &'a Item,
    known: &[&'static str],
) -> Result<impl Fn(&str) -> Option<&'a Item> + use<'a>, Fault> {
    let entries = table(item)?;
    if let Some(Entry { key, at, .. }) = entries.iter().find(|entry| !known.contains(&entry.key.as_str())) {
        return Err(Fault::new(*at, UnknownWord::new("key", key, known.iter().copied()).to_string()));
    }
    Ok(move |key: &str| entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value))
}

pub(super) fn list(item: &Item) -> Result<&[Item], Fault> {
    match &item.value {
        Value::List(items) => Ok(items),
        _ => Err(Fault::new(item.at, "is no list")),
    }
}

pub(super) fn text(item: &Item) -> Result<&str, Fault> {
    let text = match &item.value {
        Value::Text(text) => text,
        #[cfg(feature = "yaml")]
        Value::Plain(text) => text,
        _ => return Err(Fault::new(item.at, "is no text")),
    };
    if text.trim().is_empty() { Err(Fault::new(item.at, "says nothing")) } else { Ok(text) }
}

/// A number or a truth value.
pub(super) fn bare<T: FromStr>(item: &Item, what: &str) -> Result<T, Fault> {
    let text = match &item.value {
        Value::Bare(text) => text,
        #[cfg(feature = "yaml")]
        Value::Plain(text) => text,
        _ => return Err(Fault::new(item.at, format!("is not {what}"))),
    };
    text.parse().map_err(|_| Fault::new(item.at, format!("is not {what}")))
}

pub(super) fn word<W: FromStr<Err = UnknownWord>>(item: &Item) -> Result<W, Fault> {
    text(item)?.parse().map_err(|error: UnknownWord| Fault::new(item.at, error.to_string()))
}

pub(super) fn words<W: FromStr<Err = UnknownWord>>(
    item: &Item,
    places: &Places<'_>,
) -> Result<Vec<Located<W>>, Fault> {
    let located = |item: &Item| Ok(Located { value: word(item)?, source: places.source(item.at) });
    list(item)?.iter().map(located).collect()
}

pub(super) fn names(item: &Item, places: &Places<'_>) -> Result<Vec<Located<String>>, Fault> {
    let located = |item: &Item| Ok(Located { value: text(item)?.to_owned(), source: places.source(item.at) });
    list(item)?.iter().map(located).collect()
}

pub(super) fn scopes(item: &Item, places: &Places<'_>) -> Result<Vec<Located<Scope>>, Fault> {
    let located = |item: &Item| Ok(Located { value: scope(item)?, source: places.source(item.at) });
    list(item)?.iter().map(located).collect()
}

fn scope(item: &Item) -> Result<Scope, Fault> {
    let text = text(item)?;
    let Some((before, name)) = text.split_once(':') else {
        return Ok(if normal(text) == "all" { Scope::All } else { Scope::Environment(text.to_owned()) });
    };
    if before.trim() != "tier" {
        return Err(Fault::new(
            item.at,
            format!("`{text}` is no environment; a tier is written `tier:production`"),
        ));
    }
    let name = normal(name);
    let tier = Tier::ALL.into_iter().find(|tier| tier.as_str() == name);
    tier.map(Scope::Tier).ok_or_else(|| {
        let hint = storeward_core::nearest::hint(nearest(&name, Tier::ALL.map(Tier::as_str)));
        Fault::new(item.at, format!("unknown tier `{name}`{hint}"))
    })
}
