//! Identities that somebody vouches for.

use storeward_token::saleor::testing::FakeSaleor;

use super::with;

#[test]
fn a_member_of_the_staff_is_vouched_for_by_the_store() {
    let directory = tempfile::tempdir().unwrap();
    let fake = FakeSaleor::start().unwrap();
    let maria = fake.add_staff("maria@example.com", &[]);
    let url = fake.url();
    let arguments = [
        "check",
        "--identity",
        "saleor",
        "--url",
        &url,
        "--token-from",
        "env:STAFF",
        "--roles",
        "devops",
        "--operation",
        "read_config",
        "-e",
        "production",
        "--format",
        "json",
    ];
    let run = with(directory.path(), &arguments, &[("STAFF", maria.token.expose())]);
    let answer = run.json();
    assert_eq!((run.exit, answer["actor"].as_str()), (1, Some("maria@example.com")), "{}", run.stderr);
    assert_eq!(
        (answer["attestation"]["by"].as_str(), answer["attestation"]["id"].as_str()),
        (Some("store"), Some(maria.id.as_str()))
    );
    assert_eq!(answer["decided_by"]["rule"], "read_config", "{answer}");
    let other = with(
        directory.path(),
        &[&arguments[..], &["--actor", "jonas"]].concat(),
        &[("STAFF", maria.token.expose())],
    );
    assert!(other.exit == 2 && other.stderr.contains("not `jonas`"), "{}", other.stderr);
    let pipeline = with(
        directory.path(),
        &[&arguments[..], &["--automation"]].concat(),
        &[("STAFF", maria.token.expose())],
    );
    assert!(
        pipeline.exit == 2 && pipeline.stderr.contains("a person, not a pipeline"),
        "{}",
        pipeline.stderr
    );
    fake.expire(&maria.id);
    let expired = with(directory.path(), &arguments, &[("STAFF", maria.token.expose())]);
    assert_eq!((expired.exit, expired.stdout.as_str()), (3, ""), "{}", expired.stderr);
    assert!(!expired.stderr.contains(maria.token.expose()));
}

#[test]
fn a_job_without_the_right_to_a_token_is_told_what_it_lacks() {
    let directory = tempfile::tempdir().unwrap();
    let arguments = ["check", "--identity", "github", "--operation", "deploy", "-e", "staging"];
    let run = with(directory.path(), &arguments, &[]);
    assert!(run.exit == 2 && run.stderr.contains("id-token: write"), "{}", run.stderr);
    let variables = [
        ("ACTIONS_ID_TOKEN_REQUEST_URL", "http://127.0.0.1:1/token?x=1"),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "EXAMPLE-request"),
    ];
    let run = with(directory.path(), &arguments, &variables);
    assert!(run.exit == 3 && !run.stderr.contains("EXAMPLE"), "{}", run.stderr);
}
