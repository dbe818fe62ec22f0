//! From what a file holds to a role.

use super::{
    Places,
    item::{Entry, Fault, Item, Value},
    value::{keys, list, names, scopes, text, word, words},
};
use crate::{Deny, Located, Role, TimeWindow, window::InvalidWindow};

/// The keys of a role.
const KEYS: [&str; 9] = [
    "description",
    "inherits",
    "permissions",
    "environments",
    "restrictions",
    "entity_types",
    "time_window",
    "deny",
    "members",
];

pub(super) fn role(entry: &Entry, places: &Places<'_>) -> Result<Role, Fault> {
    let get = keys(&entry.value, &KEYS)?;
    let mut role = Role::at(Located { value: entry.key.clone(), source: places.source(entry.at) });
    if let Some(item) = get("description") {
        role.description = Some(text(item)?.to_owned());
    }
    if let Some(item) = get("inherits") {
        role.inherits = names(item, places)?;
    }
    if let Some(item) = get("permissions") {
        role.permissions = words(item, places)?;
    }
    if let Some(item) = get("environments") {
        role.environments = scopes(item, places)?;
    }
    if let Some(item) = get("restrictions") {
        role.restrictions = words(item, places)?;
    }
    if let Some(item) = get("entity_types") {
        role.entity_types = Some(Located { value: names(item, places)?, source: places.source(item.at) });
    }
    if let Some(item) = get("time_window") {
        role.time_window = Some(Located { value: window(item)?, source: places.source(item.at) });
    }
    if let Some(item) = get("deny") {
        for item in list(item)? {
            role.denies.push(deny(item, places)?);
        }
    }
    if let Some(item) = get("members") {
        role.members = Some(Located { value: names(item, places)?, source: places.source(item.at) });
    }
    Ok(role)
}

fn window(item: &Item) -> Result<TimeWindow, Fault> {
    let get = keys(item, &["hours", "days", "zone"])?;
    let need = |key: &str| get(key).ok_or_else(|| Fault::new(item.at, format!("the window has no `{key}`")));
    let (hours, days, zone) = (need("hours")?, need("days")?, need("zone")?);
    let words = list(days)?.iter().map(text).collect::<Result<Vec<_>, _>>()?;
    TimeWindow::new(text(hours)?, words.iter().copied(), text(zone)?).map_err(|error| {
        let at = match &error {
            InvalidWindow::Hours(_) => hours.at,
            InvalidWindow::Zone { .. } => zone.at,
            InvalidWindow::NoDay => days.at,
            InvalidWindow::Day(wrong) => {
                let at = words.iter().position(|word| word == wrong);
                at.and_then(|at| list(days).ok()?.get(at)).map_or(days.at, |day| day.at)
            }
        };
        Fault::new(at, error.to_string())
    })
}

fn deny(item: &Item, places: &Places<'_>) -> Result<Deny, Fault> {
    let source = places.source(item.at);
    if !matches!(item.value, Value::Table(_)) {
        let permission = Located { value: word(item)?, source: source.clone() };
        return Ok(Deny { permissions: vec![permission], environments: Vec::new(), reason: None, source });
    }
    let get = keys(item, &["permissions", "environments", "reason"])?;
    let permissions =
        get("permissions").ok_or_else(|| Fault::new(item.at, "the deny has no `permissions`"))?;
    let mut deny =
        Deny { permissions: words(permissions, places)?, environments: Vec::new(), reason: None, source };
    if deny.permissions.is_empty() {
        return Err(Fault::new(permissions.at, "a deny of nothing"));
    }
    if let Some(environments) = get("environments") {
        deny.environments = scopes(environments, places)?;
        if deny.environments.is_empty() {
            return Err(Fault::new(
                environments.at,
                "a deny that holds nowhere; leave it out to deny everywhere",
            ));
        }
    }
    if let Some(reason) = get("reason") {
        deny.reason = Some(text(reason)?.to_owned());
    }
    Ok(deny)
}
