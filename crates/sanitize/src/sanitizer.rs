//! The use case: a document goes in, one that may be shown comes out, with the report and the proof.

use std::{
    fmt::Write as _,
    io::{self, Read, Seek, Write},
};

use crate::{
    Audience, Handling,
    automaton::RuleSet,
    error::SanitizeError,
    format::{self, Format},
    known::Known,
    mask::{Masks, MissingKey},
    policy::{Policy, Unclassified},
    port::Detector,
    report::{Proof, Report, Tally},
    walk::Walker,
};
use ring::digest::{Context, SHA256};

/// How often the output is sanitized again when a second look still finds something in it.
const ROUNDS: usize = 4;

/// Hides what an audience may not see.
#[derive(Debug)]
pub struct Sanitizer {
    policy: Policy,
}

impl Sanitizer {
    /// Puts rules, audience and masks together. Unclassified fields are for the detectors; see
    /// [`unclassified`](Self::unclassified).
    ///
    /// # Errors
    ///
    /// When a rule wants pseudonyms and the masks have no key to make them with.
    pub fn new(rules: RuleSet, audience: Audience, masks: Masks) -> Result<Self, MissingKey> {
        if rules.rules().iter().any(|rule| rule.handling == Handling::Pseudonym) && !masks.have_key() {
            return Err(MissingKey);
        }
        Ok(Self { policy: Policy { rules, audience, unclassified: Unclassified::Detect, masks } })
    }

    /// Says what is done with unclassified fields.
    #[must_use]
    pub const fn unclassified(mut self, treatment: Unclassified) -> Self {
        self.policy.unclassified = treatment;
        self
    }

    /// Reads a document and writes one that the audience may see.
    ///
    /// `spool` gives an empty place to write to, which the result is returned in. It has been read again and sanitized
    /// again, with every secret that was hidden looked for in what is shown, until that changed nothing; what had to be
    /// hidden in a further round is listed like the rest.
    ///
    /// # Errors
    ///
    /// When the text is not of its format, when a detector, the input or a spool fails, or when a second look keeps
    /// finding something. What was written until then is not to be shown.
    pub async fn sanitize<S: Read + Write + Seek>(
        &self,
        format: Format,
        input: impl Read,
        mut spool: impl FnMut() -> io::Result<S>,
        detector: Option<&dyn Detector>,
    ) -> Result<(Report, S), SanitizeError> {
        let mut known = Known::default();
        let mut input = Hashed::new(input);
        let mut output = spool().map_err(SanitizeError::Write)?;
        let first = self.pass(format, &mut input, &mut output, &known, detector).await?;
        known.extend(first.hidden);
        let coverage = first.tally.coverage;
        let mut fields = first.tally.into_fields();
        for _ in 0..ROUNDS {
            output.rewind().map_err(SanitizeError::Write)?;
            let mut written = Hashed::new(&mut output);
            let again = self.pass(format, &mut written, &mut io::sink(), &known, detector).await?;
            let output_sha256 = written.hex();
            if again.tally.changes() == 0 {
                let proof = Proof {
                    rescanned: true,
                    detectors: self.policy.unclassified != Unclassified::Keep,
                    secrets_searched: known.searched(),
                    secrets_beyond: known.beyond(),
                    findings: 0,
                };
                let report = Report {
                    schema: Report::SCHEMA,
                    audience: self.policy.audience,
                    input_sha256: input.hex(),
                    output_sha256,
                    fields,
                    coverage,
                    proof,
                };
                output.rewind().map_err(SanitizeError::Write)?;
                return Ok((report, output));
            }
            known.extend(again.hidden);
            fields.extend(again.tally.into_fields());
            let mut next = spool().map_err(SanitizeError::Write)?;
            output.rewind().map_err(SanitizeError::Write)?;
            self.pass(format, &mut output, &mut next, &known, detector).await?;
            output = next;
        }
        Err(SanitizeError::Unproven)
    }

    /// Walks through a document once.
    async fn pass<'s>(
        &'s self,
        format: Format,
        input: &mut dyn Read,
        output: &mut dyn Write,
        known: &'s Known,
        detector: Option<&'s dyn Detector>,
    ) -> Result<Pass, SanitizeError> {
        let mut walker = Walker::new(&self.policy, detector, known);
        format::pass(format, &mut walker, input, output).await?;
        let Walker { tally, hidden, .. } = walker;
        Ok(Pass { tally, hidden })
    }
}

/// What one walk brought.
struct Pass {
    tally: Tally,
    hidden: Known,
}

/// Takes the SHA-256 of what is read through it.
struct Hashed<R> {
    input: R,
    context: Context,
}

impl<R> Hashed<R> {
    fn new(input: R) -> Self {
        Self { input, context: Context::new(&SHA256) }
    }

    fn hex(self) -> String {
        let digest = self.context.finish();
        digest.as_ref().iter().fold(String::new(), |mut hex, byte| {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.context.update(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}
