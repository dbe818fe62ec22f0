//! What toml_parser says of a file, without white space.

use std::ops::Range;

use toml_parser::{
    ParseError, Source,
    parser::{Event, EventKind, RecursionGuard, ValidateWhitespace, parse_document},
};

use super::super::{text, tree::FormatError};

/// How deep a document may nest.
pub(super) const MAX_DEPTH: usize = 128;

/// A file taken apart.
#[derive(Debug)]
pub(super) struct Events {
    /// All but white space, line breaks and comments.
    pub(super) events: Vec<Event>,
    pub(super) comments: Vec<Range<usize>>,
}

pub(super) fn place(event: &Event) -> Range<usize> {
    event.span().start()..event.span().end()
}

/// Takes a file apart.
///
/// # Errors
///
/// The first thing that is no TOML.
pub(super) fn events(text: &str) -> Result<Events, FormatError> {
    let source = Source::new(text);
    let tokens = source.lex().into_vec();
    let mut all: Vec<Event> = Vec::with_capacity(tokens.len());
    let mut error = None;
    let mut checked = ValidateWhitespace::new(&mut all, source);
    let mut guarded = RecursionGuard::new(&mut checked, u32::try_from(MAX_DEPTH).unwrap_or(u32::MAX));
    parse_document(&tokens, &mut guarded, &mut error);
    refuse(text, error)?;
    let mut events = Events { events: Vec::with_capacity(all.len()), comments: Vec::new() };
    for event in all {
        match event.kind() {
            EventKind::Whitespace | EventKind::Newline => {}
            EventKind::Comment => events.comments.push(place(&event)),
            _ => events.events.push(event),
        }
    }
    Ok(events)
}

/// Tells an error of the parser or decoder, if there is one. What they say quotes nothing of the file.
pub(super) fn refuse(text: &str, error: Option<ParseError>) -> Result<(), FormatError> {
    let Some(error) = error else { return Ok(()) };
    let at = error.unexpected().or_else(|| error.context()).map_or(0, |span| span.start());
    Err(text::error(text, at, format!("is not valid TOML: {}", error.description())))
}
