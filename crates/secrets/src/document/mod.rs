//! Key paths: where in a document a finding lies, said in its keys.
//!
//! A line moves with every edit, a path of keys seldom: `production.saleor.token`, `apps[2].token`, `SALEOR_TOKEN`. It is
//! worked out afterwards, for texts in which something was found, and nothing depends on it.
//!
//! # Notation
//!
//! | part | stands for |
//! | --- | --- |
//! | `name`, `.name` | a key of letters, digits, `_` and `-` that begins with a letter or `_` |
//! | `[2]` | the third item of a list |
//! | `['a.b c']` | any other key, escaped as in a normalized path of [RFC 9535](https://www.rfc-editor.org/rfc/rfc9535#name-normalized-paths) |
//! | `[****]` | a key that is a secret, or holds part of one |
//! | `[…]` | a key that is a list or a mapping, comes from an alias, or is longer than 128 bytes |
//!
//! The documents of a stream (YAML's `---`, one JSON value after another) are not told apart.
//!
//! A finding has no path where there is none: in a comment, in a document that is one scalar, after the place where a
//! document is malformed. Nor has it one of more than 512 bytes, deeper than 512 levels, or in which its own secret would
//! show, for which eight bytes of a text that was encoded are enough.

mod env;
mod json;
mod path;
mod walk;
mod yaml;

use crate::Finding;
use walk::Walk;

/// The form of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// YAML, of up to 64 MiB.
    Yaml,
    /// JSON, of up to 64 MiB. Comments and trailing commas do no harm.
    Json,
    /// `NAME=value` lines, of up to 256 KiB: they are read into memory at many times their size.
    Env,
}

impl Kind {
    /// The form that a file's name speaks of: `*.yaml`, `*.yml`, `*.json`, `.env`, `.env.*` and `*.env`, in any case.
    #[must_use]
    pub fn of_path(path: &str) -> Option<Self> {
        let name = path.rsplit(['/', '\\']).next()?.to_ascii_lowercase();
        match name.rsplit_once('.')?.1 {
            "yaml" | "yml" => Some(Self::Yaml),
            "json" => Some(Self::Json),
            "env" => Some(Self::Env),
            _ => name.starts_with(".env.").then_some(Self::Env),
        }
    }

    /// How many bytes are read: a path is a comfort, and not worth any price.
    const fn limit(self) -> usize {
        match self {
            Self::Yaml | Self::Json => 64 << 20,
            Self::Env => 256 << 10,
        }
    }
}

/// Fills in [`Finding::key_path`] of the findings of a document, which is read once, however many there are.
///
/// `bytes` is the whole document, in which the findings' places count. Time grows with its length, memory with its depth
/// and the number of findings; nothing in a document is expanded or followed.
///
/// ```
/// use storeward_secrets::{Scanner, document};
///
/// // Assembled here, so that this page holds no key.
/// let text = format!("apps:\n  - name: tax\n    token: {}\n", "EXAMPLEk3Jq9ZpT2vLw8RxYb5Nc1Md");
/// let mut findings = Scanner::builtin().scan(text.as_bytes());
/// if let Some(kind) = document::Kind::of_path("config/production.yml") {
///     document::key_paths(kind, text.as_bytes(), &mut findings);
/// }
/// assert_eq!(findings[0].key_path.as_deref(), Some("apps[0].token"));
/// ```
pub fn key_paths(kind: Kind, bytes: &[u8], findings: &mut [Finding]) {
    if findings.is_empty() || bytes.len() > kind.limit() {
        return;
    }
    let mut walk = Walk::new(bytes, findings);
    // What is no text ends where it stops being one.
    let text = || bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    match kind {
        Kind::Yaml => yaml::walk(text(), &mut walk),
        Kind::Json => json::walk(bytes, &mut walk),
        Kind::Env => env::walk(text(), &mut walk),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Scanner, rule::example::expand};

    /// The paths of the secrets that stand where `@` does in a text, the same one each time.
    fn paths(kind: Kind, text: &str) -> Vec<Option<String>> {
        let token = expand("ghp_{github:36}", "document");
        let text = text.replace('@', &token);
        let mut findings = Scanner::builtin().scan(text.as_bytes());
        assert_eq!(findings.len(), text.matches(&token).count(), "{text}");
        key_paths(kind, text.as_bytes(), &mut findings);
        findings.into_iter().map(|finding| finding.key_path).collect()
    }

    fn check(kind: Kind, text: &str, expected: &[&str]) {
        let found = paths(kind, text);
        let found: Vec<_> = found.iter().map(|path| path.as_deref().unwrap_or("-")).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn names_say_what_a_file_is() {
        for (path, kind) in [
            ("config/production.yml", Some(Kind::Yaml)),
            ("a.tar!/b/C.YAML", Some(Kind::Yaml)),
            ("package.json", Some(Kind::Json)),
            (".env", Some(Kind::Env)),
            ("store/.env.local", Some(Kind::Env)),
            ("production.env", Some(Kind::Env)),
            (".env.json", Some(Kind::Json)),
            ("env", None),
            ("a.env/b", None),
            ("json", None),
        ] {
            assert_eq!(Kind::of_path(path), kind, "{path}");
        }
    }

    #[test]
    fn yaml_is_followed_by_its_keys() {
        let text = "# @\nproduction:\n  saleor: {url: x, token: '@'} # @\napps:\n- name: a\n- keys: [b, \"@\"]\n\
            note: |\n  two\n  @\n  lines\n? [@, x]\n: @\nbase: &b {k: @}\nuse:\n  <<: *b\n  more: @\n*b : @\n---\n- @\n";
        let expected = [
            "-",
            "production.saleor.token",
            "-",
            "apps[1].keys[1]",
            "note",
            "[…][0]",
            "[…]",
            "base.k",
            "use.more",
            "[…]",
            "[0]",
        ];
        check(Kind::Yaml, &text.replace("*b :", "*nowhere :"), &expected);
        check(Kind::Yaml, "@", &["-"]);
        check(Kind::Yaml, "\u{feff}a: @", &["a"]);
    }

    #[test]
    fn json_is_followed_by_its_keys() {
        let text = "\u{feff}{\"a\": {\"b\": [1, {}, [], {\"c\": \"x @\\\"\"}], \"d\": null}, // @\n /* @ */ \"e\": [\"@\",],}\n[\"@\"]";
        check(Kind::Json, text, &["a.b[3].c", "-", "-", "e[0]", "[0]"]);
        check(Kind::Json, "{\"\\ud800\": \"\u{7f}\", \"t\": \"@\"}", &["t"]);
        check(Kind::Json, "\"@\"", &["-"]);
    }

    #[test]
    fn env_files_give_the_variable() {
        let text = "# A=@\nexport TOKEN=@\nno line\nKEY=\"first\nA=@\n\"\nBARE\nlast.one='@'\n";
        check(Kind::Env, text, &["-", "TOKEN", "KEY", "['last.one']"]);
    }

    #[test]
    fn large_and_deep_documents_are_let_be() {
        let comment = "# a line that says nothing\n".repeat(10_000);
        check(Kind::Env, &format!("{comment}A=@\n"), &["-"]);
        check(Kind::Env, &format!("{}A=@\n", &comment.get(27 * 1000..).unwrap()), &["A"]);
        let mut findings = Scanner::builtin().scan(expand("ghp_{github:36}", "document").as_bytes());
        let mut walk = Walk::new(b"", &mut findings);
        for _ in 0..512 {
            walk.open(walk::Collection::Sequence);
            assert!(!walk.is_done());
        }
        walk.open(walk::Collection::Sequence);
        assert!(walk.is_done());
    }

    #[test]
    fn odd_keys_are_quoted_and_paths_stay_unambiguous() {
        for (key, expected) in [
            ("naïve_key-2", "a.naïve_key-2"),
            ("a.b", "a['a.b']"),
            ("2", "a['2']"),
            ("", "a['']"),
            ("it's\\\n\u{202e}", "a['it\\'s\\\\\\n\\u202e']"),
            ("-x", "a['-x']"),
            (&"k".repeat(129), "a[…]"),
        ] {
            check(Kind::Json, &serde_json::json!({"a": {key: "@"}}).to_string(), &[expected]);
        }
        let deep = format!("{}\"@\"{}", "[".repeat(100), "]".repeat(100));
        check(Kind::Json, &deep, &[&"[0]".repeat(100)]);
        for levels in [200, 600, 100_000] {
            check(Kind::Json, &format!("{}\"@\"", "[".repeat(levels)), &["-"]);
            check(Kind::Yaml, &format!("{}\"@\"", "[".repeat(levels)), &["-"]);
            check(Kind::Yaml, &format!("{}\"@\"", "- ".repeat(levels)), &["-"]);
        }
    }

    #[test]
    fn no_path_shows_a_secret() {
        check(
            Kind::Yaml,
            "keys:\n  @: yes\n  b: {x-@: {c: @}}\n",
            &["keys[****]", "keys.b[****]", "keys.b[****].c"],
        );
        check(Kind::Json, r#"{"@": {"x": "@"}}"#, &["[****]", "[****].x"]);
        check(Kind::Env, "@=@\n", &["[****]", "[****]"]);
        // Said again where the scanner does not see it: escaped in the key, or only a part of the key.
        let token = expand("SALEOR_TOKEN={alnum:30}", "key");
        let secret = token.split_once('=').unwrap().1;
        let escaped = format!("\\u{:04x}{}", secret.as_bytes()[0], secret.get(1..).unwrap());
        for (key, expected) in [
            (secret.to_owned(), Some("['store 1'][****].SALEOR_TOKEN")),
            (escaped, Some("['store 1'][****].SALEOR_TOKEN")),
            (format!("user {secret}"), None),
        ] {
            let text = format!(r#"{{"store 1": {{"{key}": {{"SALEOR_TOKEN": "{secret}"}}}}}}"#);
            let mut findings = Scanner::builtin().scan(text.as_bytes());
            findings.retain(|finding| finding.rule == "saleor-app-token");
            assert_eq!(findings.len(), 1);
            key_paths(Kind::Json, text.as_bytes(), &mut findings);
            assert_eq!(findings[0].key_path.as_deref(), expected, "{key}");
        }
    }

    #[test]
    fn no_path_shows_what_was_encoded() {
        let token = expand("ghp_{github:36}", "key");
        let encoded = crate::decode::base64::encode_url(format!("a token, which is {token}").as_bytes());
        for (key, expected) in [("store", Some("store.auth[0]")), (&format!("of{token}"), None)] {
            let text = format!(r#"{{"{key}": {{"auth": ["{encoded}"]}}}}"#);
            let mut findings = Scanner::builtin().scan(text.as_bytes());
            key_paths(Kind::Json, text.as_bytes(), &mut findings);
            let finding = findings.iter().find(|finding| finding.rule == "github-pat").unwrap();
            assert_eq!(finding.decoded_from.as_deref(), Some("base64"));
            assert_eq!(finding.key_path.as_deref(), expected, "{key}");
        }
    }

    #[test]
    fn malformed_documents_have_paths_up_to_the_fault() {
        check(Kind::Yaml, "a: @\nb: [\nc: {@\n", &["a", "-"]);
        check(Kind::Json, r#"{"a": "@", "b" "@"}"#, &["a", "-"]);
        check(Kind::Json, r#"{"a": "@"], "b": "@"}"#, &["a", "-"]);
        check(Kind::Json, r#"{"a":, "b": "@"}"#, &["-"]);
        check(Kind::Json, r#"{"a": "@", "b": "@"#, &["a", "-"]);
        let token = expand("a: ghp_{github:36}", "document");
        let text = [token.as_bytes(), b"\n\xff\nb: ", &token.as_bytes()[3..]].concat();
        let mut findings = Scanner::builtin().scan(&text);
        key_paths(Kind::Yaml, &text, &mut findings);
        let found: Vec<_> = findings.iter().map(|finding| finding.key_path.as_deref()).collect();
        assert_eq!(found, [Some("a"), None]);
    }
}
