//! Scanning what does not fit into memory.

use std::io::{self, Read};

use crate::{
    finding::{Finding, Sighting},
    position::{Base, Position, characters},
    scanner::Scanner,
};

/// How much is read at a time.
const CHUNK: usize = if cfg!(test) { 64 << 10 } else { 1 << 20 };
/// How far a finding may reach beyond its first byte and still be seen whole.
const AHEAD: usize = 24 << 10;
/// How much of what came before is kept, for what is decided by its context.
const BEHIND: usize = 12 << 10;

impl Scanner {
    /// Scans what a reader gives, to its end, in a fixed amount of memory: a line may be as long as it likes.
    ///
    /// Findings are the same as those of [`scan`](Self::scan) on the whole, as long as no secret is longer than 24 KiB
    /// and matches do not overlap without a gap for more than 12 KiB.
    ///
    /// # Errors
    ///
    /// When the reader fails. What was found until then has been reported.
    pub fn scan_reader(&self, reader: impl Read, mut found: impl FnMut(Finding)) -> io::Result<()> {
        self.scan_reader_revealing(reader, |sighting| found(sighting.finding))
    }

    /// Like [`scan_reader`](Self::scan_reader), and lends each secret and its text as well.
    ///
    /// # Errors
    ///
    /// When the reader fails.
    pub fn scan_reader_revealing(
        &self,
        reader: impl Read,
        found: impl FnMut(Sighting<'_>),
    ) -> io::Result<()> {
        self.scan_stream(reader, None, found)
    }

    pub(crate) fn scan_stream(
        &self,
        mut reader: impl Read,
        path: Option<&str>,
        mut found: impl FnMut(Sighting<'_>),
    ) -> io::Result<()> {
        let mut buffer: Vec<u8> = Vec::with_capacity(CHUNK + AHEAD + BEHIND);
        let mut base = Base::default();
        // Where in the buffer the part begins that nothing was reported of yet.
        let mut fresh = 0;
        loop {
            let room = (CHUNK + AHEAD + BEHIND).saturating_sub(buffer.len());
            let read = reader.by_ref().take(room as u64).read_to_end(&mut buffer)?;
            let ended = read < room;
            let limit = if ended { buffer.len() } else { buffer.len().saturating_sub(AHEAD) };
            self.scan_part(&buffer, path, base, fresh..limit, &mut found);
            if ended {
                return Ok(());
            }
            let drop = limit.saturating_sub(BEHIND);
            base = advance(base, buffer.get(..drop).unwrap_or_default());
            buffer.drain(..drop);
            fresh = limit - drop;
        }
    }

    /// Reports the findings of a buffer that begin in a part of it.
    pub(crate) fn scan_part(
        &self,
        buffer: &[u8],
        path: Option<&str>,
        base: Base,
        part: std::ops::Range<usize>,
        found: &mut impl FnMut(Sighting<'_>),
    ) {
        let mut position = Position::new(base);
        for hit in self.hits(buffer, path) {
            if part.contains(&hit.candidate.start) {
                self.report(buffer, &hit, &mut position, found);
            }
        }
    }
}

/// The base of what follows `passed`.
fn advance(base: Base, passed: &[u8]) -> Base {
    let lines = memchr::memchr_iter(b'\n', passed).count() as u64;
    let last = memchr::memrchr(b'\n', passed);
    let tail = last.map_or(passed, |last| passed.get(last + 1..).unwrap_or_default());
    let carried = if last.is_none() { base.columns } else { 0 };
    Base {
        offset: base.offset + passed.len() as u64,
        lines: base.lines + lines,
        columns: carried + characters(tail),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::example::expand;

    /// Gives what it has in small, uneven pieces.
    struct Dribble<'a>(&'a [u8]);

    impl Read for Dribble<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let size = self.0.len().min(out.len()).min(7919);
            let (now, later) = self.0.split_at(size);
            out[..size].copy_from_slice(now);
            self.0 = later;
            Ok(size)
        }
    }

    #[test]
    fn a_stream_gives_what_the_whole_gives() {
        let scanner = Scanner::builtin();
        for line in ["some text that fills a line\n", "never a line end; "] {
            let mut text = String::new();
            for number in 0..100 {
                let token =
                    expand("\"sk_live_EXAMPLE{alnum:24}\" and SALEOR_TOKEN={alnum:30} ", &number.to_string());
                text.push_str(&token);
                text.push_str(&line.repeat(number * 7 % 400));
            }
            let whole = scanner.scan(text.as_bytes());
            let mut streamed = Vec::new();
            scanner.scan_reader(Dribble(text.as_bytes()), |finding| streamed.push(finding)).unwrap();
            assert!(text.len() > 4 * CHUNK && whole.len() >= 190, "{} {}", text.len(), whole.len());
            assert_eq!(whole, streamed);
        }
    }
}
