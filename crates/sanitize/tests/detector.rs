//! The port to other detectors: what it is asked, and what comes of its answers.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    borrow::Cow,
    io::Cursor,
    sync::{Mutex, PoisonError},
};

use pollster::block_on;
use storeward_core::{BoxFuture, Fault, PortError};
use storeward_sanitize::{
    Audience, Detector, Format, Masks, Report, SanitizeError, Sanitizer, Unclassified,
    memory::Words,
    port::{Field, Hit},
    rules,
};

type Done = Result<(Report, Cursor<Vec<u8>>), SanitizeError>;

fn sanitize(detector: &dyn Detector, unclassified: Unclassified, document: &str) -> Done {
    let rules = block_on(rules::load(&[])).unwrap();
    let sanitizer = Sanitizer::new(rules, Audience::Public, Masks::new()).unwrap().unclassified(unclassified);
    let spool = || Ok(Cursor::new(Vec::new()));
    block_on(sanitizer.sanitize(Format::Json, document.as_bytes(), spool, Some(detector)))
}

fn shown(done: Done) -> String {
    String::from_utf8(done.unwrap().1.into_inner()).unwrap()
}

#[test]
fn what_it_recognises_is_hidden_wherever_it_stands() {
    let words = Words::new(["ruby", "0 1"]);
    let document = r#"{"a": "a ruby ruby", "ruby 1": ["x", {"attributes": "ruby"}], "n": 101, "shop": {"name": "ruby"}}"#;
    let done = sanitize(&words, Unclassified::Detect, document);
    assert_eq!(done.as_ref().unwrap().0.coverage.detected, 3);
    assert_eq!(
        shown(done),
        r#"{"a": "a [REDACTED] [REDACTED]", "[REDACTED] 1": ["x", {"attributes": "[REDACTED]"}], "n": 101, "shop": {"name": "[REDACTED]"}}"#
    );
    assert_eq!(shown(sanitize(&words, Unclassified::Keep, document)), document, "nobody is asked");
}

/// Notes what it is asked and finds nothing.
#[derive(Default)]
struct Listener(Mutex<Vec<(String, String)>>);

impl Detector for Listener {
    fn may_find(&self, _: &str, text: &str) -> bool {
        text != "boring"
    }

    fn detect<'a>(&'a self, fields: &'a [Field<'a>]) -> BoxFuture<'a, Result<Vec<Hit>, PortError>> {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        heard.extend(fields.iter().map(|field| (field.key.to_owned(), field.text.to_owned())));
        Box::pin(async { Ok(Vec::new()) })
    }
}

#[test]
fn it_is_told_the_nearest_key_and_asked_again_for_the_proof() {
    let listener = Listener::default();
    sanitize(
        &listener,
        Unclassified::Detect,
        r#"{"k": ["v", {"k 2": "boring"}], "warehouses": [{"email": "w"}]}"#,
    )
    .unwrap();
    let heard = listener.0.into_inner().unwrap();
    let once = [("k", "v"), ("k 2", "k 2")].map(|(key, text)| (key.to_owned(), text.to_owned()));
    assert_eq!(heard, [once.clone(), once].concat(), "what a rule hides is told to nobody");
}

/// Answers without sense, or not at all.
struct Broken(Option<Hit>);

impl Detector for Broken {
    fn detect<'a>(&'a self, _: &'a [Field<'a>]) -> BoxFuture<'a, Result<Vec<Hit>, PortError>> {
        let answer = self.0.clone().map(|hit| vec![hit]);
        let error = || PortError::new("detector", Fault::Unreachable, "nobody is there");
        Box::pin(async move { answer.ok_or_else(error) })
    }
}

#[test]
fn without_an_answer_there_is_no_document() {
    let error = sanitize(&Broken(None), Unclassified::Detect, r#"{"a": "b"}"#).unwrap_err();
    assert_eq!(error.to_string(), "detector unreachable: nobody is there");
}

#[test]
fn an_answer_without_sense_hides_all_of_the_text() {
    for (start, end) in [(0, 99), (1, 2), (5, 2), (4, 3)] {
        let hit = Hit { field: 0, range: start..end, rule: Cow::Borrowed("broken") };
        let done = sanitize(&Broken(Some(hit)), Unclassified::Detect, r#"{"a": "é xyz"}"#);
        assert_eq!(shown(done), r#"{"a": "[REDACTED]"}"#);
    }
    let hit = Hit { field: 7, range: 0..1, rule: Cow::Borrowed("broken") };
    assert_eq!(shown(sanitize(&Broken(Some(hit)), Unclassified::Detect, r#"{"a": "b"}"#)), r#"{"a": "b"}"#);
    // What finds something in any text but our masks leaves nothing that could be called clean.
    let hit = Hit { field: 0, range: 0..0, rule: Cow::Borrowed("broken") };
    let done = sanitize(&Broken(Some(hit)), Unclassified::Detect, r#"{"a": "b"}"#);
    assert!(matches!(done, Err(SanitizeError::Unproven)), "{done:?}");
}
