//! Each format comes back as it went in, but for what was hidden.

use std::fs;

use storeward_secrets::rule::example::expand;

use super::{piped, report, sanitize, shown};
use crate::program::write;

#[test]
fn json_lines_come_back_line_by_line() {
    let lines = "{\"user\": \"anna@example.com\", \"n\": 1.50}\n\n[\"x\"]\n\"bert@example.com\"\n";
    let out = shown(&["--audience", "public"], lines);
    assert_eq!(out, "{\"user\": \"[REDACTED]\", \"n\": 1.50}\n\n[\"x\"]\n\"[REDACTED]\"\n");
}

#[test]
fn a_document_larger_than_any_piece_comes_back_whole() {
    let directory = tempfile::tempdir().unwrap();
    // Of every length, so that pieces end within every kind of token.
    let item = |n: usize| {
        format!(
            "{{\"email\":\"u{n}@example.com\",\"é{}\":[{n},true,null,\"\\u00e9\\n{}\"]}}",
            "k".repeat(n % 7),
            "x".repeat(n % 61)
        )
    };
    let hidden = |n: usize| item(n).replace(&format!("u{n}@example.com"), "[REDACTED]");
    let all = |item: &dyn Fn(usize) -> String| {
        format!("[{}]", (0..20_000).map(item).collect::<Vec<_>>().join(", "))
    };
    write(directory.path(), "large.json", all(&item).as_bytes());
    report(directory.path(), &["large.json", "--audience", "public"]);
    assert!(fs::read_to_string(directory.path().join("out")).unwrap() == all(&hidden));
}

#[test]
fn yaml_keeps_anchors_comments_and_documents() {
    let password = expand("{alnum:16}", "yaml");
    let yaml = format!(
        "# kept\n#   - mail: b@example.com\nbase: &b\n  url: https://user:{password}@shop.example/x # c\n---\nwarehouses:\n- email: &e a@example.com\n\
         - {{email: *e}}\n...\n"
    );
    let out = shown(&["--audience", "partner"], &yaml);
    assert!(!out.contains(&password) && !out.contains("a@example.com"), "{out}");
    assert!(
        out.starts_with("# kept\n#   - mail: [REDACTED]\nbase: &b\n  url: ")
            && out.contains("# c\n---\nwarehouses:\n- email: &e "),
        "{out}"
    );
}

#[test]
fn what_an_alias_shows_is_hidden_at_its_anchor() {
    let yaml = "anything: &a\n  city: Berlin\nwarehouses:\n- address: *a\n";
    let out = shown(&["--audience", "public", "--unclassified", "keep"], yaml);
    assert_eq!(out, "anything: &a\n  city: \"[REDACTED]\"\nwarehouses:\n- address: *a\n");
}

#[test]
fn a_merge_key_brings_its_fields_to_where_it_stands() {
    let yaml = "base: &a {email: a@example.com, name: Main}\nwarehouses:\n- <<: *a\n  slug: main\n";
    let out = shown(&["--audience", "public", "--unclassified", "keep"], yaml);
    assert!(!out.contains("a@example.com") && out.contains("slug: main"), "{out}");
}

#[test]
fn toml_and_env_are_known_by_their_names() {
    let directory = tempfile::tempdir().unwrap();
    let token = ["zq9EXAMPLEf00ba7XKw", "abcdefghijk"].concat();
    write(
        directory.path(),
        ".env",
        format!("# mine\nexport SALEOR_TOKEN='{token}'\nLOG_LEVEL=info\n").as_bytes(),
    );
    let run = sanitize(directory.path(), &[".env", "--audience", "security", "-q"]);
    assert_eq!(run.exit, 0, "{}", run.stderr);
    assert!(
        run.stdout.starts_with("# mine\nexport SALEOR_TOKEN=") && run.stdout.ends_with("LOG_LEVEL=info\n")
    );
    assert!(!run.stdout.contains(&token));
    write(
        directory.path(),
        "a.toml",
        b"[shop] # s\ndefaultMailSenderAddress = 'a@example.com'\nday = 2026-11-24\n",
    );
    let run = sanitize(directory.path(), &["a.toml", "--audience", "public", "-q"]);
    assert_eq!(
        (run.exit, run.stdout.as_str()),
        (0, "[shop] # s\ndefaultMailSenderAddress = \"*****@*****.com\"\nday = 2026-11-24\n")
    );
}

#[test]
fn standard_input_is_json_or_yaml_unless_said() {
    let directory = tempfile::tempdir().unwrap();
    for (input, arguments, expected) in [
        ("  {\"a\": \"x@example.com\"}", vec!["-"], "  {\"a\": \"[REDACTED]\"}"),
        ("a: x@example.com\n", vec![], "a: \"[REDACTED]\"\n"),
        ("A=x@example.com\n", vec!["--input-format", "env"], "A='[REDACTED]'\n"),
    ] {
        let all: Vec<&str> = arguments.into_iter().chain(["--audience", "public", "-q"]).collect();
        let run = piped(directory.path(), &all, input.as_bytes());
        assert_eq!((run.exit, run.stdout.as_str()), (0, expected), "{}", run.stderr);
    }
}

#[test]
fn a_log_is_examined_line_by_line() {
    let token = expand("{alnum:30}", "log");
    let body = (0..4).map(|n| expand("{base64:64}", &format!("pem{n}"))).collect::<Vec<_>>().join("\n");
    let kind = ["PRIVATE", "KEY"].join(" ");
    let pem = format!("-----BEGIN {kind}-----\n{body}\n-----END {kind}-----");
    let log = format!("10:02 deploying\r\nSALEOR_TOKEN={token}\n\nmail anna@example.com\n{pem}\ndone");
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "deploy.log", log.as_bytes());
    let report = report(directory.path(), &["deploy.log", "--audience", "security"]);
    let out = fs::read_to_string(directory.path().join("out")).unwrap();
    assert!(out.starts_with("10:02 deploying\r\nSALEOR_TOKEN=[REDACTED]\n\nmail [REDACTED]\n"), "{out}");
    assert!(out.ends_with("\ndone") && !body.lines().any(|line| out.contains(line)), "{out}");
    let lines: Vec<&str> =
        report["fields"].as_array().unwrap().iter().map(|field| field["path"].as_str().unwrap()).collect();
    assert_eq!(lines, ["line 2", "line 4", "line 5"]);
    let redacted =
        shown(&["--audience", "public", "--input-format", "text", "--unclassified", "redact"], "a\n\nb");
    assert_eq!(redacted, "[REDACTED]\n\n[REDACTED]");
}

#[cfg(unix)]
#[test]
fn in_place_keeps_the_mode_and_the_link() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "real/a.json", b"{\"m\": \"x@example.com\"}\n");
    let real = directory.path().join("real/a.json");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real/a.json", directory.path().join("a.json")).unwrap();
    let run = sanitize(directory.path(), &["a.json", "--audience", "public", "--in-place"]);
    assert_eq!((run.exit, run.stdout.as_str()), (0, ""), "{}", run.stderr);
    assert_eq!(fs::read_to_string(&real).unwrap(), "{\"m\": \"[REDACTED]\"}\n");
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(fs::symlink_metadata(directory.path().join("a.json")).unwrap().is_symlink());
    assert_eq!(fs::read_dir(directory.path().join("real")).unwrap().count(), 1, "nothing else is left");
}
