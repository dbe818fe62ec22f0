//! Fills the templates of a rule's examples, so that no rule file holds a secret.

/// Fills every placeholder `{CLASS:LENGTH}` with characters drawn from a generator that `seed` (the rule's id)
/// decides, so that a template gives the same text each time.
///
/// `{{` stands for one brace. A placeholder that is not known stays as it is.
#[must_use]
pub fn expand(template: &str, seed: &str) -> String {
    let mut random = Random::seeded(seed, template);
    let mut out = String::with_capacity(template.len() * 2);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        if let Some(after) = after.strip_prefix('{') {
            out.push('{');
            rest = after;
        } else if let Some((filled, after)) =
            after.split_once('}').and_then(|(inner, after)| Some((fill(inner, &mut random)?, after)))
        {
            out.push_str(&filled);
            rest = after;
        } else {
            out.push('{');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

const DIGIT: &str = "0123456789";
const HEX: &str = "0123456789abcdef";
const HEX_UPPER: &str = "0123456789ABCDEF";
const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const ALNUM: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const LOWER_NUM: &str = "0123456789abcdefghijklmnopqrstuvwxyz";
const UPPER_NUM: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64_URL: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const BASE32: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

fn fill(inner: &str, random: &mut Random) -> Option<String> {
    match inner {
        "uuid" => return Some(uuid(random)),
        "jwt" => return Some(jwt(random, "")),
        "saleor-jwt" => return Some(jwt(random, r#","owner":"saleor","type":"access","is_staff":true"#)),
        _ => {}
    }
    let (class, length) = inner.split_once(':')?;
    let length: usize = length.parse().ok()?;
    let alphabet = match class {
        "digit" => DIGIT,
        "hex" => HEX,
        "HEX" => HEX_UPPER,
        "lower" => LOWER,
        "upper" => UPPER,
        "alnum" => ALNUM,
        "lowernum" => LOWER_NUM,
        "uppernum" => UPPER_NUM,
        "base64" => BASE64,
        "base64url" => BASE64_URL,
        "base32" => BASE32,
        "github" | "npm" => {
            let body = random.text(ALNUM, length.checked_sub(6)?);
            let sum = crate::judge::checksum::base62(crate::judge::checksum::crc32(body.as_bytes()));
            return Some(body + &sum);
        }
        "basic" => {
            let plain = format!("deploy:{}", random.text(ALNUM, length));
            return Some(crate::decode::base64::encode_url(plain.as_bytes()));
        }
        _ => return None,
    };
    Some(random.text(alphabet, length))
}

fn uuid(random: &mut Random) -> String {
    let mut group = |length| random.text(HEX, length);
    format!("{}-{}-4{}-a{}-{}", group(8), group(4), group(3), group(3), group(12))
}

fn jwt(random: &mut Random, claims: &str) -> String {
    let header = crate::decode::base64::encode_url(br#"{"alg":"HS256","typ":"JWT"}"#);
    let payload = format!(r#"{{"sub":"EXAMPLE-{}","iat":1700000000{claims}}}"#, random.text(DIGIT, 8));
    let payload = crate::decode::base64::encode_url(payload.as_bytes());
    format!("{header}.{payload}.{}", random.text(BASE64_URL, 43))
}

/// SplitMix64: small, and the same everywhere. Nothing secret depends on it.
struct Random(u64);

impl Random {
    fn seeded(seed: &str, template: &str) -> Self {
        let mut state = 0xcbf2_9ce4_8422_2325_u64;
        for byte in seed.bytes().chain([0]).chain(template.bytes()) {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Self(state)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Draws until the text is no freak: at least a few different characters, and a digit and a letter of each case
    /// that the alphabet has, because real generators of that length show them too.
    fn text(&mut self, alphabet: &str, length: usize) -> String {
        let bytes = alphabet.as_bytes();
        loop {
            let text: String = (0..length)
                .filter_map(|_| {
                    let at = self.next() % bytes.len().max(1) as u64;
                    bytes.get(usize::try_from(at).unwrap_or(0)).map(|byte| char::from(*byte))
                })
                .collect();
            let shows = |class: fn(&u8) -> bool| {
                length < 12 || !bytes.iter().any(class) || text.as_bytes().iter().any(class)
            };
            if shows(u8::is_ascii_digit) && shows(u8::is_ascii_lowercase) && shows(u8::is_ascii_uppercase) {
                return text;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_filled_the_same_way_each_time() {
        let text = expand("key = {hex:8} {{ {uuid} {unknown:3} {", "acme");
        assert_eq!(text, expand("key = {hex:8} {{ {uuid} {unknown:3} {", "acme"));
        assert_ne!(text, expand("key = {hex:8} {{ {uuid} {unknown:3} {", "other"));
        assert!(text.ends_with(" {unknown:3} {") && text.contains(" { "), "{text}");
    }
}
