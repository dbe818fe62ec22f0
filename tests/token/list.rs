//! `storeward token list`

use super::Shop;

#[test]
fn what_was_rotated_is_listed_and_grows_old() {
    let shop = Shop::new();
    let empty = shop.run(&["list"]);
    assert_eq!(empty.exit, 0);
    assert!(empty.stdout.contains("no token is known"), "{}", empty.stdout);
    assert_eq!(shop.rotate(&[]).exit, 0);
    let run = shop.run(&["list", "--max-age", "90d", "--format", "json"]);
    let list = run.json();
    assert_eq!((run.exit, list["schema"].as_str()), (0, Some("storeward.token.list/1")));
    let token = &list["tokens"][0];
    assert_eq!(
        (token["environment"].as_str(), token["app"].as_str()),
        (Some("production"), Some(shop.app.id.as_str()))
    );
    assert_eq!((token["age_days"].as_i64(), token["overdue"].as_bool()), (Some(0), Some(false)));
    assert!(!token["rotated_at"].is_null() && token["permissions"].as_array().unwrap().len() == 3);
    let overdue = shop.run(&["list", "--max-age", "0s"]);
    assert_eq!(overdue.exit, 1);
    assert!(
        overdue.stdout.contains("✗ overdue") && overdue.stdout.contains("1 overdue"),
        "{}",
        overdue.stdout
    );
    let other = shop.run(&["list", "-e", "staging", "--format", "json"]);
    assert_eq!(other.json()["tokens"].as_array().unwrap().len(), 0);
    let wrong = shop.run(&["list", "--max-age", "soon"]);
    assert_eq!(wrong.exit, 2);
    assert!(wrong.stderr.contains("no span of time"), "{}", wrong.stderr);
}

#[test]
fn how_old_a_token_may_be_is_configured() {
    let shop = Shop::new();
    assert_eq!(shop.rotate(&[]).exit, 0);
    std::fs::write(shop.path().join("storeward.toml"), "[default]\ntoken.max_age = \"0s\"\n").unwrap();
    let run = shop.run(&["list"]);
    assert!(
        run.exit == 0 && run.stdout.contains("✗ overdue"),
        "only the flag makes it a question: {}",
        run.stdout
    );
    std::fs::write(shop.path().join("storeward.toml"), "[default]\ntoken.max_age = \"soon\"\n").unwrap();
    let run = shop.run(&["list"]);
    assert!(run.exit == 2 && run.stderr.contains("a span of time such as"), "{}", run.stderr);
}
