//! What a token must be allowed to do, and what it may do beyond that.

use std::collections::BTreeSet;

use serde::Serialize;

/// What a Configurator needs to compare and write all sections of its file, each with the reason.
///
/// The three that are usually named (products, channels, settings) are not enough: reading the shipping zones of even
/// a near-empty store already needs `MANAGE_SHIPPING`. The reasons are those of Saleor 3.23's schema. A project
/// whose file has fewer sections, or whose store is older than customer types, states a smaller set.
pub const CONFIGURATOR: &[(&str, &str)] = &[
    ("MANAGE_CHANNELS", "`channels`, and the order, checkout and payment settings in them"),
    ("MANAGE_CUSTOMER_TYPES_AND_ATTRIBUTES", "`customerTypes` and `customerAttributes`"),
    ("MANAGE_MENUS", "`menus` and their items"),
    ("MANAGE_PAGES", "`models`, which Saleor's API calls pages"),
    ("MANAGE_PAGE_TYPES_AND_ATTRIBUTES", "`pageTypes`, `modelTypes` and `contentAttributes`"),
    ("MANAGE_PRODUCTS", "`products`, `categories`, `collections`, `warehouses` and stock"),
    ("MANAGE_PRODUCT_TYPES_AND_ATTRIBUTES", "`productTypes` and `productAttributes`"),
    ("MANAGE_SETTINGS", "`shop`: even reading the sender of mails or the limits of a checkout needs it"),
    ("MANAGE_SHIPPING", "`shippingZones` and their methods; without it a comparison already fails"),
    ("MANAGE_TAXES", "`taxClasses`, their rates, and a channel's tax configuration"),
];

/// The codes in [`CONFIGURATOR`].
#[must_use]
pub fn configurator() -> BTreeSet<String> {
    CONFIGURATOR.iter().map(|&(code, _)| code.to_owned()).collect()
}

/// Why a Configurator needs a permission; nothing if it does not.
#[must_use]
pub fn reason(code: &str) -> Option<&'static str> {
    CONFIGURATOR.iter().find(|&&(known, _)| known == code).map(|&(_, reason)| reason)
}

/// How what a token may do differs from what it must be allowed to do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "two sets differ in two ways")]
pub struct Difference {
    /// Required, but not available.
    pub missing: BTreeSet<String>,
    /// Available, but not required: what somebody who steals the token gets for nothing.
    pub excess: BTreeSet<String>,
}

/// Compares what a token may do with what is required. Codes are compared as they are, so `*` is no wildcard.
#[must_use]
pub fn compare(available: &BTreeSet<String>, required: &BTreeSet<String>) -> Difference {
    Difference {
        missing: required.difference(available).cloned().collect(),
        excess: available.difference(required).cloned().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_differences_are_found() {
        let set = |codes: &[&str]| codes.iter().map(|&code| code.to_owned()).collect::<BTreeSet<_>>();
        for (available, required, missing, excess) in [
            (&["A", "B"][..], &["A", "B"][..], &[][..], &[][..]),
            (&["A"], &["B"], &["B"], &["A"]),
            (&[], &["A", "B"], &["A", "B"], &[]),
            (&["A", "*"], &["B"], &["B"], &["*", "A"]),
        ] {
            let expected = Difference { missing: set(missing), excess: set(excess) };
            assert_eq!(compare(&set(available), &set(required)), expected);
        }
    }

    #[test]
    fn the_default_covers_the_sections() {
        let codes = configurator();
        assert_eq!(codes.len(), CONFIGURATOR.len(), "none is named twice");
        for section in [
            "shop",
            "channels",
            "warehouses",
            "shippingZones",
            "taxClasses",
            "productAttributes",
            "contentAttributes",
            "customerAttributes",
            "productTypes",
            "pageTypes",
            "modelTypes",
            "customerTypes",
            "categories",
            "collections",
            "menus",
            "models",
            "products",
        ] {
            let quoted = format!("`{section}`");
            assert!(CONFIGURATOR.iter().any(|(_, reason)| reason.contains(&quoted)), "{section}");
        }
        for never in ["MANAGE_APPS", "MANAGE_STAFF", "MANAGE_USERS", "MANAGE_ORDERS"] {
            assert!(!codes.contains(never) && reason(never).is_none(), "{never}");
        }
        assert!(reason("MANAGE_TAXES").unwrap().contains("taxClasses"));
    }
}
