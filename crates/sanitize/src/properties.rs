//! What must hold for any document and any rules, shown on JSON read in pieces of a few bytes.

use std::io::Cursor;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Map, Value};

use crate::{
    Audience, Class, FieldPath, Format, Handling, Masks, Pattern, Report, Rule, RuleSet, Sanitizer, Scalar,
    Unclassified,
};

const KEYS: &[&str] = &["a", "b", "c", "key", "é\"x", "a.b"];

/// The classes whose values are not looked for elsewhere.
const OPEN: &[Class] = &[Class::Public, Class::Internal, Class::Confidential];

fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-5_i64..2_000_000_000_000).prop_map(Value::from),
        (-1e9..1e9).prop_map(Value::from),
        "[a-zA-Z0-9 .:/@\\-é€\"\\\\\\n]{0,24}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::from),
            vec((select(KEYS), inner), 0..5).prop_map(|members| {
                Value::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
            }),
        ]
    })
}

fn rules(classes: &'static [Class], handlings: Vec<Handling>) -> impl Strategy<Value = RuleSet> {
    let step = select(&["a", "b", "c", "key", "*", "**", "0", "1", "\"a.b\""][..]);
    let pattern = vec(step, 1..4).prop_map(|steps| steps.join("."));
    let rule = (pattern, select(classes), select(handlings));
    vec(rule, 0..6).prop_filter_map("rules that disagree", |rules| {
        let rules = rules.into_iter().filter_map(|(pattern, class, handling)| {
            Rule::new(Pattern::parse(&pattern).ok()?, class, handling, "random").ok()
        });
        RuleSet::compile(&[rules.collect()]).ok()
    })
}

/// The handlings that leave a field out or give it another type are named in the documentation; these are the others.
fn keeping_types() -> Vec<Handling> {
    let others = |handling: &&Handling| !matches!(handling, Handling::Drop | Handling::Generalise);
    Handling::ALL.iter().filter(others).copied().collect()
}

fn masks() -> Masks {
    Masks::with_key(storeward_core::FingerprintKey::new(&[7; 32]))
}

fn run(rules: RuleSet, audience: Audience, unclassified: Unclassified, document: &str) -> (Report, String) {
    let sanitizer = Sanitizer::new(rules, audience, masks()).unwrap().unclassified(unclassified);
    let spool = || Ok(Cursor::new(Vec::new()));
    let done = sanitizer.sanitize(Format::Json, document.as_bytes(), spool, None);
    let (report, out) = pollster::block_on(done).unwrap();
    (report, String::from_utf8(out.into_inner()).unwrap())
}

/// What the rules say, worked out field by field.
fn model(rules: &RuleSet, audience: Audience, path: &FieldPath, value: &Value) -> Value {
    let hidden = rules.decide(path).filter(|rule| !rule.shows(audience));
    let scalar = match value {
        Value::Array(items) => {
            let items =
                items.iter().enumerate().map(|(at, item)| model(rules, audience, &path.child(at), item));
            return items.collect();
        }
        Value::Object(members) => {
            let mut left = Map::new();
            for (key, member) in members {
                let place = path.child(key);
                let goes = |rule: &Rule| rule.handling == Handling::Drop && !rule.shows(audience);
                if !rules.decide(&place).is_some_and(goes) {
                    left.insert(key.clone(), model(rules, audience, &place, member));
                }
            }
            return Value::Object(left);
        }
        Value::String(text) => Scalar::Text(text.into()),
        Value::Number(number) => Scalar::Number(number.to_string().into()),
        Value::Bool(truth) => Scalar::Bool(*truth),
        Value::Null => Scalar::Null,
    };
    match hidden.and_then(|rule| masks().apply(rule.handling, &scalar).unwrap()) {
        None => value.clone(),
        Some(Scalar::Text(text)) => Value::String(text.into_owned()),
        Some(Scalar::Number(number)) => Value::Number(number.parse().unwrap()),
        Some(Scalar::Bool(truth)) => Value::Bool(truth),
        Some(Scalar::Null) => Value::Null,
    }
}

/// Whether two values have the same keys, lengths and types.
fn same_shape(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same_shape(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, one)| other.get(key).is_some_and(|other| same_shape(one, other)))
        }
        _ => std::mem::discriminant(one) == std::mem::discriminant(other),
    }
}

proptest! {
    #[test]
    fn the_rules_are_followed_and_nothing_else_changes(
        document in document(), rules in rules(OPEN, Handling::ALL.to_vec()), audience in select(Audience::ALL), pretty in any::<bool>(),
    ) {
        let write = |value: &Value| if pretty { serde_json::to_string_pretty(value) } else { serde_json::to_string(value) };
        let text = write(&document).unwrap();
        let expected = model(&rules, audience, &FieldPath::default(), &document);
        let drops = rules.rules().iter().any(|rule| rule.handling == Handling::Drop);
        let (_, out) = run(rules, audience, Unclassified::Keep, &text);
        if drops {
            let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
            prop_assert_eq!(read(&out), read(&expected.to_string()));
        } else {
            prop_assert_eq!(out, write(&expected).unwrap());
        }
    }

    #[test]
    fn twice_is_once(
        document in document(), rules in rules(Class::ALL, Handling::ALL.to_vec()), audience in select(Audience::ALL),
        unclassified in select(Unclassified::ALL),
    ) {
        let text = document.to_string();
        let again = RuleSet::compile(&[rules.rules().to_vec()]).unwrap();
        let (_, once) = run(rules, audience, unclassified, &text);
        let (report, twice) = run(again, audience, unclassified, &once);
        prop_assert_eq!(report.changes(), 0);
        prop_assert_eq!(once, twice);
    }

    #[test]
    fn the_structure_is_kept(
        document in document(), rules in rules(Class::ALL, keeping_types()), unclassified in select(Unclassified::ALL),
    ) {
        let (_, out) = run(rules, Audience::Public, unclassified, &document.to_string());
        prop_assert!(same_shape(&document, &serde_json::from_str(&out).unwrap()));
    }

    #[test]
    fn a_secret_is_nowhere_in_the_output(
        secret in "[!-~é€]{8,30}", before in "[ a-z]{0,9}", after in "[ a-z]{0,9}", handling in select(Handling::ALL),
        unclassified in select(Unclassified::ALL), others in vec(document(), 4),
    ) {
        prop_assume!(handling != Handling::Keep);
        let around = format!("{before}{secret}{after}");
        let base64 = STANDARD.encode(&around);
        let percent = utf8_percent_encode(&around, NON_ALPHANUMERIC).to_string();
        let json = serde_json::to_string(&around).unwrap();
        let mut members = Map::new();
        for (at, shown) in [&around, &base64, &percent, &json].into_iter().enumerate() {
            members.insert(format!("shown {at}"), vec![Value::from(shown.clone()), others[at].clone()].into());
        }
        members.insert(around.clone(), 1.into());
        members.insert("secret".to_owned(), secret.clone().into());
        members.insert("z".to_owned(), around.clone().into());
        let rule = Rule::new(Pattern::parse("secret").unwrap(), Class::Secret, handling, "it is one").unwrap();
        let rules = RuleSet::compile(&[vec![rule]]).unwrap();
        let (_, out) = run(rules, Audience::Security, unclassified, &Value::Object(members).to_string());
        let decoded: Value = serde_json::from_str(&out).unwrap();
        let mut texts = Vec::new();
        collect(&decoded, &mut texts);
        let bare = STANDARD.encode(&secret);
        let percent = utf8_percent_encode(&secret, NON_ALPHANUMERIC).to_string();
        for text in texts.iter().chain([&out]) {
            for form in [&secret, bare.trim_end_matches('=').get(..8).unwrap(), &percent] {
                prop_assert!(!text.contains(form), "{form} in {text}");
            }
        }
    }

    #[test]
    fn equal_values_have_equal_pseudonyms(values in vec(select(&["anna", "bert", "1", "é"][..]), 1..9)) {
        let rule = Rule::new(Pattern::parse("*").unwrap(), Class::Internal, Handling::Pseudonym, "people").unwrap();
        let rules = RuleSet::compile(&[vec![rule]]).unwrap();
        let (_, out) = run(rules, Audience::Public, Unclassified::Keep, &Value::from(values.clone()).to_string());
        let names: Vec<String> = serde_json::from_str(&out).unwrap();
        for (one, first) in values.iter().zip(&names) {
            for (other, second) in values.iter().zip(&names) {
                prop_assert_eq!(one == other, first == second);
            }
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "[\\[\\]{},:\"\\\\a-c0-9.eE+\\- \\nétrufalsn]{0,90}") {
        let rules = RuleSet::compile(&[Vec::new()]).unwrap();
        let sanitizer = Sanitizer::new(rules, Audience::Public, Masks::new()).unwrap();
        let spool = || Ok(Cursor::new(Vec::new()));
        let done = sanitizer.sanitize(Format::Json, text.as_bytes(), spool, None);
        let done = pollster::block_on(done);
        let valid = serde_json::Deserializer::from_str(&text).into_iter::<Value>().all(|value| value.is_ok());
        // Two values may follow each other without a space here, and `serde_json` does not mind a repeated key.
        if let Ok((_, out)) = done {
            prop_assert_eq!(String::from_utf8(out.into_inner()).unwrap().len(), text.len());
        } else if valid {
            prop_assert!(text.contains(':'), "{text} is valid");
        }
    }
}

fn collect(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Object(members) => members.iter().for_each(|(key, value)| {
            texts.push(key.clone());
            collect(value, texts);
        }),
        _ => {}
    }
}
