//! Classes of characters, as Go writes them.

use super::syntax::{Cursor, Problem, ascii, escaped};

/// The classes of POSIX that both know.
const POSIX: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space",
    "upper", "word", "xdigit",
];

/// After `[`. A bracket, `&&`, `--` and `~~` mean nothing in a class of Go's, and a hyphen may stand where no range is.
pub(super) fn translate(cursor: &mut Cursor, out: &mut String) -> Result<(), Problem> {
    let negated = cursor.take("^");
    let mut bytes = String::new();
    let mut beyond = String::new();
    let mut first = true;
    loop {
        let Some(next) = cursor.peek(0) else {
            return Err(Problem::Malformed("a class of characters is never closed".into()));
        };
        if next == ']' && !first {
            cursor.at += 1;
            break;
        }
        first = false;
        if next == '[' && cursor.peek(1) == Some(':') && posix(cursor, &mut bytes)? {
            continue;
        }
        if let ('\\', Some(class @ ('d' | 'D' | 's' | 'S' | 'w' | 'W'))) = (next, cursor.peek(1)) {
            cursor.at += 2;
            bytes.push('\\');
            bytes.push(class);
            continue;
        }
        let low = character(cursor)?;
        let range = cursor.peek(0) == Some('-') && cursor.peek(1).is_some_and(|after| after != ']');
        let high = if range {
            cursor.at += 1;
            character(cursor)?
        } else {
            low
        };
        if high < low {
            return Err(Problem::Malformed(format!("the range {low}-{high} runs backwards")));
        }
        add(low, high, &mut bytes, &mut beyond);
    }
    if beyond.is_empty() {
        out.push_str(if negated { "[^" } else { "[" });
        out.push_str(&bytes);
        out.push(']');
        return Ok(());
    }
    if negated {
        return Err(Problem::Unsupported("all but a character beyond ASCII".into()));
    }
    out.push_str("(?:");
    if !bytes.is_empty() {
        out.push_str(&format!("[{bytes}]|"));
    }
    out.push_str(&format!("(?u-i:[{beyond}]))"));
    Ok(())
}

fn character(cursor: &mut Cursor) -> Result<char, Problem> {
    match cursor.next() {
        Some('\\') => escaped(cursor),
        Some(character) => Ok(character),
        None => Err(Problem::Malformed("a class of characters is never closed".into())),
    }
}

/// Writes a range: its ASCII part, and what is beyond.
fn add(low: char, high: char, bytes: &mut String, beyond: &mut String) {
    const LAST: char = '\x7f';
    if low <= LAST {
        ascii(low, bytes);
        if low != high {
            bytes.push('-');
            ascii(high.min(LAST), bytes);
        }
    }
    if high > LAST {
        beyond.push_str(&format!("\\x{{{:X}}}-\\x{{{:X}}}", u32::from(low).max(0x80), u32::from(high)));
    }
}

/// Copies `[:name:]`; without its end the bracket is one.
fn posix(cursor: &mut Cursor, out: &mut String) -> Result<bool, Problem> {
    let rest: String = cursor.text.get(cursor.at + 2..).unwrap_or_default().iter().take(16).collect();
    let Some((name, _)) = rest.split_once(":]") else { return Ok(false) };
    if !POSIX.contains(&name.trim_start_matches('^')) {
        return Err(Problem::Malformed(format!("unknown class [:{name}:]")));
    }
    out.push_str(&format!("[:{name}:]"));
    cursor.at += name.chars().count() + 4;
    Ok(true)
}
