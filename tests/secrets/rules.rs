//! Rules, ours and a user's.

use super::{scan, secrets};
use crate::program::write;

const OWN: &str = r#"
[[rule]]
id = "shop-key"
name = "Shop key"
description = "Opens the shop"
severity = "high"
confidence = "high"
keywords = ["shopkey_"]
pattern = 'shopkey_[0-9a-f]{16}'
examples = ["shopkey_{hex:16}"]
counterexamples = ["shopkey_{hex:4}"]
references = ["https://docs.example.test/keys"]
"#;

#[test]
fn rules_are_listed_shown_and_tried() {
    let directory = tempfile::tempdir().unwrap();
    let run = secrets(directory.path(), &["rules", "list", "--format", "json"]);
    let list: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert!(list["rules"].as_array().unwrap().len() >= 400);
    assert!(
        list["rules"]
            .as_array()
            .unwrap()
            .iter()
            .all(|rule| !rule["description"].as_str().unwrap().is_empty())
    );
    let run = secrets(directory.path(), &["rules", "show", "saleor-app-token"]);
    assert!(run.exit == 0 && run.stdout.contains("Saleor app token"), "{}", run.stdout);
    let run = secrets(directory.path(), &["rules", "show", "saleor-app-tokn"]);
    assert_eq!(run.exit, 2);
    assert!(run.stderr.contains("did you mean `saleor-app-token`?"), "{}", run.stderr);
    let run = secrets(directory.path(), &["rules", "test", "saleor-app-token", "jwt"]);
    assert_eq!(run.exit, 0, "{}{}", run.stdout, run.stderr);
}

#[test]
fn a_user_brings_rules() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    write(root, "rules.toml", OWN.as_bytes());
    let text = storeward_secrets::rule::example::expand("key: shopkey_{hex:16}", "own");
    write(root, "a.yml", text.as_bytes());
    let rules =
        |found: Vec<serde_json::Value>| found.iter().map(|one| one["rule"].to_string()).collect::<Vec<_>>();
    assert!(!rules(scan(root, &["a.yml"]).1).contains(&"\"shop-key\"".to_owned()));
    assert_eq!(rules(scan(root, &["a.yml", "--rules", "rules.toml"]).1), ["\"shop-key\""]);
    write(root, "storeward.toml", b"[default]\nsecrets.rules = [\"rules.toml\"]\n");
    assert_eq!(rules(scan(root, &["a.yml"]).1), ["\"shop-key\""]);
    assert_eq!(secrets(root, &["rules", "test", "--rules", "rules.toml"]).exit, 0);
    write(
        root,
        "rules.toml",
        OWN.replace("examples = [\"shopkey_{hex:16}\"]", "examples = [\"shopkey_{hex:9}\"]").as_bytes(),
    );
    let run = secrets(root, &["rules", "test", "--rules", "rules.toml"]);
    assert_eq!(run.exit, 1);
    assert!(run.stdout.contains("does not find"), "{}", run.stdout);
    write(root, "rules.toml", OWN.replace("[0-9a-f]", "[0-9").as_bytes());
    let run = secrets(root, &["scan", "a.yml"]);
    assert_eq!(run.exit, 2);
    assert!(run.stderr.contains("rules.toml") && run.stderr.contains("shop-key"), "{}", run.stderr);
}

#[test]
fn a_configuration_of_gitleaks_is_taken_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    let config = "title = \"shop\"\n[extend]\nuseDefault = true\n[[rules]]\nid = \"shop-key\"\nregex = '''shopkey_[0-9a-f]{16}'''\n\
                  keywords = [\"shopkey_\"]\n[[rules]]\nid = \"files\"\npath = '''\\.p12$'''\n[[allowlists]]\npaths = ['''^fixtures/''']\n";
    write(root, ".gitleaks.toml", config.as_bytes());
    let own = storeward_secrets::rule::example::expand("key: shopkey_{hex:16}\n", "own");
    write(root, "a.yml", own.as_bytes());
    write(root, "fixtures/a.yml", own.as_bytes());
    write(root, "b.env", super::saleor("gitleaks").0.as_bytes());
    let (exit, found) = scan(root, &["--rules", ".gitleaks.toml"]);
    let found: Vec<String> = found.iter().map(|one| format!("{} {}", one["path"], one["rule"])).collect();
    assert_eq!(found, [r#""a.yml" "shop-key""#, r#""b.env" "saleor-app-token""#]);
    assert_eq!(exit, 1);
    let run = secrets(root, &["scan", "--rules", ".gitleaks.toml"]);
    assert!(run.stderr.contains("rule \"files\": looks at the names of files alone"), "{}", run.stderr);
    write(root, ".gitleaks.toml", config.replace("useDefault = true", "useDefault = false").as_bytes());
    assert_eq!(scan(root, &["--rules", ".gitleaks.toml"]).1.len(), 1);
    write(root, ".gitleaks.toml", config.replace("[0-9a-f]", "[0-9").as_bytes());
    let run = secrets(root, &["scan", "--rules", ".gitleaks.toml"]);
    assert!(run.exit == 2 && run.stderr.contains("shop-key"), "{}", run.stderr);
}
