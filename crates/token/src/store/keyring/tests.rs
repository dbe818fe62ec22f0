use std::{any::Any, collections::HashMap, fs};

use keyring_core::{CredentialPersistence, api::CredentialStoreApi, mock};
use pollster::block_on;
use tempfile::TempDir;

use super::*;
use crate::store::contract::{self, Promise};

fn key() -> FingerprintKey {
    FingerprintKey::new(&[7; 32])
}

fn within(keyring: Arc<CredentialStore>, folder: &Path) -> KeyringStore {
    KeyringStore::within(keyring, "storeward".into(), "test".into(), folder, key()).unwrap()
}

/// Lets the keyring's next call for the entry of [`within`] end with this error.
fn break_with(keyring: &mock::Store, error: Error) {
    let entry = keyring.build("storeward", "test", None).unwrap();
    entry.as_any().downcast_ref::<mock::Cred>().unwrap().set_error(error);
}

#[track_caller]
fn fails<T>(result: Result<T, PortError>, fault: Fault, why: &str) {
    let error = result.err().unwrap();
    assert_eq!(error.fault(), fault, "{error}");
    assert!(error.to_string().contains(why), "{error}");
    assert!(!format!("{error} {error:?}").contains("EXAMPLE"), "{error}");
}

#[test]
fn it_keeps_the_contract_over_a_keyring_in_memory() {
    let folder = TempDir::new().unwrap();
    let store = within(mock::Store::new().unwrap(), folder.path());
    block_on(contract::check(&store, Promise::CompareAndSet));
    contract::race(&store, &|write: BoxFuture<'_, _>| block_on(write));
}

/// Takes the entry out of the keyring at the end, whatever happens before.
struct Entries(Vec<Entry>);

impl Drop for Entries {
    fn drop(&mut self) {
        self.0.iter().for_each(|entry| drop(entry.delete_credential()));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn it_keeps_the_contract_over_the_kernels_keyring() {
    let folder = TempDir::new().unwrap();
    // A name that no other run of this test has.
    let user = format!("contract of {}", folder.path().display());
    let store = KeyringStore::new("storeward-tests", &user, folder.path(), key()).unwrap();
    let read = block_on(store.read());
    if let Err(error) = &read
        && error.fault() == Fault::Refused
    {
        assert!(error.to_string().contains("containers often do"), "{error}");
        return eprintln!("skipped: {error}");
    }
    assert!(read.unwrap().is_none());
    let _entries = Entries(vec![store.entry().unwrap()]);
    block_on(contract::check(&store, Promise::CompareAndSet));
    contract::race(&store, &|write: BoxFuture<'_, _>| block_on(write));

    let again = KeyringStore::new("storeward-tests", &user, folder.path(), key()).unwrap();
    let (here, there) = (block_on(store.read()).unwrap().unwrap(), block_on(again.read()).unwrap().unwrap());
    assert_eq!(here.version, there.version, "another store of the same name sees the same");
    let other = KeyringStore::new("storeward-tests", format!("{user}-2"), folder.path(), key()).unwrap();
    assert!(block_on(other.read()).unwrap().is_none(), "and of another name, nothing");

    let long = SecretString::from("#".repeat(32_768));
    fails(block_on(store.write(&long, Some(&here.version))), Fault::Invalid, "does not take this");
    assert_eq!(block_on(store.read()).unwrap().unwrap().version, here.version, "and keeps what it had");
}

#[test]
fn what_the_keyring_says_is_told_without_what_it_holds() {
    let folder = TempDir::new().unwrap();
    let keyring = mock::Store::new().unwrap();
    let store = within(keyring.clone(), folder.path());
    let secret = || b"EXAMPLE".to_vec();
    for (said, fault, why) in [
        (Error::NoStorageAccess("Unknown(38)".into()), Fault::Refused, "(Unknown(38)): containers often do"),
        (Error::PlatformFailure("QuotaExceeded".into()), Fault::Unreachable, "has failed: QuotaExceeded"),
        (Error::BadEncoding(secret()), Fault::Invalid, "makes no sense"),
        (Error::BadDataFormat(secret(), "EXAMPLE".into()), Fault::Invalid, "makes no sense"),
        (Error::TooLong("password".into(), 2560), Fault::Invalid, "the password is longer than 2560"),
        (Error::Invalid("password".into(), "EXAMPLE".into()), Fault::Invalid, "does not take this password"),
        (Error::NotSupportedByStore("EXAMPLE".into()), Fault::Refused, "cannot keep"),
    ] {
        break_with(&keyring, said);
        let result = block_on(store.read());
        fails(result, fault, why);
    }
}

#[test]
fn a_secret_that_is_gone_is_none() {
    let folder = TempDir::new().unwrap();
    let keyring = mock::Store::new().unwrap();
    let store = within(keyring.clone(), folder.path());
    let version = block_on(store.write(&"EXAMPLE".into(), None)).unwrap();
    keyring.build("storeward", "test", None).unwrap().delete_credential().unwrap();
    assert!(block_on(store.read()).unwrap().is_none());
    fails(block_on(store.write(&"EXAMPLE".into(), Some(&version))), Fault::Conflict, "another version");
    assert_eq!(block_on(store.write(&"EXAMPLE".into(), None)).unwrap(), version);
}

#[test]
fn what_others_have_put_there_is_read_as_text_or_refused() {
    let folder = TempDir::new().unwrap();
    let keyring = mock::Store::new().unwrap();
    let store = within(keyring.clone(), folder.path());
    let entry = keyring.build("storeward", "test", None).unwrap();
    entry.set_secret(b"EXAMPLE\xff").unwrap();
    fails(block_on(store.read()), Fault::Invalid, "no UTF-8");
    fails(block_on(store.write(&"EXAMPLE-2".into(), None)), Fault::Invalid, "no UTF-8");
    entry.set_secret(b"").unwrap();
    assert!(block_on(store.read()).unwrap().is_none());
    fails(block_on(store.write(&"".into(), None)), Fault::Invalid, "an empty secret");
}

#[test]
fn an_entry_has_a_name_and_its_lock_a_folder() {
    let folder = TempDir::new().unwrap();
    let keyring = mock::Store::new().unwrap();
    for (service, user) in [("", "test"), ("storeward", "")] {
        let made = KeyringStore::within(keyring.clone(), service.into(), user.into(), folder.path(), key());
        fails(made, Fault::Invalid, "needs a service and a user");
    }
    let store = within(keyring, &folder.path().join("missing"));
    fails(block_on(store.write(&"EXAMPLE".into(), None)), Fault::NotFound, "missing");
    assert!(block_on(store.read()).unwrap().is_none(), "nothing was written without the lock");
}

/// A keyring that asks for the lock's holder whenever an entry of it is made.
struct Watched {
    keyring: Arc<mock::Store>,
    lock: PathBuf,
}

impl CredentialStoreApi for Watched {
    fn vendor(&self) -> String {
        self.keyring.vendor()
    }

    fn id(&self) -> String {
        self.keyring.id()
    }

    fn build(
        &self,
        service: &str,
        user: &str,
        modifiers: Option<&HashMap<&str, &str>>,
    ) -> keyring_core::Result<Entry> {
        let held = fs::File::open(&self.lock).unwrap().try_lock().is_err();
        assert!(held, "a writer touches the keyring with the lock in hand");
        self.keyring.build(service, user, modifiers)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn persistence(&self) -> CredentialPersistence {
        self.keyring.persistence()
    }
}

#[test]
fn a_writer_holds_the_lock() {
    let folder = TempDir::new().unwrap();
    let lock = folder.path().join("storeward-keyring.lock");
    let keyring = Arc::new(Watched { keyring: mock::Store::new().unwrap(), lock: lock.clone() });
    let store = within(keyring, folder.path());
    let version = block_on(store.write(&"EXAMPLE".into(), None)).unwrap();
    fails(block_on(store.write(&"EXAMPLE".into(), None)), Fault::Conflict, "another version");
    fs::File::open(&lock).unwrap().try_lock().expect("and lets it go, whatever came of it");
    block_on(store.write(&"EXAMPLE-2".into(), Some(&version))).unwrap();
}
