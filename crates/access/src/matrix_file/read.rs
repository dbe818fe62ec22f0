//! From what a file holds to a matrix.

use storeward_core::{Tier, UnknownWord, vocabulary::normal};

use super::{
    Places,
    item::{Fault, Item},
    role::role,
    value::{bare, keys, names, table, text, word},
};
use crate::{AttestationPolicy, BreakGlassPolicy, Located, Matrix};

pub(super) fn matrix(file: &Item, places: &Places<'_>) -> Result<Matrix, Fault> {
    let known = ["extends", "attestation", "security_review", "break_glass", "roles"];
    let get = keys(file, &known)?;
    let mut matrix = match get("extends") {
        None => Matrix::default(),
        Some(item) => match normal(text(item)?).as_str() {
            "built_in" => Matrix::built_in(),
            other => {
                return Err(Fault::new(item.at, UnknownWord::new("matrix", other, ["built_in"]).to_string()));
            }
        },
    };
    if let Some(item) = get("attestation") {
        attestation(item, places, &mut matrix.attestation)?;
    }
    if let Some(item) = get("security_review") {
        let get = keys(item, &["roles"])?;
        if let Some(roles) = get("roles") {
            matrix.security_reviewers = names(roles, places)?;
        }
    }
    if let Some(item) = get("break_glass") {
        break_glass(item, places, &mut matrix.break_glass)?;
    }
    let mut own = Vec::new();
    if let Some(roles) = get("roles") {
        for entry in table(roles)? {
            own.push(role(entry, places)?);
        }
    }
    // One that extends another may change nothing but its settings.
    if own.is_empty() && matrix.roles.is_empty() {
        return Err(Fault::new(get("roles").map_or(file.at, |roles| roles.at), "holds no roles"));
    }
    matrix.roles.retain(|role| !own.iter().any(|own| own.name.value == role.name.value));
    matrix.roles.extend(own);
    Ok(matrix)
}

fn attestation(item: &Item, places: &Places<'_>, policy: &mut AttestationPolicy) -> Result<(), Fault> {
    let known = Tier::ALL.map(Tier::as_str);
    let get = keys(item, &known)?;
    for tier in Tier::ALL {
        if let Some(item) = get(tier.as_str()) {
            policy.require(tier, Located { value: word(item)?, source: places.source(item.at) });
        }
    }
    Ok(())
}

fn break_glass(item: &Item, places: &Places<'_>, policy: &mut BreakGlassPolicy) -> Result<(), Fault> {
    let get = keys(item, &["roles", "max_hours", "require_mfa", "override_deny"])?;
    if let Some(roles) = get("roles") {
        policy.roles = names(roles, places)?;
    }
    if let Some(item) = get("max_hours") {
        policy.max_hours = bare(item, "a whole number of hours")?;
        if policy.max_hours == 0 || policy.max_hours > crate::break_glass::MAX_HOURS {
            let most = crate::break_glass::MAX_HOURS;
            return Err(Fault::new(item.at, format!("an override lasts between 1 and {most} hours")));
        }
    }
    for (key, flag) in
        [("require_mfa", &mut policy.require_mfa), ("override_deny", &mut policy.override_deny)]
    {
        if let Some(item) = get(key) {
            *flag = bare(item, "`true` or `false`")?;
        }
    }
    Ok(())
}
