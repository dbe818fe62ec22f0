//! JSON and JSON Lines, read piece by piece: memory stays flat however long the text is.

mod edit;
mod lexer;

use std::io::{self, Read, Write};

use self::{
    edit::{Editor, Open, WrongKey},
    lexer::{LexError, Lexer},
};
use crate::{
    SanitizeError,
    batch::{Ledger, Renamed},
    format::tree::FormatError,
    shape::{MOST_KEYS, Refused},
    walk::Walker,
};

/// How much is read at once, in bytes.
const PIECE: usize = if cfg!(test) { 61 } else { 256 << 10 };

/// How long a string or number may be, in bytes.
const LONGEST: usize = 16 << 20;

/// Reads the documents of `input`, walks through them and writes them with their changes.
///
/// JSON Lines are any number of documents with white space between them; plain JSON is one.
pub(crate) async fn pass(
    walker: &mut Walker<'_>,
    input: &mut dyn Read,
    output: &mut dyn Write,
) -> Result<(), SanitizeError> {
    let mut lexer = Lexer::new();
    let mut open = Open::default();
    let mut renamed = Renamed::default();
    let mut window = Window::default();
    let mut written = Vec::with_capacity(PIECE);
    loop {
        let last = window.fill(input).map_err(SanitizeError::Read)?;
        let piece = window.text()?;
        let mut editor = Editor::new(walker, &mut open);
        let end = lexer.read(piece, last, &mut editor).map_err(|error| window.explain(&error))?;
        let batch = editor.finish(end);
        let piece = piece.get(..end).unwrap_or_default();
        let edits = {
            let detector = walker.detector;
            let mut ledger =
                Ledger { tally: &mut walker.tally, hidden: &mut walker.hidden, renamed: &mut renamed };
            batch.answer(detector, &mut ledger).await?
        };
        renamed.keep(|object| walker.is_open(object));
        if edits.is_empty() {
            output.write_all(piece.as_bytes()).map_err(SanitizeError::Write)?;
        } else {
            written.clear();
            edit::write(piece, &edits, &mut written).map_err(SanitizeError::Write)?;
            output.write_all(&written).map_err(SanitizeError::Write)?;
        }
        if last {
            return Ok(());
        }
        window.advance(end)?;
        walker.tally.base += end as u64;
    }
}

/// The part of the input that is being read.
#[derive(Default)]
struct Window {
    bytes: Vec<u8>,
    line: usize,
    /// How many characters of its line came before the window.
    column: usize,
    ended: bool,
}

impl Window {
    /// Reads on, and says whether this was all.
    fn fill(&mut self, input: &mut dyn Read) -> io::Result<bool> {
        // What is left of the last piece may be a token that needs a longer one.
        let mut filled = self.bytes.len();
        self.bytes.resize((filled * 2).clamp(PIECE, LONGEST.max(PIECE)).max(filled), 0);
        while !self.ended {
            let Some(space) = self.bytes.get_mut(filled..).filter(|space| !space.is_empty()) else { break };
            match input.read(space) {
                Ok(0) => self.ended = true,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.bytes.truncate(filled);
        Ok(self.ended)
    }

    /// The window as text, without a character that is cut off at its end.
    fn text(&self) -> Result<&str, FormatError> {
        match str::from_utf8(&self.bytes) {
            Ok(text) => Ok(text),
            Err(error) if error.error_len().is_none() && !self.ended => {
                let whole = self.bytes.get(..error.valid_up_to()).unwrap_or_default();
                Ok(str::from_utf8(whole).unwrap_or_default())
            }
            Err(error) => Err(self.error(error.valid_up_to(), "the text is not valid UTF-8")),
        }
    }

    /// Lets go of what was read. What is left begins the next piece.
    fn advance(&mut self, end: usize) -> Result<(), FormatError> {
        let at = self.error(end, "");
        (self.line, self.column) = (at.line - 1, at.column - 1);
        self.bytes.drain(..end);
        if self.bytes.len() >= LONGEST {
            return Err(self.error(0, "this string or number is longer than 16 MiB"));
        }
        Ok(())
    }

    fn explain(&self, error: &LexError<WrongKey>) -> FormatError {
        match error {
            LexError::Fault(fault) => self.error(fault.at, fault.what),
            LexError::Sink(WrongKey { at, refused: Refused::Duplicate }) => {
                self.error(*at, "this object has this key already")
            }
            LexError::Sink(WrongKey { at, refused: Refused::TooMany }) => {
                self.error(*at, &format!("this object has more than {MOST_KEYS} keys"))
            }
        }
    }

    /// An error at a byte of the window.
    fn error(&self, at: usize, message: &str) -> FormatError {
        let before = self.bytes.get(..at).unwrap_or(&self.bytes);
        let lines = memchr::memchr_iter(b'\n', before).count();
        let start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
        // What comes before the place of an error is text.
        let characters = str::from_utf8(before.get(start..).unwrap_or_default()).unwrap_or_default().chars();
        let column = characters.count() + if lines == 0 { self.column } else { 0 };
        FormatError { line: self.line + lines + 1, column: column + 1, message: message.to_owned() }
    }
}
