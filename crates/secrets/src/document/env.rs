//! `NAME=value` lines.

use super::walk::{Collection, Walk};

pub(super) fn walk(text: &str, walk: &mut Walk<'_>) {
    let (document, _) = adotenv::parse(text);
    walk.open(Collection::Mapping);
    for entry in document.entries() {
        walk.scalar(&entry.key_span(), entry.key());
        match entry.value_span() {
            Some(place) => walk.scalar(&place, ""),
            None => walk.other(),
        }
        if walk.is_done() {
            return;
        }
    }
}
