//! Plain text such as a log, line by line: free text that no rule classifies.

use std::io::{BufRead, BufReader, Read, Write};

use super::tree::{Change, FormatError};
use crate::{
    SanitizeError, Scalar,
    batch::{Batch, Ledger, Renamed},
    walk::Walker,
};

/// How many bytes are looked at together, and how long a line or a block in PEM (RFC 7468) may be.
const TOGETHER: usize = 256 << 10;
const LONGEST: usize = 16 << 20;

/// Reads lines and writes them with their changes.
pub(crate) async fn pass(
    walker: &mut Walker<'_>,
    input: &mut dyn Read,
    output: &mut dyn Write,
) -> Result<(), SanitizeError> {
    let mut input = BufReader::with_capacity(TOGETHER, input);
    let mut line = 1;
    loop {
        let mut texts = Vec::new();
        let mut bytes = 0;
        while bytes < TOGETHER {
            let text = next(&mut input, line)?;
            if text.is_empty() {
                break;
            }
            let first = line;
            line += text.matches('\n').count();
            bytes += text.len();
            texts.push((first, text));
        }
        if texts.is_empty() {
            return Ok(());
        }
        let mut batch = Batch::default();
        let mut at = 0;
        for (first, text) in &texts {
            let words = text.trim_end_matches(['\n', '\r']);
            walker.line(*first, words, at..at + words.len(), &mut batch);
            at += text.len();
        }
        let detector = walker.detector;
        let mut ledger =
            Ledger { tally: &mut walker.tally, hidden: &mut walker.hidden, renamed: &mut Renamed::default() };
        let edits = batch.answer(detector, &mut ledger).await?;
        let whole: String = texts.iter().map(|(_, text)| text.as_str()).collect();
        let mut done = 0;
        let mut written = Vec::with_capacity(whole.len());
        for edit in edits {
            written.extend_from_slice(whole.get(done..edit.span.start).unwrap_or_default().as_bytes());
            if let Change::Value(Scalar::Text(text)) = edit.change {
                written.extend_from_slice(text.as_bytes());
            }
            done = edit.span.end;
        }
        written.extend_from_slice(whole.get(done..).unwrap_or_default().as_bytes());
        output.write_all(&written).map_err(SanitizeError::Write)?;
        walker.tally.base += whole.len() as u64;
    }
}

/// The next line with its end, or all lines of a block in PEM, which tells nothing line by line. Nothing at the end.
fn next(input: &mut impl BufRead, line: usize) -> Result<String, SanitizeError> {
    let mut text = String::new();
    loop {
        let start = text.len();
        read_line(input, &mut text, line)?;
        let added = text.get(start..).unwrap_or_default();
        let opens = start == 0 && added.contains("-----BEGIN ") && !added.contains("-----END ");
        let goes_on = start > 0 && !added.is_empty() && !added.contains("-----END ");
        if !opens && !goes_on || text.len() > TOGETHER {
            return Ok(text);
        }
    }
}

fn read_line(input: &mut impl BufRead, text: &mut String, line: usize) -> Result<(), SanitizeError> {
    let line = line + text.matches('\n').count();
    let error = |column, message: &str| FormatError { line, column, message: message.to_owned() };
    let mut bytes = Vec::new();
    input.take(LONGEST as u64).read_until(b'\n', &mut bytes).map_err(SanitizeError::Read)?;
    if bytes.len() == LONGEST {
        return Err(error(1, "this line is longer than 16 MiB").into());
    }
    let added = str::from_utf8(&bytes).map_err(|fault| {
        let before = String::from_utf8_lossy(bytes.get(..fault.valid_up_to()).unwrap_or_default());
        error(before.chars().count() + 1, "the text is not valid UTF-8")
    })?;
    text.push_str(added);
    Ok(())
}
