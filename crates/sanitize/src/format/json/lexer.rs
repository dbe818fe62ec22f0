//! The tokens of JSON, with their places, out of a text that comes piece by piece.
//!
//! Numbers, literals and white space are read by `hifijson`, whose lexers are made to be put together like this; what
//! stands between the quotes of a string with an escape is judged by `serde_json` when it is decoded. The grammar
//! around them (RFC 8259) is a stack of open containers and what may come next.

use std::{borrow::Cow, ops::Range};

use hifijson::{SliceLexer, num::Lex as _, token::Lex as _};

use crate::{Scalar, walk::Container};

/// How deep a document may nest, as in `serde_json`.
pub(crate) const MAX_DEPTH: usize = 128;

/// Takes the tokens of a piece. Spans are bytes in it; those of strings have the quotes.
pub(crate) trait Sink<'p> {
    type Error;

    fn open(&mut self, container: Container, span: Range<usize>) -> Result<(), Self::Error>;
    fn close(&mut self, span: Range<usize>) -> Result<(), Self::Error>;
    /// The key of the member whose value comes next.
    fn key(&mut self, key: Cow<'p, str>, span: Range<usize>) -> Result<(), Self::Error>;
    fn scalar(&mut self, scalar: Scalar<'p>, span: Range<usize>) -> Result<(), Self::Error>;
    /// A comma. Another member or item follows it in the same piece, at least up to its key or first byte.
    fn comma(&mut self, span: Range<usize>) -> Result<(), Self::Error>;
}

/// Why a text is not JSON, and at which byte of the piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) at: usize,
    pub(crate) what: &'static str,
}

#[derive(Debug)]
pub(crate) enum LexError<E> {
    Fault(Fault),
    Sink(E),
}

impl<E> From<Fault> for LexError<E> {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// What may come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expect {
    /// A document, or the end.
    Document,
    /// A value after a colon, or after a comma of an array.
    Value,
    /// The first item, or `]`.
    FirstItem,
    /// The first key, or `}`.
    FirstKey,
    /// A key after a comma.
    Key,
    /// `:`
    Colon,
    /// `,` or the container's end.
    Comma,
}

/// Where the reading stands between two pieces.
#[derive(Debug)]
pub(crate) struct Lexer {
    open: Vec<Container>,
    expect: Expect,
}

impl Lexer {
    pub(crate) const fn new() -> Self {
        Self { open: Vec::new(), expect: Expect::Document }
    }

    /// Whether no document is half read.
    pub(crate) fn between_documents(&self) -> bool {
        self.expect == Expect::Document
    }

    /// Hands the tokens of a piece to the sink and says how many bytes they took. The rest is to be given again with
    /// what follows it; with `last`, nothing follows.
    pub(crate) fn read<'p, S: Sink<'p>>(
        &mut self,
        piece: &'p str,
        last: bool,
        sink: &mut S,
    ) -> Result<usize, LexError<S::Error>> {
        let bytes = piece.as_bytes();
        let mut at = 0;
        // A comma waits for what follows it.
        let mut comma = None;
        loop {
            at = skip_white(bytes, at);
            let Some(byte) = bytes.get(at).copied() else {
                return match comma {
                    Some(comma) if !last => Ok(self.wait(comma)),
                    _ if last && !self.between_documents() => {
                        Err(Fault { at, what: "the text ends within a value" }.into())
                    }
                    _ => Ok(at),
                };
            };
            match (self.expect, byte) {
                (Expect::Comma, b',') => {
                    comma = Some(at);
                    at += 1;
                    self.expect = match self.open.last() {
                        Some(Container::Object) => Expect::Key,
                        _ => Expect::Value,
                    };
                }
                (Expect::FirstKey | Expect::Key, b'"') => {
                    let Some(string) = string(piece, at)? else {
                        return self.unfinished(comma.unwrap_or(at), at, last);
                    };
                    if let Some(comma) = comma.take() {
                        sink.comma(comma..comma + 1).map_err(LexError::Sink)?;
                    }
                    sink.key(string.text, at..string.end).map_err(LexError::Sink)?;
                    at = string.end;
                    self.expect = Expect::Colon;
                }
                (Expect::Colon, b':') => {
                    at += 1;
                    self.expect = Expect::Value;
                }
                (Expect::Comma | Expect::FirstKey, b'}') if self.open.last() == Some(&Container::Object) => {
                    at = self.close(at, sink)?;
                }
                (Expect::Comma | Expect::FirstItem, b']') if self.open.last() == Some(&Container::Array) => {
                    at = self.close(at, sink)?;
                }
                (Expect::Document | Expect::Value | Expect::FirstItem, _) => {
                    let Some(end) = self.value(piece, at, byte, last, comma, sink)? else {
                        return self.unfinished(comma.unwrap_or(at), at, last);
                    };
                    comma = None;
                    at = end;
                }
                (expect, _) => return Err(Fault { at, what: expect.wanted() }.into()),
            }
        }
    }

    /// Reads the value that begins with `byte`; nothing if it may go on in the next piece.
    fn value<'p, S: Sink<'p>>(
        &mut self,
        piece: &'p str,
        at: usize,
        byte: u8,
        last: bool,
        comma: Option<usize>,
        sink: &mut S,
    ) -> Result<Option<usize>, LexError<S::Error>> {
        let announced = |sink: &mut S| match comma {
            Some(comma) => sink.comma(comma..comma + 1).map_err(LexError::Sink),
            None => Ok(()),
        };
        let (scalar, end) = match byte {
            b'{' | b'[' => {
                if self.open.len() == MAX_DEPTH {
                    return Err(Fault { at, what: "it nests deeper than 128 levels" }.into());
                }
                announced(sink)?;
                let container = if byte == b'{' { Container::Object } else { Container::Array };
                self.open.push(container);
                self.expect =
                    if container == Container::Object { Expect::FirstKey } else { Expect::FirstItem };
                sink.open(container, at..at + 1).map_err(LexError::Sink)?;
                return Ok(Some(at + 1));
            }
            b'"' => match string(piece, at)? {
                Some(string) => (Scalar::Text(string.text), string.end),
                None => return Ok(None),
            },
            b'-' | b'0'..=b'9' => {
                let mut lexer = SliceLexer::new(piece.as_bytes().get(at..).unwrap_or_default());
                let valid = lexer.num_ignore().validate().is_ok();
                let end = piece.len() - lexer.as_slice().len();
                if end == piece.len() && !last {
                    return Ok(None);
                }
                let number = valid && !piece.as_bytes().get(end).is_some_and(|next| goes_on(*next));
                match piece.get(at..end).filter(|_| number) {
                    Some(number) => (Scalar::Number(number.into()), end),
                    None => return Err(Fault { at, what: "this is not a number of JSON" }.into()),
                }
            }
            _ => {
                let mut lexer = SliceLexer::new(piece.as_bytes().get(at..).unwrap_or_default());
                let literal = lexer.null_or_bool();
                let end = piece.len() - lexer.as_slice().len();
                // The longest literal has five letters, and one more byte says that it ends.
                if piece.len() - at < 6 && !last {
                    return Ok(None);
                }
                let ends = !piece.as_bytes().get(end).is_some_and(|next| goes_on(*next));
                match literal.filter(|_| ends) {
                    Some(Some(truth)) => (Scalar::Bool(truth), end),
                    Some(None) => (Scalar::Null, end),
                    None => return Err(Fault { at, what: self.expect.wanted() }.into()),
                }
            }
        };
        announced(sink)?;
        self.expect = self.after_value();
        sink.scalar(scalar, at..end).map_err(LexError::Sink)?;
        Ok(Some(end))
    }

    fn close<'p, S: Sink<'p>>(&mut self, at: usize, sink: &mut S) -> Result<usize, LexError<S::Error>> {
        self.open.pop();
        self.expect = self.after_value();
        sink.close(at..at + 1).map_err(LexError::Sink)?;
        Ok(at + 1)
    }

    fn after_value(&self) -> Expect {
        if self.open.is_empty() { Expect::Document } else { Expect::Comma }
    }

    /// The piece ends within a token that began at `at`; it is to be read again from `from`.
    fn unfinished<E>(&mut self, from: usize, at: usize, last: bool) -> Result<usize, LexError<E>> {
        if last {
            return Err(Fault { at, what: "the text ends within a value" }.into());
        }
        if from != at {
            return Ok(self.wait(from));
        }
        Ok(at)
    }

    /// Steps back before a comma.
    fn wait(&mut self, comma: usize) -> usize {
        self.expect = Expect::Comma;
        comma
    }
}

impl Expect {
    const fn wanted(self) -> &'static str {
        match self {
            Self::Document | Self::Value => "a value is expected here",
            Self::FirstItem => "a value or `]` is expected here",
            Self::FirstKey => "a key in quotes or `}` is expected here",
            Self::Key => "a key in quotes is expected here",
            Self::Colon => "`:` is expected here",
            Self::Comma => "`,` or the end of the object or array is expected here",
        }
    }
}

/// Whether a byte cannot follow a number or literal directly.
const fn goes_on(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+' | b'_' | b'"')
}

fn skip_white(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = bytes.get(at) {
        at += 1;
    }
    at
}

/// A string whose closing quote was found.
struct Text<'a> {
    text: Cow<'a, str>,
    end: usize,
}

/// Reads the string whose opening quote stands at `at`; nothing if its end is not in this piece.
fn string(piece: &str, at: usize) -> Result<Option<Text<'_>>, Fault> {
    let bytes = piece.as_bytes();
    let start = at + 1;
    let mut escaped = false;
    let mut from = start;
    let close = loop {
        let special = from + plain(bytes.get(from..).unwrap_or_default());
        match bytes.get(special) {
            None => return Ok(None),
            Some(b'"') => break special,
            Some(b'\\') => {
                escaped = true;
                from = special + 2;
            }
            Some(_) => {
                return Err(Fault { at: special, what: "a control character in a string must be escaped" });
            }
        }
    };
    let text = if escaped {
        let quoted = piece.get(at..=close).unwrap_or_default();
        let what = "this string has an escape that JSON does not know, or half a surrogate pair";
        Cow::Owned(serde_json::from_str(quoted).map_err(|_| Fault { at, what })?)
    } else {
        Cow::Borrowed(piece.get(start..close).unwrap_or_default())
    };
    Ok(Some(Text { text, end: close + 1 }))
}

/// How many bytes come before the first quote, backslash or control character. Eight are looked at together: most
/// strings are too short for a search with wider registers to begin with.
fn plain(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = ONES << 7;
    // The high bit of a byte is set where it is less than `bound`; a borrow reaches only bytes behind such a one.
    let below = |word: u64, bound: u8| word.wrapping_sub(ONES * u64::from(bound)) & !word & HIGH;
    let equal = |word: u64, byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let special = equal(word, b'"') | equal(word, b'\\') | below(word, 0x20);
        if special != 0 {
            return index * 8 + (special.trailing_zeros() / 8) as usize;
        }
    }
    let special = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
    words.len() * 8 + special.unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::plain;

    proptest! {
        #[test]
        fn the_first_special_byte_is_found(
            bytes in proptest::collection::vec(prop_oneof![8 => any::<u8>(), 1 => Just(b'"')], 0..60),
        ) {
            let expected = bytes.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
            prop_assert_eq!(plain(&bytes), expected.unwrap_or(bytes.len()));
        }
    }
}
