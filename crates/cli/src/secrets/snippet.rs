//! The line of a finding with every secret in it masked.

use std::ops::Range;

use storeward_core::Masked;
use storeward_secrets::Sighting;

/// How many bytes of the line are kept on either side of the secret.
const SIDE: usize = 240;

/// The text around a secret, and where in its file.
#[derive(Debug, Default)]
pub(crate) struct Snippet {
    before: Vec<u8>,
    after: Vec<u8>,
    at: Range<u64>,
}

impl Snippet {
    pub(crate) fn of(sighting: &Sighting<'_>) -> Self {
        let (before, after) = (sighting.before(), sighting.after());
        let place = sighting.finding.place;
        Self {
            before: before.get(before.len().saturating_sub(SIDE)..).unwrap_or_default().to_owned(),
            after: after.get(..after.len().min(SIDE)).unwrap_or_default().to_owned(),
            at: place.start..place.end,
        }
    }

    /// Where its secret stands.
    pub(crate) fn span(&self) -> Range<u64> {
        self.at.clone()
    }

    /// Overwrites what of another secret stands on its line.
    pub(crate) fn hide(&mut self, other: &Range<u64>) {
        let from = self.at.start - self.before.len() as u64;
        blank(&mut self.before, from, other);
        blank(&mut self.after, self.at.end, other);
    }

    /// The text before the secret, the secret masked, and the text after it.
    pub(crate) fn parts(&self, masked: &Masked) -> [String; 3] {
        let before = String::from_utf8_lossy(&self.before).trim_start().to_owned();
        let after = String::from_utf8_lossy(&self.after).trim_end().to_owned();
        [before, masked.to_string(), after]
    }
}

fn blank(text: &mut [u8], from: u64, span: &Range<u64>) {
    let place = |at: u64| usize::try_from(at.saturating_sub(from)).unwrap_or(usize::MAX).min(text.len());
    let (start, end) = (place(span.start), place(span.end));
    if let Some(part) = text.get_mut(start..end) {
        part.fill(b'*');
    }
}

#[cfg(test)]
mod tests {
    use storeward_secrets::{Scanner, rule::example::expand};

    use super::*;

    #[test]
    fn other_secrets_on_the_line_are_hidden_too() {
        let (one, two) = (expand("{alnum:30}", "one"), expand("{alnum:30}", "two"));
        let text = format!("x\nSALEOR_TOKEN={one}; SALEOR_TOKEN={two} # end\n");
        let mut snippets = Vec::new();
        Scanner::builtin().scan_revealing(text.as_bytes(), |seen| {
            snippets.push((Snippet::of(&seen), seen.finding.masked.clone()));
        });
        let spans: Vec<_> = snippets.iter().map(|(snippet, _)| snippet.span()).collect();
        assert_eq!(spans.len(), 2);
        for (snippet, masked) in &mut snippets {
            spans.iter().for_each(|span| snippet.hide(span));
            let shown = snippet.parts(masked).concat();
            assert!(![&one, &two].iter().any(|secret| shown.contains(secret.as_str())), "{shown}");
            assert!(shown.starts_with("SALEOR_TOKEN=") && shown.ends_with(" # end"), "{shown}");
        }
    }
}
