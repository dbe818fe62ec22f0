//! Any bytes are scanned, and read through a window they give what they give as a whole.
#![no_main]

use std::{
    io::{self, Read},
    sync::LazyLock,
};

use libfuzzer_sys::fuzz_target;
use storeward_secrets::{Finding, Scanner, waiver::inline::Inline};

static SCANNER: LazyLock<Scanner> = LazyLock::new(Scanner::builtin);

/// Where the window of a stream is first cut: a mebibyte, and the twelve kibibytes that are kept from before.
const CUT: usize = (1 << 20) + (12 << 10);

fuzz_target!(|input: &[u8]| {
    let Some((&seed, text)) = input.split_first() else { return };
    let findings = SCANNER.scan(text);
    for finding in &findings {
        assert!(finding.place.start < finding.place.end && finding.place.end <= text.len() as u64);
    }
    assert!(findings.is_sorted_by_key(|finding| finding.place.start));
    assert_eq!(findings, streamed(text, usize::from(seed) + 1));
    assert!(Inline::all(text).iter().all(|waiver| waiver.line > 0));
    // Filling a window takes long, so it is not done each time.
    if seed < 16 && !text.is_empty() {
        let before = CUT - text.len().min(CUT) * usize::from(seed) / 16;
        let mut long = b"some text that fills a line\n".repeat(before / 28 + 1);
        long.truncate(before);
        long.push(b'\n');
        long.extend_from_slice(text);
        assert_eq!(SCANNER.scan(&long), streamed(&long, 100_000));
    }
});

/// Gives so many bytes at a time.
struct Pieces<'a>(&'a [u8], usize);

impl Read for Pieces<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let size = self.1.min(out.len());
        self.0.by_ref().take(size as u64).read(out)
    }
}

fn streamed(text: &[u8], size: usize) -> Vec<Finding> {
    let mut findings = Vec::new();
    SCANNER.scan_reader(Pieces(text, size), |finding| findings.push(finding)).expect("reading from memory");
    findings
}
