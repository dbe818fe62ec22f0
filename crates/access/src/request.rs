//! What a decision is asked about.

use chrono::{DateTime, Utc};
use storeward_core::{Actor, ChangeDigest, Environment, Operation};

use crate::{BreakGlass, PastOverride, Proof};

/// Whether somebody can be asked something while the operation runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[expect(clippy::exhaustive_enums, reason = "rules must handle both; a third is a breaking change")]
pub enum Session {
    /// A terminal or a browser is attached. What is not known counts as this.
    #[default]
    Interactive,
    /// Nothing is attached.
    Unattended,
}

/// Who wants to do what, where, when, and what they bring along.
///
/// ```
/// use storeward_access::{Request, Session};
/// use storeward_core::{Actor, Operation, Tier};
///
/// let (actor, environment) = (Actor::local("maria"), Tier::Staging.into());
/// let now = "2026-01-05T10:00:00Z".parse()?;
/// let request = Request::new(&actor, Operation::Deploy, &environment, now)
///     .touching(&["products", "categories"])
///     .in_session(Session::Unattended);
/// assert!(request.proofs.is_empty());
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Request<'a> {
    /// Who asks, with roles, kind and attestation.
    pub actor: &'a Actor,
    /// What is to be done.
    pub operation: Operation,
    /// Where.
    pub environment: &'a Environment,
    /// When.
    pub now: DateTime<Utc>,
    /// The entity types that the operation touches.
    pub entity_types: &'a [&'a str],
    /// Whether somebody can be asked.
    pub session: Session,
    /// The change that is to be applied, if the operation applies one.
    pub change: Option<&'a ChangeDigest>,
    /// What has been proved.
    pub proofs: &'a [Proof],
    /// An override to be used if the roles do not suffice, and the earlier ones.
    pub break_glass: Option<(&'a BreakGlass, &'a [PastOverride])>,
}

impl<'a> Request<'a> {
    /// A request that touches no entity types, brings no proofs, and is made where somebody can be asked.
    #[must_use]
    pub const fn new(
        actor: &'a Actor,
        operation: Operation,
        environment: &'a Environment,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            actor,
            operation,
            environment,
            now,
            entity_types: &[],
            session: Session::Interactive,
            change: None,
            proofs: &[],
            break_glass: None,
        }
    }

    /// The same request, for these entity types.
    #[must_use]
    pub const fn touching(mut self, entity_types: &'a [&'a str]) -> Self {
        self.entity_types = entity_types;
        self
    }

    /// The same request, made in this kind of session.
    #[must_use]
    pub const fn in_session(mut self, session: Session) -> Self {
        self.session = session;
        self
    }

    /// The same request, to apply this change.
    #[must_use]
    pub const fn applying(mut self, change: &'a ChangeDigest) -> Self {
        self.change = Some(change);
        self
    }

    /// The same request, with these proofs.
    #[must_use]
    pub const fn with_proofs(mut self, proofs: &'a [Proof]) -> Self {
        self.proofs = proofs;
        self
    }

    /// The same request, with an override to use if the roles do not suffice. `past` is every earlier override that is
    /// known, whoever used it: one that nobody reviewed blocks this one.
    #[must_use]
    pub const fn breaking_glass(mut self, glass: &'a BreakGlass, past: &'a [PastOverride]) -> Self {
        self.break_glass = Some((glass, past));
        self
    }
}
