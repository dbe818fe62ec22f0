//! The part of an address after its `@`.

use super::is_letter;

/// The longest label and domain, in bytes, RFC 1035 section 2.3.4.
const LABEL: usize = 63;
const DOMAIN: usize = 253;

/// Names of kinds of files, none of them a top-level domain: `logo@large.png` is a picture.
const FILES: &[&str] = &[
    "avif", "cjs", "css", "csv", "eot", "gif", "gz", "htm", "html", "ico", "jar", "jpeg", "jpg", "js",
    "json", "jsx", "lock", "map", "mjs", "mp4", "pdf", "php", "png", "scss", "service", "svg", "tgz", "toml",
    "ts", "tsx", "ttf", "txt", "webm", "webp", "whl", "woff", "woff2", "xml", "yaml", "yml",
];

/// How many bytes of the text are a domain: two labels or more, the last of which can be a top-level domain.
pub(super) fn length(text: &str) -> Option<usize> {
    let letters = text
        .char_indices()
        .take_while(|(at, letter)| *at < DOMAIN && (is_letter(*letter) || matches!(letter, '-' | '.')));
    let end = letters.last().map_or(0, |(at, letter)| at + letter.len_utf8());
    let domain = text.get(..end)?;
    if is_version(domain) {
        return None;
    }
    let (mut at, mut found) = (0, None);
    for label in domain.split('.') {
        if label.is_empty() || label.len() > LABEL || label.starts_with('-') {
            break;
        }
        if let Some(top) = top(label).filter(|_| at > 0) {
            found = Some(at + top);
        }
        if label.ends_with('-') {
            break;
        }
        at += label.len() + 1;
    }
    found
}

/// How much of a label can be a top-level domain: letters of one script, until a dash or another script.
fn top(label: &str) -> Option<usize> {
    let is_encoded = label.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("xn--"));
    if is_encoded {
        let length = label.trim_end_matches('-').len();
        return (length > 4).then_some(length);
    }
    let is_ascii = label.starts_with(|letter: char| letter.is_ascii());
    let of_script = |letter: &char| if is_ascii { letter.is_ascii_alphabetic() } else { !letter.is_ascii() };
    let length = label.chars().take_while(of_script).map(char::len_utf8).sum();
    let (top, rest) = label.split_at_checked(length)?;
    let known = top.chars().nth(1).is_some()
        && !rest.starts_with(|letter: char| letter.is_ascii_digit())
        && !FILES.iter().any(|file| file.eq_ignore_ascii_case(top));
    known.then_some(length)
}

/// `1.2.3-rc.el7` and `v1.2-beta.x` are versions, `2x.png` is a picture for a dense display.
fn is_version(domain: &str) -> bool {
    let (first, rest) = domain.split_once('.').unwrap_or((domain, ""));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    first.strip_suffix('x').is_some_and(is_number)
        || (is_number(first.strip_prefix('v').unwrap_or(first))
            && rest.starts_with(|letter: char| letter.is_ascii_digit()))
}
