use super::super::testing::{To, edited, shown_all, spans};
use super::super::text::part;
use super::super::tree::{Change, Edit};
use super::{read, write};

fn check_read(text: &str, expected: &str) {
    let stream = read(text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
    assert_eq!(shown_all(&stream), expected, "{text:?}");
}

#[test]
fn trees_are_read() {
    for (text, expected) in [
        ("", ""),
        ("# only a comment\n", ""),
        ("a: 1\nb: [x, 'y', \"z\\n\", 0x1F]\n", r#"{a: 1, b: ["x", "y", "z\n", 0x1F]}"#),
        ("a:\nb: ~\nc: !!str\nd: !x\n", r#"{a: null, b: null, c: "", d: null}"#),
        ("a: |\n  x\n  y\n\nb: >-\n  x\n  y\n", r#"{a: "x\ny\n", b: "x y"}"#),
        ("? a\n? b\n: 1\n? |\n  c\n: - 2\n", "{a: null, b: 1, c\n: [2]}"),
        ("a: |", "{a: \"\"}"),
        ("- >+\n\n\n- |\n   \n- |-\n", r#"["\n\n", "", ""]"#),
        (": 1\n", "{: 1}"),
        ("? \n: \n", "{: null}"),
        ("{a, b: , \"c\":1, ? d : 2, ? }", "{a: null, b: null, c: 1, d: 2, : null}"),
        ("[a: 1, ? b : 2, {c: 3}, [], {}]", "[{a: 1}, {b: 2}, {c: 3}, [], {}]"),
        (
            "a: &x 1\nb: *x\nc: &x [2]\nd: *x\n<<: *x\n<<: *x\n",
            "{a: &1 1, b: *1, c: &2 [2], d: *2, <<: *2, <<: *2}",
        ),
        ("&m\n&k a: 1\n", "&1 {a: 1}"),
        ("- &m\n  a: 1\n- &k b: 2\n", "[&1 {a: 1}, {b: 2}]"),
        ("--- 1\n---\n...\n--- # c\n- x\n...\n", "1 --- null --- [\"x\"]"),
        ("%YAML 1.2 # c\n---\n!!int \"1\"\n", "1"),
        ("\u{feff}a: yes\n", "{a: \"yes\"}"),
        ("- - 1\n  - 2\n-\n  - 3\n", "[[1, 2], [3]]"),
        ("a:\n- 1\n- b: 2\n  c:\n  - 3\n", "{a: [1, {b: 2, c: [3]}]}"),
        ("a: x # c\n  # d\nb: 'x # y\n  z'\n", "{a: \"x\", b: \"x # y z\"}"),
        ("a: 1\r\nb: |\r\n  x\r\n\r\nc: 2\r\n", "{a: 1, b: \"x\\n\", c: 2}"),
        ("a: 1\rb: 2", "{a: 1, b: 2}"),
    ] {
        check_read(text, expected);
    }
}

#[test]
fn comments_are_found_wherever_they_hide() {
    let text = "\u{feff}# 0\n%YAML 1.2\t# 1\n--- # 2\n# 3\na: | # 4\n  # text\n # 5\nb: 'x # no' # 6\nc: x#no # 7\n\
                d: [ # 8\n  1, # 9\n  \"#no\" # 10\n] # 11\n? e # 12\n: # 13\n  &f#no # 14\n  !g # 15\n  x\n- # 16\n";
    let text =
        text.trim_end_matches("- # 16\n").to_owned() + "h:\n  # 16\n  - # 17\n  - >+ # 18\n\n... # 19\n# 20";
    let stream = read(&text).unwrap();
    let found: Vec<_> = stream.comments.iter().map(|span| part(&text, span.clone()).to_owned()).collect();
    let expected: Vec<_> = (0..=20).map(|number| format!("# {number}")).collect();
    assert_eq!(found, expected);
}

#[test]
fn bad_files_say_where() {
    for (text, expected) in [
        ("a: 1\nb: 2\na: 3\n", "3:1: the key stands in line 1 already"),
        ("é: {x: 1,\n  y: [{ü: 1, \"\\xfc\": 2}]}\n", "2:14: the key stands in line 2 already"),
        ("a: [1, 2\nb: 3\n", "2:2: is not valid YAML"),
        ("a: *nowhere\n", "1:4: is not valid YAML"),
        ("a: &a [*a]\n", "1:8: an alias stands inside its own anchor"),
        ("&a a: 1\nb: *a\n", "2:4: an alias stands for a key"),
        ("x: 1\n[a]: 1\n", "2:1: a key is no scalar"),
        ("? {a: 1}\n: 1\n", "1:3: a key is no scalar"),
        ("a: &a x\n*a : 1\n", "2:1: a key is no scalar"),
    ] {
        let error = read(text).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{text:?}: {error}");
    }
    for deep in [
        "- ".repeat(200),
        "[".repeat(200),
        "{a: ".repeat(200),
        format!("{}{}{}", "- ".repeat(70), "[".repeat(70), "]".repeat(70)),
        "- ".repeat(100_000),
    ] {
        let error = read(&deep).unwrap_err();
        assert_eq!(error.message, "nests deeper than 128 levels", "{}", deep.len());
    }
    assert!(read(&format!("{}1{}", "[".repeat(128), "]".repeat(128))).is_ok());
    assert!(read(&"- [{a: []}]\n".repeat(200)).is_ok());
}

#[test]
fn a_bomb_stays_as_small_as_its_file() {
    let mut bomb = "a0: &a0 [x, x]\n".to_owned();
    for level in 1..60 {
        bomb.push_str(&format!("a{level}: &a{level} [*a{0}, *a{0}]\n", level - 1));
    }
    assert_eq!(read(&bomb).unwrap().documents.len(), 1);
}

fn check(text: &str, edits: &[(&str, To<'_>)], expected: &str) {
    match edited((read, write), text, edits) {
        Ok(found) => assert_eq!(found, expected, "{text:?} with {edits:?}"),
        Err(error) => panic!("{text:?} with {edits:?}: {error}"),
    }
}

#[test]
fn values_are_replaced_in_place() {
    let x = To::Text("x");
    for (text, path, to, expected) in [
        ("a: 1 # c\nb: 2\n", "a", x, "a: \"x\" # c\nb: 2\n"),
        ("a: b\n  c\n\n  d\nb: 2\n", "a", x, "a: \"x\"\nb: 2\n"),
        ("a: 'b\n  c' # d\n", "a", x, "a: \"x\" # d\n"),
        ("a: |\n  b\n\n  c\n\n# d\ne: 1\n", "a", x, "a: \"x\"\n\n# d\ne: 1\n"),
        ("a: | # c\n  b\nd: 1\n", "a", x, "a: \"x\" # c\nd: 1\n"),
        ("a: >+2\n    b\n\n", "a", x, "a: \"x\"\n\n"),
        ("a: |\nb: 1\n", "a", x, "a: \"x\"\nb: 1\n"),
        ("a: |\r\n  b\r\nc: 1\r\n", "a", x, "a: \"x\"\r\nc: 1\r\n"),
        ("- |\n b", "0", x, "- \"x\""),
        ("a:\nb: 1\n", "a", x, "a: \"x\"\nb: 1\n"),
        ("a: # c\nb: 1\n", "a", x, "a: \"x\" # c\nb: 1\n"),
        ("a: &b\nc: *b\n", "a", x, "a: &b \"x\"\nc: *b\n"),
        ("-\n- # c\n", "1", x, "-\n- \"x\" # c\n"),
        ("{a, b}", "a", x, "{a: \"x\", b}"),
        ("{a: , b:}", "b", x, "{a: , b: \"x\"}"),
        ("{\"a\":1}", "a", x, "{\"a\":\"x\"}"),
        ("[a: ]", "0/a", x, "[a: \"x\" ]"),
        ("? a # c\n? b\n", "a", x, "? a\n: \"x\" # c\n? b\n"),
        ("- ? a\n  ? b\n", "0/b", x, "- ? a\n  ? b\n  : \"x\"\n"),
        ("? \n", "", To::Null, "null\n"),
        ("a: !!int 1\n", "a", x, "a: \"x\"\n"),
        ("a: !!int &b 1\nc: *b\n", "a", x, "a: &b \"x\"\nc: *b\n"),
        ("a: &b !!int 1\nc: *b\n", "a", x, "a: &b \"x\"\nc: *b\n"),
        ("a: !!binary |\n  YQ==\n", "a", x, "a: \"x\"\n"),
        ("a: !!str 1\n", "a", x, "a: !!str \"x\"\n"),
        ("a: !!str 1\n", "a", To::Number("2"), "a: 2\n"),
        ("a: !vault |\n  b\n", "a", x, "a: !vault \"x\"\n"),
        ("a: !!int\n  1\n", "a", x, "a:\n  \"x\"\n"),
        ("a: !!null\n", "a", x, "a: \"x\"\n"),
        ("{a: !!null , b: !!int 1}", "a", x, "{a: \"x\" , b: !!int 1}"),
        ("a: &b 1\nc: *b\n", "c", x, "a: &b 1\nc: \"x\"\n"),
        ("a: 1\n", "a", To::Number("-1.5e3"), "a: -1.5e3\n"),
        ("a: 1\n", "a", To::Bool(false), "a: false\n"),
        ("a: 1\n", "a", To::Null, "a: null\n"),
        ("a: 1\n", "a", To::Text("null"), "a: \"null\"\n"),
        (
            "a: 1\n",
            "a",
            To::Text("\"\\\n\r\t\0\u{85}\u{2028}\u{feff}é🙂"),
            "a: \"\\\"\\\\\\n\\r\\t\\0\\x85\\u2028\\uFEFFé🙂\"\n",
        ),
        ("--- b\n--- |\n c\n", "1:", x, "--- b\n--- \"x\"\n"),
        ("---\n---\n", "0:", x, "--- \"x\"\n---\n"),
        ("b # c\n", "", x, "\"x\" # c\n"),
        ("a:\n  b: 1\n  # d\nc: 1\n", "a", x, "a: \"x\"\n  # d\nc: 1\n"),
        ("a: &z !!map # k\n  b: 1\n  c: 2\n    # d\nd: *z\n", "a", x, "a: &z \"x\" # k\nd: *z\n"),
        ("a: {b: 1,\n  c: 2} # d\n", "a", x, "a: \"x\" # d\n"),
        ("- a: 1\n  b: 2\n- c\n", "0", x, "- \"x\"\n- c\n"),
        ("# c\na: 1\nb: 2\n# d\n", "", x, "# c\n\"x\"\n# d\n"),
        ("[a: 1, b]", "0", x, "[\"x\", b]"),
    ] {
        check(text, &[(path, to)], expected);
    }
}

#[test]
fn keys_are_replaced_in_place() {
    for (text, path, expected) in [
        ("a: 1\n", "a", "\"k: #\": 1\n"),
        ("{a, b: 1}", "a", "{\"k: #\", b: 1}"),
        ("{\"a\":1}", "a", "{\"k: #\":1}"),
        ("? |\n  a\n: 1\n", "a\n", "? \"k: #\"\n: 1\n"),
        ("? a\n", "a", "? \"k: #\"\n"),
        (": 1\n", "", "\"k: #\": 1\n"),
        ("? # c\n: 1\n", "", "? \"k: #\" # c\n: 1\n"),
        ("&a !!int 1: x\n", "1", "&a \"k: #\": x\n"),
        ("- : - x\n", "0", "- ? \"k: #\"\n  : - x\n"),
        ("&a : x\n", "", "&a \"k: #\" : x\n"),
        ("[a: 1]", "0/a", "[\"k: #\": 1]"),
    ] {
        // A mapping with an empty key is found by its only entry.
        let stream = read(text).unwrap();
        let span = spans(&stream).1[0].clone();
        let change = Change::Key("k: #".to_owned());
        let found = write(text, &stream, &[Edit { span, change }]);
        assert_eq!(found.unwrap_or_else(|e| panic!("{text:?} {path:?}: {e}")), expected, "{text:?} {path:?}");
    }
}

#[test]
fn several_edits_are_made_at_once() {
    check(
        "a: 1 # c\nb: [x, y]\n? k\n",
        &[
            ("k", To::Bool(true)),
            ("b/1", To::Text("z")),
            ("# c", To::Comment("d\ne")),
            ("k", To::Key("l")),
            ("b/0", To::Drop),
        ],
        "a: 1 # d e\nb: [\"z\"]\n? \"l\"\n: true\n",
    );
    check("? \n", &[("", To::Drop)], "null\n");
    check("a: | # c\n  x\n", &[("a", To::Text("y")), ("# c", To::Comment("d"))], "a: \"y\" # d\n");
    check(
        "a: # c\n  b: 1 # d\n",
        &[("a", To::Drop), ("a/b", To::Text("y")), ("# d", To::Comment("e"))],
        "{}\n",
    );
}

#[test]
fn what_goes_leaves_a_file_that_says_the_rest() {
    for (text, paths, expected) in [
        ("a: 1 # c\nb: 2\n", &["a"][..], "b: 2\n"),
        ("a: 1\nb: 2", &["b"], "a: 1\n"),
        ("a: 1\nb: 2\n", &["a", "b"], "{}\n"),
        ("# h\n\na: 1\n# f", &["a"], "# h\n\n{}\n# f"),
        ("--- # h\na: 1\n", &["a"], "--- {} # h\n"),
        ("x:\n  a: 1\n  b: 2\ny: 3\n", &["x/a", "x/b"], "x: {}\ny: 3\n"),
        ("x: # c\n- 1\n- 2\ny: 3\n", &["x/0", "x/1"], "x: [] # c\ny: 3\n"),
        ("x: &a\n  - 1\ny: *a\n", &["x/0"], "x: &a []\ny: *a\n"),
        ("- a: 1\n  b: 2\n", &["0/a"], "- b: 2\n"),
        ("- a: 1 # c\n\n  b: 2\n", &["0/a"], "- b: 2\n"),
        ("- a: 1\n  # c\n  b: 2\n", &["0/a"], "- # c\n  b: 2\n"),
        ("- a:\n    x: 1\n    # in a\n  b: 2\n", &["0/a"], "- b: 2\n"),
        ("- a: 1\n  b: 2\n  c: 3\n", &["0/a", "0/b"], "- c: 3\n"),
        ("- a: 1\n  # x\n  b: 2\n  c: 3\n", &["0/a", "0/b"], "- # x\n  c: 3\n"),
        ("- a: 1\n  b: 2\n", &["0/b"], "- a: 1\n"),
        ("- a: 1\n  b: 2\n- c\n", &["0/a", "0/b"], "- {}\n- c\n"),
        ("- - 1\n  - 2\n", &["0/0"], "- - 2\n"),
        ("- &k a: 1\n  ? b\n  : 2\n", &["0/a"], "- ? b\n  : 2\n"),
        ("? a\n: 1\n? b\n: 2\n", &["a"], "? b\n: 2\n"),
        ("? a\n: b: 1\n  c: 2\n", &["a/b"], "? a\n: c: 2\n"),
        ("a: |\n  x\n\nb: 2\n", &["a"], "\nb: 2\n"),
        ("a: |+\n  x\nb: 1\n\nc: 2\n", &["b"], "a: |+\n  x\nc: 2\n"),
        ("a: |\n  x\nb:\n  c: 1\n  # of b\nd: 2\n", &["b"], "a: |\n  x\nd: 2\n"),
        ("a:\n  b: 1\n# of c\nc: 2\n", &["a"], "# of c\nc: 2\n"),
        ("{a: 1, b: 2}", &["a"], "{b: 2}"),
        ("{a: 1, b: 2}", &["b"], "{a: 1}"),
        ("{a: 1, b: 2}", &["a", "b"], "{}"),
        ("[a, {b: 1}, c]", &["1"], "[a, c]"),
        ("[a: 1, b]", &["0/a"], "[{}, b]"),
        ("[a: 1, b]", &["0"], "[b]"),
        ("x: [\n  a, # 1\n  # 2\n  b # 3\n]\n", &["x/1"], "x: [\n  a # 1\n  # 2\n]\n"),
        ("a: 1\r\nb: 2\r\nc: 3\r\n", &["b"], "a: 1\r\nc: 3\r\n"),
        ("a: &x 1\nb: *x\n", &["a", "b"], "{}\n"),
        ("a: &x 1\nb: *x\n", &["b"], "a: &x 1\n"),
        ("\u{feff}a: 1\nb: 2\n", &["a"], "\u{feff}b: 2\n"),
        ("a: 1\n", &[""], "null\n"),
        ("--- &x !!map # c\na: 1\n", &[""], "--- null # c\n"),
        ("--- !!str &x b\n--- c\n", &[""], "--- null\n--- c\n"),
        ("---\n", &[""], "---\n"),
        ("&a\n", &[""], " null\n"),
        ("a: 1\nb: 2\n--- [c]\n", &["1:"], "a: 1\nb: 2\n--- null\n"),
    ] {
        let edits: Vec<_> = paths.iter().map(|path| (*path, To::Drop)).collect();
        check(text, &edits, expected);
    }
}

#[test]
fn what_cannot_be_done_is_refused() {
    for (text, edits, expected) in [
        ("a: &x 1\nb: *x\n", &[("a", To::Drop)][..], "1:1: cannot go: it holds an anchor"),
        ("a: {b: &x 1}\nc: *x\n", &[("a", To::Text("y"))], "1:4: cannot go: it holds an anchor"),
        ("a: &x 1\nb: &x 2\nc: *x\n", &[("b", To::Drop)], "2:1: cannot go: it holds an anchor"),
        ("a: 1\nb: 2\n", &[("b", To::Key("a"))], "2:1: could not be edited in place"),
        ("a: 1\n", &[("a", To::Number("1\nb: 2"))], "1:4: what shall stand here is no number"),
    ] {
        let error = edited((read, write), text, edits).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{text:?}: {error}");
    }
    let stream = read("a: 1\n").unwrap();
    let edit = Edit { span: 0..4, change: Change::Comment("x".into()) };
    assert!(write("a: 1\n", &stream, &[edit]).unwrap_err().message.contains("nothing that an edit names"));
}
