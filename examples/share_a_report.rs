//! A deploy report holds old and new values, so customers' data. Share it with a partner, and know what they get.
//!
//! Run it: `cargo run -p storeward-sanitize --example share_a_report`. It prints:
//!
//! ```text
//! {"shop": "Example", "changes": [{"field": "email", "oldValue": "*****@*****.com", "supplier": "pseudonym-…"}], "note": "ask [REDACTED]"}
//! changes.0.oldValue: confidential, mask_domain
//! changes.0.supplier: internal, pseudonym
//! note: confidential, full_redaction
//! 2 of 5 fields classified, 1 recognised; proven: true
//! ```

#![expect(clippy::print_stdout, reason = "a recipe shows its result")]

use std::{error::Error, io::Cursor};

use storeward_core::FingerprintKey;
use storeward_sanitize::{Audience, Class, Format, Handling, Masks, Pattern, Rule, RuleSet, Sanitizer};

fn main() -> Result<(), Box<dyn Error>> {
    let report = r#"{"shop": "Example", "changes": [{"field": "email", "oldValue": "anna@example.com", "supplier": "Acme"}], "note": "ask bert@example.com"}"#;

    let rule = |path: &str, class, handling| {
        Rule::new(Pattern::parse(path)?, class, handling, "ours").map_err(Box::<dyn Error>::from)
    };
    let rules = RuleSet::compile(&[vec![
        rule("changes.*.oldValue", Class::Confidential, Handling::MaskDomain)?,
        rule("**.supplier", Class::Internal, Handling::Pseudonym)?,
    ]])?;
    // Kept somewhere, the key makes the same pseudonyms next time.
    let masks = Masks::with_key(FingerprintKey::generate()?);
    let sanitizer = Sanitizer::new(rules, Audience::Partner, masks)?;

    let spool = || Ok(Cursor::new(Vec::new()));
    let done = sanitizer.sanitize(Format::Json, report.as_bytes(), spool, None);
    let (told, shown) = pollster::block_on(done)?;

    println!("{}", String::from_utf8(shown.into_inner())?);
    for field in &told.fields {
        println!("{}: {}, {}", field.path, field.class.map_or("unclassified", Class::as_str), field.handling);
    }
    let coverage = told.coverage;
    let all = coverage.classified + coverage.detected + coverage.unknown;
    println!(
        "{} of {all} fields classified, {} recognised; proven: {}",
        coverage.classified, coverage.detected, told.proof.rescanned
    );
    Ok(())
}
