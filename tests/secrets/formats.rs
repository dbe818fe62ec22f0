//! Each form of a report, read as its readers would.

use quick_xml::{Reader, events::Event};
use serde_json::Value;

use super::{saleor, secrets};
use crate::program::write;

/// A scan of two files, one of which has a name that forms must escape.
fn report(format: &str) -> (String, [String; 2]) {
    let directory = tempfile::tempdir().unwrap();
    let ((one, a), (two, b)) = (saleor("one"), saleor("two"));
    write(directory.path(), "a, b:%\"<&>.env", one.as_bytes());
    write(directory.path(), "z.env", format!("\n{two}; {one} # <end>\n").as_bytes());
    let run = secrets(directory.path(), &["scan", "--format", format]);
    assert_eq!(run.exit, 1, "{}", run.stderr);
    for secret in [&a, &b] {
        assert!(!run.stdout.contains(secret.as_str()) && !run.stderr.contains(secret.as_str()), "{format}");
    }
    (run.stdout, [a, b])
}

#[test]
fn people_see_the_line_with_every_secret_masked() {
    let (text, [_, b]) = report("human");
    assert!(text.contains("z.env:2:14 critical Saleor app token"), "{text}");
    assert!(text.contains(&format!("SALEOR_TOKEN={}****; SALEOR_TOKEN=****", &b[..4])), "{text}");
    assert!(text.contains("# <end>") && text.contains("3 secrets (3 critical) in 2 texts"), "{text}");
}

#[test]
fn programs_read_json() {
    let report: Value = serde_json::from_str(&report("json").0).unwrap();
    assert_eq!(report["schema"], "storeward/secrets/1");
    assert_eq!(report["findings"].as_array().unwrap().len(), 3);
    assert_eq!(report["scanned"]["pieces"], 2);
}

#[test]
fn spreadsheets_read_csv() {
    let (text, _) = report("csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(reader.headers().unwrap().len(), 17);
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    assert_eq!(rows.len(), 3);
    assert_eq!(&rows[0][4], "a, b:%\"<&>.env");
}

#[test]
fn test_reports_are_well_formed_xml() {
    let (text, _) = report("junit");
    let mut reader = Reader::from_str(&text);
    let (mut failures, mut files) = (0, Vec::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(element) if element.name().as_ref() == b"failure" => failures += 1,
            Event::Start(element) if element.name().as_ref() == b"testcase" => {
                let file = element.try_get_attribute("file").unwrap().unwrap();
                files.push(file.normalized_value(quick_xml::XmlVersion::Implicit1_0).unwrap().into_owned());
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(failures, 3);
    assert_eq!(files, ["a, b:%\"<&>.env", "z.env", "z.env"]);
}

#[test]
fn github_reads_annotations() {
    let (text, _) = report("github");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(
        lines[0]
            .starts_with("::error file=a%2C b%3A%25\"<&>.env,line=1,endLine=1,col=14,endColumn=44,title=")
    );
}

#[test]
fn gitlab_reads_its_report() {
    let report: Value = serde_json::from_str(&report("gitlab").0).unwrap();
    assert_eq!(report["scan"]["type"], "secret_detection");
    let found = report["vulnerabilities"].as_array().unwrap();
    assert_eq!(found.len(), 3);
    let ids: std::collections::HashSet<&str> = found.iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 3);
    assert_eq!(found[2]["location"]["start_line"], 2);
    assert_eq!(found[2]["severity"], "Critical");
}

#[test]
fn code_scanning_reads_sarif() {
    let report: Value = serde_json::from_str(&report("sarif").0).unwrap();
    let run = &report["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 3);
    let index = usize::try_from(results[0]["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(run["tool"]["driver"]["rules"][index]["id"], results[0]["ruleId"]);
    // The first secret is also the last one, in another file.
    let prints: Vec<&Value> =
        results.iter().map(|one| &one["partialFingerprints"]["storewardSecret/v1"]).collect();
    assert!(prints[0].is_string() && prints[0] == prints[2] && prints[0] != prints[1], "{prints:?}");
    let location = &results[0]["locations"][0]["physicalLocation"];
    assert_eq!(location["artifactLocation"]["uri"], "a%2C%20b%3A%25%22%3C%26%3E.env");
    assert_eq!(location["region"]["endColumn"], 44);
}

#[test]
fn people_see_when_a_token_expires() {
    let directory = tempfile::tempdir().unwrap();
    // {"alg":"HS256"}, {"sub":"shop","exp":1767225600}
    let signature = storeward_secrets::rule::example::expand("{base64url:43}", "expires");
    let parts = ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiJzaG9wIiwiZXhwIjoxNzY3MjI1NjAwfQ", &signature];
    write(directory.path(), "a.txt", format!("jwt = {}\n", parts.join(".")).as_bytes());
    let run = secrets(directory.path(), &["scan"]);
    assert!(run.exit == 1 && run.stdout.contains("expired 2026-01-01 00:00 UTC"), "{}", run.stdout);
}
