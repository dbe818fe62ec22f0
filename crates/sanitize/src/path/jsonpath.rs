//! JSONPath (RFC 9535), as far as a single walk over a document can decide it.
//!
//! What is selected is a set of nodes: one that RFC 9535 would list twice, as `$[0,0]` does, counts once.

use rsonpath_syntax::{Index, ParserBuilder, Segment, Selector, Selectors, error::ParseError};

use super::{Pattern, PatternError, Slice, Step};

/// How many patterns one JSONPath may become: each bracket multiplies them by the number of its selectors.
const MAX_PATTERNS: usize = 1000;

/// How long a JSONPath may be, in bytes. The longest that people write are a few hundred.
const MAX_LENGTH: usize = 16 * 1024;

/// How deep a filter may nest before the parser gives up. We take none, so this only bounds its stack.
const MAX_NESTING: usize = 32;

const FILTER: &str = "a filter is not supported: the document is walked once, and a filter may ask for what comes \
                      later; write `[*]` and the key that matters";
const FROM_END: &str = "an index from the end is not supported: the document is walked once, and which item is the \
                        last is known only after it; write `[*]`, or an index from the start";
const BACKWARD: &str = "a slice that goes backwards is not supported: it begins at the end, and the document is walked \
                        once; write it forwards, since the order makes no difference here";
const BOUND: &str = "a slice that counts from the end is not supported: the document is walked once, and where the array \
                     ends is known only after it; write bounds from the start, or `[*]`";

/// Reads a JSONPath.
pub(super) fn parse(text: &str) -> Result<Vec<Pattern>, PatternError> {
    if text.len() > MAX_LENGTH {
        return Err(PatternError::at(1, format!("is longer than {MAX_LENGTH} bytes")));
    }
    let parser = ParserBuilder::new().set_recursion_limit(Some(MAX_NESTING)).build();
    let query = parser.parse(text).map_err(|error| translate(text, &error))?;
    let mut patterns = vec![Vec::new()];
    for segment in query.segments() {
        if matches!(segment, Segment::Descendant(_)) {
            patterns.iter_mut().for_each(|steps| steps.push(Step::Deep));
        }
        let selected = steps(segment.selectors())
            .map_err(|message| PatternError { unsupported: true, ..PatternError::at(1, message) })?;
        if patterns.len() * selected.len() > MAX_PATTERNS {
            return Err(PatternError::at(1, format!("is more than {MAX_PATTERNS} patterns in one")));
        }
        patterns = patterns
            .iter()
            .flat_map(|steps| {
                selected.iter().map(|step| steps.iter().chain([step]).cloned().collect::<Vec<_>>())
            })
            .collect();
    }
    Ok(patterns.into_iter().map(Pattern::new).collect())
}

/// The steps of one bracket, each once.
fn steps(selectors: &Selectors) -> Result<Vec<Step>, &'static str> {
    let mut steps = Vec::new();
    for selector in selectors.as_slice() {
        let step = match selector {
            Selector::Name(name) => Step::Key(name.unquoted().to_owned()),
            Selector::Wildcard => Step::Any,
            Selector::Index(Index::FromStart(index)) => Step::Index(index.as_u64()),
            Selector::Index(Index::FromEnd(_)) => return Err(FROM_END),
            Selector::Slice(slice) => Step::Slice(forward(slice)?),
            Selector::Filter(_) => return Err(FILTER),
        };
        if !steps.contains(&step) {
            steps.push(step);
        }
    }
    Ok(steps)
}

fn forward(slice: &rsonpath_syntax::Slice) -> Result<Slice, &'static str> {
    use rsonpath_syntax::Step as Direction;

    let step = match slice.step() {
        Direction::Forward(step) => step.as_u64(),
        Direction::Backward(_) => return Err(BACKWARD),
    };
    let bound = |index| match index {
        Index::FromStart(index) => Ok(index.as_u64()),
        Index::FromEnd(_) => Err(BOUND),
    };
    Ok(Slice { start: bound(slice.start())?, end: slice.end().map(bound).transpose()?, step })
}

/// The parser's first complaint and its place.
///
/// The error shows neither by itself, and its `Display` draws the text with an underline and panics on some texts
/// (version 0.4.2). Its `Debug` is derived, so that it is the names of what it is made of.
fn translate(text: &str, error: &ParseError) -> PatternError {
    if error.is_nesting_limit_exceeded() {
        return PatternError { unsupported: true, ..PatternError::at(1, FILTER) }; // nothing else nests
    }
    let parts = format!("{error:?}");
    // The input stands before it, and numbers are all that may be quoted after it.
    let Some((_, complaint)) = parts.rsplit_once("inner: Syntax([SyntaxError { kind: ") else {
        return PatternError::at(1, "is no JSONPath");
    };
    let kind =
        complaint.split(|character: char| !character.is_ascii_alphanumeric()).next().unwrap_or_default();
    // Counted from the end, in bytes.
    let left = complaint.split_once("rev_idx: ").and_then(|(_, rest)| rest.split(',').next()?.parse().ok());
    let byte = text.len().saturating_sub(left.unwrap_or(text.len()));
    let column = |byte| text.char_indices().take_while(|(at, _)| *at < byte).count() + 1;
    // The parser knows no functions, so what it says about a filter may be wrong; we take none of them anyway.
    if let Some(filter) = filter(text).filter(|filter| *filter <= byte) {
        return PatternError { unsupported: true, ..PatternError::at(column(filter), FILTER) };
    }
    let mut message = String::from("is no JSONPath:");
    for character in kind.chars() {
        if character.is_ascii_uppercase() {
            message.push(' ');
        }
        message.push(character.to_ascii_lowercase());
    }
    if kind.ends_with("ParseError") {
        message.push_str(", numbers go to 2^53 - 1");
    }
    PatternError::at(column(byte), message)
}

/// The byte where the first filter begins: a `?` outside of quotes.
fn filter(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    text.char_indices().find_map(|(at, character)| {
        match (quote, character) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), _) if open == character => quote = None,
            (None, '"' | '\'') => quote = Some(character),
            (None, '?') => return Some(at),
            _ => {}
        }
        None
    })
}
