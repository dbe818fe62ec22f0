//! The tables of a file, and where each is written.

use std::{collections::HashMap, ops::Range};

use crate::Scalar;

/// A file. The table with the number 0 is its root.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) tables: Vec<Table>,
    pub(super) statements: Vec<Statement>,
    /// The first is what stands before all headers.
    pub(super) sections: Vec<Section>,
    pub(super) comments: Vec<Range<usize>>,
}

/// A key and its value, as written. Number them by their place in [`Layout::statements`].
#[derive(Debug)]
pub(super) struct Statement {
    /// The keys of a dotted key, or the one.
    pub(super) keys: Vec<Range<usize>>,
    pub(super) span: Range<usize>,
    /// The comma after it in an inline table.
    pub(super) comma: Option<usize>,
    pub(super) inline: bool,
}

/// A header and the statements below it.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) keys: Vec<Range<usize>>,
    /// With its brackets; empty for what stands before all headers.
    pub(super) header: Range<usize>,
    pub(super) statements: Vec<usize>,
}

#[derive(Debug)]
pub(super) struct Table {
    pub(super) kind: Kind,
    /// Its span as a node of the tree.
    pub(super) span: Range<usize>,
    pub(super) entries: Vec<Entry>,
    pub(super) by_key: HashMap<String, usize>,
    /// How deep it stands.
    pub(super) depth: usize,
}

/// How a table came to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Root,
    /// By a header of its own: the section.
    Header(usize),
    /// By the header of a table within it: the first such section, and the position of its key there.
    Implicit(usize, usize),
    /// By a dotted key, within this home.
    Dotted(Home),
    /// In braces: what is inside of them, and its statements.
    Inline {
        inside: Range<usize>,
        statements: Vec<usize>,
    },
}

/// Where statements stand together: below a header, or in an inline table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Home {
    Section(usize),
    Inline(usize),
}

/// A key of a table.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    /// Every place where the key is written.
    pub(super) places: Vec<Range<usize>>,
    /// The statements that are it or lead through it, and the position of its key in each.
    pub(super) statements: Vec<(usize, usize)>,
    /// The sections whose header leads to it, and the position of its key in each.
    pub(super) sections: Vec<(usize, usize)>,
    pub(super) value: Item,
}

#[derive(Debug)]
pub(super) enum Item {
    Scalar {
        span: Range<usize>,
        value: Scalar<'static>,
    },
    Array {
        span: Range<usize>,
        inside: Range<usize>,
        items: Vec<ArrayItem>,
    },
    /// A table by its number.
    Table(usize),
    /// The tables of an array of tables, each with its own header.
    Tables {
        span: Range<usize>,
        tables: Vec<usize>,
    },
}

#[derive(Debug)]
pub(super) struct ArrayItem {
    pub(super) item: Item,
    pub(super) comma: Option<usize>,
}

impl Layout {
    pub(super) fn table(&self, id: usize) -> Option<&Table> {
        self.tables.get(id)
    }

    /// The span of a node of the tree.
    pub(super) fn span(&self, item: &Item) -> Range<usize> {
        match item {
            Item::Scalar { span, .. } | Item::Array { span, .. } | Item::Tables { span, .. } => span.clone(),
            Item::Table(id) => self.table(*id).map_or(0..0, |table| table.span.clone()),
        }
    }
}
