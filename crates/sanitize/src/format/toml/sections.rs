//! Tables edited that have headers, and statements that are lines.

use std::ops::Range;

use super::{
    super::lines,
    layout::{Entry, Home, Kind},
    write::Writer,
};

impl Writer<'_> {
    /// Cuts all lines of an entry, but for one statement that is needed for another thing.
    pub(super) fn cut_entry(&mut self, entry: &Entry, but: Option<usize>) {
        for (section, _) in &entry.sections {
            self.cut_section(*section);
        }
        for (number, _) in &entry.statements {
            let Some(statement) = self.layout.statements.get(*number).filter(|_| Some(*number) != but) else {
                continue;
            };
            if statement.inline {
                self.gone.insert(*number);
            } else {
                self.cuts.remove(self.line(&statement.span));
            }
        }
    }

    /// What is on one line with this, its break and comment included.
    fn line(&self, span: &Range<usize>) -> Range<usize> {
        let start = lines::own_line(self.source, span.start).unwrap_or(span.start);
        let end = lines::rest_of_line(self.source, span.end).unwrap_or(span.end);
        start..lines::after_break(self.source, end)
    }

    /// Where the lines of a section begin and where the last of its statements ends.
    fn section(&self, number: usize) -> Option<Range<usize>> {
        let section = self.layout.sections.get(number)?;
        let last = section.statements.last().and_then(|last| self.layout.statements.get(*last));
        let end = last.map(|last| self.line(&last.span).end);
        if section.header.is_empty() {
            // What stands before all headers may be no line at all.
            let next = self.layout.sections.get(1).map_or(0, |next| self.line(&next.header).start);
            return Some(0..end.unwrap_or(next));
        }
        let header = self.line(&section.header);
        Some(header.start..end.unwrap_or(header.end))
    }

    pub(super) fn cut_section(&mut self, number: usize) {
        let Some(mut lines) = self.section(number) else { return };
        // Comments that follow at once are its own, unless they stand right above another header.
        let mut line = lines.end;
        while self.source.as_bytes().get(lines::blanks_after(self.source, line)) == Some(&b'#') {
            line = lines::after_break(self.source, lines::line_end(self.source, line));
        }
        if self.source.as_bytes().get(lines::blanks_after(self.source, line)) != Some(&b'[') {
            lines.end = line;
        }
        self.cuts.remove(lines);
    }

    /// Ends a statement at one of its keys, with another value.
    pub(super) fn shorten(&mut self, statement: usize, position: usize, by: &str) {
        if let Some(statement) = self.layout.statements.get(statement)
            && let Some(key) = statement.keys.get(position)
        {
            self.cuts.replace(key.end..statement.span.end, format!(" = {by}"));
        }
    }

    /// Gives a table a header where the first of those stands that it is there by, and lets more be added to it.
    pub(super) fn header(&mut self, id: usize, section: usize, position: usize) -> Option<&mut String> {
        let section = self.layout.sections.get(section)?;
        let path = self.path(section.keys.get(..=position)?);
        let at = self.line(&section.header).start;
        let header = || (at, format!("[{path}]{}", lines::line_break(self.source)));
        Some(&mut self.headers.entry(id).or_insert_with(header).1)
    }

    pub(super) fn put_headers(&mut self) {
        for (at, header) in std::mem::take(&mut self.headers).into_values() {
            self.cuts.insert(at, header);
        }
    }

    /// Writes an entry anew in its table: what was written with headers of its own is now one line.
    pub(super) fn put(&mut self, parent: usize, entry: &Entry, by: &str) {
        let Some(table) = self.layout.table(parent) else { return };
        let Some(key) = entry.places.first().map(|place| self.name(place)) else { return };
        let line = format!("{key} = {by}");
        match &table.kind {
            Kind::Root => self.put_line(0, &line),
            Kind::Header(section) => self.put_line(*section, &line),
            Kind::Implicit(section, position) => {
                let end = lines::line_break(self.source);
                if let Some(header) = self.header(parent, *section, *position) {
                    header.push_str(&line);
                    header.push_str(end);
                }
            }
            Kind::Dotted(Home::Section(section)) => {
                let first = table.entries.iter().find_map(|entry| entry.statements.first());
                let prefix = first.and_then(|(number, position)| {
                    self.layout.statements.get(*number)?.keys.get(..*position).map(|keys| self.path(keys))
                });
                if let Some(prefix) = prefix {
                    self.put_line(*section, &format!("{prefix}.{line}"));
                }
            }
            Kind::Dotted(_) | Kind::Inline { .. } => {}
        }
    }

    /// Adds a line to a section.
    fn put_line(&mut self, section: usize, line: &str) {
        let Some(lines) = self.section(section) else { return };
        let end = lines::line_break(self.source);
        if lines::is_line_start(self.source, lines.end) || lines.end == '\u{feff}'.len_utf8() {
            self.cuts.insert(lines.end, format!("{line}{end}"));
        } else {
            self.cuts.insert(lines.end, format!("{end}{line}"));
        }
    }
}
