//! SARIF 2.1.0, each result with a fingerprint that survives moving lines.

use serde_json::{Value, json};

use super::Report;
use crate::{
    render::sarif::{level, log, score, uri},
    secrets::leak::{Leak, REMEDY},
};

pub(super) fn of(report: &Report<'_>) -> Value {
    let rules: Vec<Value> = report.rules.values().map(|rule| self::rule(rule)).collect();
    let index = |leak: &Leak| report.rules.keys().position(|id| **id == *leak.rule);
    let results: Vec<Value> =
        report.outcome.leaks.iter().map(|leak| result(report, index(leak), leak)).collect();
    let mut log = log(&rules, &results);
    if let Some(run) = log.pointer_mut("/runs/0").and_then(Value::as_object_mut) {
        let complete = !report.outcome.interrupted && report.outcome.broken.is_empty();
        run.insert("invocations".into(), json!([{ "executionSuccessful": complete }]));
    }
    log
}

fn rule(rule: &storeward_secrets::Rule) -> Value {
    let mut value = json!({
        "id": rule.id(),
        "shortDescription": { "text": rule.name() },
        "fullDescription": { "text": rule.description() },
        "help": { "text": REMEDY },
        "defaultConfiguration": { "level": level(rule.severity()) },
        "properties": {
            "tags": ["security", "secret"],
            "precision": if rule.confidence() == storeward_secrets::Confidence::High { "very-high" } else { "medium" },
            "security-severity": score(rule.severity()),
        },
    });
    if let (Some(reference), Some(object)) = (rule.references().next(), value.as_object_mut()) {
        object.insert("helpUri".into(), reference.into());
    }
    value
}

fn result(report: &Report<'_>, index: Option<usize>, leak: &Leak) -> Value {
    let mut location = json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(&leak.path), "uriBaseId": "%SRCROOT%" },
            "region": {
                "startLine": leak.line,
                "startColumn": leak.column,
                "endLine": leak.end_line,
                "endColumn": leak.end_column,
            },
        },
    });
    if let (Some(keys), Some(object)) = (&leak.key_path, location.as_object_mut()) {
        object.insert("logicalLocations".into(), json!([{ "fullyQualifiedName": keys }]));
    }
    let mut result = json!({
        "ruleId": leak.rule,
        "level": level(leak.severity),
        "message": { "text": format!("{} {}: {}", report.name(leak), leak.masked, leak.description) },
        "locations": [location],
        "properties": { "confidence": leak.confidence, "masked": leak.masked },
    });
    let Some(object) = result.as_object_mut() else { return result };
    if let Some(index) = index {
        object.insert("ruleIndex".into(), index.into());
    }
    if let Some(fingerprint) = leak.fingerprint {
        object.insert("partialFingerprints".into(), json!({ "storewardSecret/v1": fingerprint }));
    }
    let Some(properties) = object.get_mut("properties").and_then(Value::as_object_mut) else { return result };
    if let Some(verdict) = leak.verification {
        properties.insert("verification".into(), verdict.as_str().into());
    }
    if let Some(commit) = &leak.commit {
        properties.insert("commit".into(), commit.commit.clone().into());
        properties.insert("author".into(), commit.author.clone().into());
        properties.insert("date".into(), commit.date.clone().into());
    }
    result
}
