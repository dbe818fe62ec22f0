//! What is found where, and how a scan ends.

use std::{
    fs,
    io::Write,
    process::{Command, Stdio},
};

use super::{saleor, scan, secrets};
use crate::program::write;

#[test]
fn a_finding_has_its_fixed_fields_and_never_the_secret() {
    let directory = tempfile::tempdir().unwrap();
    let (line, token) = saleor("fields");
    write(directory.path(), "deploy/.env", format!("# shop\nexport {line}\n").as_bytes());
    let run = secrets(directory.path(), &["scan", "--format", "jsonl"]);
    assert_eq!(run.exit, 1);
    assert!(!run.stdout.contains(&token) && !run.stderr.contains(&token));
    let finding: serde_json::Value = serde_json::from_str(run.stdout.trim_end()).unwrap();
    let object = finding.as_object().unwrap();
    for (field, expected) in [
        ("rule", "saleor-app-token".into()),
        ("severity", "critical".into()),
        ("confidence", "high".into()),
        ("path", "deploy/.env".into()),
        ("line", 2.into()),
        ("column", 21.into()),
        ("end_line", 2.into()),
        ("end_column", serde_json::Value::from(51)),
    ] {
        assert_eq!(object[field], expected, "{field}");
    }
    assert!(object["description"].as_str().unwrap().contains("Saleor"));
    assert_eq!(object["masked"], format!("{}****", &token[..4]));
    assert_eq!(object["fingerprint"].as_str().unwrap().len(), 32);
}

#[test]
fn a_document_says_by_which_keys_a_secret_is_reached() {
    let directory = tempfile::tempdir().unwrap();
    let token = |seed: &str| saleor(seed).1;
    let yaml = format!("shop:\n  apps:\n    - name: a\n    - saleor_token: {}\n", token("yaml"));
    let json = format!("{{\"stores\": {{\"eu.shop\": {{\"saleor_token\": \"{}\"}}}}}}", token("json"));
    write(directory.path(), "config.yml", yaml.as_bytes());
    write(directory.path(), "config.json", json.as_bytes());
    write(directory.path(), ".env", saleor("env").0.as_bytes());
    write(directory.path(), "run.sh", saleor("sh").0.as_bytes());
    let found = scan(directory.path(), &[]).1;
    let keys: Vec<String> = found.iter().map(|one| format!("{} {}", one["path"], one["key_path"])).collect();
    assert_eq!(
        keys,
        [
            r#"".env" "SALEOR_TOKEN""#,
            r#""config.json" "stores['eu.shop'].saleor_token""#,
            r#""config.yml" "shop.apps[1].saleor_token""#,
            r#""run.sh" null"#,
        ]
    );
}

#[test]
fn exit_codes_say_what_was_found() {
    let directory = tempfile::tempdir().unwrap();
    assert_eq!(scan(directory.path(), &[]), (0, vec![]));
    write(directory.path(), "a.txt", saleor("exit").0.as_bytes());
    assert_eq!(scan(directory.path(), &[]).0, 1);
    assert_eq!(scan(directory.path(), &["--fail-on", "critical"]).0, 1);
    assert_eq!(scan(directory.path(), &["--max-file-size", "8"]), (0, vec![]));
    write(directory.path(), "a.txt", b"aws_account: 1\n");
    for wrong in [
        &["scan", "missing.txt"][..],
        &["scan", "--rules", "missing.toml"],
        &["scan", "--rules", "a.txt"],
        &["scan", "--baseline", "a.txt"],
        &["scan", "--fail-on", "bad"],
        &["scan", "--staged", "--stdin"],
        &["scan", "--max-file-size", "much"],
        &["scan", "--jobs", "0"],
        &["scan", "-", "a.txt"],
    ] {
        let run = secrets(directory.path(), wrong);
        assert_eq!(run.exit, 2, "{wrong:?}: {}", run.stderr);
        assert!(run.stdout.is_empty() && run.stderr.contains("error"), "{wrong:?}: {}", run.stderr);
    }
    for outside in [&["scan", "--staged"][..], &["scan", "--history"]] {
        let run = secrets(directory.path(), outside);
        assert_eq!(run.exit, 2, "{outside:?}: {}", run.stderr);
        assert!(run.stderr.contains("not a git repository"), "{}", run.stderr);
    }
}

#[test]
fn a_severity_below_the_threshold_is_shown_and_passes() {
    let directory = tempfile::tempdir().unwrap();
    let line = storeward_secrets::rule::example::expand("my_secret = \"{alnum:28}\"", "below");
    write(directory.path(), "a.py", line.as_bytes());
    let (exit, found) = scan(directory.path(), &["--fail-on", "high"]);
    assert_eq!((exit, found.len()), (0, 1));
    assert_eq!(found[0]["severity"], "medium");
    assert_eq!(scan(directory.path(), &["--fail-on", "medium"]).0, 1);
    assert_eq!(scan(directory.path(), &["--min-confidence", "high"]), (0, vec![]));
}

#[test]
fn ignored_files_and_links_out_of_the_tree_are_left_out() {
    let directory = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    let line = saleor("ignored").0;
    write(directory.path(), ".gitignore", b"build/\n");
    write(directory.path(), "build/a.txt", line.as_bytes());
    write(directory.path(), ".git/config", line.as_bytes());
    write(outside.path(), "b.txt", line.as_bytes());
    #[cfg(unix)]
    std::os::unix::fs::symlink(outside.path(), directory.path().join("link")).unwrap();
    assert_eq!(scan(directory.path(), &[]), (0, vec![]));
    assert_eq!(scan(directory.path(), &["--no-ignore"]).1[0]["path"], "build/a.txt");
    // What is named is scanned, ignored or not.
    assert_eq!(scan(directory.path(), &["build/a.txt"]).0, 1);
}

#[test]
fn order_and_findings_are_the_same_for_any_number_of_threads() {
    let directory = tempfile::tempdir().unwrap();
    for number in 0..60 {
        let (line, _) = saleor(&number.to_string());
        write(
            directory.path(),
            &format!("{}/{number}.env", number % 7),
            format!("{line}\n{line}").as_bytes(),
        );
    }
    let of = |jobs| {
        let found = scan(directory.path(), &["--jobs", jobs]).1;
        found.iter().map(|one| format!("{} {}", one["path"], one["line"])).collect::<Vec<_>>()
    };
    let one = of("1");
    assert_eq!(one.len(), 120);
    assert!(one.is_sorted());
    assert_eq!(one, of("8"));
}

#[test]
fn standard_input_is_a_text_like_any_other() {
    let (line, _) = saleor("stdin");
    for arguments in
        [["secrets", "scan", "--stdin", "--format=jsonl"], ["secrets", "scan", "-", "--format=jsonl"]]
    {
        let mut child = Command::new(env!("CARGO_BIN_EXE_storeward"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(line.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let finding: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(finding["path"], "<stdin>");
    }
}

/// What can be written to a pipe has been read but for the pipe's size, so the program listens by then.
#[cfg(unix)]
#[test]
fn ctrl_c_tells_what_was_found_until_then() {
    let (line, _) = saleor("interrupted");
    let mut child = Command::new(env!("CARGO_BIN_EXE_storeward"))
        .args(["secrets", "scan", "--stdin", "--format=jsonl"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(format!("{line}\n").as_bytes()).unwrap();
    let more = "nothing to see here\n".repeat(50_000);
    for _ in 0..4 {
        input.write_all(more.as_bytes()).unwrap();
    }
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    // It stops reading, so writing fails in the end.
    while input.write_all(more.as_bytes()).is_ok() {}
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 1);
    assert!(String::from_utf8(output.stderr).unwrap().contains("interrupted"));
}

#[test]
fn a_report_goes_to_a_file_whole() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "a.txt", saleor("file").0.as_bytes());
    let run = secrets(directory.path(), &["scan", "a.txt", "--format", "sarif", "-o", "out.sarif"]);
    assert_eq!((run.exit, run.stdout.as_str()), (1, ""));
    let report: serde_json::Value =
        serde_json::from_slice(&fs::read(directory.path().join("out.sarif")).unwrap()).unwrap();
    assert_eq!(report["runs"][0]["results"].as_array().unwrap().len(), 1);
}

/// A tar file with one entry, in gzip.
fn tgz(name: &str, content: &[u8]) -> Vec<u8> {
    let mut header = tar::Header::new_gnu();
    header.set_size(content.len() as u64);
    let mut builder = tar::Builder::new(Vec::new());
    builder.append_data(&mut header, name, content).unwrap();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(&builder.into_inner().unwrap()).unwrap();
    encoder.finish().unwrap()
}

fn zip(name: &str, content: &[u8]) -> Vec<u8> {
    let mut archive = rawzip::ZipArchiveWriter::new(Vec::new());
    let (mut entry, config) =
        archive.new_file(name).compression_method(rawzip::CompressionMethod::DEFLATE).start().unwrap();
    let encoder = flate2::write::DeflateEncoder::new(&mut entry, flate2::Compression::default());
    let mut writer = config.wrap(encoder);
    writer.write_all(content).unwrap();
    let (encoder, output) = writer.finish().unwrap();
    encoder.finish().unwrap();
    entry.finish(output).unwrap();
    archive.finish().unwrap()
}

#[test]
fn archives_are_looked_into_when_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    let (line, token) = saleor("archives");
    write(directory.path(), "deploy.tgz", &tgz("shop/.env", line.as_bytes()));
    write(directory.path(), "lib/app.jar", &zip("inner.zip", &zip("conf/.env", line.as_bytes())));
    assert_eq!(scan(directory.path(), &[]), (0, vec![]));
    let (exit, found) = scan(directory.path(), &["--archives"]);
    let paths: Vec<&str> = found.iter().map(|one| one["path"].as_str().unwrap()).collect();
    assert_eq!((exit, paths), (1, vec!["deploy.tgz!/shop/.env", "lib/app.jar!/inner.zip!/conf/.env"]));
    assert_eq!(found[0]["key_path"], "SALEOR_TOKEN");
    let run = secrets(directory.path(), &["scan", "--archives"]);
    assert!(!run.stderr.contains("error") && !run.stdout.contains(&token), "{}", run.stderr);
    for wrong in [&["scan", "--archives", "--staged"][..], &["scan", "--archives", "-"]] {
        assert_eq!(secrets(directory.path(), wrong).exit, 2, "{wrong:?}");
    }
}

#[test]
fn an_archive_that_costs_too_much_is_named_and_is_no_yes() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "bomb.zip", &zip("an\u{1b}y", &vec![b' '; 12 << 20]));
    let long = storeward_secrets::rule::example::expand("{alnum:8000}", "cut");
    let whole = tgz("a", long.as_bytes());
    write(directory.path(), "cut.tgz", &whole[..whole.len() / 2]);
    assert_eq!(secrets(directory.path(), &["scan"]).exit, 0);
    let run = secrets(directory.path(), &["scan", "--archives"]);
    assert_eq!(run.exit, 3, "{}", run.stderr);
    let lines: Vec<&str> = run.stderr.lines().filter(|line| line.starts_with("error")).collect();
    assert_eq!(lines.len(), 2, "{}", run.stderr);
    let bomb = "error: bomb.zip: unpacks to more than 200 times its size";
    assert!(lines[0].starts_with(bomb), "{}", lines[0]);
    assert!(lines[1].starts_with("error: cut.tgz"), "{}", lines[1]);
    assert!(run.stdout.contains("2 unreadable"), "{}", run.stdout);
    // A finding is a no, whatever could not be read.
    write(directory.path(), ".env", saleor("bomb").0.as_bytes());
    assert_eq!(secrets(directory.path(), &["scan", "--archives"]).exit, 1);
}
