//! `storeward sanitize`

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use storeward_sanitize::{Audience, Unclassified};

use super::ListFormat;

/// What the formats keep, for `--help`.
pub(crate) const FORMATS: &str = "\
The output has the format of the input. What is not hidden keeps its bytes: order, white space, comments, quotes,
anchors. Formats, by a file's name or --input-format:
  json   also several documents one after the other, as in JSON Lines; read piece by piece, of any size
  yaml   several documents, anchors, comments
  toml   comments, dates
  env    NAME=value lines
  text   plain text such as a log, every line of it unclassified; of any size

Nothing is written before it has been read again and sanitized again, and nothing was left to hide.

Exit codes:
  0  done; with --check: nothing would be hidden
  1  with --check: something would be hidden; else: the result could not be proven, and there is none
  2  the question was wrong: usage, rules, or a document that is not of its format
  3  no answer could be had: something cannot be read or written";

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct SanitizeArgs {
    #[command(subcommand)]
    pub(crate) command: Option<SanitizeCommand>,
    /// The document; `-`, or nothing, is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Who will read it: public, partner, organisation or security
    #[arg(long, short, value_name = "AUDIENCE", required_unless_present = "explain", value_parser = audience)]
    pub(crate) audience: Option<Audience>,
    /// What to do with fields that no rule classifies: redact, keep, or detect what must be hidden in them
    #[arg(long, value_name = "TREATMENT", default_value = "detect", value_parser = unclassified)]
    pub(crate) unclassified: Unclassified,
    #[command(flatten)]
    pub(crate) rules: RulesArgs,
    /// The format of the document, where its name does not say it
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) input_format: Option<InputFormat>,
    /// Write the document to a file instead of standard output
    #[arg(long, short, value_name = "FILE", conflicts_with_all = ["check", "explain"])]
    pub(crate) output: Option<PathBuf>,
    /// Replace the file by its sanitized form
    #[arg(long, requires = "file", conflicts_with_all = ["output", "check", "explain"])]
    pub(crate) in_place: bool,
    /// Write what was done, as JSON, to a file
    #[arg(long, value_name = "FILE", conflicts_with = "explain")]
    pub(crate) report: Option<PathBuf>,
    /// Write no document; list what would be hidden, and exit with 1 if that is anything
    #[arg(long, conflicts_with = "explain")]
    pub(crate) check: bool,
    /// Say which rule decides about a field, and why: a path such as warehouses.0.email
    #[arg(long, value_name = "PATH", conflicts_with = "file")]
    pub(crate) explain: Option<String>,
    /// The form of what --check and --explain print
    #[arg(long, value_enum, default_value_t = ListFormat::Human)]
    pub(crate) format: ListFormat,
    /// Say nothing on standard error but errors
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SanitizeCommand {
    /// List the fields of a document that no rule classifies
    Coverage(CoverageArgs),
}

#[derive(Debug, Args)]
pub(crate) struct CoverageArgs {
    /// The document; `-`, or nothing, is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) rules: RulesArgs,
    /// The format of the document, where its name does not say it
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) input_format: Option<InputFormat>,
    /// The form of the list
    #[arg(long, value_enum, default_value_t = ListFormat::Human)]
    pub(crate) format: ListFormat,
}

#[derive(Debug, Args)]
pub(crate) struct RulesArgs {
    /// Rules of your own, TOML or YAML; they win over built-in ones that are as specific. May be repeated
    #[arg(long, value_name = "FILE")]
    pub(crate) rules: Vec<PathBuf>,
}

/// How a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum InputFormat {
    /// JSON, or JSON Lines
    #[value(alias = "jsonl", alias = "ndjson")]
    Json,
    /// YAML
    #[value(alias = "yml")]
    Yaml,
    /// TOML
    Toml,
    /// NAME=value lines
    #[value(alias = "dotenv")]
    Env,
    /// Plain text, such as a log
    #[value(alias = "log")]
    Text,
}

fn audience(word: &str) -> Result<Audience, String> {
    word.parse().map_err(|error: storeward_core::vocabulary::UnknownWord| error.to_string())
}

fn unclassified(word: &str) -> Result<Unclassified, String> {
    word.parse().map_err(|error: storeward_core::vocabulary::UnknownWord| error.to_string())
}
