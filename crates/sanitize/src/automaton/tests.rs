use std::cmp::Reverse;

use proptest::prelude::*;

use super::*;
use crate::{
    Class, Handling,
    path::{Segment, Slice},
};

/// The recursive definition of what a pattern describes.
fn matches(steps: &[Step], path: &[Segment]) -> bool {
    match (steps.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((Step::Deep, rest)), None) => matches(rest, path),
        (Some((Step::Deep, rest)), Some((_, deeper))) => matches(rest, path) || matches(steps, deeper),
        (Some((step, rest)), Some((segment, deeper))) => takes(step, segment) && matches(rest, deeper),
        _ => false,
    }
}

fn takes(step: &Step, segment: &Segment) -> bool {
    match (step, segment) {
        (Step::Any, _) => true,
        (Step::Key(wanted), Segment::Key(key)) => wanted == key,
        (Step::Either(wanted), Segment::Key(key)) => wanted.to_string() == *key,
        (Step::Index(wanted) | Step::Either(wanted), Segment::Index(index)) => wanted == index,
        (Step::Slice(Slice { start, end, step }), Segment::Index(index)) => {
            let mut listed = (*start..=*index).step_by(usize::try_from(*step).unwrap());
            listed.any(|at| at == *index) && end.is_none_or(|end| *index < end)
        }
        _ => false,
    }
}

fn trimmed(pattern: &Pattern) -> &[Step] {
    let mut steps = pattern.steps();
    while let Some((Step::Deep, rest)) = steps.split_last() {
        steps = rest;
    }
    steps
}

fn order(steps: &[Step]) -> (usize, Reverse<usize>, usize) {
    let count = |wanted: fn(&Step) -> bool| steps.iter().filter(|step| wanted(step)).count();
    let runs = steps.chunk_by(|a, b| *a == Step::Deep && *b == Step::Deep);
    (
        count(|step| matches!(step, Step::Key(_) | Step::Index(_) | Step::Either(_))),
        Reverse(runs.filter(|run| run[0] == Step::Deep).count()),
        count(|step| matches!(step, Step::Any | Step::Slice(_))),
    )
}

/// The index of the rule that decides, by trying everything.
fn winner(layers: &[Vec<Rule>], path: &FieldPath) -> Option<usize> {
    let mut candidates = Vec::new();
    let all =
        layers.iter().enumerate().flat_map(|(layer, rules)| rules.iter().map(move |rule| (layer, rule)));
    for (index, (layer, rule)) in all.enumerate() {
        for steps in rule.patterns.iter().map(trimmed) {
            for depth in 0..=path.segments().len() {
                if matches(steps, &path.segments()[..depth]) {
                    candidates.push((order(steps), layer, depth, Reverse(index)));
                }
            }
        }
    }
    candidates.into_iter().max().map(|(_, _, _, Reverse(index))| index)
}

const KEYS: [&str; 4] = ["a", "b", "0", "unknown"];

fn segments() -> Vec<Segment> {
    KEYS.into_iter().map(Segment::from).chain((0..3_u64).map(Segment::from)).collect()
}

fn step() -> impl Strategy<Value = Step> {
    let slices = [(0, None, 1), (1, None, 1), (0, None, 2), (1, Some(3), 1), (0, Some(1), 3)];
    prop_oneof![
        4 => proptest::sample::select(vec!["a", "b", "0"]).prop_map(|key| Step::Key(key.to_owned())),
        1 => (0..2_u64).prop_map(Step::Index),
        1 => (0..2_u64).prop_map(Step::Either),
        2 => Just(Step::Any),
        2 => Just(Step::Deep),
        1 => proptest::sample::select(slices.to_vec())
            .prop_map(|(start, end, step)| Step::Slice(Slice { start, end, step })),
    ]
}

/// Rules of two layers; with one outcome they all say the same, so that no two disagree.
fn layers(outcomes: usize) -> impl Strategy<Value = Vec<Vec<Rule>>> {
    const SAYS: [(Class, Handling); 3] = [
        (Class::Public, Handling::Keep),
        (Class::Internal, Handling::Hash),
        (Class::Secret, Handling::FullRedaction),
    ];
    let pattern = proptest::collection::vec(step(), 0..4).prop_map(Pattern::new);
    let rule = (proptest::collection::vec(pattern, 1..3), 0..outcomes)
        .prop_map(|(patterns, says)| Rule::new(patterns, SAYS[says].0, SAYS[says].1, "random").unwrap());
    proptest::collection::vec(proptest::collection::vec(rule, 0..4), 1..3)
}

/// Goes to every place down to a depth, in the order of a walk.
fn walk(depth: usize, path: &mut FieldPath, visit: &mut impl FnMut(&FieldPath)) {
    visit(path);
    if depth > 0 {
        for segment in segments() {
            path.push(segment);
            walk(depth - 1, path, visit);
            path.pop();
        }
    }
}

fn compare(
    machine: &mut Machine<'_>,
    state: State,
    path: &mut FieldPath,
    depth: usize,
    layers: &[Vec<Rule>],
) {
    let expected = winner(layers, path);
    assert_eq!(machine.rule_index(state), expected, "{path} by {layers:#?}");
    if depth > 0 {
        for segment in segments() {
            let next = match &segment {
                Segment::Key(key) => machine.key(state, key),
                Segment::Index(index) => machine.element(state, *index),
            };
            path.push(segment);
            compare(machine, next, path, depth - 1, layers);
            path.pop();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_walk_decides_as_the_definition_does(
        layers in layers(1), max_states in 1..9_usize, max_edges in 1..9_usize,
    ) {
        let set = RuleSet::compile(&layers).unwrap();
        for mut machine in [Machine::new(&set), Machine::bounded(&set, max_states, max_edges)] {
            // The second time, all that is remembered is used.
            for _ in 0..2 {
                let root = machine.root();
                compare(&mut machine, root, &mut FieldPath::default(), 3, &layers);
            }
        }
    }

    #[test]
    fn a_single_decision_and_its_explanation_are_those_of_the_walk(layers in layers(1)) {
        let set = RuleSet::compile(&layers).unwrap();
        walk(3, &mut FieldPath::default(), &mut |path| {
            let expected = winner(&layers, path);
            assert_eq!(set.decide(path), expected.map(|index| &set.rules()[index]));
            let matches = set.explain(path);
            assert_eq!(matches.first().map(|found| found.index), expected, "{path}");
            assert!(matches.is_sorted_by_key(|found| Reverse((found.specificity, found.layer, found.depth))));
            let governing = layers.iter().flatten().filter(|rule| winner(&[vec![(*rule).clone()]], path).is_some());
            assert_eq!(governing.count(), matches.len());
        });
    }

    #[test]
    fn conflicts_are_those_that_trying_every_path_finds(layers in layers(3)) {
        let conflicts = match RuleSet::compile(&layers) {
            Ok(_) => Vec::new(),
            Err(CompileError::Conflicts(conflicts)) => conflicts.all().to_vec(),
            Err(error) => panic!("{error}"),
        };
        for Conflict { first, second, example } in &conflicts {
            let sides = [first, second].map(|side| trimmed(&side.pattern));
            assert!(sides.iter().all(|steps| matches(steps, example.segments())), "{example}");
            assert_eq!(order(sides[0]), order(sides[1]));
            assert_ne!((first.class, first.handling), (second.class, second.handling));
        }
        // Every pair of patterns that could be one of them.
        for rules in &layers {
            let patterns: Vec<_> =
                rules.iter().flat_map(|rule| rule.patterns.iter().map(move |pattern| (rule, pattern))).collect();
            for (at, (rule, pattern)) in patterns.iter().enumerate() {
                for (other, second) in &patterns[at + 1..] {
                    let [a, b] = [pattern, second].map(|pattern| trimmed(pattern));
                    if rule.class == other.class || order(a) != order(b) {
                        continue;
                    }
                    let mut meet = false;
                    walk(5, &mut FieldPath::default(), &mut |path| {
                        meet = meet || (matches(a, path.segments()) && matches(b, path.segments()));
                    });
                    let told = conflicts.iter().any(|conflict| {
                        [&conflict.first, &conflict.second].map(|side| (&*side.rule, side.class))
                            == [rule, other].map(|rule| (&*rule.name, rule.class))
                    });
                    assert!(!meet || told, "{pattern} and {second} meet, and only these are told: {conflicts:#?}");
                }
            }
        }
    }
}

fn rule(path: &str, class: Class) -> Rule {
    let handling = if class == Class::Public { Handling::Keep } else { Handling::FullRedaction };
    Rule::new(Pattern::parse(path).unwrap(), class, handling, "a test").unwrap()
}

#[test]
fn the_more_specific_rule_decides() {
    let built_in = vec![
        rule("a", Class::Confidential),
        rule("a.*.name", Class::Public),
        rule("**.token", Class::Secret),
        rule("**.pin", Class::Confidential),
        rule("x.**.y", Class::Internal),
        rule("x.*.y", Class::Public),
        rule("*.*", Class::Public),
        rule("**", Class::Internal),
    ];
    let user = vec![rule("**.key", Class::Public), rule("a", Class::Secret)];
    let set = RuleSet::compile(&[built_in, user]).unwrap();
    for (path, name, layer) in [
        ("", "**", 0),
        ("a", "a", 1),
        ("a.b.c.d", "a", 1),
        ("a.0.name", "a.*.name", 0),
        ("a.0.name.first", "a.*.name", 0),
        ("a.0.token", "a", 1),
        ("b.token", "**.token", 0),
        ("token.pin", "**.pin", 0),
        ("pin.token.x", "**.token", 0),
        ("token.key", "**.key", 1),
        ("key.token", "**.key", 1),
        ("x.1.y", "x.*.y", 0),
        ("x.1.2.y", "x.**.y", 0),
        ("m.n.o", "*.*", 0),
        ("m", "**", 0),
    ] {
        let found = &set.explain(&path.parse().unwrap())[0];
        assert_eq!(set.decide(&path.parse().unwrap()), Some(found.rule), "{path}");
        assert_eq!((&*found.rule.name, found.layer), (name, layer), "{path}");
    }
    assert_eq!(set.explain(&"a.0.token".parse().unwrap()).len(), 5);
}

#[test]
fn a_conflict_names_both_rules_and_a_field() {
    let rules = vec![rule("a.*", Class::Internal).named("mine"), rule("*.b", Class::Public)];
    let error = RuleSet::compile(std::slice::from_ref(&rules)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`a.*` of `mine` (internal, full_redaction) and `*.b` (public, keep) are equally specific and disagree about `a.b`"
    );
    assert!(RuleSet::compile(&rules.into_iter().map(|rule| vec![rule]).collect::<Vec<_>>()).is_ok());
    // Steps behind a `**` may stand anywhere, so none of these is told apart by its second step.
    let rules = vec![rule("**.x.y.z", Class::Internal), rule("p.q.**.z", Class::Public)];
    let error = RuleSet::compile(&[rules]).unwrap_err().to_string();
    assert!(error.ends_with("disagree about `p.q.x.y.z`"), "{error}");
    let many = (0..100).map(|at| rule("a.b", [Class::Internal, Class::Confidential][at % 2])).collect();
    let error = RuleSet::compile(&[many]).unwrap_err().to_string();
    assert!(error.lines().count() == 21 && error.ends_with("may be more"), "{error}");
}

#[test]
fn a_rule_that_would_show_a_secret_makes_no_set() {
    let shown = Rule { handling: Handling::Keep, ..rule("a.b", Class::Secret) };
    let error = RuleSet::compile(&[vec![shown]]).unwrap_err();
    assert!(error.to_string().starts_with("rule `a.b`: a secret is never kept"), "{error}");
}

#[test]
fn ten_thousand_rules_are_one_automaton() {
    // Classes that differ, so that every pair would have to be looked at if it could meet.
    let class = |at: usize| [Class::Internal, Class::Confidential][at % 2];
    let rules = (0..10_000)
        .flat_map(|at| {
            ["items.*.field#", "field#.*", "**.name#", "part#.**.end", "*.k#.*"]
                .map(|form| rule(&form.replace('#', &at.to_string()), class(at)))
        })
        .collect();
    let set = RuleSet::compile(&[rules]).unwrap();
    let mut machine = Machine::new(&set);
    let items = machine.key(machine.root(), "items");
    for at in 0..10_000 {
        let item = machine.element(items, at as u64);
        let field = machine.key(item, &format!("field{at}"));
        assert_eq!(machine.rule_index(field), Some(5 * at));
        let name = machine.key(item, &format!("name{at}"));
        assert_eq!(machine.rule_index(name), Some(5 * at + 2));
        let other = machine.key(item, &format!("other{at}"));
        assert_eq!(machine.decision(other), None);
    }
}

#[test]
fn keys_and_items_that_no_rule_names_leave_no_trace() {
    let rules = vec![rule("**.a.*.b", Class::Internal), rule("list[2:4]", Class::Internal)];
    let set = RuleSet::compile(&[rules]).unwrap();
    let mut machine = Machine::new(&set);
    let size = |machine: &Machine<'_>| format!("{machine:?}");
    let list = machine.key(machine.root(), "list");
    let mut visit = |from: u64, to: u64| {
        for number in from..to {
            machine.key(machine.root(), &format!("key{number}"));
            machine.element(list, number);
        }
        size(&machine)
    };
    let before = visit(0, 20);
    assert_eq!(visit(20, 20_000), before);
}

#[test]
fn a_state_that_is_no_longer_held_shows_nothing() {
    let set = RuleSet::compile(&[vec![rule("**.a.*.*.*", Class::Public)]]).unwrap();
    let mut machine = Machine::bounded(&set, 1, 1);
    let first = machine.key(machine.root(), "a");
    assert_eq!(machine.decision(first), None);
    let second = machine.key(first, "a");
    assert_ne!(machine.key(machine.root(), "a"), first);
    assert_eq!(machine.decision(first).map(|rule| rule.class), Some(Class::Secret));
    let child = machine.key(first, "b");
    assert_eq!(machine.decision(child).map(|rule| rule.class), Some(Class::Secret));
    assert_eq!(machine.rule_index(child), None);
    assert_eq!(machine.decision(second), None, "deeper ones stay until their depth comes again");
}
