//! The process environment, read once and handed on. Nothing else in storeward looks at it.

use std::collections::BTreeMap;

/// The variables the program was started with. Those that are no valid text are left out.
#[derive(Default)]
pub(crate) struct Env(BTreeMap<String, String>);

impl Env {
    /// Takes them from the process.
    pub(crate) fn of_process() -> Self {
        #[expect(clippy::disallowed_methods, reason = "the one place where the process environment is read")]
        let vars = std::env::vars_os();
        Self(
            vars.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
                .collect(),
        )
    }

    /// These variables, for tests.
    #[cfg(test)]
    pub(crate) fn of(variables: &[(&str, &str)]) -> Self {
        let owned = variables.iter().map(|&(name, value)| (name.to_owned(), value.to_owned()));
        Self(owned.collect())
    }

    /// A variable's value, unless it is unset or empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// All variables, by name.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}
