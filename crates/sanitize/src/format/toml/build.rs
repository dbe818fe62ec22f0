//! Which table each key of a file belongs to: TOML 1.1, "Table", "Array of Tables" and "Dotted Keys".

use std::{collections::HashMap, ops::Range};

use toml_parser::{
    Source,
    parser::{Event, EventKind},
};

use super::{
    super::{text, tree::FormatError},
    events::{Events, MAX_DEPTH, events, place, refuse},
    layout::{ArrayItem, Entry, Home, Item, Kind, Layout, Section, Statement, Table},
    scalar::resolve,
};

/// Reads a file.
pub(super) fn layout(source: &str) -> Result<Layout, FormatError> {
    let Events { events, comments } = events(source)?;
    let mut builder =
        Builder { source, events, next: 0, layout: Layout { comments, ..Layout::default() }, depth: 0 };
    builder.table(Kind::Root, 0..source.len(), 0)?;
    builder.layout.sections.push(Section { keys: Vec::new(), header: 0..0, statements: Vec::new() });
    let mut current = (0, 0);
    while let Some(event) = builder.peek() {
        match event.kind() {
            EventKind::StdTableOpen => current = builder.header(false)?,
            EventKind::ArrayTableOpen => current = builder.header(true)?,
            _ => {
                let (table, section) = current;
                let statement = builder.statement(table, Home::Section(section))?;
                if let Some(section) = builder.layout.sections.get_mut(section) {
                    section.statements.push(statement);
                }
            }
        }
    }
    Ok(builder.layout)
}

pub(super) struct Builder<'a> {
    pub(super) source: &'a str,
    events: Vec<Event>,
    next: usize,
    pub(super) layout: Layout,
    /// How deep the value is that is being read.
    depth: usize,
}

/// A key as it is written.
pub(super) struct Key {
    pub(super) text: String,
    pub(super) place: Range<usize>,
}

/// Where an entry is written: in a statement or a header, at a position in its keys.
#[derive(Clone, Copy)]
pub(super) enum Writ {
    Statement(usize, usize),
    Header(usize, usize),
}

impl Builder<'_> {
    fn error(&self, at: usize, message: impl Into<String>) -> FormatError {
        text::error(self.source, at, message)
    }

    pub(super) fn lost(&self, at: usize) -> FormatError {
        self.error(at, "could not be taken apart as TOML")
    }

    fn peek(&self) -> Option<Event> {
        self.events.get(self.next).copied()
    }

    fn eat(&mut self, kind: EventKind) -> Option<Range<usize>> {
        let event = self.peek().filter(|event| event.kind() == kind)?;
        self.next += 1;
        Some(place(&event))
    }

    pub(super) fn expect(&mut self, kind: EventKind) -> Result<Range<usize>, FormatError> {
        let at = self.peek().map_or(self.source.len(), |event| event.span().start());
        self.eat(kind).ok_or_else(|| self.lost(at))
    }

    pub(super) fn keys(&mut self) -> Result<Vec<Key>, FormatError> {
        let mut keys = Vec::new();
        while let Some(event) = self.peek() {
            match event.kind() {
                EventKind::SimpleKey => {
                    let raw =
                        Source::new(self.source).get(event).ok_or_else(|| self.lost(event.span().start()))?;
                    let (mut text, mut error) = (std::borrow::Cow::Borrowed(""), None);
                    raw.decode_key(&mut text, &mut error);
                    refuse(self.source, error)?;
                    keys.push(Key { text: text.into_owned(), place: place(&event) });
                }
                EventKind::KeySep => {}
                _ => break,
            }
            self.next += 1;
        }
        Ok(keys)
    }

    pub(super) fn table(
        &mut self,
        kind: Kind,
        span: Range<usize>,
        depth: usize,
    ) -> Result<usize, FormatError> {
        if depth > MAX_DEPTH {
            return Err(self.error(span.end, format!("nests deeper than {MAX_DEPTH} levels")));
        }
        self.layout.tables.push(Table { kind, span, entries: Vec::new(), by_key: HashMap::new(), depth });
        Ok(self.layout.tables.len() - 1)
    }

    pub(super) fn entry(&mut self, table: usize, key: &str) -> Option<&mut Entry> {
        let table = self.layout.tables.get_mut(table)?;
        let index = *table.by_key.get(key)?;
        table.entries.get_mut(index)
    }

    /// Adds an entry that is new. Its first place is noted with the others, by [`Self::note`].
    pub(super) fn add(&mut self, table: usize, key: &Key, value: Item) {
        if let Some(table) = self.layout.tables.get_mut(table) {
            table.by_key.insert(key.text.clone(), table.entries.len());
            let (places, statements, sections) = (Vec::new(), Vec::new(), Vec::new());
            table.entries.push(Entry { key: key.text.clone(), places, statements, sections, value });
        }
    }

    pub(super) fn note(&mut self, table: usize, key: &Key, writ: Writ) {
        if let Some(entry) = self.entry(table, &key.text) {
            entry.places.push(key.place.clone());
            match writ {
                Writ::Statement(statement, position) => entry.statements.push((statement, position)),
                Writ::Header(section, position) => entry.sections.push((section, position)),
            }
        }
    }

    pub(super) fn repeated(&mut self, table: usize, key: &Key) -> FormatError {
        let first = self
            .entry(table, &key.text)
            .and_then(|entry| entry.places.first())
            .map_or(0, |first| first.start);
        let (line, _) = text::position(self.source, first);
        self.error(key.place.start, format!("the key stands in line {line} already"))
    }

    pub(super) fn depth_of(&self, table: usize) -> usize {
        self.layout.table(table).map_or(0, |table| table.depth)
    }

    /// Reads a key and its value into a table.
    fn statement(&mut self, table: usize, home: Home) -> Result<usize, FormatError> {
        let keys = self.keys()?;
        let places: Vec<_> = keys.iter().map(|key| key.place.clone()).collect();
        let Some((last, parents)) = keys.split_last() else { return Err(self.lost(self.at())) };
        let start = keys.first().map_or(0, |first| first.place.start);
        let number = self.layout.statements.len();
        let inline = matches!(home, Home::Inline(_));
        let span = start..last.place.end;
        self.layout.statements.push(Statement { keys: places, span, comma: None, inline });
        let mut inner = table;
        for (position, key) in parents.iter().enumerate() {
            let found = self.entry(inner, &key.text).map(|entry| match entry.value {
                Item::Table(id) => Some(id),
                _ => None,
            });
            let next = match found {
                None => {
                    let depth = self.depth_of(inner) + 1;
                    let child = self.table(Kind::Dotted(home), start..key.place.end, depth)?;
                    self.add(inner, key, Item::Table(child));
                    child
                }
                Some(Some(child))
                    if self.layout.table(child).is_some_and(|table| table.kind == Kind::Dotted(home)) =>
                {
                    child
                }
                Some(_) => return Err(self.repeated(inner, key)),
            };
            self.note(inner, key, Writ::Statement(number, position));
            inner = next;
        }
        if self.entry(inner, &last.text).is_some() {
            return Err(self.repeated(inner, last));
        }
        self.expect(EventKind::KeyValSep)?;
        self.depth = self.depth_of(inner);
        let value = self.value()?;
        let end = self.layout.span(&value).end;
        self.add(inner, last, value);
        self.note(inner, last, Writ::Statement(number, parents.len()));
        if let Some(statement) = self.layout.statements.get_mut(number) {
            statement.span.end = end;
        }
        Ok(number)
    }

    /// Where the next event is.
    fn at(&self) -> usize {
        self.peek().map_or(self.source.len(), |event| event.span().start())
    }

    fn value(&mut self) -> Result<Item, FormatError> {
        let Some(event) = self.peek() else { return Err(self.lost(self.source.len())) };
        let depth = self.depth;
        self.depth += 1;
        let item = match event.kind() {
            EventKind::ArrayOpen => self.array(),
            EventKind::InlineTableOpen => self.inline(),
            _ => self.scalar(event),
        };
        self.depth = depth;
        item
    }

    fn scalar(&mut self, event: Event) -> Result<Item, FormatError> {
        let span = self.expect(EventKind::Scalar)?;
        let raw = Source::new(self.source).get(event).ok_or_else(|| self.lost(span.start))?;
        let mut error = None;
        let value = resolve(raw, &mut error);
        refuse(self.source, error)?;
        Ok(Item::Scalar { span, value })
    }

    fn array(&mut self) -> Result<Item, FormatError> {
        let open = self.expect(EventKind::ArrayOpen)?;
        if self.depth > MAX_DEPTH {
            return Err(self.error(open.start, format!("nests deeper than {MAX_DEPTH} levels")));
        }
        let mut items = Vec::new();
        loop {
            if let Some(close) = self.eat(EventKind::ArrayClose) {
                return Ok(Item::Array { span: open.start..close.end, inside: open.end..close.start, items });
            }
            let item = self.value()?;
            let comma = self.eat(EventKind::ValueSep).map(|comma| comma.start);
            items.push(ArrayItem { item, comma });
        }
    }

    fn inline(&mut self) -> Result<Item, FormatError> {
        let open = self.expect(EventKind::InlineTableOpen)?;
        let kind = Kind::Inline { inside: open.end..open.end, statements: Vec::new() };
        let table = self.table(kind, open.clone(), self.depth)?;
        let mut statements = Vec::new();
        loop {
            if let Some(close) = self.eat(EventKind::InlineTableClose) {
                if let Some(table) = self.layout.tables.get_mut(table) {
                    table.span = open.start..close.end;
                    table.kind = Kind::Inline { inside: open.end..close.start, statements };
                }
                return Ok(Item::Table(table));
            }
            let statement = self.statement(table, Home::Inline(table))?;
            let comma = self.eat(EventKind::ValueSep).map(|comma| comma.start);
            if let Some(statement) = self.layout.statements.get_mut(statement) {
                statement.comma = comma;
            }
            statements.push(statement);
        }
    }
}
