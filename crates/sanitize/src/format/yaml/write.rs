//! YAML edited in place.

use std::{collections::HashMap, ops::Range};

use super::{
    super::{
        brackets::{self, drop_items},
        cut::Cuts,
        edits::Edits,
        lines, text,
        tree::{Edit, FormatError, Stream},
        verify::{Before, Habits, overlap, verified},
    },
    build::layout,
    layout::{Child, Content, Item, Key, Layout, Style},
    read::read,
    scalar::{Kind, quoted, written},
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
        lost: HashMap::new(),
        used: Vec::new(),
    };
    layout.documents.iter().try_for_each(|root| writer.root(root))?;
    writer.check_anchors()?;
    for span in &layout.comments {
        if let Some(comment) = edits.comment(span) {
            writer.cuts.replace(span.clone(), comment);
        }
    }
    let changed = writer.cuts.apply(source).map_err(|at| overlap(source, at))?;
    let habits = Habits { ordered: true, written: |scalar| owned(scalar) };
    verified(Before { text: source, stream, edits: &edits }, changed, read, habits)
}

fn owned(scalar: &Scalar<'_>) -> Scalar<'static> {
    match scalar {
        Scalar::Text(text) => Scalar::Text(text.clone().into_owned().into()),
        Scalar::Number(number) => Scalar::Number(number.clone().into_owned().into()),
        Scalar::Bool(truth) => Scalar::Bool(*truth),
        Scalar::Null => Scalar::Null,
    }
}

pub(super) struct Writer<'a> {
    pub(super) source: &'a str,
    edits: &'a Edits<'a>,
    pub(super) layout: &'a Layout,
    pub(super) cuts: Cuts,
    /// The anchors that go, and where the node begins that takes them.
    lost: HashMap<usize, usize>,
    /// The anchors of the aliases that stay.
    used: Vec<usize>,
}

impl Writer<'_> {
    fn root(&mut self, root: &Item) -> Result<(), FormatError> {
        if !self.edits.drops(&root.span) {
            return self.node(root);
        }
        if let (Some(first), Some(last)) = (root.properties.first(), root.properties.last()) {
            self.remove_property(first.start..last.end);
        }
        if !root.outer.is_empty() {
            self.put(root, "null");
        }
        Ok(())
    }

    fn node(&mut self, item: &Item) -> Result<(), FormatError> {
        if let Some(scalar) = self.edits.value(&item.span) {
            let Some(by) = written(scalar) else {
                return Err(text::error(self.source, item.span.start, "what shall stand here is no number"));
            };
            self.lose_children(item);
            self.fit_tag(item, |kind| kind.fits(scalar));
            self.put(item, &by);
            return Ok(());
        }
        match &item.content {
            Content::Scalar { .. } => {}
            Content::Alias(anchor) => self.used.push(*anchor),
            Content::Collection { mapping, style, children } => {
                for child in children {
                    self.child(child, *style == Style::Block)?;
                }
                if children.iter().any(|child| self.goes(child)) {
                    self.thin(item, *mapping, style, children);
                }
            }
        }
        Ok(())
    }

    pub(super) fn goes(&self, child: &Child) -> bool {
        self.edits.drops(&child.value.span)
    }

    fn child(&mut self, child: &Child, block: bool) -> Result<(), FormatError> {
        if self.goes(child) {
            self.lose(&child.value, child.span.start);
            return Ok(());
        }
        if let Some(key) = &child.key {
            if let Some(name) = self.edits.key(&key.item.span) {
                self.fit_tag(&key.item, |kind| matches!(kind, Kind::Any | Kind::Text));
                self.put_key(key, &child.value, &quoted(name));
            }
            if key.colon.is_none() && child.value.span.is_empty() && child.value.properties.is_empty() {
                return self.value_without_colon(key, child, block);
            }
        }
        self.node(&child.value)
    }

    fn put_key(&mut self, key: &Key, value: &Item, by: &str) {
        let inline_block = matches!(value.content, Content::Collection { style: Style::Block, .. })
            && lines::own_line(self.source, value.outer.start).is_none();
        if key.item.outer.is_empty() && key.question.is_none() && inline_block {
            // `: - a`: what may follow the colon of an empty key may not follow that of another.
            let line = format!(
                "? {by}{}{}",
                lines::line_break(self.source),
                " ".repeat(self.column(key.item.span.start))
            );
            return self.cuts.insert(key.item.span.start, line);
        }
        self.put(&key.item, by);
    }

    /// Gives a key a colon and a value: `? a` or `{a}`.
    fn value_without_colon(&mut self, key: &Key, child: &Child, block: bool) -> Result<(), FormatError> {
        let Some(scalar) = self.edits.value(&child.value.span) else { return Ok(()) };
        let at = child.value.span.start;
        let Some(by) = written(scalar) else {
            return Err(text::error(self.source, at, "what shall stand here is no number"));
        };
        let column = key.question.filter(|_| block).map(|at| self.column(at));
        let insertion = match column {
            Some(column) => format!("{}{}: {by}", lines::line_break(self.source), " ".repeat(column)),
            None if key.item.span.is_empty() => format!(" : {by}"),
            None => format!(": {by}"),
        };
        self.cuts.insert(at, insertion);
        Ok(())
    }

    /// The column, from 0, of a mark in a block.
    fn column(&self, at: usize) -> usize {
        let before = text::part(self.source, 0..at);
        let line = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
        text::part(self.source, line..at).trim_start_matches('\u{feff}').chars().count()
    }

    /// Removes a tag that does not say what will stand there.
    fn fit_tag(&mut self, item: &Item, fits: impl FnOnce(Kind) -> bool) {
        if let Some((kind, span)) = &item.tag
            && !fits(*kind)
        {
            self.remove_property(span.clone());
        }
    }

    /// Removes an anchor or tag with the blanks that part it from what follows, or from what it follows.
    fn remove_property(&mut self, span: Range<usize>) {
        let after = lines::blanks_after(self.source, span.end);
        let last = lines::rest_of_line(self.source, after).is_some()
            || self.source.as_bytes().get(after).is_some_and(|b| b",]}".contains(b));
        if last {
            self.cuts.remove(lines::blanks_before(self.source, span.start)..span.end);
        } else {
            self.cuts.remove(span.start..after);
        }
    }

    /// Writes something in the place of a node's content.
    fn put(&mut self, item: &Item, by: &str) {
        match &item.content {
            Content::Scalar { header: Some(header), .. } => {
                // A comment after the header stays, and so does the line after the last.
                let end = lines::rest_of_line(self.source, header.end).unwrap_or(header.end);
                self.cuts.replace(header.clone(), by);
                if end < item.span.end {
                    self.cuts.remove(end..item.span.end);
                }
            }
            Content::Collection { style: Style::Block, .. } => self.put_for_block(item, by),
            _ if item.span.is_empty() => {
                let at = item.span.start;
                let before = text::part(self.source, 0..at).chars().next_back();
                let space = if before.is_none_or(|c| c.is_whitespace() || "[{,\u{feff}".contains(c)) {
                    ""
                } else {
                    " "
                };
                self.cuts.insert(at, format!("{space}{by}"));
            }
            _ => self.cuts.replace(item.span.clone(), by),
        }
    }

    /// Cuts the children of a collection that go.
    fn thin(&mut self, item: &Item, mapping: bool, style: &Style, children: &[Child]) {
        let none_left = children.iter().all(|child| self.goes(child));
        let empty = if mapping { "{}" } else { "[]" };
        match style {
            Style::Flow(inside) => {
                let items: Vec<_> = children
                    .iter()
                    .map(|child| brackets::Item {
                        span: child.span.clone(),
                        comma: child.comma,
                        goes: self.goes(child),
                    })
                    .collect();
                let first = self.layout.comments.partition_point(|comment| comment.start < inside.start);
                let bare = self.layout.comments.get(first).is_none_or(|comment| comment.start >= inside.end);
                drop_items(self.source, inside.clone(), &items, bare, &mut self.cuts);
            }
            Style::Pair => self.cuts.replace(item.span.clone(), empty),
            Style::Block if none_left => self.put_for_block(item, empty),
            Style::Block => self.thin_block(children),
        }
    }

    /// Notes the anchors that go with a node.
    fn lose(&mut self, item: &Item, at: usize) {
        if let Some(anchor) = item.anchor {
            self.lost.insert(anchor, at);
        }
        if let Content::Collection { children, .. } = &item.content {
            children.iter().for_each(|child| self.lose(&child.value, at));
        }
    }

    fn lose_children(&mut self, item: &Item) {
        if let Content::Collection { children, .. } = &item.content {
            children.iter().for_each(|child| self.lose(&child.value, item.span.start));
        }
    }

    fn check_anchors(&self) -> Result<(), FormatError> {
        match self.used.iter().find_map(|anchor| self.lost.get(anchor)) {
            Some(at) => {
                Err(text::error(self.source, *at, "cannot go: it holds an anchor that is used elsewhere"))
            }
            None => Ok(()),
        }
    }
}
