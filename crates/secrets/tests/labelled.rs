//! Recall and false positives on labelled samples that are kept outside the repository.
//!
//! `STOREWARD_LABELLED` names the folder; without it `../shared/secrets/labelled` beside the workspace is tried.
//! `STOREWARD_LABELLED_VERBOSE` lists every miss and every false positive.

use std::{
    collections::{BTreeMap, HashSet},
    fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use storeward_secrets::Scanner;

#[derive(Deserialize)]
struct Sample {
    rule: String,
    text: String,
    expect: bool,
}

/// The set, the least macro recall and the most false positives, in percent: what is reached and must not be lost.
/// Of noseyparker's negatives some are secrets by any reading: a value in single quotes, where the same one in double quotes is among the positives.
const BARS: [(&str, f64, f64); 3] =
    [("noseyparker", 90.0, 10.0), ("detect-secrets", 92.0, 1.0), ("gitleaks-half", 97.0, 5.0)];

#[test]
fn recall_and_quiet_on_labelled_samples() {
    let folder = variable("STOREWARD_LABELLED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/secrets/labelled"),
        PathBuf::from,
    );
    if !folder.is_dir() {
        eprintln!("skipped: no labelled samples at {}", folder.display());
        return;
    }
    let verbose = variable("STOREWARD_LABELLED_VERBOSE").is_some();
    let scanner = Scanner::builtin();
    let mut failed = Vec::new();
    for (set, recall_bar, false_bar) in BARS {
        let text = fs::read_to_string(folder.join(format!("{set}.jsonl"))).unwrap();
        let mut rules: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        let samples: Vec<Sample> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        // The same text stands for two rules in places, wanted by one and not by the other.
        let wanted: HashSet<_> =
            samples.iter().filter(|s| s.expect).map(|s| s.text.trim().to_owned()).collect();
        let (mut negatives, mut wrong) = (0_usize, 0_usize);
        for sample in samples {
            if !sample.expect && wanted.contains(sample.text.trim()) {
                continue;
            }
            let findings = scanner.scan(sample.text.as_bytes());
            if sample.expect {
                let (found, all) = rules.entry(sample.rule.clone()).or_default();
                *found += usize::from(!findings.is_empty());
                *all += 1;
                if findings.is_empty() && verbose {
                    println!("{set} MISS {}: {:.220}", sample.rule, format!("{:?}", sample.text));
                }
            } else {
                negatives += 1;
                wrong += usize::from(!findings.is_empty());
                if !findings.is_empty() && verbose {
                    let by: Vec<_> = findings.iter().map(|finding| &finding.rule).collect();
                    println!("{set} WRONG {} {by:?}: {:.200}", sample.rule, format!("{:?}", sample.text));
                }
            }
        }
        let shares: f64 = rules.values().map(|(found, all)| *found as f64 / *all as f64).sum();
        let recall = 100.0 * shares / rules.len() as f64;
        let falsely = 100.0 * wrong as f64 / negatives as f64;
        println!(
            "{set}: recall {recall:.1} % over {} rules, false positives {wrong} of {negatives} ({falsely:.1} %)",
            rules.len()
        );
        for (rule, (found, all)) in rules.iter().filter(|(_, (found, all))| found < all) {
            println!("  {rule}: {found} of {all}");
        }
        if recall < recall_bar || falsely > false_bar {
            failed.push(set);
        }
    }
    assert!(failed.is_empty(), "below the bar: {failed:?}");
}

#[expect(clippy::disallowed_methods, reason = "the samples are kept where the developer says")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
