//! Scans every file below a folder and prints one line a finding: the bare engine, for measuring.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::indexing_slicing,
    reason = "a tool for measuring"
)]

use std::{collections::BTreeMap, env, fs, io, path::Path, path::PathBuf};

use storeward_secrets::Scanner;

fn main() -> io::Result<()> {
    let root = env::args_os().nth(1).map_or_else(|| PathBuf::from("."), PathBuf::from);
    let quiet = env::args_os().nth(2).is_some();
    let scanner = Scanner::builtin();
    let mut rules: BTreeMap<String, usize> = BTreeMap::new();
    let mut bytes = 0_u64;
    visit(&root, &mut |path| {
        let Ok(text) = fs::read(path) else { return };
        if storeward_secrets::source::is_binary(&text) {
            return;
        }
        bytes += text.len() as u64;
        for finding in scanner.scan(&text) {
            *rules.entry(finding.rule.to_string()).or_default() += 1;
            if !quiet {
                let line = text
                    .split(|byte| *byte == b'\n')
                    .nth(finding.place.line as usize - 1)
                    .unwrap_or_default();
                let from = (finding.place.column as usize).saturating_sub(60).min(line.len());
                let to = (from + 180).min(line.len());
                println!(
                    "{} {}:{} {}",
                    finding.rule,
                    path.display(),
                    finding.place.line,
                    String::from_utf8_lossy(&line[from..to])
                );
            }
        }
    })?;
    eprintln!("{bytes} bytes, {} findings {rules:?}", rules.values().sum::<usize>());
    Ok(())
}

fn visit(path: &Path, seen: &mut impl FnMut(&Path)) -> io::Result<()> {
    if path.is_file() {
        seen(path);
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            visit(&entry.path(), seen)?;
        } else if kind.is_file() {
            seen(&entry.path());
        }
    }
    Ok(())
}
