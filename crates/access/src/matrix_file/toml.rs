//! Matrix files in TOML.

use std::borrow::Cow;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::item::{Entry, Fault, Item, Value};

pub(super) fn parse(text: &str) -> Result<Item, Fault> {
    let table = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        Fault::new(at, format!("is not valid TOML: {}", error.message().replace('\n', ", ")))
    })?;
    Ok(Item { at: 0, value: Value::Table(entries(table.get_ref())) })
}

/// The entries in the order in which they are written.
fn entries(table: &DeTable<'_>) -> Vec<Entry> {
    let entry = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
        let key: &Spanned<Cow<'_, str>> = key;
        Entry { key: key.get_ref().to_string(), at: key.span().start, value: item(value) }
    };
    let mut entries: Vec<Entry> = table.iter().map(entry).collect();
    entries.sort_by_key(|entry| entry.at);
    entries
}

fn item(value: &Spanned<DeValue<'_>>) -> Item {
    let at = value.span().start;
    let value = match value.get_ref() {
        DeValue::String(string) => Value::Text(string.to_string()),
        DeValue::Array(items) => Value::List(items.iter().map(item).collect()),
        DeValue::Table(table) => Value::Table(entries(table)),
        DeValue::Boolean(flag) => Value::Bare(flag.to_string()),
        DeValue::Integer(number) if number.radix() == 10 => Value::Bare(number.as_str().to_owned()),
        _ => Value::Bare(String::new()),
    };
    Item { at, value }
}
