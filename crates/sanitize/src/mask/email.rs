//! E-mail addresses: the last label of the domain is shown, and the person where that is wanted.

/// What stands for a part that is hidden, however long it was.
const STARS: &str = "*****";

/// The longest local part, RFC 5321 section 4.5.3.1.1, and the longest label and domain, RFC 1035 section 2.3.4.
const LOCAL: usize = 64;
const LABEL: usize = 63;
const DOMAIN: usize = 253;

/// `*****@*****.com`, of an address or of one that is masked.
pub(super) fn mask_domain(text: &str) -> Option<String> {
    parse(text).map(|(_, top)| format!("{STARS}@{STARS}.{top}"))
}

/// `admin@*****.com`, of an address or of one that is masked.
pub(super) fn mask_domain_only(text: &str) -> Option<String> {
    parse(text).map(|(local, top)| format!("{local}@{STARS}.{top}"))
}

/// Whether the text is what one of the two makes.
pub(super) fn is_mask(text: &str) -> bool {
    mask_domain_only(text).is_some_and(|mask| mask == text)
}

/// The person and the domain's last label of an address that is nothing but an address.
fn parse(text: &str) -> Option<(&str, &str)> {
    let (local, domain) = text.split_once('@')?;
    let (rest, top) = domain.rsplit_once('.')?;
    let known = is_local(local)
        && (rest == STARS || rest.split('.').all(is_label))
        && domain.len() <= DOMAIN
        && (2..=10).contains(&top.len())
        && top.bytes().all(|byte| byte.is_ascii_alphabetic());
    known.then_some((local, top))
}

/// A dot-atom of RFC 5322 section 3.2.3. A colon is none of it: in `user:pw@host.com` the local part is a password.
fn is_local(local: &str) -> bool {
    let atom = |atom: &str| {
        !atom.is_empty()
            && atom.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte))
    };
    local.len() <= LOCAL && local.split('.').all(atom)
}

/// A label of a host's name; other letters than ASCII's are those of internationalised names.
fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.len() <= LABEL
        && label.chars().all(|letter| letter.is_alphanumeric() || letter == '-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_keep_what_they_should() {
        for (address, person, domain) in [
            ("admin@shop.example.com", "admin@*****.com", "*****@*****.com"),
            ("a@b.de", "a@*****.de", "*****@*****.de"),
            ("o'brien+shop@x.museum", "o'brien+shop@*****.museum", "*****@*****.museum"),
            ("anna@müller.example", "anna@*****.example", "*****@*****.example"),
            ("admin@*****.com", "admin@*****.com", "*****@*****.com"),
            ("*****@*****.com", "*****@*****.com", "*****@*****.com"),
        ] {
            assert_eq!(mask_domain_only(address).as_deref(), Some(person), "{address}");
            assert_eq!(mask_domain(address).as_deref(), Some(domain), "{address}");
            assert!(is_mask(person) && is_mask(domain));
        }
        assert!(!is_mask("admin@shop.example.com"));
    }

    #[test]
    fn whatever_is_no_address_is_not_shown() {
        let long = format!("{}@x.de", "a".repeat(65));
        let label = format!("a@{}.de", "x".repeat(64));
        let domain = format!("a@{}de", "x.".repeat(126));
        for text in [
            "",
            "@",
            "anna",
            "@x.de",
            "anna@",
            "anna@x",
            "anna@.de",
            "anna@x..de",
            "anna@x.de.",
            "anna@-x.de",
            "anna@x-.de",
            "anna@x_y.de",
            "anna@x.d",
            "anna@x.d3",
            "anna@x.abcdefghijk",
            "anna@x.рф",
            "anna@b@x.de",
            ".anna@x.de",
            "anna.@x.de",
            "an..na@x.de",
            "an na@x.de",
            "änna@x.de",
            " anna@x.de",
            "anna@x.de\n",
            "mailto:anna@x.de",
            "user:pw@host.com",
            "https://user:pw@host.com",
            "Anna <anna@x.de>",
            "<anna@x.de>",
            "a@x.de,b@y.de",
            "anna@****.de",
            "anna@******.de",
            "anna@*****.x.de",
            "anna@x.*****.de",
            &long,
            &label,
            &domain,
        ] {
            assert_eq!((mask_domain(text), mask_domain_only(text)), (None, None), "{text}");
        }
    }
}
