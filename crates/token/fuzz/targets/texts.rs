//! Any text as a token and as a token's name: no panic, and a name that is taken apart is put together again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use storeward_core::{Environments, SecretString};
use storeward_token::{TokenName, form};

fuzz_target!(|text: &str| {
    let token = SecretString::from(text);
    let _ = form::judge(&token);
    let _ = form::claims(&token);
    let _ = (form::is_doubtful(&token), form::is_for_development(&token), form::is_placeholder(text));
    let environments = Environments::default();
    if let Ok(name) = TokenName::parse(text, &environments) {
        assert_eq!(TokenName::parse(&name.to_string(), &environments), Ok(name));
    }
});
