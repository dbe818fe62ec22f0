use std::{
    fs,
    process::{Command, Stdio},
};

use ::age::{secrecy::ExposeSecret, x25519::Identity};
use pollster::block_on;
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::store::{
    contract::{self, Promise},
    file::LONGEST,
};

/// A key: whom to seal for, and what opens it.
struct Key {
    recipient: String,
    identity: SecretString,
}

impl Key {
    fn new() -> Self {
        let identity = Identity::generate();
        let recipient = identity.to_public().to_string();
        Self { recipient, identity: identity.to_string().expose_secret().into() }
    }

    /// Enough of the identity to know it by.
    fn part(&self) -> String {
        self.identity.expose().chars().skip(20).take(30).collect()
    }

    fn store(&self, path: impl Into<PathBuf>) -> AgeStore {
        AgeStore::new(path, [&self.recipient], &self.identity, fingerprints()).unwrap()
    }
}

fn fingerprints() -> FingerprintKey {
    FingerprintKey::new(&[7; 32])
}

#[track_caller]
fn fails<T>(result: Result<T, PortError>, fault: Fault, why: &str) {
    let error = result.err().unwrap();
    assert_eq!(error.fault(), fault, "{error}");
    assert!(error.to_string().contains(why), "{error}");
    let shown = format!("{error} {error:?}").to_uppercase();
    assert!(!shown.contains("EXAMPLE") && !shown.contains("AGE-SECRET-KEY-1Q"), "{error}");
}

/// Seals any bytes as the `age` program would.
fn sealed(key: &Key, content: &[u8]) -> Vec<u8> {
    ::age::encrypt(&key.recipient.parse::<::age::x25519::Recipient>().unwrap(), content).unwrap()
}

#[test]
fn it_keeps_the_contract() {
    let folder = TempDir::new().unwrap();
    let store = Key::new().store(folder.path().join("token.age"));
    block_on(contract::check(&store, Promise::CompareAndSet));
    contract::race(&store, &|write: BoxFuture<'_, _>| block_on(write));
    let mut left: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["token.age", "token.age.lock"], "and nothing else is left");
}

#[test]
fn what_is_written_is_armored_and_shows_nothing() {
    let folder = TempDir::new().unwrap();
    let (path, key) = (folder.path().join("token.age"), Key::new());
    let store = key.store(&path);
    let first = block_on(store.write(&"EXAMPLE".into(), None)).unwrap();
    let file = fs::read_to_string(&path).unwrap();
    assert!(file.starts_with("-----BEGIN AGE ENCRYPTED FILE-----\n"), "{file}");
    assert!(file.ends_with("\n-----END AGE ENCRYPTED FILE-----\n"), "{file}");
    let back = block_on(store.write(&"EXAMPLE".into(), Some(&first))).unwrap();
    assert_ne!(file, fs::read_to_string(&path).unwrap(), "it is sealed anew");
    assert_eq!(first, back, "but the version is the secret's");
    let shown = format!("{store:?}");
    assert!(shown.contains("token.age") && !shown.contains(&key.part()), "{shown}");
}

#[test]
fn each_recipient_can_open_it_and_nobody_else() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("token.age");
    let [one, two, stranger] = [(); 3].map(|()| Key::new());
    let both = [&one.recipient, &two.recipient];
    let store = AgeStore::new(&path, both, &one.identity, fingerprints()).unwrap();
    let version = block_on(store.write(&"EXAMPLE".into(), None)).unwrap();
    for key in [&one, &two] {
        let read = block_on(key.store(&path).read()).unwrap().unwrap();
        assert!(read.secret == "EXAMPLE".into() && read.version == version);
    }
    let before = fs::read(&path).unwrap();
    let (store, why) = (stranger.store(&path), "is not sealed for any of the identities");
    fails(block_on(store.read()), Fault::Refused, why);
    fails(block_on(store.write(&"EXAMPLE-2".into(), None)), Fault::Refused, why);
    fails(block_on(store.write(&"EXAMPLE-2".into(), Some(&version))), Fault::Refused, why);
    assert_eq!(fs::read(&path).unwrap(), before);
    // Sealed for one alone, the other is out.
    block_on(one.store(&path).write(&"EXAMPLE-2".into(), Some(&version))).unwrap();
    fails(block_on(two.store(&path).read()), Fault::Refused, why);
}

#[test]
fn an_identity_file_may_hold_several_and_comments() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("token.age");
    let [old, new] = [(); 2].map(|()| Key::new());
    block_on(old.store(&path).write(&"EXAMPLE".into(), None)).unwrap();
    let file = format!(
        "# created: 2026-11-24\r\n# public key: {}\r\n{}\r\n\r\n  {}",
        new.recipient,
        new.identity.expose(),
        old.identity.expose()
    );
    let store =
        AgeStore::new(&path, [format!(" {}\n", new.recipient)], &file.into(), fingerprints()).unwrap();
    let read = block_on(store.read()).unwrap().unwrap();
    block_on(store.write(&"EXAMPLE-2".into(), Some(&read.version))).unwrap();
    assert!(block_on(new.store(&path).read()).unwrap().unwrap().secret == "EXAMPLE-2".into());
}

#[test]
fn without_recipients_it_is_sealed_for_the_identity() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token.age");
    let key = Key::new();
    let own = AgeStore::new(&path, [""; 0], &key.identity, fingerprints()).unwrap();
    block_on(own.write(&"EXAMPLE".into(), None)).unwrap();
    assert!(block_on(key.store(&path).read()).unwrap().unwrap().secret == "EXAMPLE".into());
    assert!(block_on(Key::new().store(&path).read()).is_err(), "and for nobody else");
}

#[test]
fn what_is_no_key_is_said_and_not_quoted() {
    let [key, other] = [(); 2].map(|()| Key::new());
    let new = |recipients: &[&str], identity: &str| {
        AgeStore::new("token.age", recipients, &identity.into(), fingerprints())
    };
    let (good, identity) = (key.recipient.as_str(), key.identity.expose());
    let mut mistyped = identity.to_owned();
    let last = if mistyped.pop() == Some('Q') { 'P' } else { 'Q' };
    mistyped.push(last);
    for (recipients, identity, why) in [
        (vec![], "", "none of the identities is a recipient's"),
        (vec![good, "age1EXAMPLE"], identity, "recipient 2 is not one of age's"),
        (vec![identity], identity, "recipient 1 is not one of age's"),
        (vec![good], "", "none of the identities is a recipient's"),
        (vec![good], "# nothing\n", "none of the identities is a recipient's"),
        (vec![good], &format!("# a key\n{mistyped}"), "line 2 of the identity is not one of age's"),
        (vec![good], good, "line 1 of the identity is not one of age's"),
        (vec![good], other.identity.expose(), "none of the identities is a recipient's"),
    ] {
        let error = new(&recipients, identity).unwrap_err();
        assert!(!format!("{error} {error:?}").contains(&key.part()), "{error}");
        fails(Err::<(), _>(error), Fault::Invalid, why);
    }
}

#[test]
fn what_others_have_sealed_is_read() {
    let folder = TempDir::new().unwrap();
    let (path, key) = (folder.path().join("token.age"), Key::new());
    for (content, secret) in [
        ("EXAMPLE", Some("EXAMPLE")),
        ("EXAMPLE\n", Some("EXAMPLE")),
        ("EXAMPLE\r\n", Some("EXAMPLE")),
        ("EXAMPLE\n\n", Some("EXAMPLE\n")),
        (" EXAMPLE\r", Some(" EXAMPLE\r")),
        ("", None),
        ("\n", None),
    ] {
        fs::write(&path, sealed(&key, content.as_bytes())).unwrap();
        let read = block_on(key.store(&path).read()).unwrap().map(|stored| stored.secret);
        assert!(read == secret.map(SecretString::from), "{content:?}");
    }
}

#[test]
fn what_would_not_come_back_is_not_written() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("token.age");
    for secret in ["", "EXAMPLE\n", "EXAMPLE\r\n"] {
        fails(block_on(Key::new().store(&path).write(&secret.into(), None)), Fault::Invalid, "a secret that");
    }
    assert!(!path.exists());
}

#[test]
fn what_cannot_be_read_is_said() {
    let folder = TempDir::new().unwrap();
    let (at, key) = (|name: &str| folder.path().join(name), Key::new());
    let mut damaged = sealed(&key, b"EXAMPLE");
    *damaged.last_mut().unwrap() ^= 1;
    let mut changed = sealed(&key, b"EXAMPLE");
    let after_mac = changed.windows(5).position(|bytes| bytes == b"\n--- ").unwrap() + 6;
    changed[after_mac] = if changed[after_mac] == b'A' { b'B' } else { b'A' };
    let later = String::from_utf8_lossy(&sealed(&key, b"")).replacen("/v1", "/v2", 1).into_bytes();
    for (name, content, why) in [
        ("empty", vec![], "empty is no age file"),
        ("text", b"SALEOR_TOKEN=EXAMPLE\n".to_vec(), "text is no age file"),
        ("armor", b"-----BEGIN AGE ENCRYPTED FILE-----\nEXAMPLE\n".to_vec(), "armor is no age file"),
        ("cut", sealed(&key, b"EXAMPLE")[..60].to_vec(), "cut is no age file"),
        ("later", later, "later is an age file of an unknown version"),
        ("short", sealed(&key, b"EXAMPLE").split_last().unwrap().1.to_vec(), "short is damaged"),
        ("damaged", damaged, "damaged is damaged"),
        ("changed", changed, "changed is damaged"),
        ("bytes", sealed(&key, b"EXAMPLE\xff"), "bytes holds no UTF-8 text"),
        ("long", sealed(&key, "#".repeat(LONGEST as usize).as_bytes()), "long is longer than 1 MiB"),
    ] {
        fs::write(at(name), &content).unwrap();
        fails(block_on(key.store(at(name)).read()), Fault::Invalid, why);
        fails(block_on(key.store(at(name)).write(&"EXAMPLE-2".into(), None)), Fault::Invalid, why);
        assert_eq!(fs::read(at(name)).unwrap(), content, "{name} is left as it was");
    }
    fails(block_on(key.store(at("missing/token.age")).read()), Fault::NotFound, "missing cannot be entered");
    fails(block_on(key.store(folder.path()).read()), Fault::Invalid, "is no regular file");
    assert!(block_on(key.store(at("nothing")).read()).unwrap().is_none());
}

#[cfg(unix)]
#[test]
fn modes_and_links_are_kept_as_in_other_files() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let folder = TempDir::new().unwrap();
    let (at, key) = (|name: &str| folder.path().join(name), Key::new());
    let mode = |name: &str| fs::metadata(at(name)).unwrap().permissions().mode() & 0o7777;
    symlink("file", at("link")).unwrap();
    fails(block_on(key.store(at("link")).read()), Fault::NotFound, "leads nowhere");
    let version = block_on(key.store(at("file")).write(&"EXAMPLE".into(), None)).unwrap();
    assert_eq!((mode("file"), mode("file.lock")), (0o600, 0o600));
    fs::set_permissions(at("file"), fs::Permissions::from_mode(0o644)).unwrap();
    let version = block_on(key.store(at("link")).write(&"EXAMPLE-2".into(), Some(&version))).unwrap();
    assert!(at("link").is_symlink() && mode("file") == 0o644);
    fs::set_permissions(at("file"), fs::Permissions::from_mode(0o444)).unwrap();
    let refused = block_on(key.store(at("file")).write(&"EXAMPLE-3".into(), Some(&version)));
    fails(refused, Fault::Refused, "is read-only");
    assert!(block_on(key.store(at("file")).read()).unwrap().unwrap().version == version);
}

#[test]
fn the_age_program_opens_it_and_seals_for_it() {
    let Some(program) = ["age", "rage"].into_iter().find(|program| {
        let mut ask = Command::new(program);
        let asked = ask.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        asked.is_ok_and(|status| status.success())
    }) else {
        return eprintln!("skipped: neither age nor rage is on this machine");
    };
    let folder = TempDir::new().unwrap();
    let (path, keys, key) = (folder.path().join("token.age"), folder.path().join("keys"), Key::new());
    fs::write(&keys, key.identity.expose()).unwrap();
    let secret = SecretString::from("EXAMPLE \"quoted\" ä");
    let version = block_on(key.store(&path).write(&secret, None)).unwrap();
    let output =
        Command::new(program).args(["--decrypt", "--identity"]).arg(&keys).arg(&path).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), secret.expose(), "{program}");

    let plain = folder.path().join("plain");
    fs::write(&plain, secret.expose()).unwrap();
    let mut seal = Command::new(program);
    let seal = seal.args(["--encrypt", "--armor", "--recipient", &key.recipient, "--output"]);
    assert!(seal.arg(&path).arg(&plain).status().unwrap().success(), "{program}");
    assert_eq!(block_on(key.store(&path).read()).unwrap().unwrap().version, version);
}

proptest! {
    #[test]
    fn it_reads_back(secret in ".{0,40}[^\n]") {
        let key = Key::new();
        let store = key.store("token.age");
        let again = store.seal.open(&store.seal.close(&secret.as_str().into()).unwrap()).unwrap();
        prop_assert!(again == secret.into());
    }

    #[test]
    fn no_content_makes_it_panic_or_opens_changed(at in any::<prop::sample::Index>(), byte: u8, cut: bool) {
        let key = Key::new();
        let store = key.store("token.age");
        let mut file = sealed(&key, b"EXAMPLE");
        let at = at.index(file.len());
        if cut {
            file.truncate(at);
        } else {
            prop_assume!(file[at] != byte);
            file[at] = byte;
        }
        prop_assert!(store.seal.open(&file).is_err());
    }
}
