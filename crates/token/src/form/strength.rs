//! How hard a token is to guess.

use std::collections::HashMap;

/// The least entropy of a character, in tenths of a bit, by what the text looks like.
///
/// Of the texts that a generator makes, those of 32 hexadecimal digits have the least: 3.7 bits on average, and under 2.8 not once
/// in 200,000.
pub(super) const LEAST: u32 = 25;

/// The same for a text in the exact form of Saleor's app tokens. Saleor makes those, so that a text which is not plainly made
/// up is for the store to judge.
pub(super) const LEAST_OF_APP: u32 = 15;

/// Below this, in tenths of a bit, a text in the form of an app token was not drawn by Saleor: those have 4.5 bits on average, and
/// under 3.8 not once in 200,000.
pub(super) const DOUBTFUL: u32 = 35;

/// Shannon's entropy of a character, as far as the text itself shows it, in tenths of a bit, rounded down.
pub(super) fn entropy(text: &str) -> u32 {
    let mut counts = HashMap::<char, u32>::new();
    text.chars().for_each(|c| *counts.entry(c).or_default() += 1);
    let all = f64::from(counts.values().sum::<u32>());
    let bits: f64 =
        counts.values().map(|&count| f64::from(count) / all).map(|share| -share * share.log2()).sum();
    // At most log2 of the number of characters there are, 20 bits.
    (bits * 10.0) as u32
}

/// Words of four letters and more that people make passwords of, and rows of keys; each in lower case.
const WORDS: &str = include_str!("words.txt");

/// Whether most of its letters are those of [words](WORDS): what people make up, not what a generator draws.
///
/// A random text of 30 letters has one such word once in about 100 times, and so many of them that they cover three fifths of it
/// never in practice.
pub(super) fn is_of_words(text: &str) -> bool {
    let (mut letters, mut covered) = (0, 0);
    for run in text.split(|c: char| !c.is_ascii_alphabetic()) {
        letters += run.len();
        let run = run.to_ascii_lowercase();
        let mut rest = run.as_str();
        while !rest.is_empty() {
            let longest = WORDS.lines().filter(|word| rest.starts_with(word)).map(str::len).max();
            covered += longest.unwrap_or(0);
            rest = rest.get(longest.unwrap_or(1)..).unwrap_or_default();
        }
    }
    covered > 0 && letters * 2 >= text.len() && covered * 5 >= letters * 3
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn entropy_is_that_of_the_characters() {
        for (text, tenths) in [
            ("", 0),
            ("aaaa", 0),
            ("abab", 10),
            ("abcdefgh", 30),
            ("abababababababababababababab12", 13),
            ("q7EXAMPLEvT2mXk9Zr4LbW8sYc1Hd5", 47),
        ] {
            assert_eq!(entropy(text), tenths, "{text}");
        }
    }

    #[test]
    fn the_words_are_words() {
        let words: Vec<_> = WORDS.lines().collect();
        assert!(words.iter().all(|word| word.len() >= 4 && word.bytes().all(|b| b.is_ascii_lowercase())));
        assert_eq!(words.iter().collect::<HashSet<_>>().len(), words.len(), "each once");
    }

    #[test]
    fn what_people_make_up_is_told_from_what_is_drawn() {
        for made_up in [
            "correcthorsebatterystaple1234567",
            "admin-password-letmein-welcome-1234",
            "PasswordPasswordPassword123456",
            "SuperSecretSaleorToken2026Shop",
            "qwertyuiopasdfghjklzxcvbnm123456",
            "iloveyou-monkey-dragon-sunshine-99",
        ] {
            assert!(is_of_words(made_up), "{made_up}");
        }
        for drawn in [
            "q7EXAMPLEvT2mXk9Zr4LbW8sYc1Hd5",
            "0f8fad5bd9cb469fa16570867728950e",
            "EXAMPLE-0123456789-abcdefghijklmn",
            "x4Pass7Kq9LmZ2vB8nC3tR6yW1hJ5dF",
            "",
        ] {
            assert!(!is_of_words(drawn), "{drawn}");
        }
    }

    proptest! {
        #[test]
        fn what_is_drawn_passes(app in "[A-Za-z0-9]{30}", hex in "[0-9a-f]{32}", letters in "[a-z]{40}") {
            prop_assert!(!is_of_words(&app) && !is_of_words(&hex) && !is_of_words(&letters));
            prop_assert!(entropy(&app) >= DOUBTFUL && entropy(&hex) >= LEAST);
        }

        #[test]
        fn no_text_panics(text in ".*") {
            entropy(&text);
            is_of_words(&text);
        }
    }
}
