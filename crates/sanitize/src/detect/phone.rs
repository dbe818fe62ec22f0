//! Telephone numbers, where nothing else can be meant: with a `+`, in the form of North America, or after a word
//! like "phone".

mod label;
mod read;

use std::{net::Ipv4Addr, ops::Range};

use chrono::NaiveDate;

use self::read::{MOST, Number};
use super::{
    digits::FEWEST,
    edge::{byte, byte_before, glued, glued_before},
};

/// The fewest digits of an international number: the smallest countries have five after their code of three.
const FEWEST_INTERNATIONAL: usize = 8;

/// The number that begins with this group of digits, with what stands before it: `+`, `(`.
pub(super) fn at(text: &str, group: &Range<usize>) -> Option<Range<usize>> {
    international(text, group).or_else(|| north_american(text, group)).or_else(|| announced(text, group))
}

/// A `+`, the code of a country and a number, ITU-T E.164.
fn international(text: &str, group: &Range<usize>) -> Option<Range<usize>> {
    let start = group.start.checked_sub(1).filter(|plus| byte(text, *plus) == b'+')?;
    if glued_before(text, start) || byte_before(text, start) == b'+' {
        return None;
    }
    // North America, and Russia with Kazakhstan, have ten digits after the code, always.
    let fixed = matches!(byte(text, group.start), b'1' | b'7');
    let number = Number::read(text, group.start, if fixed { 11 } else { MOST });
    let digits = number.digits();
    let known = match digits {
        [1, number @ ..] => is_north_american(number),
        [7, number @ ..] => number.len() == 10,
        _ => digits.len() >= FEWEST_INTERNATIONAL && is_code(digits),
    };
    (known && !is_place(text, group.start..number.end)).then_some(start..number.end)
}

/// Whether this is rather the latitude of a place that ISO 6709 writes: `+52.5200-013.4050`, `+52.520008+013.404954`.
fn is_place(text: &str, range: Range<usize>) -> bool {
    let degrees =
        |text: &str, digits| text.split_once('.').is_some_and(|(degrees, _)| degrees.len() == digits);
    let with_longitude = |text: &str| {
        text.split_once('-')
            .is_some_and(|(latitude, longitude)| degrees(latitude, 2) && degrees(longitude, 3))
    };
    byte(text, range.end) == b'+' || text.get(range).is_some_and(with_longitude)
}

/// Whether a number begins with a country's code of two or three digits, as assigned under E.164 (2025).
fn is_code(digits: &[u8]) -> bool {
    let first_three = digits.iter().take(3).fold(0, |number: u16, digit| number * 10 + u16::from(*digit));
    let two = matches!(
        first_three / 10,
        20 | 27 | 30..=34 | 36 | 39..=41 | 43..=49 | 51..=58 | 60..=66 | 81 | 82 | 84 | 86 | 90..=95 | 98
    );
    two || matches!(
        first_three,
        211..=213 | 216 | 218 | 220..=258 | 260..=269 | 290 | 291 | 297..=299 | 350..=359 | 370..=383 | 385..=387
            | 389 | 420 | 421 | 423 | 500..=509 | 590..=599 | 670 | 672..=683 | 685..=692 | 800 | 808 | 850 | 852
            | 853 | 855 | 856 | 870 | 878 | 880..=883 | 886 | 960..=968 | 970..=977 | 979 | 992..=996 | 998
    )
}

/// Whether these are an area and a number of the North American Numbering Plan: NXX-NXX-XXXX, where N is 2 to 9 and
/// no area has a 9 in the middle.
const fn is_north_american(digits: &[u8]) -> bool {
    matches!(digits, [2..=9, 0..=8, _, 2..=9, _, _, _, _, _, _])
}

/// `(212) 555-0123` and `212-555-0123`, with or without a 1 before them.
fn north_american(text: &str, group: &Range<usize>) -> Option<Range<usize>> {
    let after = byte(text, group.end);
    let (start, area) = match group.len() {
        1 if byte(text, group.start) == b'1' && after == b'-' => (group.start, group.end + 1),
        1 if byte(text, group.start) == b'1' && after == b' ' && byte(text, group.end + 1) == b'(' => {
            (group.start, group.end + 1)
        }
        3 if byte_before(text, group.start) == b'(' && after == b')' => (group.start - 1, group.start - 1),
        3 if after == b'-' => (group.start, group.start),
        _ => return None,
    };
    // Its digits are written as N, the others as they are.
    let forms: &[&[u8]] = match byte(text, area) {
        b'(' => {
            &[b"(NNN) NNN-NNNN", b"(NNN)NNN-NNNN", b"(NNN)-NNN-NNNN", b"(NNN) NNN NNNN", b"(NNN) NNN.NNNN"]
        }
        _ => &[b"NNN-NNN-NNNN"],
    };
    let matches = |form: &[u8]| {
        form.iter().zip(area..).all(|(form, at)| match form {
            b'N' => byte(text, at).is_ascii_digit(),
            form => byte(text, at) == *form,
        })
    };
    let range = start..area + forms.iter().find(|form| matches(form))?.len();
    let digits =
        (area..range.end).map(|at| byte(text, at)).filter(u8::is_ascii_digit).map(|digit| digit - b'0');
    let known = is_north_american(&digits.collect::<Vec<_>>()) && !glued(text, &range);
    known.then_some(range)
}

/// A number that a word before it announces.
fn announced(text: &str, group: &Range<usize>) -> Option<Range<usize>> {
    let open = usize::from(byte_before(text, group.start) == b'(');
    let start = group.start - open;
    if !label::before(text, start) {
        return None;
    }
    let number = Number::read(text, start, MOST);
    let range = start..number.end;
    let is_date = || {
        let day = text.get(start..start + 10);
        day.is_some_and(|day| NaiveDate::parse_from_str(day, "%Y-%m-%d").is_ok())
    };
    let is_address = || text.get(range.clone()).is_some_and(|number| number.parse::<Ipv4Addr>().is_ok());
    (number.digits().len() >= FEWEST && !is_date() && !is_address()).then_some(range)
}

#[cfg(test)]
mod tests;
