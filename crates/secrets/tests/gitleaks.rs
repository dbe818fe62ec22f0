//! Configurations of gitleaks are read as they are, and do what they say.
#![cfg(feature = "rule-files")]
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::{fs, path::Path};

use storeward_core::SecretString;
use storeward_secrets::{
    Finding, Scanner,
    port::{Origin, Piece},
    rule::{
        example::expand,
        gitleaks::{self, Config},
    },
};

fn read(text: &str) -> Config {
    gitleaks::from_toml(text).map_err(|error| format!("{error}\n{text}")).unwrap()
}

fn scan(config: &Config, path: &str, text: &str) -> Vec<Finding> {
    let scanner = Scanner::builder().gitleaks(config).build();
    let mut found = Vec::new();
    scanner
        .scan_piece(Piece::new(Origin::path(path), text.as_bytes()), |seen| found.push(seen.finding))
        .unwrap();
    found
}

/// The rules that find something in a text, each with what they found.
fn secrets(config: &Config, path: &str, text: &str) -> Vec<(String, String)> {
    let part = |f: &Finding| {
        text.get(usize::try_from(f.place.start).unwrap()..usize::try_from(f.place.end).unwrap())
            .unwrap()
            .to_owned()
    };
    scan(config, path, text).iter().map(|finding| (finding.rule.to_string(), part(finding))).collect()
}

/// Whether a rule with these keys finds something in a text at a path.
fn finds(keys: &str, path: &str, text: &str) -> bool {
    !secrets(&read(&format!("[[rules]]\nid = \"acme\"\n{keys}")), path, text).is_empty()
}

#[test]
fn the_secret_is_the_group_that_is_asked_for() {
    let text = "acme: one-two\nacme: -\n";
    for (keys, expected) in [
        ("regex = 'acme: (\\w*)-(\\w*)'\nsecretGroup = 2", vec!["two", "acme: -"]),
        ("regex = 'acme: (\\w*)-(\\w*)'", vec!["one", "acme: -"]),
        ("regex = 'acme: \\w*-\\w*'", vec!["acme: one-two", "acme: -"]),
        ("regex = '(?i)ACME: \\w+-\\w+\\n'", vec!["acme: one-two"]),
        ("regex = 'acme: (?P<a>x)?(?P<b>\\w+)-'", vec!["one"]),
    ] {
        let found = secrets(&read(&format!("[[rules]]\nid = \"My Rule\"\n{keys}")), "a", text);
        assert_eq!(found.iter().map(|(_, secret)| secret.as_str()).collect::<Vec<_>>(), expected, "{keys}");
        assert!(found.iter().all(|(rule, _)| rule == "My Rule"));
    }
}

#[test]
fn a_rule_reports_what_it_says() {
    // Each of these would be taken for a placeholder otherwise.
    for value in ["xxxxxxxxxxxxxxxx", "your-token-here!", "${ACME_PASSWORD}", "1234567890123456"] {
        assert!(finds("regex = 'acme=(.{16})'", "a", &format!("acme={value}\n")), "{value}");
    }
    let finding = scan(
        &read("[[rules]]\nid = \"a\"\ndescription = \"Opens the shop.\"\nregex = 'acme=.{16}'"),
        "a",
        "acme=xxxxxxxxxxxxxxxx",
    );
    assert_eq!(finding[0].description, "Opens the shop.");
    assert_eq!((finding[0].severity.as_str(), finding[0].confidence.as_str()), ("high", "medium"));
}

#[test]
fn entropy_must_be_above_its_bound() {
    for (value, expected) in [("abcdefgh", false), ("abcdefghi", true), ("aaaabbbb", false)] {
        assert_eq!(
            finds("regex = 'acme=(\\w+)'\nentropy = 3", "a", &format!("acme={value}")),
            expected,
            "{value}"
        );
    }
}

#[test]
fn keywords_may_stand_anywhere() {
    let far = " ".repeat(40_000);
    let value = expand("{hex:40}", "far");
    for keyword in ["AcmeCorp", "q~"] {
        let keys = format!("regex = '\\b[0-9a-f]{{40}}\\b'\nkeywords = [\"{keyword}\"]");
        assert!(finds(&keys, "a", &format!("{value}{far}{}", keyword.to_uppercase())), "{keyword}");
        assert!(finds(&keys, "a", &format!("{keyword}{far}{value}{far}")), "{keyword}");
        assert!(!finds(&keys, "a", &format!("{value}{far}")), "{keyword}");
    }
    // The pattern leads to itself, and the keyword must be there all the same.
    let keys = "regex = 'acme-[0-9a-f]{40}'\nkeywords = [\"token\"]";
    assert!(finds(keys, "a", &format!("acme-{value}{far}Token")));
    assert!(!finds(keys, "a", &format!("acme-{value}{far}")));
    // None is asked for.
    for regex in ["acme-[0-9a-f]{40}", "\\b[0-9a-f]{40}\\b", "(?s)[0-9a-f]{40}(?:.{900}){10}"] {
        assert!(finds(&format!("regex = '{regex}'"), "a", &format!("{far}acme-{value}{far}")), "{regex}");
    }
}

#[test]
fn no_match_is_cut_where_a_window_ends() {
    // Found with the first keyword already, but not all of it.
    let config = read("[[rules]]\nid = 'a'\nregex = 'acme[0-9]{2,3}'");
    assert_eq!(secrets(&config, "p", "ACME_=acme12345678")[0].1, "acme123");
    // Read block by block.
    let config = read("[[rules]]\nid = 'a'\nregex = '[0-9]{20,30}'");
    for offset in (8 << 10) - 35..(8 << 10) + 35 {
        let text = format!("{}{}{}", ".".repeat(offset), "7".repeat(30), ".".repeat(offset));
        let found = secrets(&config, "p", &text);
        assert_eq!(found.iter().map(|(_, secret)| secret.len()).collect::<Vec<_>>(), [30], "{offset}");
    }
}

#[test]
fn a_rule_keeps_to_its_path() {
    let keys = "regex = 'acme=(\\w+)'\npath = '(?i)(?:^|/)conf/.*\\.ya?ml$'";
    for (path, expected) in
        [("conf/a.yml", true), ("./conf/a.YAML", true), ("x\\conf\\a.yml", true), ("conf/a.toml", false)]
    {
        assert_eq!(finds(keys, path, "acme=value"), expected, "{path}");
    }
    assert!(finds("regex = 'acme=(\\w+)'\npath = '^conf/'", "./conf/a", "acme=value"));
    // Where the path is unknown, it decides nothing.
    let config = read(&format!("[[rules]]\nid = \"acme\"\n{keys}"));
    assert_eq!(Scanner::builder().gitleaks(&config).build().scan(b"acme=value").len(), 1);
    assert!(config.allow.allows(
        "acme",
        "a.toml",
        None,
        &SecretString::from("value"),
        b"acme=value",
        b"acme=value"
    ));
}

#[test]
fn a_rule_may_look_at_paths_alone() {
    let config = read(
        "[[rules]]\nid = \"pem\"\npath = '\\.pem$'\n[[rules.allowlists]]\npaths = ['^test/']\n[[allowlists]]\ncommits = ['ABC']",
    );
    let at = |path, commit| config.at_path(path, commit).map(|rule| rule.id.as_str()).collect::<Vec<_>>();
    assert_eq!(at("keys/a.pem", None), ["pem"]);
    assert_eq!(at("keys/a.pem", Some("abd")), ["pem"]);
    for (path, commit) in [("keys/a.txt", None), ("test/a.pem", None), ("keys/a.pem", Some("abc"))] {
        assert!(at(path, commit).is_empty(), "{path}");
    }
    assert!(config.rules.is_empty() && config.unsupported.is_empty());
}

#[test]
fn allowlists_let_stand_what_they_say() {
    for (list, expected) in [
        ("regexes = ['^SECRET$']", false),
        ("regexes = ['^secret']", true),
        ("regexTarget = \"secret\"\nregexes = ['acme=']", false),
        ("regexTarget = \"match\"\nregexes = ['^acme=secret-\\w+$']", true),
        ("regexTarget = \"match\"\nregexes = ['# test']", false),
        ("regexTarget = \"line\"\nregexes = ['^  acme=\\S+ # test$']", true),
        ("regexTarget = \"line\"\nregexes = ['other']", false),
        ("stopwords = [\"ONE\"]", true),
        ("stopwords = [\"acme\"]", false),
        ("paths = ['^src/']", true),
        ("paths = ['^lib/']", false),
        ("commits = ['abc']", false),
        ("paths = ['^lib/']\nstopwords = ['one']", true),
        ("condition = \"AND\"\npaths = ['^src/']\nstopwords = ['one']", true),
        ("condition = \"and\"\npaths = ['^lib/']\nstopwords = ['one']", false),
        ("condition = \"AND\"\npaths = ['^src/']\nregexes = ['x']\nstopwords = ['one']", false),
        ("condition = \"AND\"\ncommits = ['abc']\nstopwords = ['one']", false),
    ] {
        let text = "other\n  acme=secret-one # test\nother\n";
        let rule = "[[rules]]\nid = \"acme\"\nregex = 'acme=(\\S+)'\n";
        for form in [
            format!("{rule}[[rules.allowlists]]\n{list}"),
            format!("{rule}[rules.allowlist]\n{list}"),
            format!("{rule}[rules.allowList]\n{}", list.replace("stopwords", "stopWords")),
            format!("{rule}[[allowlists]]\n{list}"),
            format!("{rule}[allowlist]\n{list}"),
            format!("{rule}[[allowlists]]\ntargetRules = [\"acme\"]\n{list}"),
        ] {
            let config = read(&form);
            assert_eq!(config.unsupported, [], "{form}");
            assert_eq!(secrets(&config, "src/a", text).is_empty(), expected, "{form}");
            let line = b"  acme=secret-one # test";
            let secret = SecretString::from("secret-one");
            let allows = config.allow.allows("acme", "src/a", None, &secret, b"acme=secret-one", line);
            assert_eq!(allows, expected, "{form}");
        }
    }
}

#[test]
fn commits_are_for_whoever_knows_them() {
    let config = read(
        "[[rules]]\nid = \"a\"\nregex = 'a'\n[[allowlists]]\ncommits = ['ABC ']\n[[allowlists]]\ncondition = 'AND'\ncommits = ['def']\nstopwords = ['x']",
    );
    let allows =
        |commit, secret: &str| config.allow.allows("a", "p", commit, &SecretString::from(secret), b"", b"");
    assert!(allows(Some("aBc"), "y") && allows(Some("def"), "x"));
    assert!(!allows(Some("def"), "y") && !allows(None, "x"));
    assert!(config.allow.allows_file("p", Some("abc")) && !config.allow.allows_file("p", Some("def")));
}

#[test]
fn what_is_let_stand_hides_nothing_else() {
    // The allowed match would otherwise swallow the one of the other rule, which is less sure.
    let config = read(
        "[[rules]]\nid = \"wide\"\nconfidence = \"high\"\nregex = 'acme=\\S+'\n[[rules.allowlists]]\npaths = ['^src/']\n\
         [[rules]]\nid = \"narrow\"\nregex = 'id-[0-9]{8}'",
    );
    let rules = |path| {
        secrets(&config, path, "acme=id-12345678\n").into_iter().map(|(rule, _)| rule).collect::<Vec<_>>()
    };
    assert_eq!((rules("src/a"), rules("lib/a")), (vec!["narrow".to_owned()], vec!["wide".to_owned()]));
}

#[test]
fn a_rule_that_calls_itself_generic_says_least() {
    let rules = "[[rules]]\nid = 'a-generic-key'\nregex = 'key=(\\S+)'\n[[rules]]\nid = 'acme'\nregex = 'acme-[0-9]{8}'";
    assert_eq!(secrets(&read(rules), "p", "key=acme-12345678")[0].0, "acme");
}

#[test]
fn a_list_for_all_is_for_our_rules_too() {
    let token = expand("SALEOR_TOKEN={alnum:30}\n", "gitleaks");
    for (list, found) in [
        ("paths = ['^fixtures/']", 0),
        ("paths = ['^src/']", 1),
        ("regexTarget = \"line\"\nregexes = ['SALEOR']", 0),
    ] {
        let config = read(&format!("[extend]\nuseDefault = true\n[[allowlists]]\n{list}"));
        assert_eq!(scan(&config, "fixtures/a", &token).len(), found, "{list}");
    }
    assert!(scan(&read("[[rules]]\nid = \"a\"\nregex = 'never'"), "a", &token).is_empty());
}

#[test]
fn rules_of_the_original_are_known_by_our_names() {
    let config = read(
        "[extend]\nuseDefault = true\ndisabledRules = ['generic-api-key', 'no-such']\n\
         [[rules]]\nid = 'aws-access-token'\nentropy = 4\n[[rules.allowlists]]\nstopwords = ['acme']\n\
         [[allowlists]]\ntargetRules = ['jwt', 'nor-this']\npaths = ['^a/']",
    );
    assert_eq!(config.disabled, ["generic-secret", "generic-password"]);
    let scanner = Scanner::builder().gitleaks(&config).build();
    assert!(!scanner.rules().any(|rule| rule.id().starts_with("generic-")) && scanner.rules().count() > 1000);
    let secret = SecretString::from("acme");
    assert!(config.allow.allows("aws-access-key-id", "b", None, &secret, b"", b""));
    assert!(!config.allow.allows("stripe-secret-key", "b", None, &secret, b"", b""));
    assert!(config.allow.allows("jwt", "a/b", None, &secret, b"", b""));
    let named: Vec<String> = config.unsupported.iter().map(ToString::to_string).collect();
    assert_eq!(named.len(), 3, "{named:?}");
    for (named, part) in
        named.iter().zip(["\"no-such\"", "rule \"aws-access-token\": `entropy`", "\"nor-this\""])
    {
        assert!(named.contains(part), "{named}");
    }
}

#[test]
fn a_rule_may_need_the_company_of_others() {
    let rules = |within: &str| {
        format!(
            "[[rules]]\nid = 'key'\nregex = 'key=\\w+'\n[[rules.required]]\nid = 'user'\n{within}\n\
             [[rules]]\nid = 'user'\nregex = 'user=\\w+'\nskipReport = true\n[[rules.allowlists]]\nstopwords = ['nobody']"
        )
    };
    for (within, text, expected) in [
        ("", "key=a\n\n\n\nuser=b", 1),
        ("", "key=a\n", 0),
        ("", "user=b\n", 0),
        ("", "key=a\nuser=nobody", 0),
        ("withinLines = 1", "user=b\nkey=a\n", 1),
        ("withinLines = 1", "user=b\n\nkey=a\n", 0),
        ("withinColumns = 4", "user=b\n\n  key=a\n", 1),
        ("withinColumns = 4", "user=b\n\n     key=a\n", 0),
        ("withinLines = 1\nwithinColumns = 10", "key=a user=b key=c                key=d", 2),
    ] {
        let config = read(&rules(within));
        assert_eq!(config.unsupported, [], "{within}");
        assert_eq!(secrets(&config, "a", text).len(), expected, "{within} {text:?}");
    }
    // A need that nothing can meet would silence its rule.
    let config = read(
        "[[rules]]\nid = 'key'\nregex = 'key=\\w+'\n[[rules.required]]\nid = 'pem'\n[[rules]]\nid = 'pem'\npath = 'x'",
    );
    assert_eq!((config.unsupported.len(), secrets(&config, "a", "key=a").len()), (1, 1));
}

#[test]
fn a_file_may_extend_another() {
    let base = "[[rules]]\nid = 'a'\nregex = 'aaa(\\d)(\\d+)'\nkeywords = ['aaa']\n[[rules.allowlists]]\nstopwords = ['9']\n\
                [[rules]]\nid = 'b'\nregex = 'bbb'\n[[rules]]\nid = 'c'\nregex = 'ccc'";
    let text = "[extend]\npath = 'base.toml'\ndisabledRules = ['c']\n[[rules]]\nid = 'a'\nsecretGroup = 2\n[[rules]]\nid = 'b'\nregex = 'BBB'";
    let config = gitleaks::from_toml_with(text, |path| {
        assert_eq!(path, "base.toml");
        Ok(base.to_owned())
    })
    .unwrap();
    assert_eq!(config.unsupported, []);
    assert_eq!(config.extend_path, None);
    let found = secrets(&config, "x", "aaa123 aaa19 bbb ccc BBB");
    let found: Vec<_> = found.iter().map(|(rule, secret)| (rule.as_str(), secret.as_str())).collect();
    assert_eq!(found, [("a", "23"), ("b", "BBB")]);

    // What the file says nothing about stays as it was.
    let base = "[[rules]]\nid = 'a'\nregex = '(aaa)(\\d+)'\nsecretGroup = 2\nentropy = 1\npath = '^src/'";
    let text_of = "[extend]\npath = 'base.toml'\n[[rules]]\nid = 'a'\ndescription = 'D'";
    let config = gitleaks::from_toml_with(text_of, |_| Ok(base.to_owned())).unwrap();
    assert_eq!(secrets(&config, "src/a", "aaa1234 aaa11"), [("a".to_owned(), "1234".to_owned())]);
    assert!(secrets(&config, "a", "aaa1234").is_empty());
    assert_eq!(config.rules[0].description(), "D");

    let alone = read(text);
    assert_eq!(alone.extend_path.as_deref(), Some("base.toml"));
    assert!(alone.unsupported.iter().any(|what| what.what.contains("base.toml")), "{:?}", alone.unsupported);
    let failed = gitleaks::from_toml_with(text, |_| Err("no such file".into())).unwrap_err();
    assert_eq!(failed.to_string(), "extend.path \"base.toml\": no such file");
    // Two files deep and no deeper.
    let endless = gitleaks::from_toml_with(text, |_| Ok("[extend]\npath = 'more.toml'".into())).unwrap();
    assert_eq!(endless.extend_path.as_deref(), Some("more.toml"));
}

#[test]
fn what_has_no_effect_is_named() {
    for (text, part) in [
        ("minVersion = 'v9.1.0'\n[[rules]]\nid = 'a'\nregex = 'a'", "minVersion v9.1.0"),
        ("[[rules]]\nid = 'a'\nregex = 'a(?=b)'", "rule \"a\": its pattern holds look-around"),
        ("[[rules]]\nid = 'a'\nregex = 'a\\p{L}'", "rule \"a\": its pattern holds a class of Unicode"),
        ("[[rules]]\nid = 'a'\nregex = '(?:a{1000}){1000}'", "rule \"a\": its pattern is too large"),
        (
            "[[rules]]\nid = 'a'\nregex = 'a'\npath = '(?!b)'",
            "rule \"a\": `path`: pattern 1 holds look-around",
        ),
        ("[[rules]]\nid = 'a'\nregex = 'a'\nvalidate = 'x'", "rule \"a\": the key `validate`"),
        (
            "[[rules]]\nid = 'a'\nregex = 'a'\n[[rules.allowlists]]\nstopwords = ['x']\nfilter = 'x'",
            "`allowlists.filter`",
        ),
        (
            "[[rules]]\nid = 'a'\nregex = 'a'\n[[rules]]\nid = 'a'\nregex = 'b'",
            "rule \"a\": it is there twice",
        ),
        ("[extend]\nurl = 'x'\nuseDefault = true", "`extend.url`"),
        ("wordlist = 'x'\n[[rules]]\nid = 'a'\nregex = 'a'", "`wordlist`"),
        ("[[rules]]\nid = 'a'\nregex = 'a'\nRegex = 'b'", "rule \"a\": the key `Regex`"),
        (
            "[[rules]]\nid = 'a'\nregex = 'a'\n[[rules.allowlists]]\nstopwords = ['']",
            "`stopwords`: an empty one",
        ),
        ("title = 'x'", "nothing is searched for"),
        (
            "[extend]\nuseDefault = true\n[[rules]]\nid = 'generic-api-key'\nregex = 'a'",
            "it does not replace generic-secret",
        ),
        (
            "[extend]\nuseDefault = true\n[[rules]]\nid = 'no-such'\nentropy = 1",
            "rule \"no-such\": it changes a rule",
        ),
        ("[extend]\nuseDefault = true\n[[allowlists]]\nregexes = ['(?=a)']", "look-around"),
    ] {
        let named: Vec<String> = read(text).unsupported.iter().map(ToString::to_string).collect();
        assert!(named.iter().any(|named| named.contains(part)), "{text}: {named:?}");
    }
    // Without the pattern, such a list would let more stand than it says.
    let list = "[[allowlists]]\ncondition = 'AND'\nstopwords = ['x']\nregexes = ['(?=a)']";
    let config = read(&format!("[[rules]]\nid = 'a'\nregex = 'a\\w+'\n{list}"));
    assert_eq!(secrets(&config, "p", "axx").len(), 1);
    assert!(config.unsupported[0].what.contains("lets nothing stand"));
}

#[test]
fn mistakes_are_told_with_their_rule() {
    for (text, part) in [
        ("[[rules]]\nregex = 'a'\ndescription = 'D'", "a rule has no id; its description is \"D\""),
        ("[[rules]]\nid = 'a'", "rule \"a\": both `regex` and `path` are empty"),
        ("[[rules]]\nid = 'a'\nregex = 'a('", "rule \"a\": regex: "),
        ("[[rules]]\nid = 'a'\nregex = 'a'\npath = '*'", "rule \"a\": `path`, pattern 1: "),
        (
            "[[rules]]\nid = 'a'\nregex = '(a)'\nsecretGroup = 2",
            "rule \"a\": secretGroup 2: the pattern has 1 groups",
        ),
        ("[[rules]]\nid = 'a'\nregex = 'a'\nsecretGroup = -1", "rule \"a\": `secretGroup` is not"),
        ("[[rules]]\nid = 'a'\nregex = 'a'\nentropy = 'x'", "rule \"a\": `entropy` is not a number"),
        ("[[rules]]\nid = 'a'\nregex = 'a'\nkeywords = 1", "rule \"a\": `keywords` is not a list"),
        ("[[rules]]\nid = 'a'\nregex = 'a'\nconfidence = 'sure'", "rule \"a\": confidence"),
        (
            "[[rules]]\nid = 'a'\nregex = 'a'\n[[rules.allowlists]]\ndescription = ''",
            "rule \"a\": allowlist: it has none of",
        ),
        (
            "[[rules]]\nid = 'a'\nregex = 'a'\n[[rules.allowlists]]\nregexes = ['[']",
            "rule \"a\": allowlist: `regexes`, pattern 1: ",
        ),
        (
            "[[rules]]\nid = 'a'\nregex = 'a'\n[rules.allowlist]\npaths = ['x']\n[[rules.allowlists]]\npaths = ['x']",
            "rule \"a\": `allowlist` is the old form",
        ),
        (
            "[[rules]]\nid = 'a'\nregex = 'a'\n[[rules.required]]\nid = 'b'",
            "rule \"a\": required: there is no rule \"b\"",
        ),
        (
            "[[rules]]\nid = 'a'\nregex = 'a'\n[[rules.required]]\nwithinLines = 1",
            "rule \"a\": a table of `required`",
        ),
        ("[[allowlists]]\ncondition = 'XOR'\npaths = ['x']", "condition \"XOR\""),
        ("[[allowlists]]\nregexTarget = 'mtach'\nregexes = ['x']", "regexTarget \"mtach\""),
        ("[[allowlists]]\ntargetRules = ['b']\npaths = ['x']", "there is no rule \"b\""),
        ("[extend]\nuseDefault = true\npath = 'x'", "cannot stand together"),
        ("rules = 1", "`rules` is not a list of tables"),
        ("\n= 1", "line 2: no TOML"),
    ] {
        let error = gitleaks::from_toml(text).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(part), "{text}: {error}");
    }
}

#[test]
fn no_message_shows_what_is_let_stand() {
    let value = expand("acme{alnum:20}", "message");
    let list = "[[rules]]\nid = 'a'\nregex = 'a'\n[[rules.allowlists]]\n";
    for line in [
        format!("regexes = ['{value}(']"),
        format!("regexes = ['{value}'"),
        format!("stopwords = ['{value}', 1]"),
    ] {
        let error = gitleaks::from_toml(&format!("{list}{line}")).map(|_| ()).unwrap_err();
        assert!(!format!("{error} {error:?}").contains(&value), "{line}: {error}");
    }
    let config =
        read(&format!("{list}regexes = ['{value}(?=x)']\nstopwords = ['{value}']\npaths = ['{value}']"));
    assert!(!config.unsupported.is_empty() && !format!("{config:?}").contains(&value));
}

#[test]
fn the_two_kinds_of_file_are_told_apart() {
    for (text, expected) in [
        ("[[rules]]\nid = 'a'", true),
        ("[extend]\nuseDefault = true", true),
        ("[allowList]\npaths = ['a']", true),
        ("[[rule]]\nid = 'a'", false),
        ("[[rule]]\nid = 'a'\n[[rules]]\nid = 'a'", false),
        ("title = 'a'", false),
        ("[[rules", false),
    ] {
        assert_eq!(gitleaks::is_gitleaks(text), expected, "{text}");
    }
}

#[test]
fn the_words_of_a_configuration_are_kept() {
    let config = read(
        "title = 'T'\ndescription = 'D'\nminVersion = 'v8.25.0'\n[[rules]]\nid = 'a'\nregex = 'a'\ntags = ['x', 'y']\nkeywords = 'a,b'",
    );
    assert_eq!((config.title.as_str(), config.description.as_str()), ("T", "D"));
    assert_eq!(config.tags["a"], ["x", "y"]);
    assert_eq!(config.unsupported, []);
}

/// `STOREWARD_GITLEAKS` names a copy of the original's own configuration; without it `../shared/secrets/gitleaks.toml`
/// beside the workspace is tried.
#[test]
fn the_originals_own_configuration_is_read_whole() {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/secrets/gitleaks.toml");
    let file = variable("STOREWARD_GITLEAKS").map_or(beside, Into::into);
    let Ok(text) = fs::read_to_string(&file) else {
        eprintln!("skipped: no configuration at {}", file.display());
        return;
    };
    assert!(gitleaks::is_gitleaks(&text));
    let config = read(&text);
    let written = text.lines().filter(|line| line.trim() == "[[rules]]").count();
    assert!(written > 150, "{written}");
    assert_eq!(config.rules.len() + config.path_rules.len(), written);
    assert_eq!(config.unsupported, []);
    let token = expand("token = ghp_{alnum:36}", "original");
    assert_eq!(secrets(&config, "a", &token)[0].0, "github-pat");
    assert!(secrets(&config, "node_modules/a", &token).is_empty());
}

#[expect(clippy::disallowed_methods, reason = "where the configuration is comes from outside")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
