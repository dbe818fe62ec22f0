//! Rotations in the places that keep a token.

use std::{
    io::{self, BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
};

use age::secrecy::ExposeSecret;
use storeward_core::SecretString;
use storeward_token::{
    SecretStore,
    store::{AwsStore, aws::Credentials},
};

use super::Shop;
use crate::program::write;

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Rotates twice, and validates what the place keeps then.
fn rotate(shop: &Shop, place: &str) {
    let url = shop.fake.url();
    let about = ["-e", "production", "--url", &url, "--format", "json"];
    for _ in 0..2 {
        let rotation =
            [&["rotate", "--store", place, "--admin-from", "env:ADMIN", "--yes"], &about[..]].concat();
        let done = shop.run(&rotation);
        assert_eq!(
            (done.exit, done.json()["rotated"].as_bool()),
            (0, Some(true)),
            "{}{}",
            done.stdout,
            done.stderr
        );
    }
    let found = shop
        .run(&[&["validate", "--token-from", place, "--require", "MANAGE_PRODUCTS"], &about[..]].concat());
    assert_eq!(found.json()["identity"]["type"], "app", "{}", found.stdout);
    assert_eq!(shop.alive(&shop.app.token), (false, 1));
}

#[test]
fn in_a_file_that_is_sealed_with_age() {
    let mut shop = Shop::new();
    let identity = age::x25519::Identity::generate();
    write(shop.path(), "key.txt", format!("# a key\n{}\n", identity.to_string().expose_secret()).as_bytes());
    let token = shop.app.token.expose();
    let sealed = age::encrypt_and_armor(&identity.to_public(), token.as_bytes()).unwrap();
    write(shop.path(), "token.age", sealed.as_bytes());
    let url = shop.fake.url();
    let closed = shop.run(&["validate", "-e", "production", "--url", &url, "--token-from", "age:token.age"]);
    assert_eq!(closed.exit, 2);
    assert!(closed.stderr.contains("AGE_IDENTITY_FILE"), "{}", closed.stderr);
    shop.variables.insert("AGE_IDENTITY_FILE".to_owned(), "key.txt".to_owned());
    rotate(&shop, "age:token.age");
    let kept = std::fs::read_to_string(shop.path().join("token.age")).unwrap();
    assert!(kept.starts_with("-----BEGIN AGE ENCRYPTED FILE-----"));
}

/// moto, which stands in for AWS, until it is dropped.
struct Moto(Child);

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn moto() -> Option<(Moto, String)> {
    let mut command = Command::new("moto_server");
    command.args(["-H", "127.0.0.1", "-p", "0"]).env("PYTHONUNBUFFERED", "1");
    let Ok(mut child) = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn() else {
        let line = "skipped: no moto_server here (python3 -m pip install 'moto[server]')\n";
        io::stderr().write_all(line.as_bytes()).unwrap();
        return None;
    };
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let moto = Moto(child);
    let address = lines.find_map(|line| Some(line.unwrap().split_once("Running on ")?.1.trim().to_owned()));
    // It writes a line for every request, and must not wait for somebody to read them.
    std::thread::spawn(move || lines.for_each(drop));
    Some((moto, address.expect("moto_server says where it listens")))
}

#[test]
fn in_aws_secrets_manager() {
    let Some((_moto, address)) = moto() else { return };
    let mut shop = Shop::new();
    let [key_id, secret_key] = ["EXAMPLE-id", "EXAMPLE-key"].map(SecretString::from);
    let credentials = Credentials { key_id, secret_key, session_token: None };
    let store =
        AwsStore::builder("eu-central-1", "shop/saleor").address(&address).build(credentials).unwrap();
    run(store.write(&shop.app.token, None)).unwrap();
    for (name, value) in [
        ("AWS_ENDPOINT_URL", address.as_str()),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "EXAMPLE-id"),
        ("AWS_SECRET_ACCESS_KEY", "EXAMPLE-key"),
    ] {
        shop.variables.insert(name.to_owned(), value.to_owned());
    }
    rotate(&shop, "aws:shop/saleor");
}

#[test]
#[cfg(unix)]
fn a_program_that_is_run_leaves_no_image_of_its_memory() {
    let shop = Shop::new();
    let tested = shop.rotate(&["--smoke-test", "sh -c 'test \"$(ulimit -c)\" = 0'"]);
    assert_eq!(tested.exit, 0, "{}", tested.stdout);
}
