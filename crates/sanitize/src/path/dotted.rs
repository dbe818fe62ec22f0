//! The dotted form: `warehouses.*.email`, `a."b.c"[0]`.

use std::{fmt, iter::Peekable, str::Chars};

use super::{Pattern, PatternError, Slice, Step};

/// Reads a pattern.
pub(super) fn pattern(text: &str) -> Result<Pattern, PatternError> {
    if text == "$" {
        return Ok(Pattern::new(Vec::new()));
    }
    let mut reader = Reader { left: text.chars().peekable(), column: 1 };
    let mut steps = Vec::new();
    if reader.peek().is_none() {
        return Err(reader.error("an empty text is no path; `**` is everything"));
    }
    loop {
        // A bracket follows what it is an item of; anything else follows a dot.
        match reader.peek() {
            Some('[') => steps.push(reader.bracket()?),
            Some('.') if !steps.is_empty() => {
                reader.next();
                steps.push(reader.step()?);
            }
            Some(_) if steps.is_empty() => steps.push(reader.step()?),
            Some(found) => {
                return Err(reader.error(format!("expected `.` or `[` here, found {}", shown(found))));
            }
            None => return Ok(Pattern::new(steps)),
        }
    }
}

/// The index that digits name: without leading zeros, and no more than 64 bits.
pub(super) fn index(digits: &str) -> Option<u64> {
    let plain =
        digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    plain.then(|| digits.parse().ok()).flatten()
}

/// Writes a key as [`pattern`] reads it, in quotes where it needs them.
pub(crate) fn write_key(key: &str, f: &mut impl fmt::Write) -> fmt::Result {
    let plain = !key.is_empty() && !key.starts_with('$') && index(key).is_none() && key.chars().all(is_plain);
    if plain && !key.contains('\\') {
        return f.write_str(key);
    }
    f.write_char('"')?;
    for character in key.chars() {
        match character {
            '"' | '\\' => write!(f, "\\{character}")?,
            _ if character.is_control() => write!(f, "\\u{:04x}", u32::from(character))?,
            _ => f.write_char(character)?,
        }
    }
    f.write_char('"')
}

/// Whether a key may hold the character without quotes.
fn is_plain(character: char) -> bool {
    let special = matches!(character, '.' | '[' | ']' | '*' | '"' | '\'');
    !special && !character.is_whitespace() && !character.is_control()
}

fn shown(character: char) -> String {
    if character.is_control() { format!("U+{:04X}", u32::from(character)) } else { format!("`{character}`") }
}

struct Reader<'a> {
    left: Peekable<Chars<'a>>,
    /// Of the next character.
    column: usize,
}

impl Reader<'_> {
    fn peek(&mut self) -> Option<char> {
        self.left.peek().copied()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.left.next();
        self.column += usize::from(next.is_some());
        next
    }

    fn error(&self, message: impl Into<String>) -> PatternError {
        PatternError::at(self.column, message)
    }

    fn run(&mut self, wanted: impl Fn(char) -> bool) -> String {
        let mut text = String::new();
        while let Some(character) = self.peek().filter(|character| wanted(*character)) {
            text.push(character);
            self.next();
        }
        text
    }

    /// A key, a star or two.
    fn step(&mut self) -> Result<Step, PatternError> {
        let column = self.column;
        match self.peek() {
            Some(quote @ ('"' | '\'')) => self.quoted(quote).map(Step::Key),
            Some('*') => {
                let stars = self.run(|character| character == '*');
                if self.peek().is_some_and(is_plain) {
                    let message = "`*` stands for a whole key; a key that holds one is written in quotes";
                    return Err(PatternError::at(column, message));
                }
                match stars.len() {
                    1 => Ok(Step::Any),
                    2 => Ok(Step::Deep),
                    _ => Err(PatternError::at(column, "one star is one level, two are any number of them")),
                }
            }
            Some('$') if column == 1 => {
                Err(self.error("`$` begins a JSONPath; a key that begins with it is written in quotes"))
            }
            Some(character) if is_plain(character) => {
                let key = self.run(is_plain);
                match self.peek() {
                    None | Some('.' | '[') => Ok(index(&key).map_or(Step::Key(key), Step::Either)),
                    Some('*') => {
                        Err(self
                            .error("`*` stands for a whole key; a key that holds one is written in quotes"))
                    }
                    Some(found) => {
                        Err(self.error(format!("a key that holds {} is written in quotes", shown(found))))
                    }
                }
            }
            Some('.') => Err(self.error("a key is missing here; any number of levels is written `**`")),
            Some('[') => Err(self.error("no dot stands before a bracket: `a[0]`")),
            Some(found) => Err(self.error(format!("a key that holds {} is written in quotes", shown(found)))),
            None => Err(self.error("a key is missing at the end")),
        }
    }

    fn quoted(&mut self, quote: char) -> Result<String, PatternError> {
        let begin = self.column;
        self.next();
        let mut key = String::new();
        loop {
            let column = self.column;
            match self.next() {
                None => {
                    return Err(PatternError::at(
                        begin,
                        format!("the quote is not closed by another `{quote}`"),
                    ));
                }
                Some(character) if character == quote => return Ok(key),
                Some('\\') => key.push(self.escape().ok_or_else(|| {
                    PatternError::at(
                        column,
                        "the escapes are those of JSON: `\\\"`, `\\\\`, `\\n`, `\\u0041`",
                    )
                })?),
                Some(character) => key.push(character),
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        Some(match self.next()? {
            found @ ('"' | '\'' | '\\' | '/') => found,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let high = self.hexadecimal()?;
                if !(0xd800..0xdc00).contains(&high) {
                    return char::from_u32(high);
                }
                // What lies beyond 16 bits is written as a surrogate pair, as in JSON.
                let (Some('\\'), Some('u')) = (self.next(), self.next()) else { return None };
                let low = self.hexadecimal().filter(|low| (0xdc00..0xe000).contains(low))?;
                char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00))?
            }
            _ => return None,
        })
    }

    fn hexadecimal(&mut self) -> Option<u32> {
        (0..4).try_fold(0, |value, _| Some(value * 16 + self.next()?.to_digit(16)?))
    }

    /// `[0]`, `[*]`, `[1:5]`, `[1:5:2]`, or a key in quotes.
    fn bracket(&mut self) -> Result<Step, PatternError> {
        self.next();
        let step = match self.peek() {
            Some('*') => {
                self.next();
                Step::Any
            }
            Some(quote @ ('"' | '\'')) => Step::Key(self.quoted(quote)?),
            _ => {
                let start = self.number()?;
                if self.peek() == Some(':') {
                    self.next();
                    let end = self.number()?;
                    let step = if self.peek() == Some(':') {
                        self.next();
                        self.number()?
                    } else {
                        None
                    };
                    Step::Slice(Slice { start: start.unwrap_or(0), end, step: step.unwrap_or(1) })
                } else {
                    Step::Index(start.ok_or_else(|| self.error("an index, a slice or `*` is missing here"))?)
                }
            }
        };
        if self.peek() != Some(']') {
            return Err(self.error("`]` is missing here"));
        }
        self.next();
        Ok(step)
    }

    /// A number if one stands here.
    fn number(&mut self) -> Result<Option<u64>, PatternError> {
        let column = self.column;
        if self.peek() == Some('-') {
            let message = "an index counts from the start: counting from the end needs the whole array first";
            return Err(PatternError { unsupported: true, ..PatternError::at(column, message) });
        }
        let digits = self.run(|character| character.is_ascii_digit());
        if digits.is_empty() {
            return Ok(None);
        }
        let message = "an index is a number below 2^64 without leading zeros";
        index(&digits).map(Some).ok_or_else(|| PatternError::at(column, message))
    }
}
