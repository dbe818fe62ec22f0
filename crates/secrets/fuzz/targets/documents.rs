//! Any document is followed, and no path shows a secret. A byte of value one stands for a token.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use storeward_secrets::{
    Scanner,
    document::{Kind, key_paths},
    rule::example::expand,
};

static SCANNER: LazyLock<Scanner> = LazyLock::new(|| Scanner::builder().only(&["github-pat"]).build());
static TOKEN: LazyLock<String> = LazyLock::new(|| expand("ghp_{github:36}", "fuzzing"));

fuzz_target!(|input: &[u8]| {
    let text = input.split(|byte| *byte == 1).collect::<Vec<_>>().join(TOKEN.as_bytes());
    for kind in [Kind::Yaml, Kind::Json, Kind::Env] {
        let mut findings = SCANNER.scan(&text);
        key_paths(kind, &text, &mut findings);
        for path in findings.iter().filter_map(|finding| finding.key_path.as_deref()) {
            assert!(!path.is_empty() && !path.contains(&*TOKEN), "{path}");
        }
    }
});
