//! Any text is read as a pattern or refused at a column of its own, and what is written reads back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use storeward_sanitize::{FieldPath, Pattern};

fuzz_target!(|text: &str| {
    match Pattern::parse(text) {
        Ok(patterns) => {
            for pattern in patterns {
                let written = pattern.to_string();
                assert_eq!(written.parse().as_ref(), Ok(&pattern), "{written}");
            }
        }
        Err(error) => {
            assert!((1..=text.chars().count() + 1).contains(&error.column), "{error}");
            assert!(!error.message.is_empty());
        }
    }
    if let Ok(path) = text.parse::<FieldPath>() {
        let written = path.to_string();
        assert_eq!(written.parse(), Ok(path), "{written}");
    }
});
