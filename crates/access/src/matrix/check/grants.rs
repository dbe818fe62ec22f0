//! Grants that can never be used, and restrictions that limit nothing or everything.

use storeward_core::{Environment, Operation};

use super::{Checker, blocks};
use crate::{
    FindingCode, Permission, Restriction, Role,
    entity::same_type,
    matrix::{Block, Deny, Located, denies},
};

impl Checker<'_> {
    pub(super) fn grants(&mut self) {
        let matrix = self.matrix;
        for (holder, role) in matrix.roles.iter().enumerate() {
            let blocks = blocks(matrix, &self.index, holder);
            let denies: Vec<&Deny> = denies(matrix, &blocks).map(|(_, deny)| deny).collect();
            self.own(role, &denies);
            self.idle(role, &blocks);
            for block in &blocks {
                self.contradictions(block);
            }
        }
    }

    /// What the role itself was granted, and whether it can be used.
    fn own(&mut self, role: &Role, denies: &[&Deny]) {
        let name = &role.name.value;
        if role.permissions.is_empty() && role.inherits.is_empty() && role.denies.is_empty() {
            self.add(
                FindingCode::EmptyRole,
                Some(name),
                "grants nothing and denies nothing",
                &role.name.source,
            );
        }
        if let (Some(permission), true) = (role.permissions.first(), role.environments.is_empty()) {
            let message = "its permissions hold nowhere: it has no `environments`";
            self.add(FindingCode::NoEnvironment, Some(name), message, &permission.source);
            return;
        }
        let places: Vec<Environment> = self.environments.iter().cloned().collect();
        let is_in = |environment: &Environment| role.environments.iter().any(|s| s.value.covers(environment));
        for Located { value: permission, source } in &role.permissions {
            let cells = || cells(*permission, places.iter().filter(|environment| is_in(environment)));
            let refusing = |(environment, operation): (&Environment, Operation)| {
                let refuses =
                    |r: &&Located<Restriction>| r.value.always_refuses(operation, environment.tier());
                role.restrictions.iter().find(refuses).map(|restriction| restriction.value)
            };
            let message = if cells().next().is_none() {
                format!("`{permission}` holds in none of its environments")
            } else if let Some(restriction) = cells().next().and_then(refusing)
                && cells().all(|cell| refusing(cell).is_some())
            {
                format!("`{permission}` is always refused by `{restriction}`")
            } else if cells().all(|cell| refusing(cell).is_some() || is_denied(denies, cell)) {
                format!("`{permission}` is always denied by the role itself")
            } else {
                continue;
            };
            self.add(FindingCode::UnreachableGrant, Some(name), message, source);
        }
        for scope in &role.environments {
            let mut covered = places.iter().filter(|environment| scope.value.covers(environment)).peekable();
            // An unknown environment is a finding of its own.
            if covered.peek().is_some()
                && !role.permissions.is_empty()
                && covered
                    .all(|place| role.permissions.iter().all(|p| cells(p.value, [place]).next().is_none()))
            {
                let message = format!("it was granted nothing in `{}`", scope.value);
                self.add(FindingCode::IdleEnvironment, Some(name), message, &scope.source);
            }
        }
    }

    /// The role's restrictions that limit none of its grants. Those that refuse are kept as a guard for later grants.
    fn idle(&mut self, role: &Role, blocks: &[Block]) {
        let matrix = self.matrix;
        let mut acts = vec![false; role.restrictions.len()];
        for block in blocks {
            let Some(owner) = matrix.roles.get(block.owner) else { continue };
            let over =
                || block.under.iter().filter_map(|at| matrix.roles.get(*at)).flat_map(|r| &r.restrictions);
            let places =
                self.environments.iter().filter(|e| owner.environments.iter().any(|s| s.value.covers(e)));
            for place in places {
                for permission in &owner.permissions {
                    for (_, operation) in cells(permission.value, [place]) {
                        if over().any(|r| r.value.always_refuses(operation, place.tier())) {
                            continue;
                        }
                        for (restriction, acts) in role.restrictions.iter().zip(&mut acts) {
                            *acts |= restriction.value.depends_on_facts(operation)
                                || restriction.value.asks_for(operation, place.tier()).is_some();
                        }
                    }
                }
            }
        }
        let name = &role.name.value;
        for (Located { value, source }, acts) in role.restrictions.iter().zip(acts) {
            let guard = matches!(value, Restriction::NoProductionAccess | Restriction::ReadOnlyConfig);
            if !acts && !guard {
                let message = format!("`{value}` limits nothing that the role was granted");
                self.add(FindingCode::IdleRestriction, Some(name), message, source);
            }
            if *value == Restriction::AuditAllActions
                && role.restricted(Restriction::FullAuditTrail).is_some()
            {
                let message = "`audit_all_actions` asks for nothing that `full_audit_trail` does not";
                self.add(FindingCode::IdleRestriction, Some(name), message, source);
            }
            if *value == Restriction::SecurityReviewRequired && matrix.security_reviewers.is_empty() {
                let message = "nobody can give the security review: `security_review.roles` lists no role";
                self.add(FindingCode::NoReviewer, Some(name), message, source);
            }
        }
    }

    /// Restrictions on one grant that cannot be met together.
    fn contradictions(&mut self, block: &Block) {
        let matrix = self.matrix;
        let under: Vec<&Role> = block.under.iter().filter_map(|at| matrix.roles.get(*at)).collect();
        if under.first().is_none_or(|owner| owner.permissions.is_empty()) {
            return;
        }
        let find = |restriction: Restriction| {
            under.iter().find_map(|role| Some((&role.name.value, role.restricted(restriction)?)))
        };
        if let Some((asking, mfa)) = find(Restriction::RequireMfa) {
            if let Some((role, automated)) = find(Restriction::AutomatedOnly) {
                let message = format!(
                    "`automated_only` and `require_mfa` of `{asking}`: a pipeline has no second factor"
                );
                self.add(FindingCode::Contradiction, Some(role), message, &automated.source);
            } else if find(Restriction::NoInteractiveAccess).is_some() {
                let message = "nobody can be asked for the second factor: it must be given beforehand";
                self.add(FindingCode::UnattendedFactor, Some(asking), message, &mfa.source);
            }
        }
        let lists: Vec<_> = under.iter().filter_map(|r| Some((r, r.entity_types.as_ref()?))).collect();
        if let Some(((role, first), others)) = lists.split_first()
            && !others.is_empty()
            && !first.value.iter().any(|a| {
                others.iter().all(|(_, list)| list.value.iter().any(|b| same_type(&a.value, &b.value)))
            })
        {
            let message = format!(
                "`entity_types` has nothing in common with {}",
                names(others.iter().map(|(r, _)| **r))
            );
            self.add(FindingCode::Contradiction, Some(&role.name.value), message, &first.source);
        }
        let windows: Vec<_> = under.iter().filter_map(|r| Some((r, r.time_window.as_ref()?))).collect();
        for (at, (role, window)) in windows.iter().enumerate() {
            for (other, later) in windows.iter().skip(at + 1) {
                if window.value.excludes(&later.value) {
                    let message =
                        format!("`time_window` has no minute in common with that of `{}`", other.name.value);
                    self.add(FindingCode::Contradiction, Some(&role.name.value), message, &window.source);
                }
            }
        }
    }
}

fn names<'a>(roles: impl Iterator<Item = &'a Role>) -> String {
    let names: Vec<String> = roles.map(|role| format!("that of `{}`", role.name.value)).collect();
    names.join(", ")
}

/// The places and operations for which a permission is.
fn cells<'a>(
    permission: Permission,
    places: impl IntoIterator<Item = &'a Environment>,
) -> impl Iterator<Item = (&'a Environment, Operation)> {
    places
        .into_iter()
        .filter(move |place| permission.tiers().contains(&place.tier()))
        .flat_map(move |place| permission.operations().iter().map(move |operation| (place, *operation)))
}

fn is_denied(denies: &[&Deny], (place, operation): (&Environment, Operation)) -> bool {
    denies.iter().any(|deny| {
        deny.is_in(place) && deny.permissions.iter().any(|p| p.value.grants(operation, place.tier()))
    })
}
