//! `storeward token validate`

use storeward_core::SecretString;

use super::{Shop, THREE};
use crate::program::Run;

fn validate(shop: &Shop, token: &SecretString, more: &[&str]) -> Run {
    std::fs::write(shop.path().join("token.txt"), format!("{}\n", token.expose())).unwrap();
    let url = shop.fake.url();
    let arguments = [
        "validate",
        "--environment",
        "production",
        "--url",
        &url,
        "--token-from",
        "file:token.txt",
        "--format",
        "json",
    ];
    shop.run(&arguments.iter().chain(more).copied().collect::<Vec<_>>())
}

fn all() -> Vec<&'static str> {
    storeward_token::permission::CONFIGURATOR.iter().map(|(code, _)| *code).collect()
}

#[test]
fn tokens_are_told_apart() {
    let shop = Shop::new();
    let nothing = shop.fake.add_app("Nothing", &[]);
    let whole = shop.fake.add_app("Whole", &all());
    let more = shop.fake.add_app("More", &[all().as_slice(), &["MANAGE_ORDERS"]].concat());
    let staff = shop.fake.add_staff("maria@example.com", THREE);
    let unknown = SecretString::from("q7EXAMPLEvT2mXk9Zr4LbW8sYc1Hd5");
    for (token, exit, kind, owner, issues) in [
        (&whole.token, 0, "app", Some("app"), &[][..]),
        (&more.token, 0, "app", Some("app"), &["token.excess_permission"]),
        (&shop.app.token, 1, "app", Some("app"), &["token.missing_permission"]),
        (&nothing.token, 1, "app", Some("app"), &["token.missing_permission"]),
        (&unknown, 1, "app", None, &["token.nobody"]),
        (&staff.token, 1, "jwt", Some("staff"), &["token.missing_permission"]),
    ] {
        let run = validate(&shop, token, &[]);
        let report = run.json();
        assert_eq!(
            (run.exit, report["kind"].as_str(), report["identity"]["type"].as_str()),
            (exit, Some(kind), owner)
        );
        assert_eq!(report["valid"], exit == 0);
        assert_eq!(report["schema"], "storeward.token.validate/1");
        assert_eq!(run.issues(), issues);
        assert_eq!(report["permissions"]["required"].as_array().unwrap().len(), 10);
    }
    let says = &validate(&shop, &staff.token, &[]).json()["claims"];
    assert_eq!((says["email"].as_str(), says["kind"].as_str()), (Some("maria@example.com"), Some("access")));
    shop.fake.expire(&staff.id);
    let run = validate(&shop, &staff.token, &[]);
    assert_eq!(run.exit, 1);
    assert!(run.json()["issues"][0]["message"].as_str().unwrap().contains("has expired"), "{}", run.stdout);
}

#[test]
fn what_is_required_can_be_said_and_configured() {
    let shop = Shop::new();
    assert_eq!(
        validate(&shop, &shop.app.token, &["--require", "MANAGE_PRODUCTS"]).issues(),
        ["token.excess_permission"]
    );
    let config = "[production]\ntoken.required_permissions = [\"MANAGE_PRODUCTS\", \"MANAGE_CHANNELS\", \"MANAGE_SETTINGS\"]\n";
    std::fs::write(shop.path().join("storeward.toml"), config).unwrap();
    let run = validate(&shop, &shop.app.token, &[]);
    assert_eq!((run.exit, run.issues()), (0, vec![]));
    let missing = validate(&shop, &shop.app.token, &["--require", "MANAGE_ORDERS"]);
    assert_eq!(missing.json()["permissions"]["missing"][0], "MANAGE_ORDERS");
}

#[test]
fn a_refused_fingerprint_and_a_development_token_are_no() {
    let shop = Shop::new();
    let run = validate(&shop, &shop.app.token, &["--require", "MANAGE_PRODUCTS"]);
    let fingerprint = run.json()["fingerprint"].as_str().unwrap().to_owned();
    let config = format!("[production]\ntoken.refused = [\"{fingerprint}\"]\n");
    std::fs::write(shop.path().join("storeward.toml"), config).unwrap();
    let run = validate(&shop, &shop.app.token, &["--require", "MANAGE_PRODUCTS"]);
    assert_eq!((run.exit, run.issues()[0].as_str()), (1, "token.refused"));
    let development = SecretString::from("dev-q7EXAMPLEvT2mXk9Zr4LbW8sYc1Hd5");
    assert!(validate(&shop, &development, &[]).issues().contains(&"token.development".to_owned()));
}

#[test]
fn a_person_reads_what_is_wrong_and_what_to_do() {
    let shop = Shop::new();
    let url = shop.fake.url();
    let run = shop.run(&["validate", "-e", "staging", "--url", &url, "--token-from", "dotenv:.env.local"]);
    assert_eq!(run.exit, 1);
    for part in [
        "✗ the token may not be used in staging",
        "Configurator (",
        "token.missing_permission",
        "MANAGE_SHIPPING",
        "→ ",
    ] {
        assert!(run.stdout.contains(part), "{part}: {}", run.stdout);
    }
}

#[test]
fn the_usual_variable_is_where_a_token_is_looked_for() {
    let mut shop = Shop::new();
    let url = shop.fake.url();
    let ask = |shop: &Shop| shop.run(&["validate", "-e", "production", "--url", &url, "--format", "json"]);
    let run = ask(&shop);
    assert_eq!((run.exit, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("SALEOR_TOKEN is not set"), "{}", run.stderr);
    shop.variables.insert("SALEOR_TOKEN".to_owned(), shop.app.token.expose().to_owned());
    shop.variables.insert("SALEOR_URL".to_owned(), url.clone());
    assert_eq!(ask(&shop).json()["identity"]["type"], "app");
    assert_eq!(shop.run(&["validate", "-e", "production"]).exit, 1, "the address may be a variable too");
}
