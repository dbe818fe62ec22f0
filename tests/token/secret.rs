//! No token shows in anything that a command says or leaves behind, but in the place that keeps it.

use std::{collections::BTreeMap, fs, path::Path};

use super::Shop;

/// All files below a directory but the one that keeps the token.
fn left_behind(directory: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => left_behind(&path, found),
            false if path.ends_with(".env.local") => {}
            false => found.push((path.display().to_string(), fs::read(&path).unwrap())),
        }
    }
}

fn holds(bytes: &[u8], secret: &str) -> bool {
    bytes.windows(secret.len()).any(|window| window == secret.as_bytes())
}

#[test]
fn no_command_shows_a_token() {
    let shop = Shop::new();
    let url = shop.fake.url();
    let about = ["-e", "production", "--url", &url];
    let admin = ["--admin-from", "env:ADMIN"];
    let store = ["--store", "dotenv:.env.local"];
    let mut secrets = vec![shop.app.token.clone(), shop.admin.token.clone()];
    let commands: [&[&[&str]]; 11] = [
        &[&["validate", "--token-from", "dotenv:.env.local"], &about],
        &[&["validate", "--token-from", "env:ADMIN", "--format", "json"], &about],
        &[&["rotate", "--dry-run"], &about, &admin, &store],
        &[
            &[
                "rotate",
                "--yes",
                "--smoke-test",
                "sh -c 'echo $SALEOR_TOKEN; echo $SALEOR_TOKEN >&2; exit 1'",
            ],
            &about,
            &admin,
            &store,
        ],
        &[
            &["rotate", "--yes", "--smoke-test", "sh -c 'echo $SALEOR_TOKEN; echo $SALEOR_TOKEN >&2'"],
            &about,
            &admin,
            &store,
        ],
        &[&["rotate", "--yes", "--format", "json", "--grace", "1h", "--no-wait"], &about, &admin, &store],
        &[&["revoke", "--all", "--yes"], &about, &admin, &store],
        &[&["rotate", "--yes", "--format", "json", "--resume", "--no-wait"], &about, &admin, &store],
        &[&["list"]],
        &[&["list", "--format", "json"]],
        &[
            &["validate", "--token-from", "command:sh -c 'cat .env.local; cat .env.local >&2; exit 1'"],
            &about,
        ],
    ];
    for command in commands {
        let run = shop.run(&command.concat());
        secrets.push(shop.stored());
        for secret in &secrets {
            for said in [&run.stdout, &run.stderr] {
                assert!(!holds(said.as_bytes(), secret.expose()), "{command:?}: {said}");
            }
        }
    }
    let mut files = Vec::new();
    left_behind(shop.path(), &mut files);
    assert!(files.iter().any(|(path, _)| path.ends_with("tokens.json")), "what was kept was looked at");
    for (path, bytes) in &files {
        assert!(secrets.iter().all(|secret| !holds(bytes, secret.expose())), "{path}");
    }
}

#[test]
fn a_token_on_the_command_line_is_not_repeated() {
    let shop = Shop::new();
    let url = shop.fake.url();
    let token = shop.app.token.expose();
    for flag in ["--token-from", "--admin-from", "--store"] {
        let command = if flag == "--token-from" { "validate" } else { "rotate" };
        let arguments = [
            "token",
            command,
            "-e",
            "production",
            "--url",
            &url,
            flag,
            token,
            "--store",
            "dotenv:.env.local",
        ];
        let arguments = if flag == "--admin-from" { &arguments[..] } else { &arguments[..8] };
        let run = crate::program::storeward(shop.path(), arguments, &BTreeMap::new());
        assert_eq!(run.exit, 2, "{flag}: {}", run.stderr);
        assert!(!holds(run.stderr.as_bytes(), token), "{flag}");
    }
}
