//! A long value keeps its two ends, by which its owner knows it again.

/// How much of which value is shown, in characters: at least ten stay hidden.
const SHORTEST: usize = 16;
const FIRST: usize = 4;
const LAST: usize = 2;
const STARS: &str = "*****";

/// `acme*****42`, of a value of sixteen characters or more, or of one that is masked.
pub(super) fn mask(text: &str) -> Option<String> {
    if is_mask(text) {
        return Some(text.to_owned());
    }
    // The first characters of an address are the person.
    if text.contains('@') || text.chars().nth(SHORTEST - 1).is_none() {
        return None;
    }
    let first = text.chars().take(FIRST);
    let last: Vec<char> = text.chars().rev().take(LAST).collect();
    let mask: String = first.chain(STARS.chars()).chain(last.into_iter().rev()).collect();
    is_mask(&mask).then_some(mask)
}

/// Whether the text has exactly the form: it is too short for a value that would be masked into it.
pub(super) fn is_mask(text: &str) -> bool {
    let shown = |letter: &char| !letter.is_control() && *letter != '@';
    let mut letters = text.chars();
    letters.by_ref().take(FIRST).filter(shown).count() == FIRST
        && letters.by_ref().take(STARS.len()).eq(STARS.chars())
        && letters.by_ref().take(LAST).filter(shown).count() == LAST
        && letters.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_show_their_ends() {
        for (value, expected) in [
            ("acme-account-0042", Some("acme*****42")),
            ("0123456789abcdef", Some("0123*****ef")),
            ("0123456789abcde", None),
            ("", None),
            ("ÄÖÜß456789abcdßß", Some("ÄÖÜß*****ßß")),
            ("ÄÖÜß456789abcdß", None),
            ("anna.schmidt@example.com", None),
            ("Anna Schmidt, anna@example.com", None),
            ("one\ntwo\nthree\nfour", None),
            ("acme*****42", Some("acme*****42")),
            ("acme****42", None),
            ("acme******42", None),
            ("acme*****4@", None),
        ] {
            assert_eq!(mask(value).as_deref(), expected, "{value}");
        }
    }
}
