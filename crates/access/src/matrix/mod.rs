//! Roles as data: who was granted what, where, under which restrictions.

mod check;
mod finding;
mod inherit;
mod place;

use std::{fmt, sync::LazyLock};

use storeward_core::{Environment, Tier};

use crate::{MatrixFile, Permission, Restriction, TimeWindow};

pub use check::{MAX_CELLS, MAX_ROLES};
pub(crate) use check::{check, is_usable};
pub use finding::{Finding, FindingCode, InvalidMatrix, Level};
pub(crate) use inherit::{Block, blocks, by_name, denies};
pub use place::{Located, Source};

/// The text of the built-in matrix, in the form that users write.
pub const BUILT_IN: &str = include_str!("built_in.toml");

/// Roles and the settings beside them.
///
/// Names are as they were written: whether they name anything is found out when an [`Engine`](crate::Engine) is made, or by
/// [`lint`](Self::lint).
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Matrix {
    /// The roles, in the order of the file.
    pub roles: Vec<Role>,
    /// The weakest identity that may be used, by tier.
    pub attestation: AttestationPolicy,
    /// Who reviews security, for `security_review_required`.
    pub security_reviewers: Vec<Located<String>>,
    /// The rules of overrides.
    pub break_glass: BreakGlassPolicy,
}

impl Matrix {
    /// The matrix for those who bring none: a developer, an operator, a security officer and a pipeline.
    #[must_use]
    pub fn built_in() -> Self {
        static MATRIX: LazyLock<Matrix> = LazyLock::new(|| {
            #[expect(clippy::expect_used, reason = "the text is a constant, and a test reads it")]
            MatrixFile::new("built-in.toml", BUILT_IN).parse().expect("the built-in matrix reads")
        });
        MATRIX.clone()
    }
}

/// A role: what it was granted, and what it takes away.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Role {
    /// Its name. Names are compared byte by byte.
    pub name: Located<String>,
    /// What it is for, in words.
    pub description: Option<String>,
    /// Roles whose grants and denies it has too. A grant comes with the restrictions of every role on the way.
    pub inherits: Vec<Located<String>>,
    /// What it was granted.
    pub permissions: Vec<Located<Permission>>,
    /// Where that holds.
    pub environments: Vec<Located<Scope>>,
    /// The conditions on what it was granted, itself or by inheritance.
    pub restrictions: Vec<Located<Restriction>>,
    /// What [`Restriction::LimitedEntityTypes`] limits it to.
    pub entity_types: Option<Located<Vec<Located<String>>>>,
    /// What [`Restriction::LimitedTimeWindow`] limits it to.
    pub time_window: Option<Located<TimeWindow>>,
    /// What nobody who holds it may do, whatever other roles they hold.
    pub denies: Vec<Deny>,
    /// The ids of those who may use it. Without a list anybody may of whom it is said that they hold it.
    pub members: Option<Located<Vec<Located<String>>>>,
}

impl Role {
    /// A role of this name that was granted nothing.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self::at(Located::new(name.into()))
    }

    pub(crate) const fn at(name: Located<String>) -> Self {
        Self {
            name,
            description: None,
            inherits: Vec::new(),
            permissions: Vec::new(),
            environments: Vec::new(),
            restrictions: Vec::new(),
            entity_types: None,
            time_window: None,
            denies: Vec::new(),
            members: None,
        }
    }

    pub(crate) fn restricted(&self, restriction: Restriction) -> Option<&Located<Restriction>> {
        self.restrictions.iter().find(|own| own.value == restriction)
    }
}

/// Permissions that are taken away. A deny wins over every grant, of whatever role.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Deny {
    /// The permissions; a deny of one takes away all operations that it grants, in its tiers.
    pub permissions: Vec<Located<Permission>>,
    /// Where; everywhere if this is empty.
    pub environments: Vec<Located<Scope>>,
    /// Why, in words.
    pub reason: Option<String>,
    /// Where it is written.
    pub source: Source,
}

impl Deny {
    /// A deny of these permissions in all environments.
    #[must_use]
    pub fn new(permissions: impl IntoIterator<Item = Permission>) -> Self {
        let permissions = permissions.into_iter().map(Located::new).collect();
        Self { permissions, environments: Vec::new(), reason: None, source: Source::code() }
    }

    pub(crate) fn is_in(&self, environment: &Environment) -> bool {
        self.environments.is_empty() || self.environments.iter().any(|scope| scope.value.covers(environment))
    }
}

/// Where a grant or a deny holds.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "whoever shows a matrix must handle each")]
pub enum Scope {
    /// Everywhere: `all`.
    All,
    /// In all environments of a tier: `tier:production`.
    Tier(Tier),
    /// In one environment, by its name or an alias: `production` is that environment and no other of its tier.
    Environment(String),
}

impl Scope {
    /// Whether it covers this environment. An alias does not: names are resolved first.
    pub(crate) fn covers(&self, environment: &Environment) -> bool {
        match self {
            Self::All => true,
            Self::Tier(tier) => *tier == environment.tier(),
            Self::Environment(name) => name == environment.name(),
        }
    }
}

storeward_core::vocabulary! {
    /// How well an identity must be established, from the weakest to the strongest. Each is met by those after it.
    #[non_exhaustive]
    pub enum AttestationLevel: "attestation" {
        /// Nobody but the caller says so.
        Claimed = "claimed",
        /// The store answered for the token that was presented.
        Store = "store",
        /// An issuer's signature was verified.
        Signed = "signed",
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Tier(tier) => write!(f, "tier:{tier}"),
            Self::Environment(name) => f.write_str(name),
        }
    }
}

/// The weakest identity that may be used, by tier.
#[derive(Debug, Clone)]
pub struct AttestationPolicy {
    levels: [Located<AttestationLevel>; 3],
}

impl Default for AttestationPolicy {
    /// Production needs an identity for which somebody other than the caller vouches.
    fn default() -> Self {
        let level = Located::new;
        Self {
            levels: [
                level(AttestationLevel::Claimed),
                level(AttestationLevel::Claimed),
                level(AttestationLevel::Store),
            ],
        }
    }
}

impl AttestationPolicy {
    /// What this tier needs.
    #[must_use]
    pub const fn required(&self, tier: Tier) -> &Located<AttestationLevel> {
        let [development, staging, production] = &self.levels;
        match tier {
            Tier::Development => development,
            Tier::Staging => staging,
            Tier::Production => production,
        }
    }

    /// Sets what this tier needs. Lowering it for production lets anybody claim to be anybody there.
    pub fn require(&mut self, tier: Tier, level: Located<AttestationLevel>) {
        let [development, staging, production] = &mut self.levels;
        *match tier {
            Tier::Development => development,
            Tier::Staging => staging,
            Tier::Production => production,
        } = level;
    }
}

/// The rules of overrides.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct BreakGlassPolicy {
    /// The roles of which a person needs one. Without any, nobody may override anything.
    pub roles: Vec<Located<String>>,
    /// How long an override may last at most, in hours; up to [`MAX_HOURS`](crate::break_glass::MAX_HOURS).
    pub max_hours: u16,
    /// Whether an override needs a second factor too.
    pub require_mfa: bool,
    /// Whether an override overrides an explicit deny as well.
    pub override_deny: bool,
}

impl Default for BreakGlassPolicy {
    fn default() -> Self {
        Self { roles: Vec::new(), max_hours: 4, require_mfa: true, override_deny: false }
    }
}
