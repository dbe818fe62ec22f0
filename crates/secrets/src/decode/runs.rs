//! Long runs of the characters of base64 or of hexadecimal digits.

use super::{Layer, base64, is_readable};

/// The shortest run that is worth decoding: twenty-four bytes of base64.
const SHORTEST: usize = 32;
/// The longest that is decoded.
const LONGEST: usize = 1 << 20;

/// What a byte may be part of.
const BASE64: u8 = 1;
const HEX: u8 = 2;

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, which would refuse a wrong index")]
static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let character = byte as u8;
        if character.is_ascii_hexdigit() {
            classes[byte] = BASE64 | HEX;
        } else if character.is_ascii_alphanumeric() || matches!(character, b'+' | b'/' | b'-' | b'_') {
            classes[byte] = BASE64;
        }
        byte += 1;
    }
    classes
};

fn class(byte: u8) -> u8 {
    CLASSES.get(usize::from(byte)).copied().unwrap_or(0)
}

/// Looks at every 32nd byte only, until one of them may lie in a run.
pub(super) fn find(bytes: &[u8], found: &mut impl FnMut(Layer)) {
    let mut start = 0;
    while start + SHORTEST <= bytes.len() {
        // Walking back from where a run that begins here would still be running.
        let probe = bytes.get(start..start + SHORTEST).unwrap_or_default();
        if let Some(gap) = probe.iter().rposition(|byte| class(*byte) == 0) {
            start += gap + 1;
            continue;
        }
        let end = run_end(bytes, start + SHORTEST);
        decode(bytes, start, end, found);
        start = end + 1;
    }
}

/// The end of a run. Lines of encoded text that were broken at a fixed width are one run.
fn run_end(bytes: &[u8], from: usize) -> usize {
    let length = |at: usize| {
        bytes
            .get(at..bytes.len().min(at + LONGEST))
            .unwrap_or_default()
            .iter()
            .take_while(|byte| class(**byte) != 0)
            .count()
    };
    let mut end = from + length(from);
    while let Some(&[a, b]) = bytes.get(end..).and_then(|rest| rest.first_chunk::<2>()) {
        let next = match (a, b) {
            (b'\r', b'\n') => end + 2,
            (b'\n', _) => end + 1,
            _ => break,
        };
        let more = length(next);
        let line =
            end - bytes.get(..end).map_or(0, |front| memchr::memrchr(b'\n', front).map_or(0, |at| at + 1));
        // Only a broken line is that long, and only its last piece is shorter.
        if line < 60 || more < 4 || more > line || end - from > LONGEST {
            break;
        }
        end = next + more;
    }
    end
}

fn decode(bytes: &[u8], start: usize, end: usize, found: &mut impl FnMut(Layer)) {
    let Some(run) = bytes.get(start..end.min(start + LONGEST)) else { return };
    if run.len() % 2 == 0 && run.iter().all(|byte| class(*byte) & HEX != 0) {
        let front = run.get(..SHORTEST).and_then(hex);
        if front.is_some_and(|front| is_readable(&front))
            && let Some(text) = hex(run)
        {
            found(Layer { start, end, encoding: "hex", text });
        }
        return;
    }
    // The front decides; what is no text nearly never looks like one for so long.
    let front = run.get(..SHORTEST).and_then(base64::decode_any);
    if !front.is_some_and(|front| is_readable(&front)) {
        return;
    }
    // A last character that completes no byte belongs to what follows.
    let whole = run.len() - usize::from(run.len() % 4 == 1);
    let padding =
        bytes.get(end..).unwrap_or_default().iter().take(2).take_while(|byte| **byte == b'=').count();
    if let Some(text) = run.get(..whole).and_then(base64::decode_any).filter(|text| is_readable(text)) {
        found(Layer { start, end: end + padding, encoding: "base64", text });
    }
}

fn hex(run: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    let (pairs, _) = run.as_chunks::<2>();
    pairs.iter().map(|[high, low]| Some((digit(*high)? << 4) | digit(*low)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<(usize, usize, &'static str, String)> {
        let mut layers = Vec::new();
        find(text.as_bytes(), &mut |layer| {
            layers.push((layer.start, layer.end, layer.encoding, String::from_utf8(layer.text).unwrap()));
        });
        layers
    }

    #[test]
    fn runs_are_decoded_where_they_say_something() {
        let plain = "TOKEN=EXAMPLE-and-a-few-more-words";
        let encoded = base64::encode_url(plain.as_bytes());
        let hexed: String = plain.bytes().map(|byte| format!("{byte:02x}")).collect();
        let text = format!("a b {encoded}== c\n{hexed}\n");
        let end = 4 + encoded.len();
        assert_eq!(all(&text)[0], (4, end + 2, "base64", plain.to_owned()));
        assert_eq!(all(&text)[1], (end + 5, end + 5 + hexed.len(), "hex", plain.to_owned()));
        assert!(
            all("a_very_long_identifier_that_is_not_encoded and/a/path/that/goes/on/and/on/for/long")
                .is_empty()
        );
        let long = plain.repeat(6);
        let encoded = base64::encode_url(long.as_bytes());
        let lines: Vec<_> = encoded.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line)).collect();
        assert_eq!(all(&lines.join("\n"))[0].3, long);
    }
}
