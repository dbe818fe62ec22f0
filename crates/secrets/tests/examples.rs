//! Every example of every rule matches, and no counter-example does.

use storeward_secrets::{
    Rule, Scanner,
    rule::{Search, example::expand},
};

#[test]
fn examples_match_and_counterexamples_do_not() {
    let mut wrong = Vec::new();
    for rule in Rule::builtin() {
        let scanner = Scanner::builder().only(&[rule.id()]).build();
        let mut check = |template: &str, expected: bool| {
            let text = expand(template, rule.id());
            if scanner.scan(text.as_bytes()).is_empty() == expected {
                wrong.push(format!(
                    "{}: {} {template}",
                    rule.id(),
                    if expected { "misses" } else { "matches" }
                ));
            }
        };
        rule.examples().for_each(|template| check(template, true));
        rule.counterexamples().for_each(|template| check(template, false));
        if rule.examples().count() < 2 || rule.counterexamples().count() < 1 {
            wrong.push(format!("{}: needs two examples and a counter-example", rule.id()));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), Rule::builtin().len(), wrong.join("\n"));
}

#[test]
fn examples_are_found_among_all_rules_too() {
    let scanner = Scanner::builtin();
    let mut wrong = Vec::new();
    for rule in Rule::builtin() {
        for template in rule.examples() {
            if scanner.scan(expand(template, rule.id()).as_bytes()).is_empty() {
                wrong.push(format!("{}: {template}", rule.id()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Windows round keywords that stand close are searched together, and cut where they grow long.
#[test]
fn examples_that_crowd_are_all_found() {
    let mut wrong = Vec::new();
    for rule in Rule::builtin().iter().filter(|rule| matches!(rule.search(), Search::Around { .. })) {
        let scanner = Scanner::builder().only(&[rule.id()]).build();
        for template in rule.examples() {
            let example = |number: usize| format!("{}\n\n", expand(template, &number.to_string()));
            let expected: usize = (0..60).map(|number| scanner.scan(example(number).as_bytes()).len()).sum();
            let text: String = (0..60).map(example).collect();
            let found = scanner.scan(text.as_bytes()).len();
            if found != expected {
                wrong.push(format!("{}: {found} of {expected} of {template:?}", rule.id()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
