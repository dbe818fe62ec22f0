//! A secret detection report of GitLab, version 15 of its schema.

use serde_json::{Value, json};
use storeward_core::Severity;

use super::Report;
use crate::secrets::leak::{Leak, REMEDY};

/// What stands for the commit of a file that is in none.
const NO_COMMIT: &str = "0000000000000000000000000000000000000000";

pub(super) fn of(report: &Report<'_>) -> Value {
    let version = env!("CARGO_PKG_VERSION");
    let tool = json!({ "id": "storeward", "name": "storeward", "version": version, "vendor": { "name": "storeward" } });
    json!({
        "version": "15.2.1",
        "scan": {
            "type": "secret_detection",
            "analyzer": tool,
            "scanner": tool,
            "start_time": report.started,
            "end_time": report.ended,
            "status": if report.outcome.interrupted { "failure" } else { "success" },
        },
        "vulnerabilities": report.outcome.leaks.iter().map(|leak| vulnerability(report, leak)).collect::<Vec<_>>(),
    })
}

fn vulnerability(report: &Report<'_>, leak: &Leak) -> Value {
    let fingerprint = leak.fingerprint.map_or_else(String::new, |fingerprint| fingerprint.to_string());
    let commit = leak.commit.as_ref().map_or(NO_COMMIT, |commit| &commit.commit);
    json!({
        "id": format!("{fingerprint}:{}:{}:{}", leak.path, leak.line, leak.column),
        "name": report.name(leak),
        "description": leak.description,
        "severity": match leak.severity {
            Severity::Info => "Info",
            Severity::Low => "Low",
            Severity::Medium => "Medium",
            Severity::High => "High",
            Severity::Critical => "Critical",
        },
        "solution": REMEDY,
        "location": {
            "file": leak.path,
            "start_line": leak.line,
            "end_line": leak.end_line,
            "commit": { "sha": commit },
        },
        "raw_source_code_extract": leak.masked.as_str(),
        "identifiers": [{
            "type": "storeward_rule_id",
            "name": format!("storeward rule {}", leak.rule),
            "value": leak.rule,
        }],
    })
}
