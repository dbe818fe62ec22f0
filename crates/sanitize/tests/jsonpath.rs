//! RFC 9535 by its compliance test suite (jsonpath-standard/jsonpath-compliance-test-suite), kept outside the repository.
//!
//! `STOREWARD_JSONPATH_CTS` names its file `cts.json`; without it `../shared/vectors/jsonpath-cts.json` beside the
//! workspace is tried.
#![cfg(feature = "jsonpath")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, its helpers too")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use serde_json::Value;
use storeward_sanitize::{Class, Handling, Machine, Pattern, Rule, RuleSet, State};

#[derive(Deserialize)]
struct Suite {
    tests: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    selector: String,
    #[serde(default)]
    invalid_selector: bool,
    #[serde(default)]
    document: Value,
    result_paths: Option<Vec<String>>,
    /// Where several orders are right: each of them.
    results_paths: Option<Vec<Vec<String>>>,
    result: Option<Vec<Value>>,
    results: Option<Vec<Vec<Value>>>,
}

/// How many cases there are, how many of them we support, do not support, and refuse because they are no JSONPath.
const COUNTS: [usize; 4] = [703, 140, 316, 247];

#[test]
fn the_compliance_suite_is_followed() {
    let file = variable("STOREWARD_JSONPATH_CTS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vectors/jsonpath-cts.json"),
        PathBuf::from,
    );
    if !file.is_file() {
        eprintln!("skipped: no compliance suite at {}", file.display());
        return;
    }
    let suite: Suite = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let [mut supported, mut unsupported, mut invalid] = [0; 3];
    for case in &suite.tests {
        let Case { name, selector, .. } = case;
        match (Pattern::parse(selector), case.invalid_selector) {
            (Ok(_), true) => panic!("{name}: `{selector}` is taken"),
            (Err(error), true) => {
                // Whether a filter that we do not take is a valid one is not looked into.
                assert!(!error.unsupported || selector.contains('?'), "{name}: `{selector}`: {error}");
                invalid += 1;
            }
            (Err(error), false) => {
                assert!(error.unsupported && error.message.contains("not supported"), "{name}: {error}");
                let reason = if error.message.contains("filter") { '?' } else { '-' };
                assert!(selector.contains(reason), "{name}: `{selector}`: {error}");
                unsupported += 1;
            }
            (Ok(patterns), false) => {
                check(case, &patterns);
                supported += 1;
            }
        }
    }
    let counts = [suite.tests.len(), supported, unsupported, invalid];
    println!("{} cases: {supported} supported, {unsupported} not supported, {invalid} invalid", counts[0]);
    assert_eq!(counts, COUNTS, "a supported case is one whose nodes were the expected ones");
}

/// What is to be selected is, and nothing else. A node counts once, also where RFC 9535 lists it twice.
fn check(
    Case { name, selector, document, result_paths, results_paths, result, results, .. }: &Case,
    patterns: &[Pattern],
) {
    let mut selected = BTreeMap::new();
    // A slice that holds no index selects nothing, and nothing is no rule.
    for pattern in patterns.iter().filter(|pattern| !pattern.is_empty()) {
        let rule = Rule::new(vec![pattern.clone()], Class::Internal, Handling::Hash, "a test").unwrap();
        let set = RuleSet::compile(&[vec![rule]]).unwrap();
        let mut machine = Machine::new(&set);
        let root = machine.root();
        select(&mut machine, root, "$", document, &mut selected);
    }
    let paths: Vec<&String> = selected.keys().collect();
    let mut expected: Vec<_> = result_paths.iter().chain(results_paths.iter().flatten()).collect();
    if let Some(wanted) = expected.pop() {
        // The orders of one case hold the same nodes.
        let mut wanted: Vec<_> = wanted.iter().collect();
        wanted.sort_unstable();
        wanted.dedup();
        assert_eq!(paths, wanted, "{name}: `{selector}`");
    } else {
        let sorted = |values: &mut dyn Iterator<Item = &Value>| {
            let mut texts: Vec<_> = values.map(ToString::to_string).collect();
            texts.sort_unstable();
            texts
        };
        let wanted = result.iter().chain(results.iter().flatten()).next().unwrap();
        let values = sorted(&mut selected.values().copied());
        assert_eq!(values, sorted(&mut wanted.iter()), "{name}: `{selector}`");
    }
}

fn select<'v>(
    machine: &mut Machine<'_>,
    at: State,
    path: &str,
    value: &'v Value,
    selected: &mut BTreeMap<String, &'v Value>,
) {
    if machine.describes(at) {
        assert!(machine.decision(at).is_some());
        selected.insert(path.to_owned(), value);
    }
    match value {
        Value::Array(items) => {
            for (index, item) in (0_u64..).zip(items) {
                let next = machine.element(at, index);
                select(machine, next, &format!("{path}[{index}]"), item, selected);
            }
        }
        Value::Object(entries) => {
            for (key, value) in entries {
                let next = machine.key(at, key);
                select(machine, next, &format!("{path}['{}']", normal(key)), value, selected);
            }
        }
        _ => {}
    }
}

/// A key in a normalized path (RFC 9535 section 2.7).
fn normal(key: &str) -> String {
    key.chars()
        .map(|character| match character {
            '\u{8}' => "\\b".to_owned(),
            '\u{c}' => "\\f".to_owned(),
            '\n' => "\\n".to_owned(),
            '\r' => "\\r".to_owned(),
            '\t' => "\\t".to_owned(),
            '\'' => "\\'".to_owned(),
            '\\' => "\\\\".to_owned(),
            '\0'..='\u{1f}' => format!("\\u{:04x}", u32::from(character)),
            other => other.to_string(),
        })
        .collect()
}

#[expect(clippy::disallowed_methods, reason = "the suite is kept where the developer says")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
