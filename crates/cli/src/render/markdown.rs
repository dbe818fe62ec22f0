//! A report as Markdown, for the comment on a pull request.

use std::io::{self, Write};

use super::human::{group_of, place};
use crate::check::report::{Report, Status};

pub(crate) fn check(out: &mut impl Write, report: &Report) -> io::Result<()> {
    let crate::check::report::Summary { pass, warn, fail, skipped } = report.summary;
    writeln!(out, "## storeward check: {}\n", escape(&report.environment))?;
    writeln!(out, "{fail} failed, {warn} warned, {pass} passed, {skipped} skipped")?;
    let wrong = report.checks.iter().filter(|check| check.status >= Status::Warn);
    let mut header = "\n| | check | severity | found | what to do |\n| --- | --- | --- | --- | --- |\n";
    for check in wrong {
        let mark = if check.status == Status::Fail { "❌" } else { "⚠️" };
        let found: Vec<String> = check
            .evidence
            .iter()
            .map(|evidence| escape(&format!("{}{}", place(evidence), evidence.message)))
            .collect();
        write!(out, "{header}")?;
        header = "";
        writeln!(
            out,
            "| {mark} | `{}` {}: {} | {} | {} | {} |",
            check.id,
            group_of(check.id),
            check.title,
            check.severity,
            found.join("<br>"),
            // Our own words, code spans and all; only a bar would end the cell.
            check.remedy.replace('|', "\\|")
        )?;
    }
    Ok(())
}

/// A stranger's words inside a table's cell: no markup, no new cell, no new line, no mention of anybody.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '@' => escaped.push_str("@&#8203;"),
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '~' | '!' => {
                escaped.push('\\');
                escaped.push(c);
            }
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strangers_words_stay_words() {
        assert_eq!(escape("a|b\n<img> `x`"), "a\\|b &lt;img&gt; \\`x\\`");
        assert_eq!(escape("[x](y) @admins"), "\\[x\\](y) @&#8203;admins");
    }
}
