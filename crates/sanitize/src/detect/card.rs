//! Numbers of payment cards, ISO/IEC 7812-1.

use std::ops::Range;

use super::edge::{byte, byte_before, glued};

/// How the numbers are printed: in groups, the longest first, or as fourteen digits and more without a space.
/// Thirteen of those are rather the number of an article (EAN).
const LAYOUTS: &[&[usize]] =
    &[&[4, 4, 4, 4, 3], &[6, 13], &[4, 4, 4, 4], &[4, 6, 5], &[4, 6, 4], &[4, 4, 5], &[4, 3, 3, 3]];

/// The most digits a number has.
const MOST: usize = 19;

/// The number that begins with this group of digits.
pub(super) fn at(text: &str, group: &Range<usize>) -> Option<Range<usize>> {
    // No network's cards begin with other digits, but the years of dates do. What is before it makes it the last part
    // of an address, a ticket, a handle, another number.
    let begins = (byte(text, group.start), byte(text, group.start + 1));
    if !matches!(begins, (b'2', b'2'..) | (b'3'..=b'6', _))
        || !matches!(group.len(), 4 | 6 | 14..=MOST)
        || matches!(byte_before(text, group.start), b'/' | b'#' | b'@' | b'+' | b'$')
    {
        return None;
    }
    if group.len() > 6 {
        let number = Number::read(text, group.start, &[group.len()], 0)?;
        return (number.is_card() && !glued(text, group)).then(|| group.clone());
    }
    let separator = byte(text, group.end);
    if !matches!(separator, b' ' | b'-') || four_before(text, group.start) {
        return None;
    }
    LAYOUTS.iter().find_map(|layout| {
        let number = Number::read(text, group.start, layout, separator)?;
        let range = group.start..number.end;
        let goes_on = layout.ends_with(&[4, 4]) && four_after(text, range.end);
        (number.is_card() && !goes_on && !glued(text, &range)).then_some(range)
    })
}

/// Whether this is a group in the midst of groups of four: a table, a key, no card.
fn four_before(text: &str, start: usize) -> bool {
    let digit = |back: usize| start.checked_sub(back).is_some_and(|at| byte(text, at).is_ascii_digit());
    matches!(byte_before(text, start), b' ' | b'-') && (2..6).all(digit) && !digit(6)
}

fn four_after(text: &str, end: usize) -> bool {
    let digit = |on: usize| byte(text, end + on).is_ascii_digit();
    matches!(byte(text, end), b' ' | b'-') && (1..5).all(digit) && !digit(5)
}

#[derive(Debug)]
struct Number {
    digits: [u8; MOST],
    length: usize,
    end: usize,
}

impl Number {
    /// Reads groups of these lengths with the separator between them, if that is what stands there.
    fn read(text: &str, start: usize, layout: &[usize], separator: u8) -> Option<Self> {
        let mut number = Self { digits: [0; MOST], length: 0, end: start };
        for (index, length) in layout.iter().enumerate() {
            if index > 0 {
                if byte(text, number.end) != separator {
                    return None;
                }
                number.end += 1;
            }
            for _ in 0..*length {
                let digit = byte(text, number.end);
                if !digit.is_ascii_digit() {
                    return None;
                }
                *number.digits.get_mut(number.length)? = digit - b'0';
                number.length += 1;
                number.end += 1;
            }
        }
        (!byte(text, number.end).is_ascii_digit()).then_some(number)
    }

    fn is_card(&self) -> bool {
        self.is_issued() && self.checks()
    }

    /// Whether a network issues cards with these first digits and this length.
    fn is_issued(&self) -> bool {
        let first_six = self.digits.iter().take(6).fold(0, |number, digit| number * 10 + u32::from(*digit));
        let lengths = match first_six {
            400_000..=499_999 => &[13, 16, 19][..],                     // Visa
            510_000..=559_999 | 222_100..=272_099 => &[16],             // Mastercard
            340_000..=349_999 | 370_000..=379_999 => &[15],             // American Express
            601_100..=601_199 | 644_000..=659_999 => &[16, 17, 18, 19], // Discover
            352_800..=358_999 => &[16, 17, 18, 19],                     // JCB
            620_000..=629_999 => &[16, 17, 18, 19],                     // UnionPay
            300_000..=305_999 | 309_500..=309_599 | 360_000..=369_999 | 380_000..=399_999 => {
                &[14, 15, 16, 17, 18, 19] // Diners Club
            }
            // Maestro
            501_800..=501_899
            | 502_000..=502_099
            | 503_800..=503_899
            | 589_300..=589_399
            | 630_400..=630_499
            | 675_900..=675_999
            | 676_100..=676_399
            | 676_770
            | 676_774 => &[13, 14, 15, 16, 17, 18, 19],
            _ => &[],
        };
        lengths.contains(&self.length)
    }

    /// The Luhn check, ISO/IEC 7812-1 annex B.
    fn checks(&self) -> bool {
        let from_the_right = self.digits.iter().take(self.length).rev();
        let sum: u32 = from_the_right
            .enumerate()
            .map(|(index, digit)| match u32::from(*digit) << (index % 2) {
                two_digits @ 10.. => two_digits - 9,
                one => one,
            })
            .sum();
        sum.is_multiple_of(10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that the networks publish for tests, each printed in its way. They are put together here, for they
    /// would be found in this file.
    const EXAMPLES: &[&[&str]] = &[
        &["4111", "1111", "1111", "1111"],
        &["4242", "4242", "4242", "4242"],
        &["4222", "222", "222", "222"],
        &["5555", "5555", "5555", "4444"],
        &["2223", "0031", "2200", "3222"],
        &["3782", "822463", "10005"],
        &["6011", "1111", "1111", "1117"],
        &["3530", "1113", "3330", "0000"],
        &["3056", "930902", "5904"],
        &["6200", "0000", "0000", "0005"],
        &["6205", "5000", "0000", "0000", "004"],
        &["620550", "0000000000004"],
        &["6759", "6498", "2643", "8453"],
    ];

    fn found(text: &str) -> Option<Range<usize>> {
        super::super::digits::groups(text.as_bytes()).find_map(|group| at(text, &group))
    }

    #[test]
    fn every_network_is_known() {
        for groups in EXAMPLES {
            for separator in ["", " ", "-"] {
                let number = groups.join(separator);
                // An EAN is no card.
                let expected = (number.len() > 13).then_some(0..number.len());
                assert_eq!(found(&number), expected, "{number}");
                for (before, after) in
                    [("card ", "."), ("\"card\":", ","), ("(", ")"), ("a,", ",12/27"), ("€ ", " €")]
                {
                    let text = format!("{before}{number}{after}");
                    let expected = expected.clone().map(|_| before.len()..before.len() + number.len());
                    assert_eq!(found(&text), expected, "{text}");
                }
            }
        }
    }

    #[test]
    fn what_is_nearly_one_is_none() {
        for groups in EXAMPLES {
            let number = groups.concat();
            let (first, last) = number.split_at(number.len() - 1);
            let other = (last.parse::<u8>().unwrap() + 1) % 10;
            for text in [
                format!("{first}{other}"),
                format!("1{number}"),
                format!("x{number}"),
                format!("{number}x"),
                format!("é{number}"),
                format!("id-{number}"),
                format!("{number}-1"),
                format!("0.{number}"),
                format!("{number}.5"),
                format!("/orders/{number}"),
                format!("#{number}"),
                format!("{} {}", number.split_at(7).0, number.split_at(7).1),
                groups.join("  "),
                groups.join("."),
                groups.join(" ").replacen(' ', "-", if groups.len() > 2 { 1 } else { 0 }) + "1",
            ] {
                assert_eq!(found(&text), None, "{text}");
            }
            // One more digit checks in one of ten cases, and some networks have longer numbers.
            assert!((0..10).filter(|more| found(&format!("{number}{more}")).is_some()).count() < 2);
        }
        let four = EXAMPLES[0].join(" ");
        for text in [
            format!("1234 {four}"),
            format!("{four} 1234"),
            format!("1234-{four}"),
            "0".repeat(16),
            "0000 0000 0000 0000".to_owned(),
            "1".repeat(16),
        ] {
            assert_eq!(found(&text), None, "{text}");
        }
        assert!(found(&format!("1 {four} 123")).is_some());
        assert!(found(&format!("{four} 12/27")).is_some());
    }
}
