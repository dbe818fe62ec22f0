//! What changes between two matrices, cell by cell: for whoever reviews a change to the roles.

use std::{collections::BTreeSet, fmt};

use serde::Serialize;
use storeward_core::{ActorKind, Environment, Operation, Tier};

use crate::{Engine, ObligationKind, Restriction, entity::TypeSet};

/// What changes between two engines.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Diff {
    /// The cells that change, by role, environment and operation.
    pub cells: Vec<CellDiff>,
    /// What changes for all cells at once, or for who holds a role.
    pub settings: Vec<SettingDiff>,
}

impl Diff {
    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty() && self.settings.is_empty()
    }
}

/// What changes for one role, environment and operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CellDiff {
    /// The role.
    pub role: String,
    /// The environment's canonical name.
    pub environment: String,
    /// The operation.
    pub operation: Operation,
    /// What changes there.
    pub changes: Vec<Change>,
}

/// How a cell changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case", tag = "change", content = "what")]
#[non_exhaustive]
pub enum Change {
    /// The role could not do it and now can.
    Gained,
    /// The role could do it and now cannot.
    Lost,
    /// Whoever holds the role must now not do it, whatever other roles they hold.
    DenyAdded,
    /// That no longer holds.
    DenyRemoved,
    /// Something more must be proved.
    ObligationAdded(ObligationKind),
    /// Something need no longer be proved.
    ObligationRemoved(ObligationKind),
    /// A restriction now refuses by the facts.
    ConditionAdded(Restriction),
    /// A restriction no longer refuses by the facts.
    ConditionRemoved(Restriction),
    /// What a restriction limits to is another, or there are other ways to be granted it.
    ConditionChanged,
}

/// A setting that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SettingDiff {
    /// Which: `attestation.production`, `break_glass`, `security_review.roles`, `roles.NAME.members`.
    pub setting: String,
    /// What it was; nothing if it was not there.
    pub old: String,
    /// What it is now.
    pub new: String,
}

/// One role, environment and operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CellView {
    /// The role.
    pub role: String,
    /// The environment's canonical name.
    pub environment: String,
    /// The operation.
    pub operation: Operation,
    /// Whether some grant of the role can be used there.
    pub granted: bool,
    /// Whether the role denies it.
    pub denied: bool,
    /// What must be proved whichever grant is used.
    pub obligations: Vec<ObligationKind>,
    /// The restrictions that go by facts whichever grant is used.
    pub conditions: Vec<Restriction>,
    /// Every usable grant with all that limits it, for comparison.
    #[serde(skip)]
    ways: BTreeSet<String>,
}

impl Engine {
    /// All cells, by role, environment and operation: the matrix as a table. Cells with neither grant nor deny are left out.
    pub fn cells(&self) -> impl Iterator<Item = CellView> {
        let roles = self.matrix().roles.iter().map(|role| role.name.value.as_str());
        let rows = roles.flat_map(|role| self.environments().iter().map(move |place| (role, place.name())));
        rows.flat_map(|(role, place)| Operation::ALL.iter().map(move |operation| (role, place, *operation)))
            .filter_map(|(role, place, operation)| self.view(role, place, operation))
            .filter(|cell| cell.granted || cell.denied)
    }

    /// One cell, if there is such a role and environment.
    #[must_use]
    pub fn view(&self, role: &str, environment: &str, operation: Operation) -> Option<CellView> {
        let place = self.environments().iter().find(|place| place.name() == environment)?;
        let cell = self.cell(self.role_index(role)?, self.place(place)?, operation);
        // Of whoever can use it: a pipeline, where people are refused.
        let asked = |way: &crate::engine::Way| {
            let automated = way.facts & 1 << Restriction::AutomatedOnly as u16 != 0;
            way.asks(if automated { ActorKind::Automation } else { ActorKind::Human })
        };
        let usable = || self.ways(cell).map(|(_, way)| way).filter(|way| way.refused.is_none());
        let obligations = usable().map(asked).reduce(crate::obligation::ObligationSet::common);
        let facts = usable().map(|way| way.facts).reduce(|a, b| a & b).unwrap_or(0);
        let has = |restriction: &Restriction| facts & 1 << *restriction as u16 != 0;
        Some(CellView {
            role: role.to_owned(),
            environment: environment.to_owned(),
            operation,
            granted: usable().next().is_some(),
            denied: self.deny(cell).is_some(),
            obligations: obligations.into_iter().flat_map(crate::obligation::ObligationSet::iter).collect(),
            conditions: Restriction::ALL.iter().copied().filter(has).collect(),
            ways: usable().map(|way| self.limits(way)).collect(),
        })
    }

    /// All that limits a grant, as text: equal for grants that allow the same.
    fn limits(&self, way: &crate::engine::Way) -> String {
        let mut limits = format!("{:?}", (way.obligations, way.factor, way.facts));
        let under =
            self.block(way).into_iter().flat_map(|block| &block.under).filter_map(|at| self.role(*at));
        let mut parameters: Vec<String> = Vec::new();
        let limited = |restriction| way.facts & 1 << restriction as u16 != 0;
        for role in under {
            if let Some(window) =
                role.time_window.as_ref().filter(|_| limited(Restriction::LimitedTimeWindow))
            {
                parameters.push(window.value.to_string());
            }
            if let Some(types) =
                role.entity_types.as_ref().filter(|_| limited(Restriction::LimitedEntityTypes))
            {
                let types = TypeSet::new(types.value.iter().map(|name| name.value.as_str()));
                parameters.push(format!("{types:?}"));
            }
        }
        parameters.sort();
        parameters.dedup();
        limits.push_str(&parameters.join(";"));
        limits
    }
}

/// Which role × environment × operation cells change from one engine to another, and how; and which settings.
#[must_use]
pub fn diff(old: &Engine, new: &Engine) -> Diff {
    let mut diff = Diff { cells: Vec::new(), settings: settings(old, new) };
    let environments: BTreeSet<&str> =
        [old, new].iter().flat_map(|engine| engine.environments()).map(Environment::name).collect();
    for role in roles(old, new) {
        for &environment in &environments {
            for &operation in Operation::ALL {
                let cells = (old.view(role, environment, operation), new.view(role, environment, operation));
                let changes = changes(cells.0.as_ref(), cells.1.as_ref());
                if !changes.is_empty() {
                    let (role, environment) = (role.to_owned(), environment.to_owned());
                    diff.cells.push(CellDiff { role, environment, operation, changes });
                }
            }
        }
    }
    diff
}

fn roles<'a>(old: &'a Engine, new: &'a Engine) -> BTreeSet<&'a str> {
    let engines = [old, new];
    engines.iter().flat_map(|engine| &engine.matrix().roles).map(|role| role.name.value.as_str()).collect()
}

fn changes(old: Option<&CellView>, new: Option<&CellView>) -> Vec<Change> {
    let granted = |cell: Option<&CellView>| cell.is_some_and(|cell| cell.granted);
    let denied = |cell: Option<&CellView>| cell.is_some_and(|cell| cell.denied);
    let mut changes = Vec::new();
    match (denied(old), denied(new)) {
        (false, true) => changes.push(Change::DenyAdded),
        (true, false) => changes.push(Change::DenyRemoved),
        _ => {}
    }
    // What is granted and denied can not be done.
    let can = |cell| granted(cell) && !denied(cell);
    match (can(old), can(new)) {
        (false, true) => changes.push(Change::Gained),
        (true, false) => changes.push(Change::Lost),
        _ => {}
    }
    if let (Some(old), Some(new)) = (old, new)
        && old.granted
        && new.granted
    {
        let before = changes.len();
        changes.extend(added(&old.obligations, &new.obligations).map(Change::ObligationAdded));
        changes.extend(added(&new.obligations, &old.obligations).map(Change::ObligationRemoved));
        changes.extend(added(&old.conditions, &new.conditions).map(Change::ConditionAdded));
        changes.extend(added(&new.conditions, &old.conditions).map(Change::ConditionRemoved));
        if changes.len() == before && old.ways != new.ways {
            changes.push(Change::ConditionChanged);
        }
    }
    changes
}

fn added<'a, T: Copy + PartialEq>(old: &'a [T], new: &'a [T]) -> impl Iterator<Item = T> + 'a {
    new.iter().copied().filter(|word| !old.contains(word))
}

fn settings(old: &Engine, new: &Engine) -> Vec<SettingDiff> {
    let mut settings = Vec::new();
    let mut compare = |setting: String, old: String, new: String| {
        if old != new {
            settings.push(SettingDiff { setting, old, new });
        }
    };
    let words = |words: &[crate::Located<String>]| {
        words
            .iter()
            .map(|word| word.value.as_str())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect::<Vec<_>>()
            .join(", ")
    };
    for tier in Tier::ALL {
        let level = |engine: &Engine| engine.matrix().attestation.required(tier).value.to_string();
        compare(format!("attestation.{tier}"), level(old), level(new));
    }
    let reviewers = |engine: &Engine| words(&engine.matrix().security_reviewers);
    compare("security_review.roles".to_owned(), reviewers(old), reviewers(new));
    let glass = |engine: &Engine| {
        let policy = &engine.matrix().break_glass;
        let (hours, mfa, deny) = (policy.max_hours, policy.require_mfa, policy.override_deny);
        format!(
            "roles: {}; max_hours: {hours}; require_mfa: {mfa}; override_deny: {deny}",
            words(&policy.roles)
        )
    };
    compare("break_glass".to_owned(), glass(old), glass(new));
    for role in roles(old, new) {
        let members = |engine: &Engine| {
            let role = engine.role_index(role).and_then(|at| engine.role(at));
            role.map_or_else(String::new, |role| match &role.members {
                Some(members) => format!("members: {}", words(&members.value)),
                None => "anybody".to_owned(),
            })
        };
        compare(format!("roles.{role}.members"), members(old), members(new));
    }
    settings
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gained => f.write_str("gained"),
            Self::Lost => f.write_str("lost"),
            Self::DenyAdded => f.write_str("deny added"),
            Self::DenyRemoved => f.write_str("deny removed"),
            Self::ObligationAdded(kind) => write!(f, "obligation `{kind}` added"),
            Self::ObligationRemoved(kind) => write!(f, "obligation `{kind}` removed"),
            Self::ConditionAdded(restriction) => write!(f, "condition `{restriction}` added"),
            Self::ConditionRemoved(restriction) => write!(f, "condition `{restriction}` removed"),
            Self::ConditionChanged => f.write_str("conditions changed"),
        }
    }
}
