//! Text inside text: base64, hexadecimal, percent encoding, JSON escapes.
//!
//! Encoded text is found by what it looks like, without decoding what does not: a long run of one alphabet whose first
//! bytes decode to something readable, or an escape that glues a word to what stands before it.

pub(crate) mod base64;
mod escapes;
mod runs;

/// How deep one encoding may lie in another.
pub(crate) const DEPTH: usize = 5;

/// A piece of encoded text.
pub(crate) struct Layer {
    /// Where the encoded text is.
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// How it was encoded.
    pub(crate) encoding: &'static str,
    /// What it says.
    pub(crate) text: Vec<u8>,
}

/// Calls `found` with every piece of encoded text that may hold something.
pub(crate) fn layers(bytes: &[u8], mut found: impl FnMut(Layer)) {
    runs::find(bytes, &mut found);
    escapes::find_percent(bytes, &mut found);
    escapes::find_json(bytes, &mut found);
}

/// Calls `read` with a text and with all that is encoded in it, in as much text as the engine decodes.
#[cfg(feature = "documents")]
pub(crate) fn texts(bytes: &[u8], mut read: impl FnMut(&[u8])) {
    let mut left = bytes.len().saturating_mul(2).saturating_add(4096);
    let mut open = vec![(bytes.to_vec(), 0)];
    while let Some((text, depth)) = open.pop() {
        read(&text);
        if depth < DEPTH {
            layers(&text, |layer| {
                if let Some(less) = left.checked_sub(layer.text.len()) {
                    left = less;
                    open.push((layer.text, depth + 1));
                }
            });
        }
    }
}

/// Whether nearly all of a text can be read.
fn is_readable(text: &[u8]) -> bool {
    let odd = text.iter().filter(|byte| !matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t')).count();
    odd * 32 <= text.len()
}
