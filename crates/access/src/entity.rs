//! The names of entity types.

use storeward_core::nearest;

/// The entity types that a configuration of the Saleor Configurator (3.23) is made of.
///
/// A role may list others, which later releases or other tools bring; [`lint`](crate::Matrix::lint) remarks on them.
pub const ENTITY_TYPES: &[&str] = &[
    "shop",
    "channels",
    "warehouses",
    "shippingZones",
    "taxClasses",
    "productAttributes",
    "contentAttributes",
    "customerAttributes",
    "attributes",
    "productTypes",
    "pageTypes",
    "modelTypes",
    "customerTypes",
    "categories",
    "collections",
    "menus",
    "models",
    "products",
];

/// Whether two names mean the same entity type: `shipping_zones` is `shippingZones`.
#[must_use]
pub fn same_type(a: &str, b: &str) -> bool {
    letters(a).eq(letters(b))
}

/// What counts of a name. Bytes beyond ASCII stand for themselves.
fn letters(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().filter(|byte| !matches!(byte, b'_' | b'-')).map(|byte| byte.to_ascii_lowercase())
}

/// Entity types, in the form in which names are compared, in order.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TypeSet(Vec<Box<[u8]>>);

impl TypeSet {
    pub(crate) fn new<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let mut names: Vec<Box<[u8]>> = names.map(|name| letters(name).collect()).collect();
        names.sort_unstable();
        names.dedup();
        Self(names)
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        // Brought into form once, where there is room without asking for memory; longer names are compared byte by byte.
        let mut room = [0; 48];
        let mut length = 0;
        for letter in letters(name) {
            let Some(place) = room.get_mut(length) else {
                return self.0.iter().any(|known| known.iter().copied().eq(letters(name)));
            };
            *place = letter;
            length += 1;
        }
        let wanted = room.get(..length).unwrap_or_default();
        self.0.binary_search_by(|known| (**known).cmp(wanted)).is_ok()
    }
}

/// The known type of this name, or the one most like it.
pub(crate) fn known(name: &str) -> Result<(), Option<&'static str>> {
    if ENTITY_TYPES.iter().any(|known| same_type(known, name)) {
        return Ok(());
    }
    Err(nearest::nearest(name, ENTITY_TYPES.iter().copied()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_told_apart_to_their_end() {
        let long = |end: &str| format!("{}{end}", "a_".repeat(60));
        let set = TypeSet::new([long("b"), "a".repeat(47), "a".repeat(48)].iter().map(String::as_str));
        for (name, listed) in [
            (long("B"), true),
            (long("c"), false),
            (long(""), false),
            ("a".repeat(46), false),
            ("a".repeat(47), true),
            ("a".repeat(48), true),
            ("a".repeat(49), false),
        ] {
            assert_eq!(set.contains(&name), listed, "{name}");
        }
    }

    #[test]
    fn spellings_of_one_name_are_one_type() {
        for (a, b, same) in [
            ("shippingZones", "shipping_zones", true),
            ("Shipping-Zones", "shippingzones", true),
            ("product", "products", false),
            ("shop", "", false),
            ("ß", "ss", false),
        ] {
            assert_eq!(same_type(a, b), same, "{a} {b}");
            assert_eq!(TypeSet::new(["menus", a, "a"].into_iter()).contains(b), same, "{a} {b}");
        }
        assert_eq!(known("productTypos"), Err(Some("productTypes")));
        assert_eq!(known("__proto__"), Err(None));
    }
}
