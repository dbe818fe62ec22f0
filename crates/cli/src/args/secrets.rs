//! `storeward secrets …`

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use storeward_core::Severity;
use storeward_secrets::Confidence;

use super::ListFormat;
use crate::exit;

#[derive(Debug, Subcommand)]
pub(crate) enum SecretsCommand {
    /// Find secrets in files, in git's index or in its history
    #[command(after_help = exit::HELP)]
    Scan(Box<ScanArgs>),
    /// Look at the rules and try them out
    #[command(subcommand, after_help = exit::HELP)]
    Rules(RulesCommand),
    /// Keep a list of what is known already, so that only what is new is reported
    #[command(subcommand, after_help = exit::HELP)]
    Baseline(BaselineCommand),
    /// List what is waived, why and until when, and which waivers waive nothing
    #[command(after_help = exit::HELP)]
    Waivers(WaiversArgs),
    /// Have git scan before each commit or push
    #[command(subcommand, after_help = exit::HELP)]
    Hook(HookCommand),
}

#[derive(Debug, Args)]
pub(crate) struct ScanArgs {
    #[command(flatten)]
    pub(crate) what: WhatArgs,
    #[command(flatten)]
    pub(crate) how: HowArgs,
    /// The form of the findings
    #[arg(long, value_enum, default_value_t = ScanFormat::Human)]
    pub(crate) format: ScanFormat,
    /// Write the findings to a file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Exit with 1 only for findings of this severity or above
    #[arg(long, value_name = "SEVERITY", default_value = "low", value_parser = severity)]
    pub(crate) fail_on: Severity,
    /// Ask vendors whether what was found still works; sends each secret to its own vendor and nowhere else
    #[arg(long)]
    pub(crate) verify: bool,
    /// Say nothing on standard error but errors
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// What is scanned.
#[derive(Debug, Default, Args)]
pub(crate) struct WhatArgs {
    /// Files and folders; `-` is standard input
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Scan what git is about to commit: the index, not the files
    #[arg(long, group = "source")]
    pub(crate) staged: bool,
    /// Scan every version of every file that was ever committed, or only what a range such as main..topic brings in
    #[arg(long, group = "source", value_name = "RANGE", num_args = 0..=1)]
    pub(crate) history: Option<Option<String>>,
    /// Scan what was committed after a commit: the same as --history COMMIT..HEAD
    #[arg(long, group = "source", value_name = "COMMIT")]
    pub(crate) since_commit: Option<String>,
    /// Scan standard input
    #[arg(long, group = "source")]
    pub(crate) stdin: bool,
    /// Scan what a push brings, as git's pre-receive hook is told on standard input
    #[arg(long, group = "source")]
    pub(crate) pre_receive: bool,
    /// Scan what a push would bring to a remote, as git's pre-push hook is told on standard input
    #[arg(long, group = "source", value_name = "REMOTE")]
    pub(crate) pre_push: Option<String>,
    /// Leave out files larger than this: a number of bytes, or with K, M or G
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(crate) max_file_size: Option<u64>,
    /// Scan what git ignores as well
    #[arg(long)]
    pub(crate) no_ignore: bool,
    /// Look into zip, tar and gz files as well, within limits
    #[arg(long, conflicts_with = "source")]
    pub(crate) archives: bool,
    /// Use this many threads instead of one for each processor
    #[arg(long, short, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) jobs: Option<u16>,
}

/// How it is decided what is reported.
#[derive(Debug, Args)]
pub(crate) struct HowArgs {
    /// Add the rules of a file: ours, or a gitleaks configuration
    #[arg(long, value_name = "FILE")]
    pub(crate) rules: Vec<PathBuf>,
    /// Report only what is at least as sure: low, medium or high
    #[arg(long, value_name = "CONFIDENCE", default_value = "low", value_parser = confidence)]
    pub(crate) min_confidence: Confidence,
    /// The baseline: ours, of detect-secrets, or a gitleaks report in JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// The file of waivers
    #[arg(long, value_name = "FILE")]
    pub(crate) waivers: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScanFormat {
    /// For reading: each finding with its line, the secret masked
    Human,
    /// For programs: one object, see its `schema`
    Json,
    /// For programs: one finding a line
    Jsonl,
    /// For code scanning: SARIF 2.1.0
    Sarif,
    /// For spreadsheets
    Csv,
    /// For test reports
    Junit,
    /// For GitHub Actions: annotations
    Github,
    /// For GitLab: a secret detection report
    Gitlab,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// List all rules
    List {
        /// Add the rules of a file
        #[arg(long, value_name = "FILE")]
        rules: Vec<PathBuf>,
        /// The form of the list
        #[arg(long, value_enum, default_value_t = ListFormat::Human)]
        format: ListFormat,
    },
    /// Show one rule whole
    Show {
        /// The rule's id
        id: String,
        /// Add the rules of a file
        #[arg(long, value_name = "FILE")]
        rules: Vec<PathBuf>,
        /// The form of the rule
        #[arg(long, value_enum, default_value_t = ListFormat::Human)]
        format: ListFormat,
    },
    /// Try rules on their own examples and counter-examples
    Test {
        /// The rules' ids; without any, all rules, or those of --rules
        ids: Vec<String>,
        /// Add the rules of a file
        #[arg(long, value_name = "FILE")]
        rules: Vec<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum BaselineCommand {
    /// Write a baseline of all that is found now
    Create(BaselineArgs),
    /// Add what is new to the baseline and take out what is gone
    Update(BaselineArgs),
}

#[derive(Debug, Args)]
pub(crate) struct BaselineArgs {
    #[command(flatten)]
    pub(crate) what: WhatArgs,
    #[command(flatten)]
    pub(crate) how: HowArgs,
}

#[derive(Debug, Args)]
pub(crate) struct WaiversArgs {
    /// Files and folders
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) how: HowArgs,
    /// The form of the list
    #[arg(long, value_enum, default_value_t = ListFormat::Human)]
    pub(crate) format: ListFormat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum HookCommand {
    /// Add storeward to hooks; what is there already stays
    Install(HookArgs),
    /// Take storeward out of hooks again
    Uninstall(HookArgs),
}

#[derive(Debug, Args)]
pub(crate) struct HookArgs {
    /// Which hooks
    #[arg(value_enum, default_value = "pre-commit")]
    pub(crate) hooks: Vec<Hook>,
    /// A folder of the repository
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) repository: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Hook {
    /// Before a commit: scans what is staged
    #[value(name = "pre-commit")]
    Commit,
    /// Before a push: scans what the remote does not have yet
    #[value(name = "pre-push")]
    Push,
    /// On a server, before a push is taken: scans what it brings
    #[value(name = "pre-receive")]
    Receive,
}

impl Default for HowArgs {
    fn default() -> Self {
        Self { rules: Vec::new(), min_confidence: Confidence::Low, baseline: None, waivers: None }
    }
}

fn severity(text: &str) -> Result<Severity, String> {
    let known = Severity::ALL.into_iter().find(|known| known.as_str() == text);
    known.ok_or_else(|| "one of info, low, medium, high, critical".to_owned())
}

fn confidence(text: &str) -> Result<Confidence, String> {
    text.parse().map_err(|_| "one of low, medium, high".to_owned())
}

/// A number of bytes: `4096`, `100K`, `5M`, `1G`, in powers of 1024; a `B` or `iB` after the letter changes nothing.
fn size(text: &str) -> Result<u64, String> {
    let lower = text.trim().to_ascii_lowercase();
    let digits = lower.trim_end_matches('b').trim_end_matches('i');
    let (digits, shift) = match digits.as_bytes().last() {
        Some(b'k') => (digits.trim_end_matches('k'), 10),
        Some(b'm') => (digits.trim_end_matches('m'), 20),
        Some(b'g') => (digits.trim_end_matches('g'), 30),
        _ => (digits, 0),
    };
    let number: u64 =
        digits.parse().map_err(|_| "a number of bytes, such as 4096, 100K, 5M or 1G".to_owned())?;
    number.checked_mul(1 << shift).ok_or_else(|| "too large".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, bytes) in [
            ("0", 0),
            ("4096", 4096),
            ("100K", 102_400),
            ("5m", 5 << 20),
            ("1GiB", 1 << 30),
            ("2MB", 2 << 20),
        ] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for wrong in ["", "K", "-1", "1.5M", "1T", "99999999999G"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
