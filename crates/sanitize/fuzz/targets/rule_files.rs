//! Any text is read as a rule file, and rules that agree decide the same in a walk as one by one. What follows a byte of
//! value zero is a path.
#![no_main]

use libfuzzer_sys::fuzz_target;
use storeward_sanitize::{FieldPath, Machine, RuleFile, RuleSet, path::Segment};

fuzz_target!(|input: &str| {
    let (text, path) = input.split_once('\0').unwrap_or((input, "a.0.b"));
    let path: FieldPath = path.parse().unwrap_or_default();
    for name in ["rules.toml", "rules.yaml"] {
        let Ok(rules) = RuleFile::new(name, text).parse() else { continue };
        let Ok(set) = RuleSet::compile(&[rules]) else { continue };
        let mut machine = Machine::new(&set);
        let mut state = machine.root();
        for segment in path.segments() {
            state = match segment {
                Segment::Key(key) => machine.key(state, key),
                Segment::Index(index) => machine.element(state, *index),
            };
        }
        assert_eq!(machine.decision(state), set.decide(&path));
        assert_eq!(machine.decision(state), set.explain(&path).first().map(|found| found.rule));
    }
});
