//! What holds for the recognition of personal data in any text, and what it must leave alone.

use proptest::{collection::vec, prelude::*, sample::select};
use storeward_core::FingerprintKey;
use storeward_sanitize::{
    Handling, Masks, Scalar,
    detect::{Hit, Kind, personal},
    mask::REDACTED,
};

fn found(text: &str) -> Vec<Hit> {
    let mut found = Vec::new();
    personal(text, &mut found);
    found
}

/// The text with a mask in the place of each hit.
fn redacted(text: &str) -> String {
    let mut masked = text.to_owned();
    for hit in found(text).into_iter().rev() {
        masked.replace_range(hit.range, REDACTED);
    }
    masked
}

/// What a store's configuration is full of.
const ORDINARY: &[&str] = &[
    "",
    "default-channel",
    "apple-juice-1l-6-pack",
    "SKU-2026-0001-4711-00012345",
    "ABC-123-4567-8901",
    "112-1234567-1234567",
    "#4012888888",
    "price: 1299.00",
    "1.234.567,89 €",
    "$ 1,234,567.89",
    "19.99 USD, 24.99 EUR, 104.50 PLN",
    "2026-11-24",
    "24.11.2026",
    "11/24/2026 10:00 AM",
    "2026-11-24T10:00:00.000000+00:00",
    "20261124T100000Z",
    "2026-11-24 - 2027-01-31",
    "1764000000",
    "1764000000000",
    "1764000000.123456",
    "550e8400-e29b-41d4-a716-446655440000",
    "12345678-1234-4234-8234-123456789012",
    "UHJvZHVjdFZhcmlhbnQ6MTIzNDU2Nzg5MDEyMzQ1Ng==",
    "gid://shopify/Product/6543210987654",
    "https://cdn.example.com/media/products/4006381333931_thumbnail_512x512.png",
    "https://www.example.com/de-de/p/12345678901234?variant=40123456789012",
    "https://example.com/@shop/status/1234567890123456789",
    "4006381333931",
    "5901234123457",
    "978-3-16-148410-0",
    "0-306-40615-2",
    "04006381333931",
    "#ff8800, #12345678",
    "0xdeadbeef12345678",
    "5d41402abc4b2a76b9719d911017c592",
    "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
    "1.22.333",
    "v3.20.14-rc.1+build.20261124",
    "192.168.178.123",
    "10.0.0.1:5432, 10.0.0.2:5432",
    "2001:0db8:85a3:0000:0000:8a2e:0370:7334",
    "52.520008, 13.404954",
    "+52.5200-013.4050/",
    "+52.520008+013.404954/",
    "@media (min-width: 1024px) { .grid { margin: 0 16px; width: 1280px; } }",
    "@font-face { font-weight: 400 700; } .x { color: rgba(255, 255, 255, 0.8) }",
    "@saleor/app-sdk@1.2.3, react@18.2.0-rc.1, node@v22.11.0",
    "actions/checkout@v4.2.2",
    "ghcr.io/saleor/saleor@sha256:0123456789012345678901234567890123456789",
    "git@github.com:saleor/configurator.git",
    "postgres://saleor:EXAMPLE@db.example.com:5432/saleor",
    "logo@2x.png 1x, logo@3x.png 2x",
    "M10 20 L 30-40 50.5-60.25 1000-2000 30 40z",
    "0 0 1024 1024",
    "100 200 300 400 500 600 700 800",
    "1000 1500 2000 2500 3000 3500 4000",
    "shop_id=1234567890, user_id=9876543210",
    "DE123456789",
    "HRB 123456 B, USt-IdNr. DE 123 456 789",
    "IBAN DE00 0000 0000 0000 0000 00",
    "iPhone 15 Pro 256 GB 2023",
    "Headphones 2000 1234 5678",
    "Free shipping over 50 EUR, 14 days to return, 2 years of warranty!",
    "Opening hours: 09:00-18:00, 10:00-14:00",
    "5 x 10 x 15 cm, 1200 g, 220-240 V",
    "2026/11/24/1234567890",
    "ISO 9001:2015, EN 13432, DIN 55543-2",
    "4711 1234 0815 42",
    "0000 0000 0000 0000",
    "1 + 12345678 = 12345679",
    "a+12345678+b",
    "[REDACTED]",
    "*****@*****.com",
    "admin@*****.com",
    "acme*****42",
    "1000 to 1999",
];

#[test]
fn ordinary_values_are_left_alone() {
    for text in ORDINARY {
        assert_eq!(found(text), [], "{text}");
        let quoted = format!("  \"value\": \"{text}\",");
        assert_eq!(found(&quoted), [], "{quoted}");
    }
    assert_eq!(found(&ORDINARY.join("\n")), []);
}

#[test]
fn all_kinds_are_found_side_by_side() {
    let card = ["4242"; 4].join(" ");
    let account = "DE89 3704 0044 0532 0130 00";
    let text = format!("Anna <anna@example.com>, +49 30 23125 123, {account}; {card}\nanna+2@example.com");
    let found: Vec<_> =
        found(&text).into_iter().map(|hit| (text.get(hit.range).unwrap(), hit.kind)).collect();
    assert_eq!(
        found,
        [
            ("anna@example.com", Kind::Email),
            ("+49 30 23125 123", Kind::Phone),
            (account, Kind::Iban),
            (&card, Kind::Card),
            ("anna+2@example.com", Kind::Email),
        ]
    );
}

#[test]
fn what_was_found_before_stays() {
    let mut found = vec![Hit::new(0..1, Kind::Secret)];
    personal("x a@b.de", &mut found);
    assert_eq!(found, [Hit::new(0..1, Kind::Secret), Hit::new(2..8, Kind::Email)]);
}

/// One thing to be found, and its kind. Cards are put together here, or they would be found in this file.
fn planted() -> impl Strategy<Value = (String, Kind)> {
    let email = "[a-z](\\.?[a-z0-9+_-]){0,15}[a-z0-9]@[a-z]([a-z0-9-]{0,9}[a-z])?\\.(de|com|museum)"
        .prop_map(|text| (text, Kind::Email));
    let phone = prop_oneof![
        "\\+1 (\\([2-9]12\\)|[2-9]12) 555-01[0-9]{2}",
        "\\([2-9]12\\) 555-01[0-9]{2}",
        "\\+49[ -]30[ -]23125[0-9]{3}",
    ]
    .prop_map(|text| (text, Kind::Phone));
    const ACCOUNTS: &[&str] =
        &["DE89 3704 0044 0532 0130 00", "GB29NWBK60161331926819", "FR1420041010050500013M02606"];
    let account = select(ACCOUNTS).prop_map(|text| (text.to_owned(), Kind::Iban));
    const CARDS: &[[&str; 4]] = &[["4242", "4242", "4242", "4242"], ["4111", "1111", "1111", "1111"]];
    let card = (select(CARDS), select(vec!["", " ", "-"]))
        .prop_map(|(groups, separator)| (groups.join(separator), Kind::Card));
    prop_oneof![email, phone, account, card]
}

/// Pieces that touch what the rules look at, joined at random.
fn hostile() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "+49",
        "+1",
        " ",
        "-",
        ".",
        "/",
        "(",
        ")",
        ": ",
        "tel:",
        "phone no. ",
        "@",
        "://",
        "git@",
        ":",
        "x",
        "é",
        "_",
        "212",
        "555",
        "0123",
        "4242",
        "-4242",
        " 4242",
        "DE89",
        "370400440532013000",
        "[",
        "]",
        "example.com",
        "anna",
        "..",
        "30 23125",
        "\u{a0}",
        "'",
        ",",
        "1",
        "2026-11-24",
        "谢谢",
        "#",
        " - ",
    ];
    let piece = prop_oneof![
        6 => select(PIECES).prop_map(str::to_owned),
        3 => planted().prop_map(|(text, _)| text),
        1 => "\\PC{0,3}",
        1 => "[0-9+()./@: x-]{0,12}",
    ];
    vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn what_is_planted_is_found(
        (value, kind) in planted(),
        before in "([a-zA-Zéß日 ,;:\"<>|{}]{0,150}[ ,;\"<>|{])?",
        after in "([ ,;\"<>|}][a-zA-Zéß日 ,;:\"<>|{}]{0,150})?",
    ) {
        let text = format!("{before}{value}{after}");
        let hit = Hit::new(before.len()..before.len() + value.len(), kind);
        prop_assert_eq!(found(&text), [hit], "{}", text);
    }

    #[test]
    fn masks_leave_nothing_to_find(text in hostile()) {
        let masked = redacted(&text);
        prop_assert_eq!(found(&masked), [], "{} of {}", masked, text);
    }

    #[test]
    fn hits_are_in_order_and_between_characters(text in hostile()) {
        let mut last = 0;
        for hit in found(&text) {
            prop_assert!(last <= hit.range.start && hit.range.start < hit.range.end);
            prop_assert!(text.get(hit.range.clone()).is_some());
            last = hit.range.end;
        }
    }

    #[test]
    fn any_text_is_read(text in ".*") {
        prop_assert_eq!(found(&redacted(&text)), []);
    }

    #[test]
    fn our_masks_are_not_found(value in prop_oneof![planted().prop_map(|(text, _)| text), ".*"]) {
        let masks = Masks::with_key(FingerprintKey::new(&[1; 32]));
        for handling in Handling::ALL.iter().filter(|handling| **handling != Handling::Keep) {
            let masked = masks.apply(*handling, &Scalar::Text(value.as_str().into())).unwrap();
            if let Some(Scalar::Text(mask)) = masked {
                prop_assert_eq!(found(&mask), [], "{} of {}", mask, value);
            }
        }
    }
}

/// Texts made to be gone over again and again: a rule that looked at the whole of them each time would need hours.
#[test]
fn hostile_texts_are_read_once() {
    for piece in [
        "@",
        "a@",
        "a@b",
        "a@b.",
        "a.",
        "1",
        "1-",
        "1 ",
        "1.1@",
        "+1",
        "+49 ",
        "(1",
        "((",
        "4242 ",
        "4242-",
        "DE89 ",
        "DE89",
        "tel:1 ",
        "tel:",
        "https://",
        "://a@",
        "x:@",
        "é@",
        "é",
        "212-",
        "(212) 555-0123 ",
        "a@b.de ",
        "'",
        "%",
        "\u{a0}1",
    ] {
        let text = piece.repeat(200_000 / piece.len());
        let last = found(&text).last().map_or(0, |hit| hit.range.end);
        assert!(last <= text.len());
    }
}
