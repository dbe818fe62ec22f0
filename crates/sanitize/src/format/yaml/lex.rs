//! The tokens of a file: what the parser's events have spans for, and what stands between them.

use std::ops::Range;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, Tag};

use super::{
    super::{lines, text, tree::FormatError},
    layout::MAX_DEPTH,
    scalar::Kind,
};

/// What the parser says, without what has no place of its own.
#[derive(Debug)]
pub(super) struct Said<'a> {
    pub(super) what: What<'a>,
    /// Where it begins, or near where an empty scalar does.
    pub(super) at: usize,
    pub(super) anchor: Option<usize>,
    pub(super) tag: Option<Kind>,
}

#[derive(Debug)]
pub(super) enum What<'a> {
    /// Whether `---` is written.
    Document(bool),
    DocumentEnd,
    Scalar {
        text: std::borrow::Cow<'a, str>,
        style: ScalarStyle,
        empty: bool,
    },
    Alias(usize),
    /// Whether it is in brackets.
    Sequence(bool),
    /// Whether it is in braces, and whether it is between brackets at all.
    Mapping {
        braces: bool,
        flow: bool,
    },
    End,
}

/// A piece of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) span: Range<usize>,
    pub(super) kind: TokenKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// `---`
    Document,
    /// `...` or a directive, which belong to no document's content.
    Between,
    Anchor,
    Tag,
    /// A scalar or the body of a block scalar.
    Scalar,
    Alias,
    /// The header of a block scalar, with what it says of its last lines: true for `+`, which keeps empty ones.
    Header(bool),
    /// One of `- ? : , [ ] { }`.
    Mark(u8),
}

/// A file taken apart.
#[derive(Debug, Default)]
pub(super) struct Pieces<'a> {
    pub(super) said: Vec<Said<'a>>,
    pub(super) tokens: Vec<Token>,
    pub(super) comments: Vec<Range<usize>>,
}

/// Takes a file apart.
///
/// # Errors
///
/// The parser's, and a byte that is part of nothing: a file is not half understood.
pub(super) fn pieces(source: &str) -> Result<Pieces<'_>, FormatError> {
    let mut options = granit_parser::options! {
        emit_anchor_events: true,
        // One more than what the layout takes, so that it is the layout that says what is wrong.
        flow_nesting_limit: MAX_DEPTH + 1,
        block_nesting_limit: MAX_DEPTH + 1,
    };
    // The parser gives up on a long run of comments; they are found between its tokens instead.
    options.set_emit_comments(false);
    let mut pieces = Pieces::default();
    let mut solid = Vec::new();
    for event in Parser::new_from_str_with_options(source, options) {
        let (event, span) = event.map_err(|error| FormatError {
            line: error.marker().line(),
            column: error.marker().col() + 1,
            message: match error.kind() {
                ErrorKind::RecursionLimitExceeded => format!("nests deeper than {MAX_DEPTH} levels"),
                _ => format!("is not valid YAML: {}", error.info()),
            },
        })?;
        let place = |span: granit_parser::Span| span.byte_range().unwrap_or(0..0);
        if let Some(tag) = span.tag_span() {
            solid.push(Token { span: place(tag), kind: TokenKind::Tag });
        }
        let span = place(span);
        let kind = match &event {
            Event::Anchor(..) => Some(TokenKind::Anchor),
            Event::Alias(_) => Some(TokenKind::Alias),
            Event::Scalar(..) => Some(TokenKind::Scalar),
            _ => None,
        };
        let token = Token { span: solid_span(source, &event, span.clone()), kind: TokenKind::Scalar };
        let empty = token.span.is_empty();
        if let Some(kind) = kind.filter(|_| !empty) {
            solid.push(Token { kind, ..token });
        }
        pieces.hear(event, source, span, empty);
    }
    // An anchor's event follows that of its node.
    solid.sort_by_key(|token| token.span.start);
    let mut gaps = Gaps { source, at: 0, pieces: &mut pieces };
    for token in solid {
        gaps.until(token.span.start)?;
        gaps.at = token.span.end;
        gaps.pieces.tokens.push(token);
    }
    gaps.until(source.len())?;
    Ok(pieces)
}

/// The bytes of a scalar. The parser's span of a block scalar reaches into the lines after it.
fn solid_span(source: &str, event: &Event<'_>, span: Range<usize>) -> Range<usize> {
    match event {
        // Of an empty one at the file's end it is the header; what is white space alone needs no token.
        Event::Scalar(text, ScalarStyle::Literal | ScalarStyle::Folded, ..)
            if text.trim_matches([' ', '\t', '\n']).is_empty() =>
        {
            span.start..span.start
        }
        Event::Scalar(_, ScalarStyle::Literal | ScalarStyle::Folded, ..) => {
            let body = text::part(source, span.clone()).trim_end_matches([' ', '\t', '\r', '\n']);
            let end = span.start + body.len();
            span.start..if body.is_empty() { end } else { lines::line_end(source, end) }
        }
        _ => span,
    }
}

impl<'a> Pieces<'a> {
    fn hear(&mut self, event: Event<'a>, source: &str, span: Range<usize>, empty: bool) {
        let kind = |tag: &Option<std::borrow::Cow<'_, Tag>>| tag.as_ref().map(|tag| Kind::of(tag));
        let some = |anchor: usize| (anchor != 0).then_some(anchor);
        let (what, anchor, tag) = match event {
            Event::DocumentStart(explicit, _) => (What::Document(explicit), None, None),
            Event::DocumentEnd => (What::DocumentEnd, None, None),
            Event::Scalar(text, style, anchor, tag) => {
                (What::Scalar { text, style, empty }, some(anchor), kind(&tag))
            }
            Event::Alias(anchor) => (What::Alias(anchor), None, None),
            Event::SequenceStart(_, anchor, tag) => {
                let brackets = text::part(source, span.clone()) == "[";
                (What::Sequence(brackets), some(anchor), kind(&tag))
            }
            Event::MappingStart(style, anchor, tag) => {
                let braces = text::part(source, span.clone()) == "{";
                let flow = style == granit_parser::StructureStyle::Flow;
                (What::Mapping { braces, flow }, some(anchor), kind(&tag))
            }
            Event::SequenceEnd | Event::MappingEnd => (What::End, None, None),
            _ => return,
        };
        self.said.push(Said { what, at: span.start, anchor, tag });
    }
}

/// What the parser gives no span: white space, comments, marks.
struct Gaps<'p, 'a> {
    source: &'a str,
    at: usize,
    pieces: &'p mut Pieces<'a>,
}

impl Gaps<'_, '_> {
    fn until(&mut self, end: usize) -> Result<(), FormatError> {
        while self.at < end {
            let rest = text::part(self.source, self.at..end);
            let at = self.at;
            let line_start =
                lines::is_line_start(self.source, at) || (at == 3 && self.source.starts_with('\u{feff}'));
            match rest.as_bytes() {
                [b' ' | b'\t' | b'\r' | b'\n', ..] => self.at += 1,
                [b'#', ..] => {
                    self.at = lines::line_end(self.source, at);
                    self.pieces.comments.push(at..self.at);
                }
                [b'-', b'-', b'-', ..] if line_start => self.token(at..at + 3, TokenKind::Document),
                [b'.', b'.', b'.', ..] if line_start => self.token(at..at + 3, TokenKind::Between),
                [b'%', ..] if line_start => {
                    let line = at..lines::line_end(self.source, at);
                    let words = text::part(self.source, line.clone());
                    let comment = words.find(" #").or_else(|| words.find("\t#"));
                    let stop = comment.map_or(line.end, |length| at + length);
                    self.token(at..stop, TokenKind::Between);
                }
                [b'|' | b'>', header @ ..] => {
                    let sign = |b: &&u8| matches!(b, b'0'..=b'9' | b'+' | b'-');
                    let length = header.iter().take_while(sign).count();
                    let keeps = header.iter().take(length).any(|b| *b == b'+');
                    self.token(at..at + 1 + length, TokenKind::Header(keeps));
                }
                [mark @ (b'-' | b'?' | b':' | b',' | b'[' | b']' | b'{' | b'}'), ..] => {
                    self.token(at..at + 1, TokenKind::Mark(*mark));
                }
                _ if rest.starts_with('\u{feff}') => self.at += '\u{feff}'.len_utf8(),
                _ => return Err(text::error(self.source, at, "could not be taken apart as YAML")),
            }
        }
        // A comment that runs into a token is none: the parser and this have read the file differently.
        if self.at > end {
            return Err(text::error(self.source, end, "could not be taken apart as YAML"));
        }
        Ok(())
    }

    fn token(&mut self, span: Range<usize>, kind: TokenKind) {
        self.at = span.end;
        self.pieces.tokens.push(Token { span, kind });
    }
}
