//! A `.env` file's text, of which one value is read and replaced.

use std::ops::Range;

use adotenv::{Dialect, Document, Severity};
use storeward_core::SecretString;

/// The readers that a value must be the same for. Docker's `--env-file` is not among them: it takes quotes for a part of
/// the value, so it reads only what needs none, as Saleor's tokens.
const READERS: [Dialect; 4] =
    [Dialect::PORTABLE, Dialect::NODE_DOTENV, Dialect::PYTHON_DOTENV, Dialect::COMPOSE];

pub(super) struct Text<'a> {
    document: Document<'a>,
    variable: &'a str,
}

impl<'a> Text<'a> {
    /// Takes a text in which the variable stands once or not at all.
    pub(super) fn parse(source: &'a str, variable: &'a str) -> Result<Self, String> {
        let (document, diagnostics) = adotenv::parse(source);
        if let Some(wrong) = diagnostics.iter().find(|diagnostic| diagnostic.severity() == Severity::Error) {
            return Err(format!("is no .env file: line {}: {}", wrong.line(), wrong.message()));
        }
        let lines: Vec<_> = document.get_all(variable).map(|entry| entry.line().to_string()).collect();
        if lines.len() > 1 {
            return Err(format!("defines {variable} more than once, on lines {}", lines.join(", ")));
        }
        Ok(Self { document, variable })
    }

    /// The value, unless it is empty.
    pub(super) fn secret(&self) -> Option<SecretString> {
        let value = self.document.get(self.variable)?;
        (!value.is_empty()).then(|| SecretString::from(value))
    }

    /// The text with another value, and otherwise the same bytes.
    pub(super) fn with(&self, secret: &SecretString) -> Result<SecretString, String> {
        let value = quoted(secret.expose())
            .ok_or("cannot hold such a value: readers of .env files would differ on it")?;
        let source = self.document.source();
        let (at, value) = match self.document.get_entry(self.variable) {
            Some(entry) => {
                let key_end = entry.key_span().end;
                match entry.value_span() {
                    // A `#` at once after a value is a part of it.
                    Some(span) if source.as_bytes().get(span.end) == Some(&b'#') => {
                        (span, format!("{value} "))
                    }
                    Some(span) => (span, value),
                    None => (key_end..key_end, format!("={value}")),
                }
            }
            None => (source.len()..source.len(), self.line(&value)),
        };
        let changed = spliced(source, at, &value).ok_or("cannot be edited")?;
        let changed = SecretString::from(changed);
        let again = Text::parse(changed.expose(), self.variable)?;
        let others = |text: &Text<'_>| -> Vec<_> {
            let entries = text.document.entries().filter(|entry| entry.key() != self.variable);
            entries.map(|entry| (entry.key().to_owned(), entry.value().map(SecretString::from))).collect()
        };
        if again.secret().as_ref() != Some(secret) || others(&again) != others(self) {
            return Err("cannot be edited: other values would change".to_owned());
        }
        Ok(changed)
    }

    /// A line of its own, ended as the others are.
    fn line(&self, value: &str) -> String {
        let source = self.document.source();
        let end = if source.contains("\r\n") { "\r\n" } else { "\n" };
        let first = if source.is_empty() || self.document.has_final_newline() { "" } else { end };
        format!("{first}{}={value}{end}", self.variable)
    }
}

fn spliced(source: &str, at: Range<usize>, value: &str) -> Option<String> {
    Some([source.get(..at.start)?, value, source.get(at.end..)?].concat())
}

/// The value as each of the [`READERS`] takes it, without quotes where they need none. They expand `$` in all but single
/// quotes.
fn quoted(value: &str) -> Option<String> {
    let bare = |b: u8| b.is_ascii_alphanumeric() || b"_./:@%+,=-".contains(&b);
    if value.is_empty() {
        return None;
    }
    if value.bytes().all(bare) {
        return Some(value.to_owned());
    }
    let mut candidates = vec![format!("'{value}'")];
    if !value.contains(['$', '`']) {
        candidates.push(format!("\"{value}\""));
    }
    candidates.into_iter().find(|token| {
        let line = format!("A={token}\n");
        READERS.into_iter().all(|reader| {
            let (document, diagnostics) = adotenv::parse_with(&line, reader);
            let sound = diagnostics.iter().all(|diagnostic| diagnostic.severity() != Severity::Error);
            sound && document.entries().len() == 1 && document.get("A") == Some(value)
        })
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NAME: &str = "SALEOR_TOKEN";

    fn edited(source: &str, value: &str) -> Result<String, String> {
        Text::parse(source, NAME)?.with(&value.into()).map(|text| text.expose().to_owned())
    }

    #[test]
    fn all_but_the_value_stays() {
        for (before, after) in [
            ("", "SALEOR_TOKEN=new\n"),
            ("A=1", "A=1\nSALEOR_TOKEN=new\n"),
            ("A=1\r\n", "A=1\r\nSALEOR_TOKEN=new\r\n"),
            ("# x\r\n\r\nA=1 # y", "# x\r\n\r\nA=1 # y\r\nSALEOR_TOKEN=new\r\n"),
            ("#SALEOR_TOKEN=off\n", "#SALEOR_TOKEN=off\nSALEOR_TOKEN=new\n"),
            ("SALEOR_TOKEN=", "SALEOR_TOKEN=new"),
            ("SALEOR_TOKEN", "SALEOR_TOKEN=new"),
            ("SALEOR_TOKEN=''\n", "SALEOR_TOKEN=new\n"),
            (
                "\u{feff}# head\n\nB = \"x\ny\"  # b\n  export SALEOR_TOKEN = 'old' # keep me\nSALEOR_TOKEN_2=${SALEOR_TOKEN}\n",
                "\u{feff}# head\n\nB = \"x\ny\"  # b\n  export SALEOR_TOKEN = new # keep me\nSALEOR_TOKEN_2=${SALEOR_TOKEN}\n",
            ),
            ("SALEOR_TOKEN=\"old\nlonger\"\nA=1\n", "SALEOR_TOKEN=new\nA=1\n"),
            ("SALEOR_TOKEN= #tight\n", "SALEOR_TOKEN= new #tight\n"),
        ] {
            assert_eq!(edited(before, "new").as_deref(), Ok(after), "{before:?}");
        }
    }

    #[test]
    fn a_value_that_means_something_is_quoted() {
        for (value, token) in [
            ("EXAMPLE-1.a/b+c=", "EXAMPLE-1.a/b+c="),
            ("a b", "'a b'"),
            ("$HOME #1", "'$HOME #1'"),
            ("say \"hi\"", "'say \"hi\"'"),
            ("it's", "\"it's\""),
        ] {
            assert_eq!(quoted(value).as_deref(), Some(token));
        }
        for value in ["", "it's $HOME", "it's \"both\"", "'`", "it's \\n"] {
            assert_eq!(quoted(value), None, "{value:?}");
        }
    }

    #[test]
    fn what_is_unclear_is_refused() {
        for (source, why) in [
            (
                "SALEOR_TOKEN=EXAMPLE\nA=1\nSALEOR_TOKEN=EXAMPLE\n",
                "defines SALEOR_TOKEN more than once, on lines 1, 3",
            ),
            ("A=1\nEXAMPLE of no entry\n", "is no .env file: line 2: "),
            ("SALEOR_TOKEN='EXAMPLE\n", "is no .env file: line 1: "),
        ] {
            let error = Text::parse(source, NAME).err().unwrap();
            assert!(error.starts_with(why) && !error.contains("EXAMPLE"), "{error}");
        }
        let error = edited("", "it's $EXAMPLE").unwrap_err();
        assert!(!error.contains("EXAMPLE"), "{error}");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(source in "([#'\"$ =\r\nA-C]|SALEOR_TOKEN){0,12}", value in "[ -~äé]{1,12}") {
            if let Ok(changed) = edited(&source, &value) {
                prop_assert_eq!(Text::parse(&changed, NAME).unwrap().secret(), Some(value.as_str().into()));
            }
        }

        #[test]
        fn a_token_of_saleor_needs_no_quotes(value in "[A-Za-z0-9]{30}") {
            prop_assert_eq!(edited("", &value), Ok(format!("SALEOR_TOKEN={value}\n")));
        }
    }
}
