//! What goes wrong: each a clear error and the documented exit code.

use std::fs;

use storeward_token::saleor::testing::Trouble;

use super::Shop;
use crate::program::Run;

fn validate(shop: &Shop, url: &str, token_from: &str) -> Run {
    shop.run(&["validate", "-e", "production", "--url", url, "--token-from", token_from, "--format", "json"])
}

#[test]
fn a_store_that_cannot_be_asked_is_no_yes() {
    let shop = Shop::new();
    let url = shop.fake.url();
    for (trouble, says) in [
        (Trouble::Html, "something else than JSON"),
        (Trouble::Status(413), "HTTP 413"),
        (Trouble::Status(404), "HTTP 404"),
        (Trouble::Garbage, "not one to the question"),
        (Trouble::Endless, "longer than"),
        (Trouble::Redirect("https://elsewhere.example/".to_owned()), "sends elsewhere"),
        (
            Trouble::Json(
                400,
                serde_json::json!({ "errors": [{ "message": "EXAMPLE", "extensions": { "exception": { "code": "GraphQLError" } } }] }),
            ),
            "older than 3.23",
        ),
    ] {
        shop.fake.next([trouble]);
        let run = validate(&shop, &url, "dotenv:.env.local");
        let report = run.json();
        assert_eq!((run.exit, report["valid"].as_bool()), (3, Some(false)), "{says}");
        assert_eq!(run.issues(), ["token.unanswered"]);
        assert!(run.stdout.contains(says), "{says}: {}", run.stdout);
    }
}

#[test]
fn an_address_that_a_token_must_not_go_to_is_refused() {
    let shop = Shop::new();
    for (url, says) in [
        ("http://shop.example/graphql/", "not https"),
        ("https://user:EXAMPLE@shop.example/graphql/", "user name or a password"),
        ("shop.example", "is none"),
        ("https://shop.example/graphql/?token=EXAMPLE", "more than a path"),
    ] {
        let run = validate(&shop, url, "dotenv:.env.local");
        assert_eq!((run.exit, run.stdout.as_str()), (2, ""), "{url}");
        assert!(run.stderr.contains(says) && !run.stderr.contains("EXAMPLE"), "{}", run.stderr);
    }
    let nobody = validate(&shop, "http://127.0.0.1:1/graphql/", "dotenv:.env.local");
    assert_eq!((nobody.exit, nobody.issues()), (3, vec!["token.unanswered".to_owned()]));
}

#[test]
fn a_token_that_cannot_be_read_says_why() {
    let shop = Shop::new();
    let url = shop.fake.url();
    for (from, exit, says) in [
        ("env:NO_SUCH", 2, "NO_SUCH is not set"),
        ("file:no-such.txt", 2, "no-such.txt"),
        ("command:false", 3, "exit code 1"),
        ("command:/no/such/program", 3, "cannot be started"),
        ("command:\"", 2, "quote"),
        ("dotenv:no-such.env", 2, "holds no token"),
        ("vault:secret/shop", 2, "VAULT_ADDR"),
        ("aws:shop", 2, "AWS_REGION"),
        ("q7EXAMPLEvT2mXk9Zr4LbW8sYc1Hd5", 2, "not given itself"),
        ("stdin", 2, "nothing at all"),
    ] {
        let run = validate(&shop, &url, from);
        assert_eq!((run.exit, run.stdout.as_str()), (exit, ""), "{from}: {}", run.stderr);
        assert!(run.stderr.contains(says) && !run.stderr.contains("EXAMPLE"), "{from}: {}", run.stderr);
    }
}

#[test]
#[cfg(unix)]
fn a_read_only_file_keeps_the_old_token() {
    use std::os::unix::fs::PermissionsExt;
    let shop = Shop::new();
    let file = shop.path().join(".env.local");
    fs::set_permissions(&file, PermissionsExt::from_mode(0o400)).unwrap();
    let run = shop.rotate(&[]);
    assert_eq!((run.exit, run.steps("failed")), (3, vec!["store".to_owned()]), "{}", run.stderr);
    assert_eq!(run.json()["rotated"], false);
    assert_eq!(shop.alive(&shop.stored()), (true, 1));
    assert!(shop.stored() == shop.app.token);
}

#[test]
fn wrong_words_are_told_before_anything_is_asked() {
    let shop = Shop::new();
    for (more, says) in [
        (&["--grace", "soon"][..], "no span of time"),
        (&["--purpose", "Stock Import"], "lower-case"),
        (&["--smoke-test", "'open"], "quote"),
        (&["--store", "cupboard:x"], "begins with one of"),
    ] {
        let rotation = shop.rotation();
        let rotation: Vec<&str> = rotation
            .iter()
            .map(String::as_str)
            .filter(|word| more[0] != "--store" || (*word != "--store" && *word != "dotenv:.env.local"))
            .collect();
        let run = shop.run(&rotation.into_iter().chain(more.iter().copied()).collect::<Vec<_>>());
        assert_eq!((run.exit, run.stdout.as_str()), (2, ""), "{says}");
        assert!(run.stderr.contains(says), "{says}: {}", run.stderr);
    }
    assert_eq!(shop.alive(&shop.app.token), (true, 1));
}
