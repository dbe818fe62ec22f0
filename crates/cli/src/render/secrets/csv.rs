//! Comma-separated values (RFC 4180), a header first.

use storeward_secrets::port::Verdict;

use crate::secrets::scan::Outcome;

const HEADER: [&str; 17] = [
    "rule",
    "description",
    "severity",
    "confidence",
    "path",
    "line",
    "column",
    "end_line",
    "end_column",
    "key_path",
    "commit",
    "author",
    "date",
    "masked",
    "fingerprint",
    "decoded_from",
    "verification",
];

pub(super) fn write(out: &mut Vec<u8>, outcome: &Outcome) -> anyhow::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(HEADER)?;
    for leak in &outcome.leaks {
        let (commit, author, date) = leak
            .commit
            .as_ref()
            .map_or(("", "", ""), |commit| (&commit.commit, &commit.author, &commit.date));
        writer.write_record([
            &*leak.rule,
            &leak.description,
            leak.severity.as_str(),
            leak.confidence.as_str(),
            &text(&leak.path),
            &leak.line.to_string(),
            &leak.column.to_string(),
            &leak.end_line.to_string(),
            &leak.end_column.to_string(),
            &text(leak.key_path.as_deref().unwrap_or_default()),
            commit,
            &text(author),
            date,
            &text(leak.masked.as_str()),
            &leak.fingerprint.map_or_else(String::new, |fingerprint| fingerprint.to_string()),
            leak.decoded_from.as_deref().unwrap_or_default(),
            leak.verification.map_or("", Verdict::as_str),
        ])?;
    }
    writer.flush()?;
    Ok(())
}

/// A stranger's words, so that a spreadsheet takes them for no formula: an apostrophe before what would begin one.
fn text(words: &str) -> String {
    let formula = words.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if formula { format!("'{words}") } else { words.to_owned() }
}
