//! `storeward token revoke`

use super::Shop;
use crate::program::Run;

fn revoke(shop: &Shop, more: &[&str]) -> Run {
    let url = shop.fake.url();
    let arguments = [
        "revoke",
        "-e",
        "production",
        "--url",
        &url,
        "--admin-from",
        "env:ADMIN",
        "--yes",
        "--format",
        "json",
    ];
    shop.run(&arguments.iter().chain(more).copied().collect::<Vec<_>>())
}

const STORE: [&str; 2] = ["--store", "dotenv:.env.local"];

#[test]
fn the_token_in_use_stays() {
    let shop = Shop::new();
    let one = revoke(&shop, &["--id", &shop.app.token_id, STORE[0], STORE[1]]);
    assert_eq!((one.exit, one.json()["tokens"][0]["status"].as_str()), (1, Some("in_use")), "{}", one.stderr);
    let all = revoke(&shop, &["--all", STORE[0], STORE[1]]);
    assert_eq!((all.exit, all.json()["tokens"][0]["status"].as_str()), (0, Some("in_use")));
    assert_eq!(shop.alive(&shop.app.token), (true, 1));
    let blind = revoke(&shop, &["--all"]);
    assert_eq!((blind.exit, blind.stdout.as_str()), (2, ""));
    assert!(blind.stderr.contains("--store"), "{}", blind.stderr);
}

#[test]
fn others_end_and_force_ends_all() {
    let shop = Shop::new();
    // A rotation whose old token lives on leaves two.
    assert_eq!(shop.rotate(&["--grace", "1h", "--no-wait"]).exit, 4);
    let dry = revoke(&shop, &["--id", &shop.app.token_id, STORE[0], STORE[1], "--dry-run"]);
    assert_eq!((dry.exit, dry.json()["tokens"][0]["status"].as_str()), (0, Some("planned")));
    assert_eq!(shop.alive(&shop.app.token), (true, 2));
    let one = revoke(&shop, &["--id", &shop.app.token_id, STORE[0], STORE[1]]);
    assert_eq!((one.exit, one.json()["revoked"].as_bool()), (0, Some(true)));
    assert_eq!(shop.alive(&shop.app.token), (false, 1));
    let gone = revoke(&shop, &["--id", &shop.app.token_id, STORE[0], STORE[1]]);
    assert_eq!((gone.exit, gone.json()["tokens"][0]["status"].as_str()), (1, Some("unknown")));
    let force = revoke(&shop, &["--all", "--app", &shop.app.id, "--force"]);
    assert_eq!((force.exit, shop.alive(&shop.stored())), (0, (false, 0)), "{}", force.stderr);
}

#[test]
fn without_an_administrator_nothing_ends() {
    let mut shop = Shop::new();
    shop.variables.remove("ADMIN");
    let run = revoke(&shop, &["--all", STORE[0], STORE[1]]);
    assert_eq!((run.exit, shop.alive(&shop.app.token)), (2, (true, 1)));
    let weak = shop.fake.add_staff("weak@example.com", &[]);
    shop.variables.insert("ADMIN".to_owned(), weak.token.expose().to_owned());
    let run = revoke(&shop, &["--all", "--force", "--app", &shop.app.id]);
    assert_eq!((run.exit, shop.alive(&shop.app.token)), (3, (true, 1)), "{}", run.stderr);
}
