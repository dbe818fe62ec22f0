//! Where a field stands in a document, and patterns over such places.

use std::fmt;

/// The keys and indices from a document's root to a field.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct FieldPath(Vec<String>);

impl FieldPath {
    /// The path made of these keys and indices.
    pub fn of<I: IntoIterator<Item = T>, T: Into<String>>(segments: I) -> Self {
        Self(segments.into_iter().map(Into::into).collect())
    }

    /// The same path, one key or index deeper.
    #[must_use]
    pub fn child(&self, segment: impl Into<String>) -> Self {
        let mut segments = self.0.clone();
        segments.push(segment.into());
        Self(segments)
    }

    /// The keys and indices, outermost first.
    #[must_use]
    pub fn segments(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, segment) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "." };
            write!(f, "{separator}{segment}")?;
        }
        Ok(())
    }
}

/// A dotted pattern over paths: `shop.email`, `warehouses.*.email`, `**.apiKey`.
///
/// `*` stands for one key or index, `**` for any number of them, none included. Keys compare exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PathPattern(&'static str);

impl PathPattern {
    /// A pattern written in the program.
    #[must_use]
    pub const fn new(pattern: &'static str) -> Self {
        Self(pattern)
    }

    /// Whether the pattern describes this path.
    #[must_use]
    pub fn matches(self, path: &FieldPath) -> bool {
        let pattern: Vec<&str> = self.0.split('.').collect();
        matches(&pattern, path.segments())
    }
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

fn matches(pattern: &[&str], path: &[String]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((&"**", rest)), None) => matches(rest, path),
        (Some((&"**", rest)), Some((_, deeper))) => matches(rest, path) || matches(pattern, deeper),
        (Some((segment, rest)), Some((key, deeper))) => {
            (*segment == "*" || segment == key) && matches(rest, deeper)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn stars_stand_for_keys() {
        for (pattern, path, expected) in [
            ("shop.email", "shop.email", true),
            ("shop.email", "shop.email.x", false),
            ("shop.email", "shop", false),
            ("warehouses.*.email", "warehouses.0.email", true),
            ("warehouses.*.email", "warehouses.email", false),
            ("warehouses.*.address.**", "warehouses.0.address", true),
            ("warehouses.*.address.**", "warehouses.0.address.city", true),
            ("**.apiKey", "apiKey", true),
            ("**.apiKey", "integrations.pay.apiKey", true),
            ("**.apiKey", "integrations.pay.apikey", false),
            ("a.**.b.**.c", "a.x.b.y.y.c", true),
            ("a.**.b.**.c", "a.x.y.c", false),
        ] {
            let path = FieldPath::of(path.split('.'));
            assert_eq!(PathPattern::new(pattern).matches(&path), expected, "{pattern} on {path}");
        }
    }

    proptest! {
        #[test]
        fn two_stars_match_everything(keys in proptest::collection::vec("[a-z]{1,3}", 0..6)) {
            prop_assert!(PathPattern::new("**").matches(&FieldPath::of(keys)));
        }
    }
}
