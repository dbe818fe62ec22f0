//! The known word that a person probably meant.

/// The known word most like `word`, if one is near enough to be worth suggesting.
///
/// ```
/// use storeward_core::nearest::nearest;
///
/// assert_eq!(nearest("chanels", ["channels", "warehouses"]), Some("channels"));
/// assert_eq!(nearest("zzz", ["channels", "warehouses"]), None);
/// ```
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let mut best: Option<(f64, &str)> = None;
    for candidate in known {
        let likeness = strsim::normalized_damerau_levenshtein(word, candidate);
        if likeness > best.map_or(0.0, |(likeness, _)| likeness) {
            best = Some((likeness, candidate));
        }
    }
    // Two letters in five may differ: `prodution` is caught, `audit` is not offered for `deploy`.
    best.filter(|&(likeness, _)| likeness >= 0.6).map(|(_, candidate)| candidate)
}

/// The hint's place in an error message: `; did you mean `x`?`, or nothing.
#[must_use]
pub fn hint(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |word| format!("; did you mean `{word}`?"))
}
