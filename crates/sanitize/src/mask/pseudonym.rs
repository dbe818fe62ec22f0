//! Names made with a key, which check themselves under that key.
//!
//! Each is in two parts: bits of the HMAC of the value, and bits of the HMAC of the first part.

use storeward_core::{FingerprintKey, SecretString};

const PREFIX: &str = "pseudonym-";
/// Digits of the name and of its check: 96 bits and 32.
const NAME_DIGITS: usize = 24;
const CHECK_DIGITS: usize = 8;

/// The range of a number's pseudonym: from 2⁵² to below 2⁵³, the largest integers that are exact in a double.
const BASE: u64 = 1 << 52;
/// How many bits of a number's pseudonym check the 38 others.
const NUMBER_CHECK_BITS: u32 = 14;

pub(super) fn text(key: &FingerprintKey, value: &str) -> String {
    if is_text(key, value) {
        return value.to_owned();
    }
    let name = digits(key, "text", value, NAME_DIGITS);
    let check = digits(key, "text check", &name, CHECK_DIGITS);
    format!("{PREFIX}{name}{check}")
}

pub(super) fn is_text(key: &FingerprintKey, text: &str) -> bool {
    text.strip_prefix(PREFIX)
        .filter(|rest| rest.len() == NAME_DIGITS + CHECK_DIGITS)
        .and_then(|rest| rest.split_at_checked(NAME_DIGITS))
        .is_some_and(|(name, check)| check == digits(key, "text check", name, CHECK_DIGITS))
}

/// Two ways to write a number are two values.
pub(super) fn number(key: &FingerprintKey, value: &str) -> String {
    if is_number(key, value) {
        return value.to_owned();
    }
    let name = bits(key, "number", value, 52 - NUMBER_CHECK_BITS);
    checked(key, name).to_string()
}

pub(super) fn is_number(key: &FingerprintKey, text: &str) -> bool {
    text.parse::<u64>().is_ok_and(|number| {
        (BASE..BASE << 1).contains(&number)
            && checked(key, (number - BASE) >> NUMBER_CHECK_BITS) == number
            && number.to_string() == text
    })
}

fn checked(key: &FingerprintKey, name: u64) -> u64 {
    let check = bits(key, "number check", &name.to_string(), NUMBER_CHECK_BITS);
    BASE | (name << NUMBER_CHECK_BITS) | check
}

/// The leading bits of the keyed hash, fewer than 64.
fn bits(key: &FingerprintKey, kind: &str, value: &str, count: u32) -> u64 {
    let whole = u64::from_str_radix(&digits(key, kind, value, 16), 16);
    // Sixteen hexadecimal digits are such a number.
    whole.unwrap_or_default() >> (64 - count)
}

/// The leading digits of the keyed hash of a value. The words before it set it apart from a secret's fingerprint
/// and the kinds from each other, as none holds a zero.
fn digits(key: &FingerprintKey, kind: &str, value: &str, count: usize) -> String {
    let signed = SecretString::from(format!("storeward pseudonym\0{kind}\0{value}"));
    let mut digits = key.fingerprint(&signed).to_string();
    digits.truncate(count);
    digits
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(byte: u8) -> FingerprintKey {
        FingerprintKey::new(&[byte; 32])
    }

    #[test]
    fn pseudonyms_stay_the_same_between_versions() {
        assert_eq!(text(&key(7), "acme"), "pseudonym-1c5303c22a2c8859b6ab150522d0640c");
        assert_eq!(number(&key(7), "1250"), "6339695389233745");
    }

    #[test]
    fn one_way_to_write_a_number_is_not_another() {
        assert_ne!(number(&key(1), "1"), number(&key(1), "1.0"));
    }

    #[test]
    fn another_key_makes_another_name() {
        let name = text(&key(1), "acme");
        assert!(is_text(&key(1), &name) && !is_text(&key(2), &name));
        assert_ne!(text(&key(2), &name), name);
        let name = number(&key(1), "1250");
        assert!(is_number(&key(1), &name) && !is_number(&key(2), &name));
        assert_ne!(number(&key(2), &name), name);
    }

    #[test]
    fn few_numbers_of_the_range_pass_for_a_pseudonym() {
        let key = key(3);
        let passed =
            (0..20_000).filter(|step| is_number(&key, &(BASE + step * 987_654_321).to_string())).count();
        assert!(passed < 10, "{passed} of 20,000, where 1.2 are expected");
    }

    proptest! {
        #[test]
        fn names_have_one_form(value in ".*") {
            let name = text(&key(1), &value);
            prop_assert_eq!(name.len(), 42);
            let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
            prop_assert!(name.strip_prefix(PREFIX).unwrap().bytes().all(digit));
            prop_assert!(is_text(&key(1), &name));
            let number = number(&key(1), &value);
            prop_assert!((BASE..BASE << 1).contains(&number.parse().unwrap()));
            prop_assert!(is_number(&key(1), &number));
            prop_assert!(!is_number(&key(1), &("+".to_owned() + &number)));
            prop_assert!(!is_number(&key(1), &("0".to_owned() + &number)));
        }

        #[test]
        fn a_name_that_is_not_whole_is_none(value in ".*", digit in 0_usize..32) {
            let name = text(&key(1), &value);
            let mut other = name.clone().into_bytes();
            let digit = &mut other[PREFIX.len() + digit];
            *digit = if *digit == b'0' { b'1' } else { b'0' };
            prop_assert!(!is_text(&key(1), &String::from_utf8(other).unwrap()));
            prop_assert!(!is_text(&key(1), name.split_at(41).0));
            prop_assert!(!is_text(&key(1), &name.to_uppercase()));
            prop_assert!(!is_text(&key(1), &(name + "0")));
        }
    }
}
