//! `.env` files: a mapping of names to texts.
//!
//! A name may stand more than once; readers take the last. All of them are entries here, since each may hold what
//! has to be hidden. A name alone, `export NAME`, has nothing as its value. References such as `${HOME}` are text.

use adotenv::{Document, ItemKind, Severity};

use super::{
    cut::Cuts,
    edits::Edits,
    text,
    tree::{Edit, Entry, FormatError, Node, Stream, Value},
    verify::{Before, Habits, overlap, verified},
};
use crate::Scalar;

/// Reads a file: one document, a mapping.
///
/// # Errors
///
/// A line that is no comment and no `NAME=value`: what it holds is not known.
pub(crate) fn read(source: &str) -> Result<Stream, FormatError> {
    let document = parsed(source)?;
    let entries = document.entries().map(|entry| {
        let key_span = entry.key_span();
        let (span, value) = match entry.value_span().zip(entry.value()) {
            Some((span, value)) => (span, Scalar::Text(value.to_owned().into())),
            None => (key_span.end..key_span.end, Scalar::Null),
        };
        let value = Node { span, anchor: None, value: Value::Scalar(value) };
        Entry { key: entry.key().to_owned(), key_span, value }
    });
    let root = Node { span: 0..source.len(), anchor: None, value: Value::Mapping(entries.collect()) };
    let comments = document.items().filter_map(|item| match item.kind() {
        ItemKind::Comment => {
            let span = item.content_span();
            let hash = text::part(source, span.clone()).find('#')?;
            Some(span.start + hash..span.end)
        }
        _ => item.entry()?.tokens().inline_comment.clone(),
    });
    let comments = comments.collect();
    Ok(Stream { documents: vec![root], comments })
}

fn parsed(source: &str) -> Result<Document<'_>, FormatError> {
    let (document, diagnostics) = adotenv::parse(source);
    match diagnostics.iter().find(|diagnostic| diagnostic.severity() == Severity::Error) {
        Some(diagnostic) => {
            let message = format!("is no line of an .env file: {}", diagnostic.message());
            Err(text::error(source, diagnostic.span().start, message))
        }
        None => Ok(document),
    }
}

/// Makes the edits and leaves all else as it is. Numbers and truth values become the text they are, nothing an empty
/// one.
///
/// # Errors
///
/// An edit of what is not there, a scalar in the place of the root, and a file that could not be edited in place: a
/// key that is no name, above all.
pub(crate) fn write(source: &str, stream: &Stream, edits: &[Edit]) -> Result<String, FormatError> {
    let edits = Edits::of(source, stream, edits)?;
    let whole = 0..source.len();
    if edits.value(&whole).is_some() {
        return Err(text::error(source, 0, "the root of an .env file cannot be a scalar"));
    }
    let mut cuts = Cuts::default();
    for entry in parsed(source)?.entries() {
        let key = entry.key_span();
        let span = entry.value_span().unwrap_or(key.end..key.end);
        if edits.drops(&whole) || edits.drops(&span) {
            cuts.remove(entry.line_span());
            continue;
        }
        if let Some(name) = edits.key(&key) {
            cuts.replace(key, name);
        }
        if let Some(scalar) = edits.value(&span) {
            let equals = if entry.value_span().is_none() { "=" } else { "" };
            let by = quoted(&as_text(scalar));
            // A `#` at once after a value is part of it.
            let tight = source.as_bytes().get(span.end) == Some(&b'#') && !by.is_empty();
            cuts.replace(span, format!("{equals}{by}{}", if tight { " " } else { "" }));
        }
    }
    for span in &stream.comments {
        if let Some(comment) = edits.comment(span) {
            cuts.replace(span.clone(), comment);
        }
    }
    let changed = cuts.apply(source).map_err(|at| overlap(source, at))?;
    let habits = Habits { ordered: true, written: |scalar| Scalar::Text(as_text(scalar).into()) };
    verified(Before { text: source, stream, edits: &edits }, changed, read, habits)
}

fn as_text(scalar: &Scalar<'_>) -> String {
    match scalar {
        Scalar::Text(text) | Scalar::Number(text) => text.clone().into_owned(),
        Scalar::Bool(truth) => truth.to_string(),
        Scalar::Null => String::new(),
    }
}

/// A value that every reader reads as this text: bare where nothing in it means anything, else in single quotes,
/// where nothing does either, and in double quotes with escapes where those cannot be.
fn quoted(text: &str) -> String {
    let bare = |b: u8| b.is_ascii_alphanumeric() || b"_./:@%+,=-".contains(&b);
    if text.bytes().all(bare) {
        return text.to_owned();
    }
    if !text.contains(|c: char| c == '\'' || c == '\\' || c.is_control()) {
        return format!("'{text}'");
    }
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' | '$' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::{
        super::testing::{Choices, To, edited, shown_after, shown_all, some_edits},
        *,
    };

    const TEXT: &str = "# head\r\nA=1 # one\r\nexport B=\"x\r\ny\"\r\n  # c\r\nC\r\nA='2' #3\r\nD=\r\nE= # e";

    #[test]
    fn files_are_read() {
        let stream = read(TEXT).unwrap();
        assert_eq!(shown_all(&stream), r#"{A: "1", B: "x\r\ny", C: null, A: "2", D: "", E: ""}"#);
        let comments: Vec<_> = stream.comments.iter().map(|span| text::part(TEXT, span.clone())).collect();
        assert_eq!(comments, ["# head", "# one", "# c", "#3", "# e"]);
        assert_eq!(shown_all(&read("\u{feff}A=${B} $(x)\n").unwrap()), r#"{A: "${B} $(x)"}"#);
    }

    #[test]
    fn bad_lines_say_where_and_nothing_of_what() {
        for (text, expected) in [
            ("A=1\nBAD KEY=hidden\n", "2:1: is no line of an .env file: key does not match"),
            ("A=1\n\nB=\"hidden\n", "3:3: is no line of an .env file: quoted value has no closing"),
            ("A=\"é\" hidden\n", "1:7: is no line of an .env file: unexpected text"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.starts_with(expected) && !error.contains("hidden"), "{error}");
        }
    }

    #[test]
    fn edits_are_made_in_place() {
        for (path, to, old, new) in [
            ("A", To::Text("x y"), "A=1 ", "A='x y' "),
            ("A", To::Text("a/b=c:1"), "A=1 ", "A=a/b=c:1 "),
            ("A", To::Text("$HOME #"), "A=1 ", "A='$HOME #' "),
            ("A", To::Text("it's\n$x \"\\"), "A=1 ", "A=\"it's\\n\\$x \\\"\\\\\" "),
            ("A", To::Number("-1.5"), "A=1 ", "A=-1.5 "),
            ("A", To::Null, "A=1 ", "A= "),
            ("B", To::Bool(true), "\"x\r\ny\"", "true"),
            ("C", To::Text("x"), "C\r\n", "C=x\r\n"),
            ("D", To::Text(" "), "D=", "D=' '"),
            ("E", To::Text("x"), "E= #", "E= x #"),
            ("A", To::Key("Z_1"), "A=1", "Z_1=1"),
            ("A", To::Drop, "A=1 # one\r\n", ""),
            ("B", To::Drop, "export B=\"x\r\ny\"\r\n", ""),
            ("E", To::Drop, "E= # e", ""),
            ("# one", To::Comment("two\nthree"), "# one", "# two three"),
        ] {
            let found = edited((read, write), TEXT, &[(path, to)]).unwrap();
            assert_eq!(found, TEXT.replacen(old, new, 1), "{path} {to:?}");
        }
        assert_eq!(edited((read, write), TEXT, &[("", To::Drop)]).unwrap(), "# head\r\n  # c\r\n");
    }

    #[test]
    fn what_cannot_be_done_is_refused() {
        for (path, to, expected) in [
            ("A", To::Key("X Y"), "2:1: could not be edited in place"),
            ("A", To::Key("X=1\nY"), "1:1: could not be edited in place"),
            ("", To::Null, "1:1: the root of an .env file cannot be a scalar"),
        ] {
            let error = edited((read, write), TEXT, &[(path, to)]).unwrap_err().to_string();
            assert_eq!(error, expected);
        }
    }

    fn written(scalar: &Scalar<'_>) -> Scalar<'static> {
        Scalar::Text(as_text(scalar).into())
    }

    proptest! {
        #[test]
        fn any_text_is_written_so_that_it_is_read(value in "(\\PC|[ \\n\\t\\r'\"\\\\$#{}`]){0,12}") {
            let edits = [("B", To::Text(&value)), ("E", To::Text(&value)), ("C", To::Text(&value))];
            let after = edited((read, write), TEXT, &edits).unwrap();
            let found = read(&after).unwrap();
            prop_assert_eq!(shown_all(&found).matches(&format!("{value:?}")).count() >= 3, true, "{}", after);
        }

        #[test]
        fn random_files_are_edited(
            lines in vec("((export )?[AB_]{1,2}( ?= ?(\"[a \\n\\\\\"#]{0,4}\"|'[a \\n]{0,3}'|[a #$]{0,4}))?|)( # [a-c]{0,2})?\r?\n", 0..12),
            answers in vec(any::<u8>(), 0..60),
        ) {
            let text = lines.concat();
            let Ok(stream) = read(&text) else { return Ok(()) };
            let mut edits = some_edits(&stream, &mut Choices::new(answers), false);
            edits.retain(|edit| edit.span != (0..text.len()));
            let after = write(&text, &stream, &edits).map_err(|e| TestCaseError::fail(format!("{e}\n{text:?} {edits:?}")))?;
            let found = read(&after).unwrap();
            prop_assert_eq!(shown_after(&found, &[], written), shown_after(&stream, &edits, written));
        }

        #[test]
        fn no_text_panics(text in "[A-C= \\n\\r#'\"\\\\$a-c]{0,40}|.*", answers in vec(any::<u8>(), 0..40)) {
            if let Ok(stream) = read(&text) {
                let edits = some_edits(&stream, &mut Choices::new(answers), true);
                let _ = write(&text, &stream, &edits);
            }
        }
    }
}
