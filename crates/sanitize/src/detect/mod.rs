//! Recognises personal data in running text: e-mail addresses, telephone numbers, bank accounts and cards.
//!
//! Text that has none is passed over at the speed of memory: a search for `@`, and a count of digits block by block.
//! What might be something is judged where it stands, at a cost that does not grow with the text, so no text takes
//! longer than its length allows.

mod card;
mod digits;
mod edge;
mod email;
mod iban;
mod phone;
mod url;

use std::ops::Range;

pub use self::url::secrets;

storeward_core::vocabulary! {
    /// What was recognised.
    #[non_exhaustive]
    pub enum Kind: "kind of data" {
        /// An e-mail address.
        Email = "email",
        /// A telephone number.
        Phone = "phone",
        /// The number of a bank account.
        Iban = "iban",
        /// The number of a payment card.
        Card = "card",
        /// Something that opens something. Here only what stands in URLs is recognised; the port knows more.
        Secret = "secret",
    }
}

/// A place in a text, and what stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hit {
    /// Where it is, in bytes; both ends lie between characters.
    pub range: Range<usize>,
    /// What it is.
    pub kind: Kind,
}

impl Hit {
    /// Something found elsewhere.
    #[must_use]
    pub const fn new(range: Range<usize>, kind: Kind) -> Self {
        Self { range, kind }
    }
}

/// Adds the personal data in a text to what was found, in the order of the text and without overlaps.
///
/// Where two kinds claim a place an e-mail address comes first, then a bank account, then whichever starts earlier.
/// When all hits are replaced by [`REDACTED`](crate::mask::REDACTED), nothing is left to find. Our own masks are not
/// found; the pseudonym of a number may be, see [`Masks::made_number`](crate::Masks::made_number).
///
/// It goes by what is unmistakable, so an address without a dot in its domain, a national number outside North America
/// that no word like "phone" announces, or an account number with a wrong check digit is not found. The person in
/// `https://user:pw@host.com` is not either: that is a secret, and its finder's.
pub fn personal(text: &str, found: &mut Vec<Hit>) {
    let mut hits = Vec::new();
    email::find(text, &mut hits);
    if may_hold_numbers(text.as_bytes()) {
        between(text, &mut hits, iban::first);
        between(text, &mut hits, number);
    }
    found.append(&mut hits);
}

/// Quickly past most texts: those with few digits, and identifiers of digits and letters in one word, which hold no
/// number unless they are an account's.
fn may_hold_numbers(text: &[u8]) -> bool {
    let digits: usize = text.chunks(128).map(|block| usize::from(digits::digits(block))).sum();
    if digits < digits::FEWEST {
        return false;
    }
    let word =
        digits < text.len() && text.iter().fold(true, |word, byte| word & byte.is_ascii_alphanumeric());
    !word
        || matches!(text, [a, b, c, d, ..] if [a, b].iter().all(|byte| byte.is_ascii_alphabetic()) && [c, d].iter().all(|byte| byte.is_ascii_digit()))
}

/// The first telephone number or card.
fn number(text: &str) -> Option<Hit> {
    let mut groups = digits::groups(text.as_bytes()).filter(|group| {
        // Quickly past identifiers: no number is glued to a letter, or goes on behind one.
        let before = edge::byte_before(text, group.start).is_ascii_alphabetic();
        let after = group.len() < digits::FEWEST && edge::byte(text, group.end).is_ascii_alphabetic();
        !before && !after
    });
    groups.find_map(|group| {
        let phone = phone::at(text, &group).map(|range| Hit::new(range, Kind::Phone));
        phone.or_else(|| card::at(text, &group).map(|range| Hit::new(range, Kind::Card)))
    })
}

/// Finds more between the hits, one after the other.
///
/// Each is looked for in the text after the one before and up to the one behind, as if a mask stood in their places
/// already. That is why a mask put there uncovers nothing.
fn between(text: &str, hits: &mut Vec<Hit>, first: fn(&str) -> Option<Hit>) {
    let mut more = Vec::new();
    let mut from = 0;
    let ends = text.len()..text.len();
    for taken in hits.iter().map(|hit| &hit.range).chain([&ends]) {
        while let Some(hit) = text.get(from..taken.start).and_then(first) {
            let range = from + hit.range.start..from + hit.range.end;
            from = range.end;
            more.push(Hit { range, ..hit });
        }
        from = taken.end;
    }
    if !more.is_empty() {
        hits.append(&mut more);
        hits.sort_unstable_by_key(|hit| hit.range.start);
    }
}
