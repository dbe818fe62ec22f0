//! `storeward access check` and `explain`

use serde_json::Value;
use storeward_core::SecretString;
use storeward_token::saleor::testing::FakeSaleor;

use super::{access, with};
use crate::program::{Run, write};

/// A Monday in working hours.
const MONDAY: &str = "2026-11-23T10:00:00Z";

fn check(actor: &str, roles: &str, operation: &str, environment: &str, more: &[&str]) -> (i32, Value) {
    let directory = tempfile::tempdir().unwrap();
    let run = ask(
        directory.path(),
        &[
            &[
                "check",
                "--actor",
                actor,
                "--roles",
                roles,
                "--operation",
                operation,
                "--environment",
                environment,
            ],
            more,
        ],
    );
    (run.exit, run.json())
}

fn ask(directory: &std::path::Path, arguments: &[&[&str]]) -> Run {
    access(directory, &[&arguments.concat()[..], &["--format", "json"]].concat())
}

/// The obligations that are open.
fn open(answer: &Value) -> Vec<&str> {
    let obligations = answer["obligations"].as_array().unwrap().iter();
    obligations.filter(|one| one["satisfied"] == false).map(|one| one["kind"].as_str().unwrap()).collect()
}

#[test]
fn the_built_in_roles_decide() {
    let products = ["--entity-type", "products"];
    for (roles, operation, environment, more, exit, rule) in [
        ("developer", "read_config", "development", &[][..], 0, "read_config"),
        ("developer", "deploy", "development", &products, 1, "deploy_dev"),
        ("developer", "deploy", "development", &["--entity-type", "shop"], 1, "limited_entity_types"),
        ("developer", "deploy", "staging", &products, 1, "no_grant"),
        ("developer", "deploy", "production", &products, 1, "no_grant"),
        ("devops", "deploy", "staging", &[], 1, "deploy_all"),
        ("security", "deploy", "staging", &[], 1, "no_grant"),
        ("ci_cd", "deploy", "staging", &["--at", MONDAY], 1, "automated_only"),
        ("ci_cd", "deploy", "staging", &["--at", MONDAY, "--automation"], 0, "deploy_staging"),
        (
            "ci_cd",
            "deploy",
            "staging",
            &["--at", "2026-11-22T10:00:00Z", "--automation"],
            1,
            "limited_time_window",
        ),
        ("constructor", "read_config", "development", &[], 1, "unknown_role"),
        ("developer,__proto__", "read_config", "development", &[], 1, "unknown_role"),
    ] {
        let (code, answer) = check("maria", roles, operation, environment, more);
        assert_eq!(
            (code, answer["decided_by"]["rule"].as_str()),
            (exit, Some(rule)),
            "{roles} {operation} {environment}: {answer}"
        );
        assert_eq!(answer["allowed"], exit == 0);
        assert_eq!(answer["schema"], "storeward.access.check/1");
        assert!(!answer["reason"].as_str().unwrap().is_empty());
    }
}

#[test]
fn what_is_still_to_be_proved_is_told() {
    let (_, answer) = check("maria", "devops", "deploy", "staging", &[]);
    assert_eq!(open(&answer), ["mfa", "audit_before"]);
    let (exit, answer) = check("maria", "devops", "deploy", "prod", &[]);
    assert_eq!((exit, answer["environment"].as_str()), (1, Some("production")), "an alias");
    assert_eq!(open(&answer), ["mfa", "approval", "audit_before"]);
    assert_eq!(answer["decided_by"]["rule"], "attestation", "nobody vouches for who maria is");
    assert!(answer["decided_by"]["source"].as_str().unwrap().starts_with("built-in.toml:"));
}

#[test]
fn roles_come_from_a_file_that_names_their_members() {
    let directory = tempfile::tempdir().unwrap();
    let roles = "extends = \"built-in\"\n[roles.buyer]\npermissions = [\"DEPLOY_STAGING\"]\nenvironments = [\"staging\"]\n\
                 deny = [\"DELETE_ENTITIES\"]\nmembers = [\"maria\"]\n";
    write(directory.path(), "access.toml", roles.as_bytes());
    write(directory.path(), "storeward.toml", b"[default]\naccess.matrix = \"access.toml\"\n");
    let ask = |actor: &str, operation: &str| {
        ask(directory.path(), &[&["check", "--actor", actor, "--operation", operation, "-e", "staging"]])
    };
    let maria = ask("maria", "deploy");
    assert_eq!((maria.exit, maria.json()["roles"][0].as_str()), (0, Some("buyer")), "{}", maria.stdout);
    assert_eq!(maria.json()["decided_by"]["source"], "access.toml:3:16");
    assert_eq!(ask("maria", "delete_entities").json()["decided_by"]["rule"], "deny");
    assert_eq!(ask("jonas", "deploy").json()["decided_by"]["rule"], "no_role");
}

#[test]
fn an_explanation_names_every_rule_on_the_way() {
    let directory = tempfile::tempdir().unwrap();
    let run = ask(
        directory.path(),
        &[&[
            "explain",
            "--actor",
            "maria",
            "--roles",
            "devops,developer",
            "--operation",
            "deploy",
            "-e",
            "production",
        ]],
    );
    let answer = run.json();
    assert_eq!((run.exit, answer["schema"].as_str()), (1, Some("storeward.access.explain/1")));
    let steps = answer["steps"].as_array().unwrap();
    assert!(
        steps.len() > 3 && steps.iter().any(|step| step["text"].as_str().unwrap().contains("`deploy_all`")),
        "{answer}"
    );
}

#[test]
fn a_wrong_question_says_what_was_meant() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "bad.toml", b"[roles.buyer]\npermissions = [\"DEPLOY_STAGNG\"]\n");
    let good = ["check", "--actor", "a", "--roles", "developer", "--operation", "deploy", "-e", "staging"];
    for (from, to, says) in
        [("deploy", "deply", "did you mean `deploy`"), ("staging", "stagging", "did you mean `staging`")]
    {
        let arguments = good.map(|word| if word == from { to } else { word });
        let run = access(directory.path(), &arguments);
        assert_eq!((run.exit, run.stdout.as_str()), (2, ""));
        assert!(run.stderr.contains(says), "{}", run.stderr);
    }
    for (more, says) in [
        (["--at", "yesterday"], "2026-11-24T12:00:00Z"),
        (["--change", "abc"], "64 hexadecimal digits"),
        (["--matrix", "bad.toml"], "bad.toml:2:16"),
        (["--matrix", "none.toml"], "none.toml"),
    ] {
        let run = access(directory.path(), &[&good[..], &more].concat());
        assert_eq!((run.exit, run.stdout.as_str()), (2, ""));
        assert!(run.stderr.contains(says), "{says}: {}", run.stderr);
    }
}

/// An emergency, with a store that vouches for two people.
#[test]
fn an_override_is_taken_used_and_reviewed() {
    let directory = tempfile::tempdir().unwrap();
    let fake = FakeSaleor::start().unwrap();
    let [sam, jonas] = ["sam@example.com", "jonas@example.com"].map(|email| fake.add_staff(email, &[]).token);
    let url = fake.url();
    let roles =
        "extends = \"built-in\"\n[break_glass]\nroles = [\"security\"]\nmax_hours = 1\nrequire_mfa = false\n";
    write(directory.path(), "access.toml", roles.as_bytes());
    write(directory.path(), "storeward.toml", b"[default]\naccess.matrix = \"access.toml\"\n");
    let run = |token: &SecretString, arguments: &[&str]| {
        let who = ["--identity", "saleor", "--url", &url, "--token-from", "env:STAFF", "--format", "json"];
        with(directory.path(), &[arguments, &who].concat(), &[("STAFF", token.expose())])
    };
    let take = |reason| {
        let what = [
            "break-glass",
            "take",
            "--operation",
            "deploy",
            "-e",
            "production",
            "--for",
            "30m",
            "--reason",
            reason,
        ];
        run(&sam, &what)
    };
    let short = take("urgent");
    assert!(short.exit == 2 && short.stderr.contains("reason of at least"), "{}", short.stderr);
    let taken = take("the checkout is down, and devops is asleep");
    assert_eq!((taken.exit, taken.json()["id"].as_u64()), (0, Some(1)), "{}", taken.stderr);

    let check = |roles: &str, number: &str| {
        let what =
            ["check", "--roles", roles, "--operation", "deploy", "-e", "production", "--break-glass", number];
        run(&sam, &what)
    };
    let used = check("security", "1").json();
    assert_eq!(
        (used["break_glass"].as_bool(), used["decided_by"]["rule"].as_str()),
        (Some(true), Some("break_glass")),
        "{used}"
    );
    assert_eq!(open(&used), ["audit_before_and_after", "review_after"]);
    assert_eq!(check("developer", "1").json()["break_glass"], false, "not every role may");
    assert_eq!(check("security", "2").exit, 2);

    let about = |token: &SecretString, what: &str| run(token, &["break-glass", what, "1"]);
    assert_eq!(about(&jonas, "review").exit, 1, "it has not ended");
    assert_eq!(about(&jonas, "end").exit, 1, "it is not his to end");
    assert_eq!(
        access(directory.path(), &["break-glass", "end", "1", "--actor", "sam@example.com"]).exit,
        1,
        "nobody vouches"
    );
    assert_eq!(about(&sam, "end").exit, 0);
    let unreviewed =
        || access(directory.path(), &["break-glass", "list", "--unreviewed", "--format", "json"]);
    assert_eq!(
        (unreviewed().exit, unreviewed().json()["overrides"][0]["actor"].as_str()),
        (1, Some("sam@example.com"))
    );
    assert_eq!(about(&sam, "review").exit, 1, "nobody reviews their own");
    assert_eq!(about(&jonas, "review").exit, 0);
    assert_eq!(unreviewed().exit, 0);
    assert_eq!(run(&jonas, &["break-glass", "review", "7"]).exit, 2);
}
