//! Tells words from random letters by the pairs of letters they are made of.

/// The pairs that make up most of English, and of names in programs. Of letters drawn at random a quarter of all pairs
/// are among them; of words nearly all.
const COMMON: &str = "th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve co me de \
    hi ri ro ic ne ea ra ce li ch ll be ma si om ur ca el ta la ns di fo ho pe ec pr no ct us ac ot il tr ly nc et ut ss so \
    rs un lo wa ge ie wh ee wi em ad ol rt po we na ul ni ts mo ow pa im mi ai sh ir su id os iv ia am fi ci vi pl ig tu ev \
    ld ry mp fe bl ab gh ty op wo sa ay ex ke ui fr oo ag if bo bu ap ob up ck ey ub ue ef ep eg og pi gi rd rm gr cr ov av \
    ok ak ki iz ze pt ht ft cl sc sp rc rv da do dr du fa fl ga gu lt mb mm nn nk oa od oi pp qu rl rn rr sk sl sm sw tt ud ug um wn ye yp ys";

/// One bit for each pair.
static PAIRS: [u32; 26] = {
    let text = COMMON.as_bytes();
    let mut pairs = [0_u32; 26];
    let mut at = 0;
    while at + 1 < text.len() {
        let (a, b) = (text_at(text, at), text_at(text, at + 1));
        if a.is_ascii_lowercase() && b.is_ascii_lowercase() {
            set(&mut pairs, a, b);
            at += 2;
        } else {
            at += 1;
        }
    }
    pairs
};

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, which would refuse a wrong index")]
const fn text_at(text: &[u8], at: usize) -> u8 {
    text[at]
}

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, which would refuse a wrong index")]
const fn set(pairs: &mut [u32; 26], a: u8, b: u8) {
    pairs[(a - b'a') as usize] |= 1 << (b - b'a');
}

/// How many pairs of letters there are, and how many of them are common.
fn count(text: &[u8]) -> (u32, u32) {
    let (mut all, mut common) = (0, 0);
    for pair in text.windows(2) {
        let &[a, b] = pair else { continue };
        // A change of case begins a new word.
        if !a.is_ascii_alphabetic()
            || !b.is_ascii_alphabetic()
            || (a.is_ascii_lowercase() && b.is_ascii_uppercase())
        {
            continue;
        }
        all += 1;
        let row = PAIRS.get(usize::from(a.to_ascii_lowercase() - b'a')).copied().unwrap_or(0);
        common += (row >> (b.to_ascii_lowercase() - b'a')) & 1;
    }
    (all, common)
}

/// The share of a text that lies in common pairs, from 0 to 1.
pub(crate) fn share(text: &[u8]) -> f32 {
    let (all, common) = count(text);
    // Letters that stand alone among digits count against it.
    let letters = text.iter().filter(|byte| byte.is_ascii_alphabetic()).count() as u32;
    common as f32 / all.max(letters / 2).max(1) as f32
}

/// Whether a value is made of words rather than drawn.
pub(crate) fn is_wordy(text: &[u8]) -> bool {
    let (all, common) = count(text);
    if all < 4 {
        return false;
    }
    let share = common as f32 / all as f32;
    // Words take up most of a value that is made of them; a few lucky pairs in a key do not.
    let covered = (all as f32) / text.len() as f32;
    match all {
        4..8 => share >= 0.9 && covered > 0.4,
        8..16 => share >= 0.68 && covered > 0.4,
        _ => share >= 0.58 && covered > 0.4,
    }
}

/// Whether a value is plainly a name: words, one of them long, and hardly a digit. Of values drawn at random next to none is.
pub(crate) fn is_name(text: &[u8]) -> bool {
    let digits = text.iter().filter(|byte| byte.is_ascii_digit()).count();
    let longest = text.split(|byte| !byte.is_ascii_alphabetic()).map(<[u8]>::len).max().unwrap_or(0);
    digits <= text.len() / 10 && longest >= 6 && is_wordy(text)
}

/// Whether a text could be a name in a program or of a host: letters that make words, few digits.
pub(crate) fn looks_named(text: &[u8]) -> bool {
    let letters = text.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let (all, common) = count(text);
    letters * 4 >= text.len() * 3 && (all <= 2 || common * 2 >= all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::example::expand;

    #[test]
    fn words_are_told_from_random_letters() {
        for text in [
            "thisismypassword",
            "client-vpn-endpoint",
            "createPasswordResetToken",
            "kubernetes.io/service-account",
            "my_token_name",
            "AuthenticationResults",
            "NRG0-Hermes-INTERNAL",
            "UserPasswordCredential",
            "event-bus-message",
        ] {
            assert!(is_wordy(text.as_bytes()), "{text} {:?}", count(text.as_bytes()));
        }
        let random = (0..400).filter(|n| is_wordy(expand("{alnum:32}", &n.to_string()).as_bytes())).count();
        assert!(random <= 8, "{random} of 400 random values look like words");
        let random =
            (0..400).filter(|n| is_wordy(expand("{lowernum:20}", &n.to_string()).as_bytes())).count();
        assert!(random <= 8, "{random} of 400 random values look like words");
    }
}
