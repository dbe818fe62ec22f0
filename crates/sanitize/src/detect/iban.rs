//! Numbers of bank accounts, ISO 13616.

use std::ops::Range;

use super::{
    Hit, Kind,
    digits::{FEWEST, groups},
    edge::{byte_before, word_after, word_before},
};

/// The longest of the registry's numbers is shorter.
const LONGEST: usize = 34;

/// The first number of an account, as one word or in groups of four. Unlike other numbers it may follow a dash.
pub(super) fn first(text: &str) -> Option<Hit> {
    let range = groups(text.as_bytes()).find_map(|group| at(text, &group))?;
    Some(Hit::new(range, Kind::Iban))
}

/// The number of which this group of digits begins with the check digits.
fn at(text: &str, group: &Range<usize>) -> Option<Range<usize>> {
    if group.len() < 2 || !byte_before(text, group.start).is_ascii_alphabetic() {
        return None;
    }
    let start = group.start.checked_sub(2)?;
    let number = text.get(start..)?;
    let mut letters = number.bytes().map(|byte| byte.to_ascii_uppercase());
    let length = length([letters.next()?, letters.next()?])?;
    if word_before(text, start) {
        return None;
    }
    let (digits, end) = read(number, length)?;
    let range = start..start + end;
    (is_valid(&digits, length) && !word_after(text, range.end)).then_some(range)
}

/// The letters and digits of a number of this length, and where it ends.
fn read(number: &str, length: usize) -> Option<([u8; LONGEST], usize)> {
    let is_space = |letter: char| matches!(letter, ' ' | '\u{a0}');
    let grouped = number.chars().nth(4).is_some_and(is_space);
    let mut read = [0; LONGEST];
    let mut letters = number.char_indices();
    let mut end = 0;
    for (index, place) in read.iter_mut().take(length).enumerate() {
        if grouped
            && index > 0
            && index % 4 == 0
            && !letters.next().is_some_and(|(_, letter)| is_space(letter))
        {
            return None;
        }
        let (at, letter) = letters.next().filter(|(_, letter)| letter.is_ascii_alphanumeric())?;
        *place = u8::try_from(letter).ok()?;
        end = at + 1;
    }
    Some((read, end))
}

/// Every account that banks give has seven digits or more, though the form of some countries would allow letters.
fn is_valid(number: &[u8; LONGEST], length: usize) -> bool {
    let digits = number.iter().take(length).filter(|letter| letter.is_ascii_digit());
    remainder(number, length) == 1 && digits.count() >= FEWEST
}

/// ISO 7064 MOD 97-10: the first four go last, letters count from ten.
fn remainder(number: &[u8; LONGEST], length: usize) -> u32 {
    let letters = || number.iter().take(length);
    letters().skip(4).chain(letters().take(4)).fold(0, |sum, letter| match char::from(*letter).to_digit(36) {
        Some(value @ 10..) => (sum * 100 + value) % 97,
        value => (sum * 10 + value.unwrap_or(0)) % 97,
    })
}

/// How long the numbers of a country are, by the registry that SWIFT keeps (release 99).
const fn length(country: [u8; 2]) -> Option<usize> {
    Some(match &country {
        b"NO" => 15,
        b"BE" => 16,
        b"DK" | b"FI" | b"FK" | b"FO" | b"GL" | b"NL" | b"SD" => 18,
        b"MK" | b"SI" => 19,
        b"AT" | b"BA" | b"EE" | b"KZ" | b"LT" | b"LU" | b"MN" | b"XK" => 20,
        b"CH" | b"HR" | b"LI" | b"LV" => 21,
        b"BG" | b"BH" | b"CR" | b"DE" | b"GB" | b"GE" | b"IE" | b"ME" | b"RS" | b"VA" => 22,
        b"AE" | b"GI" | b"IL" | b"IQ" | b"OM" | b"SO" | b"TL" => 23,
        b"AD" | b"CZ" | b"ES" | b"MD" | b"PK" | b"RO" | b"SA" | b"SE" | b"SK" | b"TN" | b"VG" => 24,
        b"LY" | b"PT" | b"ST" => 25,
        b"IS" | b"TR" => 26,
        b"BI" | b"DJ" | b"FR" | b"GR" | b"IT" | b"MC" | b"MR" | b"SM" => 27,
        b"AL" | b"AZ" | b"BY" | b"CY" | b"DO" | b"GT" | b"HN" | b"HU" | b"LB" | b"NI" | b"PL" | b"SV" => 28,
        b"BR" | b"EG" | b"PS" | b"QA" | b"UA" => 29,
        b"JO" | b"KW" | b"MU" | b"YE" => 30,
        b"MT" | b"SC" => 31,
        b"LC" => 32,
        b"RU" => 33,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The registry's own examples, as they are written electronically.
    const EXAMPLES: &str = "AD1200012030200359100100 AE070331234567890123456 AL47212110090000000235698741
        AT611904300234573201 AZ21NABZ00000000137010001944 BA391290079401028494 BE68539007547034
        BG80BNBG96611020345678 BH67BMAG00001299123456 BI4210000100010000332045181
        BR1800360305000010009795493C1 BY13NBRB3600900000002Z00AB00 CH9300762011623852957 CR05015202001026284066
        CY17002001280000001200527600 CZ6508000000192000145399 DE89370400440532013000 DJ2100010000000154000100186
        DK5000400440116243 DO28BAGR00000001212453611324 EE382200221020145685 EG380019000500000000263180002
        ES9121000418450200051332 FI2112345600000785 FK88SC123456789012 FO6264600001631634
        FR1420041010050500013M02606 GB29NWBK60161331926819 GE29NB0000000101904917 GI75NWBK000000007099453
        GL8964710001000206 GR1601101250000000012300695 GT82TRAJ01020000001210029690
        HN88CABF00000000000250005469 HR1210010051863000160 HU42117730161111101800000000 IE29AIBK93115212345678
        IL620108000000099999999 IQ98NBIQ850123456789012 IS140159260076545510730339
        IT60X0542811101000000123456 JO94CBJO0010000000000131000302 KW81CBKU0000000000001234560101
        KZ86125KZT5004100100 LB62099900000001001901229114 LC55HEMM000100010012001200023015 LI21088100002324013AA
        LT121000011101001000 LU280019400644750000 LV80BANK0000435195001 LY83002048000020100120361
        MC5811222000010123456789030 MD24AG000225100013104168 ME25505000012345678951 MK07250120000058984
        MN121234123456789123 MR1300020001010000123456753 MT84MALT011000012345MTLCAST001S
        MU17BOMM0101101030300200000MUR NI45BAPR00000013000003558124 NL91ABNA0417164300 NO9386011117947
        OM810180000001299123456 PK36SCBL0000001123456702 PL61109010140000071219812874
        PS92PALS000000000400123456702 PT50000201231234567890154 QA58DOHB00001234567890ABCDEFG
        RO49AAAA1B31007593840000 RS35260005601001611379 RU0304452522540817810538091310419
        SA0380000000608010167519 SC18SSCB11010000000000001497USD SD8811123456789012 SE4550000000058398257466
        SI56263300012039086 SK3112000000198742637541 SM86U0322509800000000270100 SO211000001001000100141
        ST23000100010051845310146 SV62CENR00000000000000700025 TL380080012345678910157 TN5910006035183598478831
        TR330006100519786457841326 UA213223130000026007233566001 VA59001123000012345678 VG96VPVG0000012345678901
        XK051212012345678906 YE15CBYE0001018861234567891234";

    fn grouped(number: &str, space: &str) -> String {
        let groups: Vec<String> =
            number.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
        groups.join(space)
    }

    fn found(text: &str) -> Option<Range<usize>> {
        first(text).map(|hit| hit.range)
    }

    #[test]
    fn every_country_is_known() {
        let mut countries = 0;
        for number in EXAMPLES.split_whitespace() {
            countries += 1;
            for number in
                [number.to_owned(), grouped(number, " "), grouped(number, "\u{a0}"), number.to_lowercase()]
            {
                assert_eq!(found(&number), Some(0..number.len()), "{number}");
                let text = format!("IBAN: {number}, please");
                assert_eq!(found(&text), Some(6..6 + number.len()), "{text}");
            }
        }
        assert_eq!(countries, 89);
    }

    #[test]
    fn what_is_nearly_one_is_none() {
        for number in EXAMPLES.split_whitespace() {
            let (country, rest) = number.split_at(2);
            let last = if number.ends_with('0') { '1' } else { '0' };
            for text in [
                format!("{}{last}", number.split_at(number.len() - 1).0),
                number.split_at(number.len() - 1).0.to_owned(),
                format!("{number}0"),
                format!("{number}é"),
                format!("x{number}"),
                format!("_{number}"),
                format!("ZZ{rest}"),
                format!("{country} {rest}"),
                grouped(number, "-"),
                grouped(number, "  "),
                grouped(number, " ").replacen(' ', "", 2),
            ] {
                assert_eq!(found(&text), None, "{text}");
            }
        }
    }

    #[test]
    fn words_that_check_are_none() {
        let account = "A".repeat(26);
        let numbers = || (2..=98).map(|check| format!("KW{check:02}{account}"));
        let checks = |number: &String| read(number, 30).is_some_and(|(read, _)| remainder(&read, 30) == 1);
        assert_eq!(numbers().filter(checks).count(), 1);
        assert!(numbers().all(|number| found(&format!("{number} 1234567")).is_none()));
    }
}
