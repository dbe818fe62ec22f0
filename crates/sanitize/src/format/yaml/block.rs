//! Block collections edited: their entries are lines.

use std::ops::Range;

use super::{
    super::{lines, text},
    layout::{Child, Item},
    write::Writer,
};

impl Writer<'_> {
    /// A block collection goes with its lines; what stands there instead is put on the line of its key or dash.
    pub(super) fn put_for_block(&mut self, item: &Item, by: &str) {
        let rest = lines::rest_of_line(self.source, item.span.end).unwrap_or(item.span.end);
        match (lines::own_line(self.source, item.span.start), item.after) {
            (Some(start), Some(after)) => {
                self.cuts.insert(after, format!(" {by}"));
                self.cuts.remove(self.lines(start, rest, item.span.start - start));
            }
            (Some(start), None) => self.cuts.replace(start..rest, by),
            (None, _) => self.cuts.replace(item.span.start..rest, by),
        }
    }

    pub(super) fn thin_block(&mut self, children: &[Child]) {
        // Where the first entry stood if that is on the line of a dash, and what came before is gone.
        let mut joined = None;
        for (index, child) in children.iter().enumerate() {
            let inline = joined.take() == Some(child.span.start) || index == 0;
            if !self.goes(child) {
                continue;
            }
            let own_line = lines::own_line(self.source, child.span.start);
            let rest = lines::rest_of_line(self.source, child.span.end).unwrap_or(child.span.end);
            match own_line {
                Some(start) if !inline || index == 0 => {
                    self.cuts.remove(self.lines(start, rest, child.span.start - start));
                }
                _ => {
                    let next = children.get(index + 1).map(|next| next.span.start);
                    let end = self.next_content(rest, next);
                    self.cuts.remove(child.span.start..end);
                    joined = Some(end);
                }
            }
        }
    }

    /// Where a comment or the next entry begins, after the line that ends at `end`.
    fn next_content(&self, end: usize, next: Option<usize>) -> usize {
        let column = next.and_then(|next| Some(next - lines::own_line(self.source, next)?));
        let line =
            column.map_or_else(|| lines::after_break(self.source, end), |c| self.lines(end, end, c).end);
        let rest = text::part(self.source, line..self.source.len());
        self.source.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len()
    }

    /// The lines of an entry of a block, from `start`: to the break after `end`, and the comments that follow and
    /// stand deeper than its column, since they stand within it. Empty lines follow it too where a block scalar
    /// before it would take them for its own.
    fn lines(&self, start: usize, end: usize, column: usize) -> Range<usize> {
        let mut stop = lines::after_break(self.source, end);
        let mut line = stop;
        while line < self.source.len() {
            let content = lines::blanks_after(self.source, line);
            let deep = self.source.as_bytes().get(content) == Some(&b'#') && content - line > column;
            if !deep && !lines::is_line_end(self.source, content) {
                break;
            }
            line = lines::after_break(self.source, lines::line_end(self.source, content));
            if deep {
                stop = line;
            }
        }
        let before = text::part(self.source, 0..start).trim_end_matches([' ', '\t', '\r', '\n']).len();
        if self.layout.keepers.binary_search(&before).is_ok() {
            stop = stop.max(line);
        }
        start..stop
    }
}
