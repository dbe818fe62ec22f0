//! The words that announce a telephone number.

use super::super::edge::byte_before;

/// In English, German, French, Spanish, Italian, Portuguese and Dutch. A word is compared whole, so `iPhone 15` announces nothing.
const LABELS: &[&str] = &[
    "tel",
    "tél",
    "telephone",
    "téléphone",
    "telefon",
    "telefono",
    "teléfono",
    "telefone",
    "telefoon",
    "telefax",
    "phone",
    "phonenumber",
    "telefonnummer",
    "rufnummer",
    "fon",
    "fax",
    "mobile",
    "mobil",
    "móvil",
    "handy",
    "cell",
    "whatsapp",
    "hotline",
];

/// Words between the label and the number: `Phone no. 030 1234567`, `Tel.-Nr.`.
const NUMBER: &[&str] = &["number", "nummer", "no", "nr"];

/// The longest of all these words, in characters.
const LONGEST: usize = 13;

/// How many characters may stand between a word and what it announces: `": "`.
const GAP: usize = 4;

/// Whether a label announces what begins at this place.
pub(super) fn before(text: &str, at: usize) -> bool {
    if !matches!(byte_before(text, at), b' ' | b'\t' | b':' | b'.' | b'=' | b'"' | b'\'' | b'_' | 0x80..) {
        return false;
    }
    let Some(text) = text.get(..at) else { return false };
    let Some((mut before, mut word)) = last_word(text, false) else { return false };
    if is_in(NUMBER, word) {
        let Some(label) = last_word(before, true) else { return false };
        (before, word) = label;
    }
    is_in(LABELS, word) && !before.ends_with(|letter: char| letter.is_numeric())
}

/// What is before the word at the end, and the word. Punctuation follows it, or a dash between two words.
fn last_word(text: &str, dash: bool) -> Option<(&str, &str)> {
    let is_gap = |letter: &char| {
        matches!(letter, ' ' | '\t' | '\u{a0}' | ':' | '.' | '=' | '"' | '\'' | '_')
            || (dash && *letter == '-')
    };
    let gap: usize = text.chars().rev().take(GAP).take_while(is_gap).map(char::len_utf8).sum();
    let (text, _) = text.split_at_checked(text.len() - gap).filter(|_| gap > 0)?;
    let letters = text.chars().rev().take(LONGEST + 1).take_while(|letter| letter.is_alphabetic());
    text.split_at_checked(text.len() - letters.map(char::len_utf8).sum::<usize>())
}

fn is_in(words: &[&str], word: &str) -> bool {
    words.iter().any(|known| known.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_announce() {
        for text in [
            "tel:",
            "Tel.: ",
            "Tel. ",
            "PHONE=",
            "\"phone\": \"",
            "phone: '",
            "customer_phone: ",
            "Phone number: ",
            "phone_number: ",
            "Phone no. ",
            "Tel.-Nr. ",
            "Tel-Nr.: ",
            "Téléphone ",
            "Telefonnummer\u{a0}",
            "(fax ",
        ] {
            assert!(before(text, text.len()), "{text}");
        }
        for text in [
            "",
            "phone",
            "iPhone ",
            "headphone: ",
            "telegram: ",
            "hotel: ",
            "phone-",
            "phone (",
            "phone     ",
            "number ",
            "order no. ",
            "3tel ",
            "phone x ",
            "telefonnummern ",
            "x-nr. ",
        ] {
            assert!(!before(text, text.len()), "{text}");
        }
    }
}
