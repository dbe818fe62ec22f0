//! Any text is read as a baseline, and what is written is read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use storeward_secrets::Baseline;

fuzz_target!(|text: &str| {
    if let Ok(baseline) = Baseline::from_json(text) {
        let written = baseline.to_json();
        let again = Baseline::from_json(&written).expect("our own form");
        assert_eq!(again.to_json(), written);
        assert!(again.len() <= baseline.len());
    }
});
