//! The tree of a file, made of what the parser says and of the tokens.

use std::{collections::HashMap, ops::Range};

use granit_parser::ScalarStyle;

use super::{
    super::{text, tree::FormatError},
    layout::{Child, Content, Item, Key, Layout, MAX_DEPTH, Style},
    lex::{Pieces, Said, Token, TokenKind, What, pieces},
    scalar::{Kind, resolve},
};
use crate::Scalar;

/// What is known of an anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Anchor {
    Open,
    Done,
    Key,
}

/// Reads a file.
pub(super) fn layout(source: &str) -> Result<Layout, FormatError> {
    let Pieces { said, tokens, comments } = pieces(source)?;
    let mut builder = Builder {
        source,
        said: said.into_iter().peekable(),
        tokens,
        next: 0,
        depth: 0,
        anchors: HashMap::new(),
        keepers: Vec::new(),
    };
    let mut documents = Vec::new();
    while let Some(said) = builder.said.next() {
        match said.what {
            What::Document(explicit) => documents.push(builder.document(explicit)?),
            What::DocumentEnd => {}
            _ => return Err(builder.lost(said.at)),
        }
    }
    builder.skip_between();
    match builder.peek() {
        Some(token) => Err(builder.lost(token.span.start)),
        None => Ok(Layout { documents, comments, keepers: builder.keepers }),
    }
}

struct Builder<'a, I: Iterator<Item = Said<'a>>> {
    source: &'a str,
    said: std::iter::Peekable<I>,
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
    anchors: HashMap<usize, Anchor>,
    keepers: Vec<usize>,
}

impl<'a, I: Iterator<Item = Said<'a>>> Builder<'a, I> {
    fn error(&self, at: usize, message: impl Into<String>) -> FormatError {
        text::error(self.source, at, message)
    }

    /// Events and tokens do not agree.
    fn lost(&self, at: usize) -> FormatError {
        self.error(at, "could not be taken apart as YAML")
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next)
    }

    /// Where the last token taken ends.
    fn last(&self) -> usize {
        self.next.checked_sub(1).and_then(|last| self.tokens.get(last)).map_or(0, |token| token.span.end)
    }

    fn eat(&mut self, kind: TokenKind) -> Option<Range<usize>> {
        let span = self.peek().filter(|token| token.kind == kind)?.span.clone();
        self.next += 1;
        Some(span)
    }

    fn mark(&mut self, mark: u8) -> Option<usize> {
        self.eat(TokenKind::Mark(mark)).map(|span| span.start)
    }

    fn expect(&mut self, kind: TokenKind) -> Result<Range<usize>, FormatError> {
        let at = self.peek().map_or(self.source.len(), |token| token.span.start);
        self.eat(kind).ok_or_else(|| self.lost(at))
    }

    fn said(&mut self) -> Result<Said<'a>, FormatError> {
        self.said.next().ok_or_else(|| self.lost(self.source.len()))
    }

    /// Whether the collection ends here.
    fn ends(&mut self) -> bool {
        self.said.next_if(|said| matches!(said.what, What::End)).is_some()
    }

    fn skip_between(&mut self) {
        while self.eat(TokenKind::Between).is_some() {}
    }

    fn document(&mut self, explicit: bool) -> Result<Item, FormatError> {
        self.skip_between();
        let after = if explicit { Some(self.expect(TokenKind::Document)?.end) } else { None };
        let root = self.said()?;
        self.node(root, after)
    }

    fn node(&mut self, said: Said<'a>, before: Option<usize>) -> Result<Item, FormatError> {
        let anchor = said.anchor;
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, Anchor::Open);
        }
        let mut item = self.properties(&said, before)?;
        match said.what {
            What::Scalar { text, style, empty } => {
                let (value, header) = self.scalar(&mut item, text, style, empty)?;
                item.content = Content::Scalar { value, header };
            }
            What::Alias(target) => {
                item.span = self.expect(TokenKind::Alias)?;
                let problem = match self.anchors.get(&target) {
                    Some(Anchor::Done) => None,
                    Some(Anchor::Open) => Some("an alias stands inside its own anchor"),
                    Some(Anchor::Key) => Some("an alias stands for a key"),
                    None => Some("an alias has no anchor"),
                };
                if let Some(problem) = problem {
                    return Err(self.error(item.span.start, problem));
                }
                item.content = Content::Alias(target);
            }
            What::Sequence(brackets) => self.collection(&mut item, &said, |this| this.sequence(brackets))?,
            What::Mapping { braces, flow } => {
                self.collection(&mut item, &said, |this| this.mapping(braces, flow))?;
            }
            What::Document(_) | What::DocumentEnd | What::End => return Err(self.lost(said.at)),
        }
        if item.properties.is_empty() {
            item.outer.start = item.span.start;
        }
        item.outer.end = item.span.end;
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, Anchor::Done);
        }
        Ok(item)
    }

    /// A node of which only the anchor and the tag are read.
    fn properties(&mut self, said: &Said<'_>, before: Option<usize>) -> Result<Item, FormatError> {
        let empty = before.unwrap_or(said.at);
        let mut item = Item {
            outer: empty..empty,
            span: empty..empty,
            after: before,
            anchor: said.anchor,
            tag: None,
            properties: Vec::new(),
            content: Content::Scalar { value: Scalar::Null, header: None },
        };
        let (mut anchor, mut tag) = (said.anchor.is_some(), said.tag);
        while anchor || tag.is_some() {
            let found = if let Some(kind) = tag
                && let Some(span) = self.eat(TokenKind::Tag)
            {
                item.tag = Some((kind, span.clone()));
                tag = None;
                span
            } else {
                let at = self.peek().map_or(self.source.len(), |token| token.span.start);
                if !std::mem::take(&mut anchor) {
                    return Err(self.lost(at));
                }
                self.expect(TokenKind::Anchor)?
            };
            if item.properties.is_empty() {
                item.outer.start = found.start;
            }
            item.after = Some(found.end);
            item.span = found.end..found.end;
            item.properties.push(found);
        }
        Ok(item)
    }

    fn scalar(
        &mut self,
        item: &mut Item,
        text: std::borrow::Cow<'a, str>,
        style: ScalarStyle,
        empty: bool,
    ) -> Result<(Scalar<'static>, Option<Range<usize>>), FormatError> {
        let kind = item.tag.as_ref().map_or(Kind::Any, |(kind, _)| *kind);
        let mut header = None;
        if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
            let keeps = match self.peek().map(|token| token.kind) {
                Some(TokenKind::Header(keeps)) => keeps,
                _ => return Err(self.lost(item.span.start)),
            };
            let span = self.expect(TokenKind::Header(keeps))?;
            item.span = span.clone();
            header = Some(span);
            if !empty {
                item.span.end = self.expect(TokenKind::Scalar)?.end;
            }
            if keeps {
                let trimmed = text::part(self.source, 0..item.span.end).trim_end_matches([' ', '\t']);
                self.keepers.push(trimmed.len());
            }
        } else if !empty {
            item.span = self.expect(TokenKind::Scalar)?;
        }
        let plain = style == ScalarStyle::Plain;
        // The parser gives a `~` for what is empty.
        let text = if plain && empty { "".into() } else { text };
        Ok((resolve(text, plain, kind), header))
    }

    fn collection(
        &mut self,
        item: &mut Item,
        said: &Said<'_>,
        read: impl FnOnce(&mut Self) -> Result<(Content, usize), FormatError>,
    ) -> Result<(), FormatError> {
        if self.depth == MAX_DEPTH {
            return Err(self.error(said.at, format!("nests deeper than {MAX_DEPTH} levels")));
        }
        self.depth += 1;
        let (content, start) = read(self)?;
        self.depth -= 1;
        item.span = start..self.last();
        item.content = content;
        Ok(())
    }

    fn sequence(&mut self, brackets: bool) -> Result<(Content, usize), FormatError> {
        let mut children = Vec::new();
        let open = if brackets { Some(self.expect(TokenKind::Mark(b'['))?) } else { None };
        while !self.ends() {
            let dash = if brackets { None } else { Some(self.expect(TokenKind::Mark(b'-'))?) };
            let before = dash.as_ref().map_or_else(|| self.last(), |dash| dash.end);
            let said = self.said()?;
            let value = self.node(said, Some(before))?;
            let start = dash.map_or(value.outer.start, |dash| dash.start);
            let span = start..self.last();
            let comma = if brackets { self.mark(b',') } else { None };
            children.push(Child { span, key: None, value, comma });
        }
        self.finish(false, open, b']', children)
    }

    fn mapping(&mut self, braces: bool, flow: bool) -> Result<(Content, usize), FormatError> {
        let mut children = Vec::new();
        let mut seen = HashMap::new();
        let open = if braces { Some(self.expect(TokenKind::Mark(b'{'))?) } else { None };
        while !self.ends() {
            let entry = self.entry(&mut seen, braces)?;
            children.push(entry);
        }
        if flow && !braces {
            let start = children.first().map_or_else(|| self.last(), |child| child.span.start);
            return Ok((Content::Collection { mapping: true, style: Style::Pair, children }, start));
        }
        self.finish(true, open, b'}', children)
    }

    fn finish(
        &mut self,
        mapping: bool,
        open: Option<Range<usize>>,
        close: u8,
        children: Vec<Child>,
    ) -> Result<(Content, usize), FormatError> {
        let (style, start) = match open {
            Some(open) => {
                let close = self.expect(TokenKind::Mark(close))?;
                (Style::Flow(open.end..close.start), open.start)
            }
            None => (Style::Block, children.first().map_or_else(|| self.last(), |child| child.span.start)),
        };
        Ok((Content::Collection { mapping, style, children }, start))
    }

    fn entry(&mut self, seen: &mut HashMap<String, usize>, braces: bool) -> Result<Child, FormatError> {
        let question = self.mark(b'?');
        let said = self.said()?;
        let key = self.key(said, question)?;
        // A merge key may be written more than once: each is a mapping of its own.
        match seen.insert(key.text.clone(), key.item.span.start) {
            Some(first) if key.text != "<<" => {
                let (line, _) = text::position(self.source, first);
                let message = format!("the key stands in line {line} already");
                return Err(self.error(key.item.span.start, message));
            }
            _ => {}
        }
        let colon = self.mark(b':');
        let before = colon.map_or(key.item.outer.end, |colon| colon + 1);
        let said = self.said()?;
        let value = self.node(said, Some(before))?;
        let start = question.unwrap_or(key.item.outer.start);
        let span = start..self.last();
        let comma = if braces { self.mark(b',') } else { None };
        Ok(Child { span, key: Some(Key { colon, ..key }), value, comma })
    }

    fn key(&mut self, said: Said<'a>, question: Option<usize>) -> Result<Key, FormatError> {
        let text = match &said.what {
            What::Scalar { empty: true, style: ScalarStyle::Plain, .. } => String::new(),
            What::Scalar { text, .. } => text.clone().into_owned(),
            _ => {
                let at = self.peek().map_or(said.at, |token| token.span.start);
                return Err(self.error(at, "a key is no scalar"));
            }
        };
        let before = match question {
            Some(at) => Some(at + 1),
            None => self.peek().map(|token| token.span.start),
        };
        let anchor = said.anchor;
        let item = self.node(said, before)?;
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, Anchor::Key);
        }
        Ok(Key { text, item, question, colon: None })
    }
}
