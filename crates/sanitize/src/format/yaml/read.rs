//! YAML read into the tree that all formats have in common.

use super::{
    super::tree::{Entry, FormatError, Node, Stream, Value},
    build::layout,
    layout::{Child, Content, Item},
};

pub(super) fn read(text: &str) -> Result<Stream, FormatError> {
    let layout = layout(text)?;
    Ok(Stream { documents: layout.documents.into_iter().map(node).collect(), comments: layout.comments })
}

fn node(item: Item) -> Node {
    let value = match item.content {
        Content::Scalar { value, .. } => Value::Scalar(value),
        Content::Alias(anchor) => Value::Alias(anchor),
        Content::Collection { mapping: true, children, .. } => {
            Value::Mapping(children.into_iter().filter_map(entry).collect())
        }
        Content::Collection { children, .. } => {
            Value::Sequence(children.into_iter().map(|child| node(child.value)).collect())
        }
    };
    Node { span: item.span, anchor: item.anchor, value }
}

fn entry(child: Child) -> Option<Entry> {
    let key = child.key?;
    Some(Entry { key: key.text, key_span: key.item.span, value: node(child.value) })
}
