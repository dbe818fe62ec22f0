//! The headers of a file, and the tables that they open.

use std::ops::Range;

use toml_parser::parser::EventKind;

use super::{
    super::tree::FormatError,
    build::{Builder, Key, Writ},
    layout::{Item, Kind, Section},
};

impl Builder<'_> {
    /// Reads a header and gives the table and the section that follow.
    pub(super) fn header(&mut self, array: bool) -> Result<(usize, usize), FormatError> {
        let (open, close) = if array {
            (EventKind::ArrayTableOpen, EventKind::ArrayTableClose)
        } else {
            (EventKind::StdTableOpen, EventKind::StdTableClose)
        };
        let start = self.expect(open)?.start;
        let keys = self.keys()?;
        let header = start..self.expect(close)?.end;
        let section = self.layout.sections.len();
        let places = keys.iter().map(|key| key.place.clone()).collect();
        self.layout.sections.push(Section { keys: places, header: header.clone(), statements: Vec::new() });
        let Some((last, parents)) = keys.split_last() else { return Err(self.lost(start)) };
        let mut table = 0;
        for (position, key) in parents.iter().enumerate() {
            let path = keys.first().map_or(0, |first| first.place.start)..key.place.end;
            let next = match self.entry(table, &key.text).map(|entry| &entry.value) {
                None => {
                    let child =
                        self.table(Kind::Implicit(section, position), path, self.depth_of(table) + 1)?;
                    self.add(table, key, Item::Table(child));
                    child
                }
                Some(Item::Table(child)) => *child,
                Some(Item::Tables { tables, .. }) => tables.last().copied().unwrap_or(0),
                Some(Item::Scalar { .. } | Item::Array { .. }) => return Err(self.repeated(table, key)),
            };
            if matches!(self.layout.table(next).map(|table| &table.kind), Some(Kind::Inline { .. })) {
                return Err(self.repeated(table, key));
            }
            self.note(table, key, Writ::Header(section, position));
            table = next;
        }
        let path = keys.first().map_or(0, |first| first.place.start)..last.place.end;
        let made = self.open(table, last, array, path, &header, section)?;
        self.note(table, last, Writ::Header(section, parents.len()));
        Ok((made, section))
    }

    /// The table that a header opens in another.
    fn open(
        &mut self,
        parent: usize,
        key: &Key,
        array: bool,
        path: Range<usize>,
        header: &Range<usize>,
        section: usize,
    ) -> Result<usize, FormatError> {
        let depth = self.depth_of(parent) + 1 + usize::from(array);
        let next = self.layout.tables.len();
        match self.entry(parent, &key.text).map(|entry| &mut entry.value) {
            None => {
                let table = self.table(Kind::Header(section), path, depth)?;
                let value = if array {
                    Item::Tables { span: header.start + 1..header.end - 1, tables: vec![table] }
                } else {
                    Item::Table(table)
                };
                self.add(parent, key, value);
                return Ok(table);
            }
            Some(Item::Tables { tables, .. }) if array => {
                tables.push(next);
                return self.table(Kind::Header(section), path, depth);
            }
            Some(Item::Table(table)) if !array => {
                let table = *table;
                if let Some(found) = self.layout.tables.get_mut(table)
                    && matches!(found.kind, Kind::Implicit(..))
                {
                    found.kind = Kind::Header(section);
                    return Ok(table);
                }
            }
            Some(_) => {}
        }
        Err(self.repeated(parent, key))
    }
}
