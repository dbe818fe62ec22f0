use super::{
    super::testing::{To, edited, shown_all},
    read, write,
};

#[test]
fn trees_are_read() {
    for (text, expected) in [
        ("", "{}"),
        ("# c\n", "{}"),
        ("a = 1\nb = 'x'\nc = \"\"\"\n  y\\n\"\"\"\nd = true\n", r#"{a: 1, b: "x", c: "  y\n", d: true}"#),
        ("a = 1_000\nb = 0xFF\nc = -inf\nd = nan\ne = 1e5\n", "{a: 1_000, b: 0xFF, c: -inf, d: nan, e: 1e5}"),
        ("a = 1979-05-27T07:32:00Z\nb = 07:32:00\n", r#"{a: "1979-05-27T07:32:00Z", b: "07:32:00"}"#),
        ("a.b.c = 1\na.b.d = 2\na.'e f' = 3\n", "{a: {b: {c: 1, d: 2}, e f: 3}}"),
        ("[a]\nx = 1\n[a.b]\ny = 2\n[c.d]\n[c]\nz = 3\n", "{a: {x: 1, b: {y: 2}}, c: {d: {}, z: 3}}"),
        ("[[a]]\nx = 1\n[a.b]\n[[a]]\n[[a.c]]\n[[a.c]]\n", "{a: [{x: 1, b: {}}, {c: [{}, {}]}]}"),
        ("a = [1, [2, {b.c = 3, b.d = 4}], ]\n", "{a: [1, [2, {b: {c: 3, d: 4}}]]}"),
        ("\u{feff}\"a\\u00e9\" = 1\r\n[\"b\"]\r\n", "{aé: 1, b: {}}"),
    ] {
        let stream = read(text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
        assert_eq!(shown_all(&stream), expected, "{text:?}");
    }
}

#[test]
fn bad_files_say_where() {
    for (text, expected) in [
        ("a = 1\n[b]\n\"é\" = 1\n\"é\" = 2\n", "4:1: the key stands in line 3 already"),
        ("a = 1\n\"é\" = [{b = 1, b = 2}]\n", "2:16: the key stands in line 2 already"),
        ("[a]\n[b]\n[a]\n", "3:2: the key stands in line 1 already"),
        ("a.b = 1\n[a]\n", "2:2: the key stands in line 1 already"),
        ("a = {b = 1}\n[a.c]\n", "2:2: the key stands in line 1 already"),
        ("[a.b]\n[a]\nb.c = 1\n", "3:1: the key stands in line 1 already"),
        ("a = []\n[[a]]\n", "2:3: the key stands in line 1 already"),
        ("[[a]]\n[a]\n", "2:2: the key stands in line 1 already"),
        ("a = {b = 1, b.c = 2}\n", "1:13: the key stands in line 1 already"),
        ("a = \n", "1:5: is not valid TOML"),
        ("a = 01\n", "1:5: is not valid TOML"),
        ("a = 1 # \u{7}\n", "1:9: is not valid TOML"),
    ] {
        let error = read(text).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{text:?}: {error}");
    }
    let deep = [
        format!("a = {}", "[".repeat(300)),
        format!("a = {}{}", "[".repeat(129), "]".repeat(129)),
        format!("[{}a]", "a.".repeat(100_000)),
        format!("{}a = 1", "a.".repeat(300)),
        format!("{}a = {}{}", "a.".repeat(100), "[".repeat(60), "]".repeat(60)),
    ];
    for text in deep {
        assert!(read(&text).is_err());
    }
}

fn check(text: &str, edits: &[(&str, To<'_>)], expected: &str) {
    match edited((read, write), text, edits) {
        Ok(found) => assert_eq!(found, expected, "{text:?} with {edits:?}"),
        Err(error) => panic!("{text:?} with {edits:?}: {error}"),
    }
}

#[test]
fn values_keys_and_comments_are_replaced_in_place() {
    let x = To::Text("x\n\"\u{1}\u{7f}");
    for (text, path, to, expected) in [
        ("a = 1 # c\n", "a", x, "a = \"x\\n\\\"\\u0001\\u007F\" # c\n"),
        ("a = '''\nb\n''' # c\n", "a", To::Number("1.5"), "a = 1.5 # c\n"),
        ("a = 1979-05-27\r\nb=2\r\n", "a", To::Bool(true), "a = true\r\nb=2\r\n"),
        ("a = [1, {b.c = 2}]", "a/1/b/c", To::Null, "a = [1, {b.c = \"\"}]"),
        ("a = {b = 1}", "a", To::Text(""), "a = \"\""),
        ("a.b = 1\na.c = 2 # c\nd = 3\n", "a", To::Text(""), "a = \"\"\nd = 3\n"),
        ("[a]\nb = 1\n[c]\n", "a", To::Text(""), "a = \"\"\n[c]\n"),
        ("[c]\nd = 1\n[c.a]\nb = 1\n", "c/a", To::Text(""), "[c]\nd = 1\na = \"\"\n"),
        ("[[a]]\nb = 1\n# d\n[c]\n[[a]]\n", "a", To::Text(""), "a = \"\"\n# d\n[c]\n"),
        ("[a]\nb.c = 1\n[a.d]\n[e]\n", "a", To::Key("x y"), "[\"x y\"]\nb.c = 1\n[\"x y\".d]\n[e]\n"),
        ("a.b = 1\na . c = 2\n", "a", To::Key("x"), "x.b = 1\nx . c = 2\n"),
        ("[[a]]\n[[a.b]]\n[[a]]\n[[a.b]]\n", "a/0/b", To::Key("c"), "[[a]]\n[[a.c]]\n[[a]]\n[[a.b]]\n"),
        ("a = 1 # c\n", "# c", To::Comment("d\te"), "a = 1 # d e\n"),
    ] {
        check(text, &[(path, to)], expected);
    }
}

#[test]
fn what_goes_leaves_a_file_that_says_the_rest() {
    for (text, paths, expected) in [
        ("a = 1 # c\nb = 2\n", &["a"][..], "b = 2\n"),
        ("a = 1\nb = 2", &["b"], "a = 1\n"),
        ("a = '''\n1\n'''\r\nb = 2\r\n", &["a"], "b = 2\r\n"),
        ("a.b = 1\na.c = 2\n", &["a/b"], "a.c = 2\n"),
        ("a.b = 1\na.c = 2\nd = 3\n", &["a/b", "a/c"], "a = {}\nd = 3\n"),
        ("a.b = 1\nc = 2\na.d = 3\n", &["a"], "c = 2\n"),
        ("a = {b = 1, c = 2}\n", &["a/b"], "a = {c = 2}\n"),
        ("a = { b = 1, c = 2 }\n", &["a/c"], "a = { b = 1 }\n"),
        ("a = {b.c = 1, b.d = 2}\n", &["a/b/c", "a/b/d"], "a = {b = {}}\n"),
        ("a = {b.c = 1, d = 2}\n", &["a/b"], "a = {d = 2}\n"),
        ("a = [\n  1, # one\n  2, # two\n]\n", &["a/1"], "a = [\n  1, # one\n]\n"),
        ("a = [1, 2]\n", &["a/0", "a/1"], "a = []\n"),
        ("[a]\nx = 1\n\n# b\n[b]\ny = 2\n[a.c]\n", &["a"], "\n# b\n[b]\ny = 2\n"),
        ("[a] # c\nx = 1 # c\n# z = 2\n\n[b]\n", &["a"], "\n[b]\n"),
        ("[a]\nx = 1\n[b]\n", &["a/x"], "[a]\n[b]\n"),
        ("[a.b]\nx = 1\n[c]\n", &["a/b"], "[a]\n[c]\n"),
        ("[a.b.c]\n[a.b.d]\n", &["a/b/c", "a/b/d"], "[a.b]\n"),
        ("[[a]]\nx = 1\n[a.b]\n[[a]]\nx = 2\n", &["a/0"], "[[a]]\nx = 2\n"),
        ("k = 1\n[[a]]\nx = 1\n[a.b]\n[[a]]\nx = 2\n", &["a/0", "a/1"], "k = 1\na = []\n"),
        ("# h\n\n[[a]]\n[c]\n", &["a/0"], "# h\n\na = []\n[c]\n"),
        ("\u{feff}[[a]]\n[c]\n", &["a/0"], "\u{feff}a = []\n[c]\n"),
        ("[[p.a]]\n[p.b]\n", &["p/a/0"], "[p]\na = []\n[p.b]\n"),
        ("[[p.a]]\n[[p.b]]", &["p/a/0", "p/b/0"], "[p]\na = []\nb = []\n"),
        ("p.q = 1\n[[p.a]]\n", &["p/a/0"], "p.q = 1\np.a = []\n"),
        ("a = 1\n# c\n[b]\n", &[""], "# c\n"),
    ] {
        let edits: Vec<_> = paths.iter().map(|path| (*path, To::Drop)).collect();
        check(text, &edits, expected);
    }
}

#[test]
fn what_cannot_be_done_is_refused() {
    for (text, edits, expected) in [
        ("a = 1\nb = 2\n", &[("b", To::Key("a"))][..], "could not be edited in place"),
        ("a = 1\n", &[("a", To::Number("1\nb = 2"))], "1:5: what shall stand here is no number"),
        ("a = 1\n", &[("a", To::Number("1979-05-27"))], "1:5: what shall stand here is no number"),
        ("a = 1\n", &[("", To::Null)], "1:1: the root of a TOML file cannot be a scalar"),
        ("[[a]]\n", &[("a/0", To::Null)], "1:3: a table with a header of its own cannot be a scalar"),
    ] {
        let error = edited((read, write), text, edits).unwrap_err().to_string();
        assert!(error.contains(expected), "{text:?}: {error}");
    }
}
