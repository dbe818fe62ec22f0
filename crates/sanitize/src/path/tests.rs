use proptest::prelude::*;

use super::*;

fn dotted(text: &str) -> Pattern {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn stars_stand_for_keys() {
    for (pattern, path, expected) in [
        ("shop.email", "shop.email", true),
        ("shop.email", "shop.email.x", false),
        ("shop.email", "shop", false),
        ("warehouses.*.email", "warehouses.0.email", true),
        ("warehouses.*.email", "warehouses.email", false),
        ("warehouses.*.address.**", "warehouses.0.address", true),
        ("warehouses.*.address.**", "warehouses.0.address.city", true),
        ("**.apiKey", "apiKey", true),
        ("**.apiKey", "integrations.pay.apiKey", true),
        ("**.apiKey", "integrations.pay.apikey", false),
        ("a.**.b.**.c", "a.x.b.y.y.c", true),
        ("a.**.b.**.c", "a.x.y.c", false),
        ("a.0", "a.0", true),
        ("a.0", r#"a."0""#, true),
        ("a[0]", "a.0", true),
        ("a[0]", r#"a."0""#, false),
        (r#"a."0""#, "a.0", false),
        ("a.007", "a.007", true),
        ("a.[1:5:2]", "a.1", false),
        ("a[1:5:2]", "a.3", true),
        ("a[1:5:2]", "a.2", false),
        ("a[1:5:2]", "a.5", false),
        ("a[2:]", "a.900", true),
        ("a[:]", "a.x", false),
        (r#"a."b.c""#, r#"a."b.c""#, true),
        ("a['b.c'].d", r#"a."b.c".d"#, true),
        ("$", "", true),
        ("$", "a", false),
        ("**", "", true),
    ] {
        let path: FieldPath = path.parse().unwrap();
        let matched = pattern.parse::<Pattern>().is_ok_and(|pattern| pattern.matches(&path));
        assert_eq!(matched, expected, "{pattern} on {path}");
    }
}

#[test]
fn a_bad_pattern_is_refused_at_its_column() {
    for (text, column, part) in [
        ("", 1, "empty"),
        (".a", 1, "missing"),
        ("a.", 3, "missing at the end"),
        ("a..b", 3, "`**`"),
        ("é.b c", 4, "holds ` `"),
        ("a.b*", 4, "whole key"),
        ("a.*b", 3, "whole key"),
        ("a.***", 3, "two are any number"),
        ("a[", 3, "missing"),
        ("a[0", 4, "`]`"),
        ("a[0x]", 4, "`]`"),
        ("a[01]", 3, "leading zeros"),
        ("a[-1]", 3, "from the start"),
        ("a[1:-1]", 5, "from the start"),
        ("a.[0]", 3, "no dot"),
        (r#"a."b"#, 3, "not closed"),
        (r#"a."b"c"#, 6, "expected `.` or `[`"),
        (r#"a."\x""#, 4, "escapes"),
        (r#"a."\ud800""#, 4, "escapes"),
        ("a]", 2, "holds `]`"),
    ] {
        let error = Pattern::parse(text).unwrap_err();
        assert_eq!(error.column, column, "{text}: {error}");
        assert!(error.message.contains(part), "{text}: {error}");
        assert_eq!(error.unsupported, text.contains('-'), "{text}");
    }
}

#[test]
fn a_place_is_written_so_that_it_reads_back() {
    let path =
        FieldPath::of(["a", "b.c", "", "0", "it's", "$ref", "x y", "a\"b\\", "*", "tab\t", "é", "007"]);
    assert_eq!(path.to_string(), r#"a."b.c".""."0"."it's"."$ref"."x y"."a\"b\\"."*"."tab\u0009".é.007"#);
    assert_eq!(path.to_string().parse(), Ok(path.clone()));
    assert_eq!(path.child(7_u64).to_string().parse(), Ok(path.child(7_u64)));
    assert!("a.*".parse::<FieldPath>().unwrap_err().message.contains("no single place"));
}

#[test]
fn a_slice_that_holds_nothing_is_seen() {
    for (text, empty) in
        [("a[2:2]", true), ("a[::0]", true), ("a[5:1]", true), ("a[2:3]", false), ("a.b", false)]
    {
        assert_eq!(dotted(text).is_empty(), empty, "{text}");
    }
    let last = Slice { start: u64::MAX, end: None, step: u64::MAX };
    assert!(last.contains(u64::MAX) && !last.contains(0));
}

#[cfg(not(feature = "jsonpath"))]
#[test]
fn a_jsonpath_needs_its_feature() {
    assert!(Pattern::parse("$.a").unwrap_err().message.contains("built without"));
}

#[cfg(feature = "jsonpath")]
#[test]
fn a_jsonpath_is_the_same_as_its_dotted_form() {
    for (text, expected) in [
        ("$.a.b", vec!["a.b"]),
        ("$..a[*]", vec!["**.a.*"]),
        ("$['a','b.c'][0,1]", vec!["a[0]", "a[1]", r#""b.c"[0]"#, r#""b.c"[1]"#]),
        ("$.a[0,0]", vec!["a[0]"]),
        ("$.a[1:5:2]", vec!["a[1:5:2]"]),
        ("$.a[::]", vec!["a[0::1]"]),
        ("$.a['0']", vec![r#"a."0""#]),
        ("$", vec!["$"]),
    ] {
        let patterns = Pattern::parse(text).unwrap();
        assert_eq!(patterns.iter().map(Pattern::to_string).collect::<Vec<_>>(), expected, "{text}");
        for pattern in patterns {
            assert_eq!(dotted(&pattern.to_string()), pattern, "{text}");
        }
    }
}

#[cfg(feature = "jsonpath")]
#[test]
fn a_jsonpath_that_one_walk_cannot_decide_is_refused() {
    for (text, part) in [
        ("$.a[-1]", "from the end"),
        ("$.a[:-1]", "from the end"),
        ("$.a[-2:]", "from the end"),
        ("$.a[::-1]", "forwards"),
        ("$.a[?@.b == 1]", "filter"),
        ("$.a[?length(@.b) == 1]", "filter"),
        ("$.a[?", "filter"),
        (&format!("$[?{}@", "(".repeat(100)), "filter"),
    ] {
        let error = Pattern::parse(text).unwrap_err();
        assert!(error.unsupported && error.message.contains(part), "{text}: {error}");
        assert!(error.message.contains("write"), "{text} says what to write instead: {error}");
    }
    let many = format!("${}", "[0,1,2,3]".repeat(6));
    assert!(Pattern::parse(&many).unwrap_err().message.contains("1000"));
}

#[cfg(feature = "jsonpath")]
#[test]
fn a_bad_jsonpath_has_the_parsers_words_and_its_column() {
    for (text, column, part) in [
        ("$.é.[0]", 5, "is no JSONPath: invalid name shorthand after one period"),
        ("$[01]", 3, "leading zeros"),
        ("$['a", 5, "missing closing single quote"),
        ("$.a ", 4, "trailing whitespace"),
        ("$.a\n.[0]", 6, "name shorthand"),
        ("$[9007199254740992]", 3, "2^53 - 1"),
        ("$['a?'].[?@.b]", 9, "name shorthand"),
        ("$['inner: Syntax([SyntaxError { kind: X, rev_idx: 0'].[0]", 55, "name shorthand"),
    ] {
        let error = Pattern::parse(text).unwrap_err();
        assert_eq!(error.column, column, "{text}: {error}");
        assert!(error.message.contains(part) && !error.message.contains('\n'), "{text}: {error}");
        assert!(!error.unsupported);
    }
}

fn step() -> impl Strategy<Value = Step> {
    let slice = (0..4_u64, proptest::option::of(0..6_u64), 0..3_u64)
        .prop_map(|(start, end, step)| Step::Slice(Slice { start, end, step }));
    prop_oneof![
        ".{0,3}".prop_map(Step::Key),
        (0..12_u64).prop_map(Step::Index),
        any::<u64>().prop_map(Step::Either),
        Just(Step::Any),
        Just(Step::Deep),
        slice,
    ]
}

proptest! {
    #[test]
    fn two_stars_match_everything(keys in proptest::collection::vec("[a-z]{1,3}", 0..6)) {
        prop_assert!(dotted("**").matches(&FieldPath::of(keys)));
    }

    #[test]
    fn what_is_written_reads_back(steps in proptest::collection::vec(step(), 0..5)) {
        let pattern = Pattern::new(steps);
        prop_assert_eq!(pattern.to_string().parse(), Ok(pattern));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[\\$.\\[\\]*'\"\\\\a0-9:,? -]{0,12}") {
        for pattern in Pattern::parse(&text).unwrap_or_default() {
            prop_assert_eq!(pattern.to_string().parse(), Ok(pattern));
        }
    }

    #[test]
    fn a_slice_holds_what_its_definition_says(
        start in 0..9_u64, end in proptest::option::of(0..9_u64), step in 0..4_u64, index in 0..20_u64,
    ) {
        let listed = step > 0 && (0..20).map(|at| start + at * step).any(|at| at == index)
            && end.is_none_or(|end| index < end);
        prop_assert_eq!(Slice { start, end, step }.contains(index), listed);
    }
}
