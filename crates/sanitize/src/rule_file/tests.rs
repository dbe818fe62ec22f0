use proptest::prelude::*;

use super::*;
use crate::{Audience, Class, Handling, memory::MemoryRules};

const GOOD: &str = r#"
# ours
[[rule]]
path = "shop.customerServiceEmail"
class = "internal"
handling = "MASK-DOMAIN-ONLY"
reason = "partners write there"
show_to = "partner"

[[rule]]
name = "notes"
paths = ["**.note", 'a."b.c"']
class = "confidential"
handling = "redact"
reason = "free text"
"#;

fn error(text: &str) -> RuleFileError {
    RuleFile::new("rules.toml", text).parse().unwrap_err()
}

#[test]
fn a_file_is_read_as_it_says() {
    let rules = RuleFile::new("rules.toml", GOOD).parse().unwrap();
    let [first, second] = rules.as_slice() else { panic!("two rules") };
    assert_eq!((first.class, first.handling), (Class::Internal, Handling::MaskDomainOnly));
    assert_eq!((&*first.name, first.show_to), ("shop.customerServiceEmail", Some(Audience::Partner)));
    assert_eq!((&*second.name, second.handling), ("notes", Handling::FullRedaction));
    assert_eq!(second.patterns.len(), 2);
    assert_eq!((second.reason.as_ref(), second.show_to), ("free text", None));
}

#[test]
fn other_names_of_handlings_are_known() {
    for (written, handling) in [
        ("no_masking", Handling::Keep),
        ("Redact", Handling::FullRedaction),
        ("generalize", Handling::Generalise),
        ("generalise", Handling::Generalise),
    ] {
        let text = GOOD.replace("MASK-DOMAIN-ONLY", written);
        assert_eq!(RuleFile::new("r", text).parse().unwrap()[0].handling, handling, "{written}");
    }
}

#[test]
fn mistakes_are_told_where_they_are_and_with_the_nearest_word() {
    for (from, to, place, part) in [
        ("handling = \"MASK", "handlng = \"MASK", "6:1", "did you mean `handling`?"),
        ("\"internal\"", "\"interal\"", "5:9", "did you mean `internal`?"),
        ("\"redact\"", "\"full_redacton\"", "14:12", "did you mean `full_redaction`?"),
        ("\"partner\"", "\"partners\"", "8:11", "did you mean `partner`?"),
        ("[[rule]]\npath", "[[rules]]\npath", "3:3", "did you mean `rule`?"),
        ("shop.customer", "shop..customer", "4:8", "column 6: a key is missing"),
        ("'a.\"b.c\"'", "'a.\"b'", "12:21", "column 3: the quote is not closed"),
        ("\"internal\"", "3", "5:9", "is no text"),
        ("\"partners write there\"", "\" \"", "7:10", "says nothing"),
        ("\"internal\"", "\"secret\"", "8:11", "shown to nobody"),
        (
            "\"confidential\"\nhandling = \"redact\"",
            "\"secret\"\nhandling = \"no_masking\"",
            "14:12",
            "never kept",
        ),
        ("paths = [\"**.note\", 'a.\"b.c\"']", "paths = []", "12:9", "at least one path"),
        ("paths = [\"**.note\", 'a.\"b.c\"']", "paths = \"a\"", "12:9", "`paths` is a list"),
        ("paths = [\"**.note\", 'a.\"b.c\"']", "path = \"a[2:2]\"", "12:8", "no place"),
        ("name = \"notes\"", "path = \"a\"", "12:9", "not both"),
        ("class = \"internal\"\n", "", "3:1", "no `class`"),
        ("path = \"shop.customerServiceEmail\"\n", "", "3:1", "no `path`"),
        ("reason = \"free text\"", "reason = \"free", "15:", "not valid TOML"),
        ("name = \"notes\"", "class = \"secret\"", "13:1", "not valid TOML: duplicate key"),
    ] {
        let text = GOOD.replacen(from, to, 1);
        assert_ne!(text, GOOD, "{from}");
        let error = error(&text).to_string();
        assert!(error.starts_with(&format!("rules.toml:{place}")) && error.contains(part), "{to}: {error}");
    }
}

#[test]
fn a_file_without_rules_is_a_mistake() {
    for text in ["", "# nothing\n", "rule = []\n"] {
        assert_eq!(error(text).to_string(), "rules.toml:1:1: holds no rules");
    }
    assert!(error("rule = 3").message.contains("are a list"));
    assert!(error("[rule]\npath = 'a'").message.contains("are a list"));
    assert!(error("rule = ['a']").message.contains("no table"));
}

#[test]
fn columns_are_characters() {
    assert_eq!((error("é = 1").column, error("rule = [{ path = 'é', x = 1 }]").column), (1, 23));
}

#[test]
fn every_source_gives_the_same_rules() {
    let file = RuleFile::new("rules.toml", GOOD);
    let memory = MemoryRules::new(file.parse().unwrap());
    let sources: [&dyn RuleSource; 2] = [&file, &memory];
    for source in sources {
        assert_eq!(pollster::block_on(source.rules()).unwrap(), file.parse().unwrap());
    }
    let error = pollster::block_on(RuleFile::new("mine.toml", "x = 1").rules()).unwrap_err();
    assert_eq!(error.fault(), Fault::Invalid);
    assert!(error.to_string().contains("mine.toml:1:1: unknown key `x`"), "{error}");
}

#[cfg(feature = "documents")]
#[test]
fn yaml_says_the_same() {
    let text = "
rule:
  - path: shop.customerServiceEmail
    class: internal
    handling: mask_domain_only
    reason: partners write there
    show_to: partner
  - name: notes
    paths: ['**.note', a.\"b.c\"]
    class: confidential
    handling: redact
    reason: free text
";
    assert_eq!(RuleFile::new("r.yml", text).parse(), RuleFile::new("r.toml", GOOD).parse());
    assert_eq!(RuleFile::new("r", text).written_in(Syntax::Yaml).parse().map(|rules| rules.len()), Ok(2));
    for (from, to, place, part) in [
        ("class: internal", "clas: internal", "4:5", "did you mean `class`?"),
        ("class: internal", "class: interal", "4:12", "did you mean `internal`?"),
        ("class: internal", "class:", "4:10", "is no text"),
        ("class: internal", "path: a.b", "4:5", "given twice"),
        ("class: internal", "class: *x", "4:12", "not valid YAML"),
        ("class: internal", "class: &x internal\n    name: *x", "5:11", "no aliases"),
        ("class: internal", "class: [[internal]]", "4:12", "is no text"),
        ("class: internal", "? [a]\n    : internal", "4:7", "a key is a word"),
        ("free text\n", "free text\n---\na: 1\n", "14:1", "one document"),
    ] {
        let error = RuleFile::new("r.yaml", text.replacen(from, to, 1)).parse().unwrap_err().to_string();
        assert!(error.starts_with(&format!("r.yaml:{place}: ")) && error.contains(part), "{to}: {error}");
    }
    for text in ["", "# nothing", "rule:", "rule: []", "~"] {
        let error = RuleFile::new("r.yaml", text).parse().unwrap_err();
        assert!(
            error.message.contains("holds no rules") || error.message.contains("a list"),
            "{text}: {error}"
        );
    }
    let deep = format!("rule:\n  {}", "- ".repeat(100));
    assert!(RuleFile::new("r.yaml", deep).parse().unwrap_err().message.contains("deeper"));
}

proptest! {
    #[test]
    fn no_text_panics(text in "(\\[\\[rule\\]\\]\n)?(path|class|x|\\[|\\]|\"|'|=|:|-| |\n|\\*|é){0,40}") {
        for name in ["a.toml", "a.yaml"] {
            drop(RuleFile::new(name, text.clone()).parse());
        }
    }
}
