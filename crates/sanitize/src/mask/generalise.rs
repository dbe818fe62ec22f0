//! A date is told by its month, a number by the range it lies in.

use chrono::{DateTime, NaiveDate};

use super::{REDACTED, redacted};
use crate::Scalar;

/// How many digits a number may have before its point. More are an identifier, whose first digit tells the issuer.
const INTEGER_DIGITS: usize = 15;

/// A number becomes a text here, the one handling where the type changes; also `[REDACTED]`, so that a second
/// pass does not take its substitute for a number.
pub(super) fn mask(value: &Scalar<'_>) -> Scalar<'static> {
    let general = match value {
        Scalar::Text(text) => {
            is_mask(text).then(|| text.as_ref().to_owned()).or_else(|| month(text)).or_else(|| range(text))
        }
        Scalar::Number(number) => range(number),
        Scalar::Bool(_) | Scalar::Null => return redacted(value),
    };
    Scalar::Text(general.map_or(REDACTED.into(), Into::into))
}

/// Whether the text is a month or a range as they are made here.
pub(super) fn is_mask(text: &str) -> bool {
    let is_range =
        || text.split_once(" to ").is_some_and(|(low, _)| range(low).is_some_and(|range| range == text));
    day(&format!("{text}-01")) || is_range()
}

/// The month of a date, or of a date with a time (RFC 3339, or without its offset), as it is written.
fn month(text: &str) -> Option<String> {
    let date = text.get(..10)?;
    let timed = || [text, &format!("{text}Z")].iter().any(|text| DateTime::parse_from_rfc3339(text).is_ok());
    (day(date) && (date == text || timed())).then(|| date.chars().take(7).collect())
}

/// Whether this is a day of the calendar, as RFC 3339 section 5.6 writes it.
fn day(text: &str) -> bool {
    // chrono also reads `+2026-1-2`.
    let form = text.len() == 10
        && text
            .bytes()
            .zip(*b"0000-00-00")
            .all(|(byte, form)| if form == b'0' { byte.is_ascii_digit() } else { byte == form });
    form && NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}

/// `1000 to 1999` for the numbers from a thousand to below two thousand; what follows the point is not looked at.
/// A number has the form of RFC 8259 section 6, without an exponent. Leading zeros are those of a postcode.
fn range(text: &str) -> Option<String> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let (integer, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let leading_zero = integer.starts_with('0') && integer != "0";
    if !digits(integer) || !digits(fraction) || leading_zero || integer.len() > INTEGER_DIGITS {
        return None;
    }
    let first = integer.chars().next()?;
    let rest = integer.len() - 1;
    let (low, high) = match rest {
        0 => ("0".to_owned(), "9".to_owned()),
        _ => (format!("{first}{}", "0".repeat(rest)), format!("{first}{}", "9".repeat(rest))),
    };
    Some(match (negative, rest) {
        (false, _) => format!("{low} to {high}"),
        (true, 0) => format!("-{high} to 0"),
        (true, _) => format!("-{high} to -{low}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_keep_their_month() {
        for text in [
            "2026-11-24",
            "2026-11-24T10:00:00Z",
            "2026-11-24T10:00:00.123456789+14:00",
            "2026-11-01T00:30:00+02:00",
            "2026-11-30T23:30:00-08:00",
            "2026-11-24t10:00:00z",
            "2026-11-24 10:00:00Z",
            "2026-11-24T10:00:00",
            "2026-11",
        ] {
            assert_eq!(mask(&Scalar::Text(text.into())), Scalar::Text("2026-11".into()), "{text}");
        }
        for text in [
            "2026-11-31",
            "2026-13-01",
            "2026-00-01",
            "2025-02-29",
            "2026-13",
            "2026-1",
            "2026-1-02",
            "26-11-24",
            "+2026-11-24",
            " 2026-11-24",
            "2026-11-24 ",
            "2026-11-24T",
            "2026-11-24T25:00:00Z",
            "2026-11-24T10:00",
            "2026-11-24T10:00:00+02:00Z",
            "24.11.2026",
            "2026-11-24, 10:00",
            "2026-11-24ü",
            "２０２６-11-24",
        ] {
            assert_eq!(mask(&Scalar::Text(text.into())), Scalar::Text(REDACTED.into()), "{text}");
        }
        assert_eq!(mask(&Scalar::Text("2024-02-29".into())), Scalar::Text("2024-02".into()));
    }

    #[test]
    fn numbers_keep_their_range() {
        for (number, expected) in [
            ("0", "0 to 9"),
            ("7", "0 to 9"),
            ("0.5", "0 to 9"),
            ("12.5", "10 to 19"),
            ("57", "50 to 59"),
            ("1250", "1000 to 1999"),
            ("999", "900 to 999"),
            ("-0", "-9 to 0"),
            ("-7", "-9 to 0"),
            ("-10", "-19 to -10"),
            ("-1234", "-1999 to -1000"),
            ("123456789012345", "100000000000000 to 199999999999999"),
            ("1234567890123456", REDACTED),
            ("1e5", REDACTED),
            ("1E5", REDACTED),
            ("01067", REDACTED),
            ("00", REDACTED),
            ("+7", REDACTED),
            ("--7", REDACTED),
            ("-", REDACTED),
            ("", REDACTED),
            (".5", REDACTED),
            ("5.", REDACTED),
            ("1.2.3", REDACTED),
            ("1_000", REDACTED),
            ("1,000", REDACTED),
            ("0x1f", REDACTED),
            (".inf", REDACTED),
            ("٣", REDACTED),
        ] {
            let expected = Scalar::Text(expected.into());
            assert_eq!(mask(&Scalar::Number(number.into())), expected, "{number}");
            assert_eq!(mask(&Scalar::Text(number.into())), expected, "{number}");
        }
    }

    #[test]
    fn only_a_range_that_is_true_stays() {
        for text in ["0 to 9", "-9 to 0", "50 to 59", "-1999 to -1000"] {
            assert!(is_mask(text), "{text}");
        }
        for text in [
            "0 to 8",
            "1 to 9",
            "50 to 69",
            "51 to 59",
            "59 to 50",
            "50 to 59 ",
            "50  to 59",
            "1234 to 1999",
            "-1000 to -1999",
            "-0 to 0",
            "a to b",
            " to ",
            "10.5 to 19",
        ] {
            assert!(!is_mask(text), "{text}");
            assert_eq!(mask(&Scalar::Text(text.into())), Scalar::Text(REDACTED.into()));
        }
    }
}
