//! `storeward check` on the example stores, and on stores made for one fault each.

use std::{collections::BTreeMap, path::Path, process::Command};

use serde_json::Value;

use crate::program::{check, directory, storeward, write};

fn example(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name)
}

fn files(list: &[(&str, &str)]) -> BTreeMap<String, String> {
    list.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

/// A random-looking value that says EXAMPLE, put together so that no scanner takes this file for a leak.
fn made(head: &str, tail: &str) -> String {
    format!("{head}EXAMPLE{tail}")
}

#[test]
fn the_faulty_store_shows_each_kind_of_fault() {
    let run = check(&example("store"), "staging");
    assert_eq!(run.exit, 1);
    for (id, count) in [
        ("SW-SEC-001", 6),
        ("SW-ENV-001", 3),
        ("SW-ENV-004", 1),
        ("SW-ENV-005", 1),
        ("SW-URL-001", 1),
        ("SW-URL-002", 2),
        ("SW-TOK-001", 1),
        ("SW-TOK-003", 1),
        ("SW-TOK-004", 1),
        ("SW-CFG-002", 1),
        ("SW-CFG-005", 1),
        ("SW-WF-002", 1),
        ("SW-WF-003", 1),
        ("SW-WF-004", 1),
        ("SW-WF-005", 1),
        ("SW-WF-006", 1),
    ] {
        let check = run.check(id);
        assert_eq!(check["status"], "fail", "{id}");
        assert_eq!(check["evidence"].as_array().unwrap().len(), count, "{id}: {check:#}");
    }
    assert_eq!(run.check("SW-CFG-003")["evidence"].as_array().unwrap().len(), 3);
    let place = &run.check("SW-CFG-005")["evidence"][0];
    assert_eq!(
        (&place["path"], &place["line"], &place["column"]),
        (&"config.yml".into(), &34.into(), &13.into())
    );
}

#[test]
fn the_clean_store_shows_none() {
    for environment in ["development", "staging", "production"] {
        let run = storeward(
            &example("store-clean"),
            &["check", "--environment", environment, "--strict", "--format", "json"],
            &BTreeMap::new(),
        );
        assert_eq!(run.exit, 0, "{environment}: {}", run.stdout);
        let report: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!((&report["summary"]["fail"], &report["summary"]["warn"]), (&0.into(), &0.into()));
        assert_eq!(report["schema"], "storeward/check/1");
        assert_eq!((&report["environment"], &report["strict"]), (&environment.into(), &true.into()));
    }
}

#[test]
fn every_match_is_reported_and_none_in_clear() {
    let keys = [made("AKIA", "Q7VT2MXK9"), made("ASIA", "Q7VT2MXK8")];
    let stripe = made("rk_live_", "q7vT2mXk9Zr4LbW8sYc1Hd5");
    let token = made("Zr4LbW8sYc1Hd5", "q7vT2mXk9");
    let text = format!(
        "# AKIAIOSFODNN7EXAMPLE {} {}\nkey: {stripe}\nSALEOR_TOKEN: {token}\nBearer token\n",
        keys[0], keys[1]
    );
    let place = directory(&files(&[("config.yml", "shop: {}\n"), ("notes.txt", &text)]));
    let run = check(place.path(), "staging");
    let found = run.check("SW-SEC-001");
    let lines: Vec<_> =
        found["evidence"].as_array().unwrap().iter().map(|e| e["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [1, 1, 2, 3], "{found:#}");
    for value in keys.iter().chain([&stripe, &token]) {
        assert!(!run.stdout.contains(value.as_str()) && !run.stderr.contains(value.as_str()));
    }
}

#[test]
fn each_of_the_common_kinds_is_found() {
    let random = "q7vT2mXk9Zr4LbW8sYc1Hd5Pn3Jw6Rf0Gt8Ku";
    let header = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
    let claims = "eyJzdWIiOiJFWEFNUExFIiwiaWF0IjoxNzAwMDAwMDAwfQ";
    for (rule, line) in [
        ("aws-access-key-id", made("aws_access_key_id = AKIA", "Q7VT2MXK9")),
        ("aws-secret-access-key", made("aws_secret_access_key = ", &random[..33])),
        ("stripe-secret-key", made("sk_live_", &random[..24])),
        ("stripe-test-key", made("sk_test_", &random[..24])),
        ("jwt", format!("session = {header}.{claims}.{}", made("", random))),
        ("generic-secret", format!("api_key: \"{}\"", made("", &random[..25]))),
        ("bearer-token", format!("Authorization: Bearer {}", made("", &random[..33]))),
        ("saleor-app-token", format!("SALEOR_TOKEN={}", made("", &random[..23]))),
        ("saleor-app-token", format!("{{\"saleorToken\": \"{}\"}}", made("", &random[..23]))),
    ] {
        let place = directory(&files(&[("config.yml", "shop: {}\n"), ("a.txt", &format!("{line}\n"))]));
        let found = check(place.path(), "staging").check("SW-SEC-001");
        let messages: Vec<_> = found["evidence"].as_array().unwrap().iter().map(|e| &e["message"]).collect();
        assert_eq!(messages.len(), 1, "{rule}: {found:#}");
        assert!(messages[0].as_str().unwrap().ends_with(&format!("({rule})")), "{rule}: {messages:?}");
    }
}

#[test]
fn nothing_secret_shows_in_any_format() {
    let token = made("dev-", "vT2mXk9Zr4LbW8sYc1Hd5q7");
    let store = [
        ("config.yml", format!("integrations:\n  - apiKey: {token}\nshop:\n  description: {token}\n")),
        (
            ".env.production",
            format!("SALEOR_TOKEN={token}\nSALEOR_URL=https://a:{token}@shop.example/graphql/?t={token}\n"),
        ),
        (".env", format!("SALEOR_TOKEN={token}\nBAD LINE {token}\n")),
        ("storeward.toml", format!("[default]\ndeployment.require_mfa = '{token}'\n")),
        (
            ".github/workflows/a.yml",
            format!("on: push\njobs:\n  a:\n    steps:\n      - run: echo --token={token} {token}\n"),
        ),
    ];
    let place = directory(&store.iter().map(|(name, text)| ((*name).to_owned(), text.clone())).collect());
    let variables = BTreeMap::from([("STOREWARD_DEPLOYMENT_WINDOW".to_owned(), token.clone())]);
    for arguments in [
        &["check", "--environment", "production"][..],
        &["check", "--environment", "production", "--format", "json"],
        &["check", "--environment", "production", "--format", "sarif"],
        &["check", "--environment", "production", "--format", "markdown"],
        &["config", "show", "--environment", "production"],
        &["config", "show", "--environment", "production", "--format", "json"],
        &["init", "--yes"],
    ] {
        let run = storeward(place.path(), arguments, &variables);
        assert!(
            !run.stdout.contains(&token) && !run.stderr.contains(&token),
            "{arguments:?}\n{}",
            run.stdout
        );
    }
}

#[test]
fn git_is_asked_whether_an_env_file_is_tracked() {
    let token = made("Zr4LbW8sYc1Hd5", "q7vT2mXk9");
    let env = format!("SALEOR_TOKEN={token}\n");
    let place =
        directory(&files(&[("config.yml", "shop: {}\n"), (".gitignore", ".env*\n"), (".env.local", &env)]));
    assert_eq!(check(place.path(), "development").check("SW-ENV-002")["status"], "skipped");
    let git = |arguments: &[&str]| {
        let done = Command::new("git").args(arguments).current_dir(place.path()).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    git(&["init", "-q"]);
    let run = check(place.path(), "development");
    assert_eq!(run.check("SW-ENV-001")["status"], "pass");
    assert_eq!(run.check("SW-ENV-002")["status"], "pass");
    assert_eq!(run.check("SW-SEC-001")["status"], "pass", "an ignored file is no leak");
    git(&["add", "-f", ".env.local"]);
    assert_eq!(check(place.path(), "development").check("SW-ENV-002")["status"], "fail");
}

#[cfg(unix)]
#[test]
fn the_mode_of_an_env_file_counts() {
    use std::os::unix::fs::PermissionsExt;
    let place = directory(&files(&[("config.yml", "shop: {}\n"), (".env", "A=b\n")]));
    for (mode, status) in [(0o600, "pass"), (0o640, "warn"), (0o644, "fail"), (0o604, "fail")] {
        std::fs::set_permissions(place.path().join(".env"), PermissionsExt::from_mode(mode)).unwrap();
        assert_eq!(check(place.path(), "development").check("SW-ENV-003")["status"], status, "{mode:o}");
    }
}

#[test]
fn the_process_speaks_for_the_environment_under_check_only() {
    let toml = "[staging]\nsaleor.url = 'https://staging.example/graphql/'\n";
    let place = directory(&files(&[("storeward.toml", toml)]));
    let variables =
        BTreeMap::from([("SALEOR_URL".to_owned(), "https://staging.example/graphql/".to_owned())]);
    let run =
        storeward(place.path(), &["check", "--environment", "production", "--format", "json"], &variables);
    assert_eq!(run.check("SW-URL-002")["status"], "fail", "production is pointed at staging's store");
    let run = storeward(place.path(), &["check", "--environment", "staging", "--format", "json"], &variables);
    assert_eq!(run.check("SW-URL-002")["status"], "skipped");
}

/// The Configurator's own example files, where a copy lies beside the checkout.
#[test]
fn real_configurations_hold_no_secret() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/configurator/configs");
    let Ok(entries) = std::fs::read_dir(folder) else {
        eprintln!("skipped: no copy of the Configurator's files beside the checkout");
        return;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        let place = directory(&BTreeMap::new());
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        write(place.path(), &name, &std::fs::read(&path).unwrap());
        let run = check(place.path(), "staging");
        for (id, status) in [("SW-SEC-001", "pass"), ("SW-CFG-001", "pass"), ("SW-CFG-005", "pass")] {
            assert_eq!(run.check(id)["status"], status, "{name} {id}");
        }
    }
}
