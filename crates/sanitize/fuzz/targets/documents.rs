//! Whatever a document holds, sanitizing ends, and doing it twice changes nothing more.
#![no_main]

use std::{io::Cursor, sync::LazyLock};

use libfuzzer_sys::fuzz_target;
use storeward_sanitize::{Audience, Format, Masks, Rule, RuleSet, Sanitizer, rules, rule_file::RuleFile};

const FORMATS: [Format; 5] = [Format::Json, Format::Yaml, Format::Toml, Format::Env, Format::Text];

static SANITIZER: LazyLock<Sanitizer> = LazyLock::new(|| {
    let own = "[[rule]]\npath = \"a\"\nclass = \"secret\"\nhandling = \"redact\"\nreason = \"fuzzing\"\n\
               [[rule]]\npath = \"*.b\"\nclass = \"internal\"\nhandling = \"drop\"\nreason = \"fuzzing\"\n\
               [[rule]]\npath = \"**.c\"\nclass = \"internal\"\nhandling = \"generalise\"\nreason = \"fuzzing\"\n";
    let own: Vec<Rule> = RuleFile::new("own.toml", own).parse().unwrap();
    let rules = RuleSet::compile(&[rules::built_in(), own]).unwrap();
    Sanitizer::new(rules, Audience::Public, Masks::new()).unwrap()
});

fn sanitized(format: Format, document: &[u8]) -> Option<Vec<u8>> {
    let spool = || Ok(Cursor::new(Vec::new()));
    let done = pollster::block_on(SANITIZER.sanitize(format, document, spool, None));
    done.ok().map(|(_, out)| out.into_inner())
}

fuzz_target!(|data: &[u8]| {
    let Some((first, document)) = data.split_first() else { return };
    let format = FORMATS[usize::from(*first) % FORMATS.len()];
    if let Some(once) = sanitized(format, document) {
        let twice = sanitized(format, &once).expect("what was written is read");
        assert_eq!(once, twice);
    }
});
