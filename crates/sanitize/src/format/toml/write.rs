//! TOML edited in place.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    ops::Range,
};

use super::{
    super::{
        brackets::{self, drop_items},
        cut::Cuts,
        edits::Edits,
        text,
        tree::{Edit, FormatError, Stream},
        verify::{Before, Habits, overlap, verified},
    },
    build::layout,
    layout::{Entry, Item, Kind, Layout, Table},
    read::read,
    scalar::{self, kept, written},
};
use crate::Scalar;

pub(super) fn write(source: &str, stream: &Stream, edits: &[Edit]) -> Result<String, FormatError> {
    let edits = Edits::of(source, stream, edits)?;
    let layout = layout(source)?;
    let mut writer = Writer {
        source,
        edits: &edits,
        layout: &layout,
        cuts: Cuts::default(),
        names: HashMap::new(),
        gone: HashSet::new(),
        headers: BTreeMap::new(),
    };
    writer.rename();
    writer.root()?;
    writer.put_headers();
    for span in &layout.comments {
        if let Some(comment) = edits.comment(span) {
            writer.cuts.replace(span.clone(), comment);
        }
    }
    let changed = writer.cuts.apply(source).map_err(|at| overlap(source, at))?;
    let habits = Habits { ordered: false, written: kept };
    verified(Before { text: source, stream, edits: &edits }, changed, read, habits)
}

pub(super) struct Writer<'a> {
    pub(super) source: &'a str,
    edits: &'a Edits<'a>,
    pub(super) layout: &'a Layout,
    pub(super) cuts: Cuts,
    /// What stands for a key now, by where it is written.
    names: HashMap<usize, String>,
    /// The statements of inline tables that go.
    pub(super) gone: HashSet<usize>,
    /// Headers of tables that had none, by table: where, and the header with what follows it.
    pub(super) headers: BTreeMap<usize, (usize, String)>,
}

impl<'a> Writer<'a> {
    /// Replaces each key that has a new name wherever it is written.
    fn rename(&mut self) {
        for entry in self.layout.tables.iter().flat_map(|table| &table.entries) {
            let Some(name) = entry.places.first().and_then(|place| self.edits.key(place)) else { continue };
            for place in &entry.places {
                self.names.insert(place.start, scalar::key(name));
                self.cuts.replace(place.clone(), scalar::key(name));
            }
        }
    }

    /// A key as it is written now.
    pub(super) fn name(&self, place: &Range<usize>) -> String {
        let old = || text::part(self.source, place.clone()).to_owned();
        self.names.get(&place.start).cloned().unwrap_or_else(old)
    }

    pub(super) fn path(&self, keys: &[Range<usize>]) -> String {
        keys.iter().map(|place| self.name(place)).collect::<Vec<_>>().join(".")
    }

    fn goes(&self, item: &Item) -> bool {
        self.edits.drops(&self.layout.span(item))
    }

    fn rendered(&self, scalar: &Scalar<'_>, at: usize) -> Result<String, FormatError> {
        written(scalar).ok_or_else(|| text::error(self.source, at, "what shall stand here is no number"))
    }

    fn root(&mut self) -> Result<(), FormatError> {
        let Some(root) = self.layout.table(0) else { return Ok(()) };
        if self.edits.drops(&root.span) {
            root.entries.iter().for_each(|entry| self.cut_entry(entry, None));
            return Ok(());
        }
        if self.edits.value(&root.span).is_some() {
            return Err(text::error(self.source, 0, "the root of a TOML file cannot be a scalar"));
        }
        self.table(0, root, None)
    }

    /// Edits a table. `through` is the entry that it is the value of.
    fn table(&mut self, id: usize, table: &'a Table, through: Option<&'a Entry>) -> Result<(), FormatError> {
        let emptied = !table.entries.is_empty() && table.entries.iter().all(|entry| self.goes(&entry.value));
        let dotted = matches!(table.kind, Kind::Dotted(_));
        // A table that is there by its entries alone needs something to be there by.
        let first = through.filter(|_| emptied && dotted).and_then(|entry| entry.statements.first().copied());
        for entry in &table.entries {
            if self.goes(&entry.value) {
                self.cut_entry(entry, first.map(|(statement, _)| statement));
            } else {
                self.entry(id, entry)?;
            }
        }
        match &table.kind {
            Kind::Dotted(_) => {
                if let Some((statement, position)) = first {
                    self.shorten(statement, position, "{}");
                }
            }
            Kind::Implicit(section, position) if emptied => {
                self.header(id, *section, *position);
            }
            Kind::Inline { inside, statements } => self.thin(inside, statements),
            Kind::Root | Kind::Header(_) | Kind::Implicit(..) => {}
        }
        Ok(())
    }

    fn entry(&mut self, parent: usize, entry: &'a Entry) -> Result<(), FormatError> {
        let span = self.layout.span(&entry.value);
        let Some(scalar) = self.edits.value(&span) else { return self.item(parent, entry, &entry.value) };
        let by = self.rendered(scalar, span.start)?;
        let spread = match &entry.value {
            Item::Table(id) => {
                !matches!(self.layout.table(*id).map(|table| &table.kind), Some(Kind::Inline { .. }))
            }
            Item::Tables { .. } => true,
            _ => false,
        };
        if !spread {
            self.cuts.replace(span, by);
        } else if let Some((statement, position)) = entry.statements.first().copied() {
            self.cut_entry(entry, Some(statement));
            self.shorten(statement, position, &by);
        } else {
            self.cut_entry(entry, None);
            self.put(parent, entry, &by);
        }
        Ok(())
    }

    /// Edits a value; `through` is the entry that it belongs to.
    fn item(&mut self, parent: usize, through: &'a Entry, item: &'a Item) -> Result<(), FormatError> {
        match item {
            Item::Scalar { .. } => Ok(()),
            Item::Table(id) => match self.layout.table(*id) {
                Some(table) => self.table(*id, table, Some(through)),
                None => Ok(()),
            },
            Item::Tables { tables, .. } => self.tables(parent, through, tables),
            Item::Array { inside, items, .. } => {
                let mut entries = Vec::new();
                for item in items {
                    let span = self.layout.span(&item.item);
                    let goes = self.goes(&item.item);
                    if let Some(scalar) = self.edits.value(&span) {
                        let by = self.rendered(scalar, span.start)?;
                        self.cuts.replace(span.clone(), by);
                    } else if !goes {
                        self.item(parent, through, &item.item)?;
                    }
                    entries.push(brackets::Item { span, comma: item.comma, goes });
                }
                self.drop_items(inside, &entries);
                Ok(())
            }
        }
    }

    /// Edits an array of tables.
    fn tables(&mut self, parent: usize, through: &'a Entry, tables: &'a [usize]) -> Result<(), FormatError> {
        let mut left = 0;
        for id in tables {
            let Some(table) = self.layout.table(*id) else { continue };
            let item = Item::Table(*id);
            if self.edits.value(&table.span).is_some() {
                let message = "a table with a header of its own cannot be a scalar";
                return Err(text::error(self.source, table.span.start, message));
            }
            if !self.goes(&item) {
                left += 1;
                self.table(*id, table, Some(through))?;
                continue;
            }
            if let Kind::Header(section) = table.kind {
                self.cut_section(section);
            }
            table.entries.iter().for_each(|entry| self.cut_entry(entry, None));
        }
        if left == 0 {
            self.put(parent, through, "[]");
        }
        Ok(())
    }

    fn thin(&mut self, inside: &Range<usize>, statements: &[usize]) {
        let items = statements.iter().filter_map(|number| {
            let statement = self.layout.statements.get(*number)?;
            let goes = self.gone.contains(number);
            Some(brackets::Item { span: statement.span.clone(), comma: statement.comma, goes })
        });
        let items: Vec<_> = items.collect();
        self.drop_items(inside, &items);
    }

    fn drop_items(&mut self, inside: &Range<usize>, items: &[brackets::Item]) {
        if items.iter().any(|item| item.goes) {
            let first = self.layout.comments.partition_point(|comment| comment.start < inside.start);
            let bare = self.layout.comments.get(first).is_none_or(|comment| comment.start >= inside.end);
            drop_items(self.source, inside.clone(), items, bare, &mut self.cuts);
        }
    }
}
