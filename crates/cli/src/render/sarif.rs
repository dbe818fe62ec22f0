//! A report as SARIF 2.1.0 (OASIS, 2020), which code-scanning services read.

use serde_json::{Value, json};
use storeward_core::Severity;

use crate::check::report::{Check, Evidence, Report, Status};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

pub(crate) fn check(report: &Report) -> Value {
    let rules: Vec<Value> = report.checks.iter().map(rule).collect();
    let results: Vec<Value> = report
        .checks
        .iter()
        .enumerate()
        .filter(|(_, check)| check.status >= Status::Warn)
        .flat_map(|(index, check)| check.evidence.iter().map(move |evidence| result(index, check, evidence)))
        .collect();
    let mut log = log(&rules, &results);
    if let Some(run) = log.pointer_mut("/runs/0").and_then(Value::as_object_mut) {
        run.insert(
            "properties".into(),
            json!({ "environment": report.environment, "strict": report.strict }),
        );
    }
    log
}

/// A log of one run.
pub(super) fn log(rules: &[Value], results: &[Value]) -> Value {
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "storeward",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules,
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn rule(check: &Check) -> Value {
    json!({
        "id": check.id,
        "shortDescription": { "text": check.title },
        "help": { "text": check.remedy },
        "defaultConfiguration": { "level": level(check.severity) },
        // GitHub sorts security findings by this number, on the scale of CVSS.
        "properties": { "tags": ["security"], "security-severity": score(check.severity) },
    })
}

fn result(index: usize, check: &Check, evidence: &Evidence) -> Value {
    let level =
        if check.status == Status::Fail { level(check.severity.max(Severity::High)) } else { "warning" };
    let mut result = json!({
        "ruleId": check.id,
        "ruleIndex": index,
        "level": level,
        "message": { "text": evidence.message },
    });
    if let (Some(path), Some(object)) = (&evidence.path, result.as_object_mut()) {
        let mut physical = json!({ "artifactLocation": { "uri": uri(path), "uriBaseId": "%SRCROOT%" } });
        if let (Some(at), Some(physical)) = (evidence.at, physical.as_object_mut()) {
            physical.insert("region".into(), json!({ "startLine": at.line, "startColumn": at.column }));
        }
        object.insert("locations".into(), json!([{ "physicalLocation": physical }]));
    }
    result
}

/// A relative path as a URI reference (RFC 3986): everything but unreserved characters and `/` is percent-encoded.
pub(super) fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(byte.into())
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

pub(super) fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Info | Severity::Low => "note",
        Severity::Medium => "warning",
        Severity::High | Severity::Critical => "error",
    }
}

pub(super) fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "0.0",
        Severity::Low => "3.0",
        Severity::Medium => "5.5",
        Severity::High => "8.0",
        Severity::Critical => "9.5",
    }
}
