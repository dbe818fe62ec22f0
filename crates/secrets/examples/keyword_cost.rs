//! Counts how often each keyword stands in the files below a folder: what a rule costs before it finds anything.
#![expect(clippy::print_stdout, reason = "a tool for measuring")]

use std::{collections::HashMap, env, fs, io, path::Path};

use storeward_secrets::Rule;

fn main() -> io::Result<()> {
    let root = env::args_os().nth(1).unwrap_or_else(|| ".".into());
    let mut words: HashMap<Vec<u8>, (u64, Vec<&str>)> = HashMap::new();
    for rule in Rule::builtin() {
        for keyword in rule.keywords() {
            words.entry(keyword.into()).or_default().1.push(rule.id());
        }
    }
    let mut lengths: Vec<usize> = words.keys().map(Vec::len).collect();
    lengths.sort_unstable();
    lengths.dedup();
    visit(Path::new(&root), &mut |path| {
        let Ok(mut text) = fs::read(path) else { return };
        text.make_ascii_lowercase();
        for length in &lengths {
            for window in text.windows(*length) {
                if let Some((count, _)) = words.get_mut(window) {
                    *count += 1;
                }
            }
        }
    })?;
    let mut rows: Vec<_> = words.into_iter().collect();
    rows.sort_by_key(|(_, (count, rules))| std::cmp::Reverse(*count * rules.len() as u64));
    for (word, (count, rules)) in rows.into_iter().take(80) {
        println!("{count:>9} {} {}", String::from_utf8_lossy(&word), rules.join(" "));
    }
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
