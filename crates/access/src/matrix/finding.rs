//! What is wrong with a matrix, or probably not meant.

use std::fmt;

use serde::Serialize;

use super::Source;

/// Whether a matrix can be used in spite of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "whoever reports findings must handle both")]
pub enum Level {
    /// It can, but somebody should look.
    Warning,
    /// It cannot: no engine is made of it.
    Error,
}

storeward_core::vocabulary! {
    /// What was found.
    #[non_exhaustive]
    pub enum FindingCode: "finding" {
        /// Error: a name that no role can have: empty, longer than 64 bytes, or with a character other than letters, digits,
        /// `_`, `-`, `.`, `:` and `/`.
        InvalidName = "invalid_name",
        /// Error: two roles of one name.
        DuplicateRole = "duplicate_role",
        /// Error: a role that does not exist is inherited from, reviews security or may override.
        UnknownRole = "unknown_role",
        /// Error: an environment that does not exist.
        UnknownEnvironment = "unknown_environment",
        /// Error: a role that inherits from itself.
        Cycle = "cycle",
        /// Error: roles inherit over more levels than anybody can follow.
        TooDeep = "too_deep",
        /// Error: the matrix has more roles or cells than are taken.
        TooLarge = "too_large",
        /// Error: permissions that hold nowhere, since the role has no environment.
        NoEnvironment = "no_environment",
        /// Error: a permission that can never be used: in no environment of the role, always refused by a restriction of the
        /// role, or denied by the role itself.
        UnreachableGrant = "unreachable_grant",
        /// Error: a restriction without the parameter that says what it limits to, or a parameter without its restriction.
        MissingParameter = "missing_parameter",
        /// Error: restrictions that together refuse everything that they apply to: a pipeline with a second factor, lists of
        /// entity types with nothing in common, or windows with no minute in common.
        Contradiction = "contradiction",
        /// Error: `security_review_required` although no role reviews security.
        NoReviewer = "no_reviewer",
        /// Error: overrides that last no time or longer than is allowed.
        BreakGlassSpan = "break_glass_span",
        /// Warning: a restriction that limits nothing the role was granted.
        IdleRestriction = "idle_restriction",
        /// Warning: an environment in which the role was granted nothing.
        IdleEnvironment = "idle_environment",
        /// Warning: a role that does nothing.
        EmptyRole = "empty_role",
        /// Warning: a role with an empty list of members from which no other role inherits.
        NobodyHas = "nobody_has",
        /// Warning: a second factor for sessions in which nobody can be asked for one.
        UnattendedFactor = "unattended_factor",
        /// Warning: an entity type that the Saleor Configurator does not know.
        UnknownEntityType = "unknown_entity_type",
        /// Warning: a word that stands twice in a list.
        Repeated = "repeated",
        /// Warning: anybody can claim to be anybody in production.
        ProductionUnattested = "production_unattested",
        /// Warning: an override overrides explicit denies.
        DenyOverridden = "deny_overridden",
    }
}

impl FindingCode {
    /// Whether the matrix can be used in spite of it.
    #[must_use]
    pub const fn level(self) -> Level {
        match self {
            Self::InvalidName
            | Self::DuplicateRole
            | Self::UnknownRole
            | Self::UnknownEnvironment
            | Self::Cycle
            | Self::TooDeep
            | Self::TooLarge
            | Self::NoEnvironment
            | Self::UnreachableGrant
            | Self::MissingParameter
            | Self::Contradiction
            | Self::NoReviewer
            | Self::BreakGlassSpan => Level::Error,
            _ => Level::Warning,
        }
    }
}

/// One remark about a matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// What was found.
    pub code: FindingCode,
    /// Whether the matrix can be used in spite of it.
    pub level: Level,
    /// The role it is about.
    pub role: Option<String>,
    /// What is wrong, in words, with the known name that was probably meant.
    pub message: String,
    /// Where.
    pub source: Source,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.source)?;
        if let Some(role) = &self.role {
            write!(f, "role `{role}`: ")?;
        }
        f.write_str(&self.message)
    }
}

/// Why no engine is made of a matrix: its findings, of which one at least is an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidMatrix {
    pub(crate) findings: Vec<Finding>,
}

impl InvalidMatrix {
    /// All findings, warnings too.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

impl fmt::Display for InvalidMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let errors = self.findings.iter().filter(|finding| finding.level == Level::Error);
        for (at, finding) in errors.enumerate() {
            write!(f, "{}{finding}", if at == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl std::error::Error for InvalidMatrix {}
