//! The changes to a piece of JSON.

use std::{borrow::Cow, io, ops::Range};

use super::lexer::Sink;
use crate::{
    Scalar,
    batch::Batch,
    format::tree::{Change, Edit},
    mask::REDACTED,
    shape::Refused,
    walk::{Container, Fate, Walker},
};

/// What is remembered between two pieces.
#[derive(Debug, Default)]
pub(crate) struct Open {
    /// For each open container, whether anything in it stays so far.
    kept: Vec<bool>,
    /// Within something that goes: how many containers of it are open.
    going: Option<usize>,
}

/// Hands the tokens of a piece to the walker, and cuts out what goes.
pub(crate) struct Editor<'w, 's, 'p> {
    pub(crate) walker: &'w mut Walker<'s>,
    pub(crate) open: &'w mut Open,
    pub(crate) batch: Batch<'p>,
    /// Where that which goes begins.
    cut: usize,
    /// The comma before the member that comes.
    comma: Option<usize>,
}

/// A key that an object cannot have, and where it stands.
#[derive(Debug)]
pub(crate) struct WrongKey {
    pub(crate) at: usize,
    pub(crate) refused: Refused,
}

impl<'w, 's, 'p> Editor<'w, 's, 'p> {
    pub(crate) fn new(walker: &'w mut Walker<'s>, open: &'w mut Open) -> Self {
        Self { walker, open, batch: Batch::default(), cut: 0, comma: None }
    }

    /// Ends the piece after so many bytes.
    pub(crate) fn finish(mut self, end: usize) -> Batch<'p> {
        if self.open.going.is_some() {
            self.cut_out(self.cut..end);
        }
        self.batch
    }

    fn cut_out(&mut self, span: Range<usize>) {
        self.batch.edits.push(Edit { span, change: Change::Drop });
    }

    /// A member begins at `at`.
    fn begin(&mut self, fate: Fate, at: usize) {
        let comma = self.comma.take();
        match fate {
            Fate::Goes => {
                self.cut = comma.unwrap_or(at);
                self.open.going = Some(0);
            }
            Fate::Stays => {
                // Where all before it went, its comma goes too.
                if let (Some(false), Some(comma)) = (self.open.kept.last(), comma) {
                    self.cut_out(comma..at);
                }
                if let Some(kept) = self.open.kept.last_mut() {
                    *kept = true;
                }
            }
        }
    }

    /// What goes ends here.
    fn gone(&mut self, end: usize) {
        self.open.going = None;
        self.cut_out(self.cut..end);
    }
}

impl<'p> Sink<'p> for Editor<'_, '_, 'p> {
    type Error = WrongKey;

    fn open(&mut self, container: Container, _: Range<usize>) -> Result<(), WrongKey> {
        match &mut self.open.going {
            Some(depth) => *depth += 1,
            None => {
                self.walker.open(container);
                self.comma = None;
                // An array's items stay.
                self.open.kept.push(container == Container::Array);
            }
        }
        Ok(())
    }

    fn close(&mut self, span: Range<usize>) -> Result<(), WrongKey> {
        match &mut self.open.going {
            Some(1) => self.gone(span.end),
            Some(depth) => *depth -= 1,
            None => {
                self.open.kept.pop();
                self.walker.close();
            }
        }
        Ok(())
    }

    fn key(&mut self, key: Cow<'p, str>, span: Range<usize>) -> Result<(), WrongKey> {
        if self.open.going.is_none() {
            let at = span.start;
            let fate = self.walker.key(key, span, &mut self.batch);
            self.begin(fate.map_err(|refused| WrongKey { at, refused })?, at);
        }
        Ok(())
    }

    fn scalar(&mut self, scalar: Scalar<'p>, span: Range<usize>) -> Result<(), WrongKey> {
        match self.open.going {
            Some(depth) => {
                self.walker.dropped(&scalar);
                if depth == 0 {
                    self.gone(span.end);
                }
            }
            None => self.walker.scalar(scalar, span, &mut self.batch),
        }
        Ok(())
    }

    fn comma(&mut self, span: Range<usize>) -> Result<(), WrongKey> {
        self.comma = Some(span.start);
        Ok(())
    }
}

/// Writes a piece with its changes, which are in order.
pub(crate) fn write(piece: &str, edits: &[Edit], out: &mut Vec<u8>) -> io::Result<()> {
    let mut done = 0;
    for Edit { span, change } in edits {
        out.extend_from_slice(piece.get(done..span.start).unwrap_or_default().as_bytes());
        match change {
            Change::Value(Scalar::Text(text)) if text == REDACTED => out.extend_from_slice(b"\"[REDACTED]\""),
            Change::Value(Scalar::Text(text)) => serde_json::to_writer(&mut *out, text)?,
            Change::Key(key) => serde_json::to_writer(&mut *out, key)?,
            Change::Value(Scalar::Number(number)) => out.extend_from_slice(number.as_bytes()),
            Change::Value(Scalar::Bool(truth)) => serde_json::to_writer(&mut *out, truth)?,
            Change::Value(Scalar::Null) => out.extend_from_slice(b"null"),
            Change::Drop => {}
            #[cfg(feature = "documents")]
            Change::Comment(_) => {}
        }
        done = span.end;
    }
    out.extend_from_slice(piece.get(done..).unwrap_or_default().as_bytes());
    Ok(())
}
