//! Any text is read as a rule file, and a rule that is taken scans any text: what follows a byte of value zero.
#![no_main]

use libfuzzer_sys::fuzz_target;
use storeward_secrets::{Scanner, rule};

fuzz_target!(|input: &[u8]| {
    let (file, text) = input.split_at(input.iter().position(|byte| *byte == 0).unwrap_or(input.len()));
    let Ok(file) = std::str::from_utf8(file) else { return };
    if let Ok(rules) = rule::from_toml(file) {
        let examples: Vec<String> = rules
            .iter()
            .flat_map(|rule| rule.examples().map(|example| rule::example::expand(example, rule.id())))
            .collect();
        let scanner = Scanner::builder().without_builtin().rules(rules).build();
        for text in examples.iter().map(String::as_bytes).chain([text, file.as_bytes()]) {
            for finding in scanner.scan(text) {
                assert!(finding.place.end <= text.len() as u64);
            }
        }
    }
});
