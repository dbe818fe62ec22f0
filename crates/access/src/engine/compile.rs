//! From a matrix to tables.

use storeward_core::{Environment, Environments, Operation};

use super::{Cell, DenyRef, Engine, Grants, Way};
use crate::{
    Finding, FindingCode, InvalidMatrix, Matrix, ObligationKind, Restriction, Role, Source,
    entity::TypeSet,
    matrix::{Deny, blocks, by_name, denies},
    obligation::ObligationSet,
};

/// The most ways of all cells together. More come of roles that inherit hundreds of others, hundreds of times.
const MAX_WAYS: usize = 4_000_000;

pub(super) fn compile(
    matrix: Matrix,
    environments: &Environments,
    warnings: Vec<Finding>,
) -> Result<Engine, InvalidMatrix> {
    let mut engine = Engine {
        by_name: (0..).zip(&matrix.roles).map(|(at, role)| (role.name.value.as_str().into(), at)).collect(),
        environments: environments.iter().cloned().collect(),
        places: (0..).zip(environments.iter()).map(|(at, place)| (place.name().into(), at)).collect(),
        cells: Vec::new(),
        ways: Vec::new(),
        blocks: Vec::new(),
        denies: Vec::new(),
        members: matrix.roles.iter().map(members).collect(),
        types: matrix.roles.iter().map(types).collect(),
        trusted: Vec::new(),
        warnings,
        matrix: Matrix::default(),
    };
    let index = by_name(&matrix);
    for holder in 0..matrix.roles.len() {
        let blocks = blocks(&matrix, &index, holder);
        let first = engine.blocks.len();
        engine.blocks.extend(blocks.iter().map(|block| Grants {
            holder: number(holder),
            owner: number(block.owner),
            under: block.under.iter().map(|at| number(*at)).collect(),
        }));
        for place in environments.iter() {
            for &operation in Operation::ALL {
                let start = engine.ways.len();
                for (at, block) in (first..).zip(&blocks) {
                    if let Some(way) = way(&matrix, at, block.owner, &block.under, place, operation) {
                        engine.ways.push(way);
                    }
                }
                let denied = denies(&matrix, &blocks)
                    .find_map(|(role, deny)| denied_by(&matrix, role, deny, place, operation));
                if let Some(deny) = denied {
                    engine.denies.push(deny);
                }
                engine.cells.push(Cell {
                    first: number(start),
                    ways: number(engine.ways.len() - start),
                    deny: denied.map_or(0, |_| number(engine.denies.len())),
                });
            }
        }
        if engine.ways.len() > MAX_WAYS {
            let code = FindingCode::TooLarge;
            let message = "roles inherit too many grants from each other".to_owned();
            let finding = Finding { code, level: code.level(), role: None, message, source: Source::code() };
            return Err(InvalidMatrix { findings: vec![finding] });
        }
    }
    engine.matrix = matrix;
    Ok(engine)
}

/// The first permission of a block that is for the operation there, and what limits it.
fn way(
    matrix: &Matrix,
    block: usize,
    owner: usize,
    under: &[usize],
    place: &Environment,
    operation: Operation,
) -> Option<Way> {
    let role = matrix.roles.get(owner)?;
    if !role.environments.iter().any(|scope| scope.value.covers(place)) {
        return None;
    }
    let permission = role.permissions.iter().position(|p| p.value.grants(operation, place.tier()))?;
    let mut way = Way {
        block: number(block),
        permission: number(permission),
        refused: None,
        facts: 0,
        obligations: ObligationSet::EMPTY,
        factor: false,
    };
    for &restriction in Restriction::ALL {
        let restricts =
            |at: &usize| matrix.roles.get(*at).is_some_and(|r| r.restricted(restriction).is_some());
        if !under.iter().any(restricts) {
            continue;
        }
        if way.refused.is_none() && restriction.always_refuses(operation, place.tier()) {
            way.refused = Some(restriction);
        }
        if restriction.depends_on_facts(operation) {
            way.facts |= 1 << restriction as u16;
        }
        if let Some(kind) = restriction.asks_for(operation, place.tier()) {
            way.obligations = way.obligations.with(kind);
        }
    }
    if way.obligations.contains(ObligationKind::AuditBeforeAndAfter) {
        way.obligations = way.obligations.without(ObligationKind::AuditBefore); // which it includes
    }
    Some(way)
}

fn denied_by(
    matrix: &Matrix,
    role: usize,
    deny: &Deny,
    place: &Environment,
    operation: Operation,
) -> Option<DenyRef> {
    let at = matrix.roles.get(role)?.denies.iter().position(|other| std::ptr::eq(other, deny))?;
    let permission = deny.permissions.iter().position(|p| p.value.grants(operation, place.tier()))?;
    deny.is_in(place).then(|| DenyRef {
        role: number(role),
        deny: number(at),
        permission: number(permission),
    })
}

fn members(role: &Role) -> Option<Box<[Box<str>]>> {
    let mut members: Vec<Box<str>> =
        role.members.as_ref()?.value.iter().map(|id| id.value.as_str().into()).collect();
    members.sort_unstable();
    Some(members.into())
}

fn types(role: &Role) -> Option<TypeSet> {
    let types = role.entity_types.as_ref()?;
    Some(TypeSet::new(types.value.iter().map(|name| name.value.as_str())))
}

/// An index as the tables have it. What does not fit is beyond every table, so that it finds nothing.
fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
