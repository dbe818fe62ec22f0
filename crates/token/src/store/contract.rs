//! What every [`SecretStore`] must do, as tests that its adapter runs.

use storeward_core::{Fault, SecretString};

use crate::SecretStore;

/// Runs the contract on a store that holds nothing yet.
///
/// # Panics
///
/// When the store breaks it.
#[expect(clippy::expect_used, clippy::panic, reason = "it is a test, for the adapters' tests to call")]
pub async fn check(store: &dyn SecretStore) {
    assert!(store.read().await.expect("an empty store can be read").is_none(), "it holds nothing yet");

    let first = SecretString::from("first EXAMPLE \"quoted\" $HOME #1 ä");
    let made = store.write(&first, None).await.expect("it is written where nothing stands");
    let Some(read) = store.read().await.expect("it can be read") else { panic!("it holds what was written") };
    assert!(read.secret == first, "it comes back as it was");
    assert_eq!(read.version, made, "with the version that writing gave");

    let second = SecretString::from("second EXAMPLE");
    let error = store.write(&second, None).await.expect_err("something stands there");
    assert_eq!(error.fault(), Fault::Conflict);
    let replaced = store.write(&second, Some(&made)).await.expect("over the version that stands there");
    assert_ne!(replaced, made, "another content has another version");

    let error = store.write(&first, Some(&made)).await.expect_err("that version is gone");
    assert_eq!(error.fault(), Fault::Conflict);
    let Some(read) = store.read().await.expect("it can be read") else { panic!("it still holds the second") };
    assert!(read.secret == second && read.version == replaced, "a refused write changes nothing");

    // Back to what stood there before, as a failed rotation does.
    store.write(&first, Some(&replaced)).await.expect("an old content may come back");
    let Some(read) = store.read().await.expect("it can be read") else { panic!("it holds the first again") };
    assert!(read.secret == first);

    for shown in [store.place(), read.version.to_string(), format!("{read:?}")] {
        assert!(!shown.contains("EXAMPLE"), "it shows no secret");
    }
}
