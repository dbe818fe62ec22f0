//! The SARIF form, against what the standard (OASIS SARIF 2.1.0) and code-scanning services demand of it. The whole
//! schema is applied by `.ci/run`.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::program::{directory, storeward};

#[test]
fn results_point_at_their_rule_and_place() {
    let files =
        BTreeMap::from([("a b/config.yml".to_owned(), "shop:\n  x: 1\n  x: 2\nproducts: []\n".to_owned())]);
    let place = directory(&files);
    let run = storeward(place.path(), &["check", "--format", "sarif"], &BTreeMap::new());
    let log: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert!(!results.is_empty());
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(["note", "warning", "error"].contains(&result["level"].as_str().unwrap()));
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
    }
    let duplicate = results.iter().find(|result| result["ruleId"] == "SW-CFG-002").unwrap();
    let place = &duplicate["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "a%20b/config.yml");
    assert_eq!(place["region"], serde_json::json!({ "startLine": 3, "startColumn": 3 }));
}
