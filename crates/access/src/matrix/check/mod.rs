//! Looks a matrix over before anything is decided by it.

mod grants;
mod names;
mod tree;

use std::collections::HashMap;

use storeward_core::{Environments, Operation};

use super::{AttestationLevel, Finding, FindingCode, Level, Matrix, Source, blocks, inherit::by_name};
use crate::break_glass::MAX_HOURS;

/// The most roles of a matrix.
pub const MAX_ROLES: usize = 10_000;

/// The most cells of a matrix: roles times environments times operations.
pub const MAX_CELLS: usize = 4_000_000;

impl Matrix {
    /// Everything that is wrong with the matrix or probably not meant, in the order of the roles.
    #[must_use]
    pub fn lint(&self, environments: &Environments) -> Vec<Finding> {
        check(&self.resolved(environments), environments)
    }

    /// The same matrix with the canonical names of environments in place of aliases.
    pub(crate) fn resolved(&self, environments: &Environments) -> Self {
        let mut matrix = self.clone();
        for role in &mut matrix.roles {
            let denied = role.denies.iter_mut().flat_map(|deny| &mut deny.environments);
            for scope in role.environments.iter_mut().chain(denied) {
                if let super::Scope::Environment(name) = &mut scope.value
                    && let Some(found) = environments.get(name)
                {
                    found.name().clone_into(name);
                }
            }
        }
        matrix
    }
}

/// The findings of a matrix whose names are resolved.
pub(crate) fn check(matrix: &Matrix, environments: &Environments) -> Vec<Finding> {
    let mut checker = Checker { matrix, environments, index: by_name(matrix), findings: Vec::new() };
    let cells = matrix.roles.len().saturating_mul(environments.iter().count() * Operation::ALL.len());
    if matrix.roles.len() > MAX_ROLES || cells > MAX_CELLS {
        let message = format!("more than {MAX_ROLES} roles, or {MAX_CELLS} cells");
        checker.add(FindingCode::TooLarge, None, message, &Source::code());
        return checker.findings;
    }
    checker.settings();
    checker.names();
    checker.tree();
    // What follows inherits, so it needs roles that do.
    if !checker
        .findings
        .iter()
        .any(|finding| matches!(finding.code, FindingCode::Cycle | FindingCode::TooDeep))
    {
        checker.grants();
    }
    checker.findings
}

/// Whether an engine can be made in spite of these findings.
pub(crate) fn is_usable(findings: &[Finding]) -> bool {
    findings.iter().all(|finding| finding.level < Level::Error)
}

struct Checker<'a> {
    matrix: &'a Matrix,
    environments: &'a Environments,
    index: HashMap<&'a str, usize>,
    findings: Vec<Finding>,
}

impl Checker<'_> {
    fn add(&mut self, code: FindingCode, role: Option<&str>, message: impl Into<String>, source: &Source) {
        let role = role.map(str::to_owned);
        let finding =
            Finding { code, level: code.level(), role, message: message.into(), source: source.clone() };
        // One mistake in a role shows in each that inherits it.
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    fn settings(&mut self) {
        let matrix = self.matrix;
        let production = matrix.attestation.required(storeward_core::Tier::Production);
        if production.value == AttestationLevel::Claimed {
            let message = "production takes an identity for which nobody vouches";
            self.add(FindingCode::ProductionUnattested, None, message, &production.source);
        }
        let glass = &matrix.break_glass;
        let source = glass.roles.first().map_or_else(Source::code, |role| role.source.clone());
        if glass.max_hours == 0 || glass.max_hours > MAX_HOURS {
            let message = format!("an override lasts between 1 and {MAX_HOURS} hours");
            self.add(FindingCode::BreakGlassSpan, None, message, &source);
        }
        if glass.override_deny && !glass.roles.is_empty() {
            self.add(FindingCode::DenyOverridden, None, "an override overrides explicit denies", &source);
        }
        for role in matrix.security_reviewers.iter().chain(&glass.roles) {
            if !self.index.contains_key(role.value.as_str()) {
                let message = self.unknown_role(&role.value);
                self.add(FindingCode::UnknownRole, None, message, &role.source);
            }
        }
    }

    fn unknown_role(&self, name: &str) -> String {
        let known = self.matrix.roles.iter().map(|role| role.name.value.as_str());
        let hint = storeward_core::nearest::hint(storeward_core::nearest::nearest(name, known));
        format!("unknown role `{name}`{hint}")
    }
}
