//! What a program says when it fails, without the secret.

use storeward_core::SecretString;

/// How many characters of it are told, from the end.
const TOLD: usize = 400;
/// So many characters in a row from a secret are taken for a piece of it. A shorter secret is looked for as a whole.
const PIECE: usize = 6;

/// The end of a text on one line, with the secrets and all longer pieces of them masked.
pub(super) fn tail(text: &str, secrets: &[&SecretString]) -> String {
    let mut text: Vec<char> = text.trim().chars().collect();
    // What begins before the part that is told, and reaches into it, is still found.
    text.drain(..text.len().saturating_sub(TOLD + PIECE));
    let mut hidden = vec![false; text.len()];
    for secret in secrets {
        let secret: Vec<char> = secret.expose().trim().chars().collect();
        let pieces: Vec<&[char]> = secret.windows(PIECE.min(secret.len()).max(1)).collect();
        for (at, place) in text.windows(pieces.first().map_or(1, |piece| piece.len())).enumerate() {
            if pieces.contains(&place) {
                hidden.iter_mut().skip(at).take(place.len()).for_each(|hidden| *hidden = true);
            }
        }
    }
    let mut masked = String::new();
    let mut was_hidden = false;
    for (c, hidden) in text.iter().zip(hidden).skip(text.len().saturating_sub(TOLD)) {
        match (hidden, was_hidden) {
            (true, false) => masked.push_str("****"),
            (true, true) => {}
            (false, _) => masked.push(if c.is_control() { ' ' } else { *c }),
        }
        was_hidden = hidden;
    }
    masked
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(text: &str, secrets: &[&str]) -> String {
        let secrets: Vec<SecretString> = secrets.iter().map(|secret| SecretString::from(*secret)).collect();
        tail(text, &secrets.iter().collect::<Vec<_>>())
    }

    #[test]
    fn secrets_and_their_pieces_are_masked() {
        let secret = "EXAMPLE-it's-a-token";
        for (text, shown) in [
            ("no such place\n", "no such place"),
            ("+ put EXAMPLE-it's-a-token there", "+ put **** there"),
            ("+ put 'EXAMPLE-it'\\''s-a-token'", "+ put '****\\'****'"),
            ("EXAMPLE-...-token", "****...****"),
            ("a token was wrong", "a token was wrong"),
            ("\u{1b}[31mred\nline", " [31mred line"),
        ] {
            assert_eq!(told(text, &[secret]), shown);
        }
        assert_eq!(told("abc is wrong", &["abc", "wro"]), "**** is ****ng");
        assert_eq!(told("abc", &["", "\n"]), "abc");
    }

    #[test]
    fn a_secret_that_the_cut_goes_through_is_masked() {
        let text = format!("EXAMPLE-token{}", "x".repeat(TOLD - 4));
        assert_eq!(told(&text, &["EXAMPLE-token"]), format!("****{}", "x".repeat(TOLD - 4)));
    }

    proptest! {
        #[test]
        fn no_piece_gets_through(before in "[a-c]{0,9}", secret in "[a-c]{1,9}", after in "[a-c]{0,9}") {
            let shown = told(&format!("{before}{secret}{after}"), &[&secret]);
            prop_assert!(!shown.contains(&secret), "{shown}");
        }
    }
}
