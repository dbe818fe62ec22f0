//! TOML read into the tree that all formats have in common.

use super::{
    super::tree::{self, FormatError, Node, Stream, Value},
    build::layout,
    layout::{Item, Layout},
};

pub(super) fn read(text: &str) -> Result<Stream, FormatError> {
    let layout = layout(text)?;
    let root = node(&layout, &Item::Table(0));
    Ok(Stream { documents: vec![root], comments: layout.comments })
}

fn node(layout: &Layout, item: &Item) -> Node {
    let value = match item {
        Item::Scalar { value, .. } => Value::Scalar(value.clone()),
        Item::Array { items, .. } => {
            Value::Sequence(items.iter().map(|item| node(layout, &item.item)).collect())
        }
        Item::Tables { tables, .. } => {
            Value::Sequence(tables.iter().map(|table| node(layout, &Item::Table(*table))).collect())
        }
        Item::Table(id) => {
            let entries = layout.table(*id).map(|table| table.entries.as_slice()).unwrap_or_default();
            let entries = entries.iter().map(|entry| tree::Entry {
                key: entry.key.clone(),
                key_span: entry.places.first().cloned().unwrap_or_default(),
                value: node(layout, &entry.value),
            });
            Value::Mapping(entries.collect())
        }
    };
    Node { span: layout.span(item), anchor: None, value }
}
