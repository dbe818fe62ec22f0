use proptest::prelude::*;

use super::*;

fn masks() -> Masks {
    Masks::with_key(FingerprintKey::new(&[1; 32]))
}

fn text(text: &str) -> Scalar<'static> {
    Scalar::Text(text.to_owned().into())
}

/// The value after the handling.
fn after(handling: Handling, value: &Scalar<'static>) -> Scalar<'static> {
    masks().apply(handling, value).unwrap().unwrap_or_else(|| value.clone())
}

/// All that hides.
fn handlings() -> impl Iterator<Item = Handling> {
    Handling::ALL.iter().copied().filter(|handling| *handling != Handling::Keep)
}

#[test]
fn each_kind_of_value_has_its_mask() {
    for handling in handlings() {
        assert_eq!(after(handling, &Scalar::Bool(true)), Scalar::Bool(false), "{handling}");
        assert_eq!(after(handling, &Scalar::Null), Scalar::Null, "{handling}");
        let number = after(handling, &Scalar::Number("1250".into()));
        match handling {
            Handling::Generalise => assert_eq!(number, text("1000 to 1999")),
            Handling::Pseudonym => assert!(matches!(number, Scalar::Number(number) if number.len() == 16)),
            _ => assert_eq!(number, Scalar::Number("0".into()), "{handling}"),
        }
    }
    for (handling, value, expected) in [
        (Handling::FullRedaction, "x", REDACTED),
        (Handling::Drop, "x", REDACTED),
        (Handling::MaskDomain, "admin@shop.example.com", "*****@*****.com"),
        (Handling::MaskDomainOnly, "admin@shop.example.com", "admin@*****.com"),
        (Handling::MaskPartial, "acme-account-0042", "acme*****42"),
        (Handling::Generalise, "2026-11-24", "2026-11"),
    ] {
        assert_eq!(masks().apply(handling, &text(value)), Ok(Some(text(expected))));
    }
}

#[test]
fn what_is_kept_or_masked_already_is_unchanged() {
    for value in [text("x"), Scalar::Number("1".into()), Scalar::Bool(true), Scalar::Null] {
        assert_eq!(Masks::new().apply(Handling::Keep, &value), Ok(None));
    }
    for (handling, value) in [
        (Handling::FullRedaction, text(REDACTED)),
        (Handling::FullRedaction, Scalar::Number("0".into())),
        (Handling::FullRedaction, Scalar::Bool(false)),
        (Handling::FullRedaction, Scalar::Null),
        (Handling::MaskDomain, text("*****@*****.com")),
        (Handling::MaskDomainOnly, text("admin@*****.com")),
        (Handling::MaskPartial, text("acme*****42")),
        (Handling::Generalise, text("10 to 19")),
    ] {
        assert_eq!(masks().apply(handling, &value), Ok(None), "{handling} {value:?}");
    }
    // A mask that shows more than is wanted is no mask of this kind.
    assert_eq!(after(Handling::MaskDomain, &text("admin@*****.com")), text("*****@*****.com"));
    assert_eq!(after(Handling::FullRedaction, &text("acme*****42")), text(REDACTED));
}

#[test]
fn a_pseudonym_needs_a_key() {
    for value in [text("x"), Scalar::Number("1".into()), Scalar::Bool(true), Scalar::Null] {
        assert_eq!(Masks::new().apply(Handling::Pseudonym, &value), Err(MissingKey));
    }
    assert!(!format!("{:?}", masks()).contains("0101"));
}

#[test]
fn only_masks_are_known_for_masks() {
    for made in [REDACTED, "*****@*****.com", "admin@*****.com", "acme*****42", "2026-11", "10 to 19"] {
        assert!(masks().made(made), "{made}");
    }
    for other in [
        "",
        "x",
        "[REDACTED] ",
        "[redacted]",
        "x [REDACTED]",
        "[REDACTED]x",
        "*****",
        "admin@example.com",
        "pseudonym-acme",
        "pseudonym-00000000000000000000000000000000",
        "sha256-acme",
        "2026-11-24",
        "1250",
    ] {
        assert!(!masks().made(other), "{other}");
    }
    let Scalar::Text(name) = after(Handling::Pseudonym, &text("x")) else { panic!("no text") };
    assert!(masks().made(&name) && !Masks::new().made(&name));
    assert!(!Masks::with_key(FingerprintKey::new(&[2; 32])).made(&name));
    let Scalar::Number(name) = after(Handling::Pseudonym, &Scalar::Number("1".into())) else {
        panic!("no number")
    };
    assert!(masks().made_number(&name) && !masks().made(&name) && !Masks::new().made_number(&name));
}

/// Values of every kind: those the masks are for, those that are nearly so, and any other.
fn value() -> impl Strategy<Value = Scalar<'static>> {
    let texts = prop_oneof![
        ".*",
        "[a-z.+]{1,8}@[a-z-]{1,8}(\\.[a-z-]{1,8}){0,2}",
        "[a-z*]{3,5}\\*{4,6}[a-z*@]{1,3}",
        "(pseudonym-|sha256-)?[0-9a-f]{24,64}(-[0-9a-f]{8})?",
        "[0-9]{4}-[01][0-9]-[0-3][0-9](T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](Z|[+-][01][0-9]:00)?)?",
        "-?[0-9]{1,4} to -?[0-9]{1,4}",
        "-?[0-9]{0,17}(\\.[0-9]{0,3})?(e[0-9])?",
    ];
    let numbers = "-?[0-9]{1,17}(\\.[0-9]{1,3})?(e[0-9])?|\\PC{0,8}";
    prop_oneof![
        8 => texts.prop_map(|text| Scalar::Text(text.into())),
        3 => numbers.prop_map(|number| Scalar::Number(number.into())),
        1 => any::<bool>().prop_map(Scalar::Bool),
        1 => Just(Scalar::Null),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_mask_of_a_mask_is_the_mask(value in value()) {
        for handling in handlings() {
            let once = after(handling, &value);
            prop_assert_eq!(masks().apply(handling, &once), Ok(None), "{} of {:?}", handling, once);
            if let Scalar::Text(text) = &once {
                prop_assert!(masks().made(text), "{} of {:?}", handling, text);
            }
        }
    }

    #[test]
    fn the_type_stays(value in value()) {
        for handling in handlings() {
            let masked = after(handling, &value);
            let same = std::mem::discriminant(&masked) == std::mem::discriminant(&value);
            let general = handling == Handling::Generalise && matches!(value, Scalar::Number(_));
            prop_assert_eq!(same, !general, "{} of {:?}", handling, value);
        }
    }

    #[test]
    fn no_text_comes_back_but_a_mask(value in ".*") {
        for handling in handlings() {
            let masked = masks().apply(handling, &text(&value)).unwrap();
            prop_assert!(masked.is_some() || masks().made(&value), "{} of {:?}", handling, value);
        }
    }

    #[test]
    fn a_mask_does_not_tell_the_length(value in "[a-z]{17,99}", more in "[a-z]{1,30}") {
        let (first, last) = value.split_at(8);
        let long = format!("{first}{more}{last}");
        for handling in [Handling::FullRedaction, Handling::MaskPartial, Handling::Pseudonym, Handling::Hash] {
            let width = |value: &str| match after(handling, &text(value)) {
                Scalar::Text(text) => text.len(),
                _ => 0,
            };
            prop_assert_eq!(width(&value), width(&long));
        }
        prop_assert_eq!(after(Handling::MaskPartial, &text(&value)), after(Handling::MaskPartial, &text(&long)));
    }

    #[test]
    fn an_address_shows_its_last_label_only(
        local in "[A-Z]{1,20}", domain in "[A-Z0-9]{1,20}(\\.[A-Z0-9]{1,20}){0,3}", top in "[a-z]{2,10}",
    ) {
        let address = text(&format!("{local}@{domain}.{top}"));
        prop_assert_eq!(after(Handling::MaskDomain, &address), text(&format!("*****@*****.{top}")));
        prop_assert_eq!(after(Handling::MaskDomainOnly, &address), text(&format!("{local}@*****.{top}")));
    }
}
