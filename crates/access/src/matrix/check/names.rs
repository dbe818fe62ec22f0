//! Names that name nothing, and words that stand twice.

use std::{collections::HashSet, fmt, hash::Hash};

use super::Checker;
use crate::{FindingCode, Located, Restriction, Role, Scope, entity, matrix::Source};

/// The longest name of a role, in bytes.
const MAX_NAME: usize = 64;

impl Checker<'_> {
    pub(super) fn names(&mut self) {
        let mut seen = HashSet::new();
        for role in &self.matrix.roles {
            let name = &role.name.value;
            if !is_name(name) {
                let message = format!("`{name}` cannot name a role: use letters, digits and `_-.:/`");
                self.add(FindingCode::InvalidName, None, message, &role.name.source);
            }
            if !seen.insert(name) {
                let message = format!("there is another role `{name}`");
                self.add(FindingCode::DuplicateRole, None, message, &role.name.source);
            }
            for parent in &role.inherits {
                if !self.index.contains_key(parent.value.as_str()) {
                    let message = self.unknown_role(&parent.value);
                    self.add(FindingCode::UnknownRole, Some(name), message, &parent.source);
                }
            }
            let denied = role.denies.iter().flat_map(|deny| &deny.environments);
            for scope in role.environments.iter().chain(denied) {
                if let Scope::Environment(wanted) = &scope.value
                    && let Err(error) = self.environments.resolve(wanted)
                {
                    self.add(FindingCode::UnknownEnvironment, Some(name), error.to_string(), &scope.source);
                }
            }
            self.parameters(role);
            self.repeated(name, "inherits", &role.inherits);
            self.repeated(name, "permissions", &role.permissions);
            self.repeated(name, "restrictions", &role.restrictions);
            let scopes: Vec<_> =
                role.environments.iter().map(|scope| named(&scope.value, &scope.source)).collect();
            self.repeated(name, "environments", &scopes);
            for list in role.entity_types.iter().chain(&role.members) {
                self.repeated(name, "its list", &list.value);
            }
        }
    }

    /// A restriction that limits to something, and what it limits to, come together.
    fn parameters(&mut self, role: &Role) {
        let name = &role.name.value;
        let types = role.entity_types.as_ref().map(|types| &types.source);
        let window = role.time_window.as_ref().map(|window| &window.source);
        for (restriction, key, parameter) in [
            (Restriction::LimitedEntityTypes, "entity_types", types),
            (Restriction::LimitedTimeWindow, "time_window", window),
        ] {
            let message = match (role.restricted(restriction), parameter) {
                (Some(at), None) => {
                    (format!("`{restriction}` needs `{key}`, which says what it limits to"), &at.source)
                }
                (None, Some(at)) => (format!("`{key}` limits nothing without `{restriction}`"), at),
                _ => continue,
            };
            self.add(FindingCode::MissingParameter, Some(name), message.0, message.1);
        }
        let Some(types) = &role.entity_types else { return };
        if types.value.is_empty() {
            let message = "`entity_types` lists none, which refuses every change";
            self.add(FindingCode::MissingParameter, Some(name), message, &types.source);
        }
        for entity in &types.value {
            if let Err(nearest) = entity::known(&entity.value) {
                let hint = storeward_core::nearest::hint(nearest);
                let message = format!("unknown entity type `{}`{hint}", entity.value);
                self.add(FindingCode::UnknownEntityType, Some(name), message, &entity.source);
            }
        }
    }

    fn repeated<T: Eq + Hash + fmt::Display>(&mut self, role: &str, list: &str, words: &[Located<T>]) {
        let mut seen = HashSet::new();
        for word in words {
            if !seen.insert(&word.value) {
                let message = format!("`{}` stands twice in {list}", word.value);
                self.add(FindingCode::Repeated, Some(role), message, &word.source);
            }
        }
    }
}

fn named(scope: &Scope, source: &Source) -> Located<String> {
    Located { value: scope.to_string(), source: source.clone() }
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= MAX_NAME
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b':' | b'/'))
}
