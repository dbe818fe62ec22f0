//! `storeward token rotate`

use std::fs;

use super::Shop;

#[test]
fn a_token_is_rotated_in_ci() {
    let shop = Shop::new();
    let run = shop.rotate(&[]);
    assert_eq!(run.exit, 0, "{}{}", run.stdout, run.stderr);
    let report = run.json();
    assert_eq!(
        (report["schema"].as_str(), report["rotated"].as_bool()),
        (Some("storeward.token.rotate/1"), Some(true))
    );
    assert_eq!(report["old"]["id"], shop.app.token_id);
    assert_eq!(report["old"]["revoked"], true);
    let name = report["new"]["name"].as_str().unwrap();
    assert!(name.starts_with("production-configurator-ops-"), "{name}");
    assert_ne!(report["new"]["fingerprint"], report["old"]["fingerprint"]);
    let steps = run.steps("done");
    let expected = [
        "lock",
        "look",
        "issue",
        "validate",
        "smoke_tests",
        "store",
        "read_back",
        "grace",
        "revoke",
        "verify",
        "record",
    ];
    assert_eq!(steps, expected);
    assert_eq!(shop.alive(&shop.stored()), (true, 1));
    assert_eq!(shop.alive(&shop.app.token), (false, 1));
    let text = fs::read_to_string(shop.path().join(".env.local")).unwrap();
    assert!(
        text.starts_with("# the store\nSALEOR_TOKEN=") && text.ends_with(" # of the app\nOTHER=1\n"),
        "kept around it"
    );

    let ignored = fs::read_to_string(shop.path().join(".storeward/.gitignore")).unwrap();
    assert_eq!(ignored, "*\n", "what it remembers stays out of git");

    let again = shop.rotate(&[]);
    assert_eq!(again.exit, 0, "another one: {}", again.stderr);
    assert_eq!(again.json()["old"]["fingerprint"], report["new"]["fingerprint"]);
    let resumed = shop.rotate(&["--resume"]);
    assert_eq!(resumed.json()["new"], again.json()["new"], "nothing is begun where nothing was interrupted");
    assert_eq!(shop.alive(&shop.stored()), (true, 1));
}

#[test]
fn a_dry_run_changes_nothing() {
    let shop = Shop::new();
    let run = shop.rotate(&["--dry-run"]);
    assert_eq!(run.exit, 0, "{}", run.stderr);
    assert_eq!(run.json()["rotated"], false);
    assert!(run.steps("planned").contains(&"issue".to_owned()));
    assert_eq!(shop.alive(&shop.app.token), (true, 1));
    assert!(shop.stored() == shop.app.token && !shop.path().join(".storeward").exists());
}

#[test]
fn a_new_token_that_fails_a_test_leaves_everything_as_it_was() {
    let shop = Shop::new();
    let run = shop.rotate(&["--smoke-test", "sh -c 'test -z \"$SALEOR_TOKEN\"'"]);
    assert_eq!(run.exit, 1, "{}", run.stderr);
    assert_eq!(run.steps("failed"), ["smoke_tests"]);
    assert_eq!((run.json()["rotated"].as_bool(), run.json()["new"].is_null()), (Some(false), true));
    assert_eq!(shop.alive(&shop.stored()), (true, 1));
    assert!(shop.stored() == shop.app.token);
    assert_eq!(
        shop.rotate(&["--smoke-test", "sh -c 'test -n \"$SALEOR_TOKEN\"'"]).exit,
        0,
        "the next one is a new one"
    );
}

#[test]
fn both_tokens_live_through_the_grace_period() {
    let shop = Shop::new();
    let run = shop.rotate(&["--grace", "1h", "--no-wait"]);
    assert_eq!((run.exit, run.steps("waiting")), (4, vec!["grace".to_owned()]), "{}", run.stderr);
    assert_eq!(shop.alive(&shop.stored()), (true, 2));
    assert_eq!(shop.alive(&shop.app.token), (true, 2));
    let refused = shop.rotate(&[]);
    assert_eq!(refused.exit, 2);
    assert!(refused.stderr.contains("--resume"), "{}", refused.stderr);
    assert_eq!(shop.rotate(&["--resume", "--no-wait"]).exit, 4, "it is not over yet");

    let shop = Shop::new();
    let run = shop.rotate(&["--grace", "1ms"]);
    assert_eq!(run.exit, 0, "it waits by itself: {}", run.stderr);
    assert_eq!(shop.alive(&shop.app.token), (false, 1));
}

#[test]
fn an_app_that_manages_apps_rotates_its_own_token() {
    let shop = Shop::with(&["MANAGE_APPS", "MANAGE_PRODUCTS"]);
    let url = shop.fake.url();
    let place = "dotenv:.env.local";
    let arguments = [
        "rotate",
        "-e",
        "production",
        "--url",
        &url,
        "--store",
        place,
        "--admin-from",
        place,
        "--yes",
        "--format",
        "json",
    ];
    let run = shop.run(&arguments);
    assert_eq!((run.exit, run.json()["rotated"].as_bool()), (0, Some(true)), "{}{}", run.stdout, run.stderr);
    assert_eq!(shop.alive(&shop.stored()), (true, 1));
    assert!(shop.stored() != shop.app.token);
}

#[test]
fn what_is_not_said_is_found_out_or_asked_for() {
    let shop = Shop::new();
    let url = shop.fake.url();
    let run =
        shop.run(&["rotate", "-e", "production", "--url", &url, "--store", "dotenv:.env.local", "--yes"]);
    assert_eq!(run.exit, 2);
    assert!(run.stderr.contains("--admin-from"), "{}", run.stderr);
    let config = format!(
        "[production]\nsaleor.url = \"{url}\"\ntoken.store = \"dotenv:.env.local\"\ntoken.admin_from = \"env:ADMIN\"\n\
         token.name = \"prod-stock-import-devops-2026-01-01\"\n"
    );
    fs::write(shop.path().join("storeward.toml"), config).unwrap();
    let unasked = shop.run(&["rotate", "-e", "production"]);
    assert_eq!(unasked.exit, 2);
    assert!(unasked.stderr.contains("--yes"), "{}", unasked.stderr);
    let run = shop.run(&["rotate", "-e", "production", "--yes"]);
    assert_eq!(run.exit, 0, "{}", run.stderr);
    assert!(
        run.stdout.contains("production-stock-import-devops-") && run.stdout.contains("rotated: "),
        "{}",
        run.stdout
    );
}
