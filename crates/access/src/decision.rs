//! The answer to a request.

mod reason;
mod report;

use storeward_core::Attestation;

use crate::{
    BreakGlass, Engine, ObligationKind, Request, Restriction, Source, engine::DenyRef,
    obligation::ObligationSet,
};

pub(crate) use reason::because;
pub use reason::{ObligationReason, Reason};
pub use report::{DecidedByReport, DecisionReport, ObligationReport};

/// Whether the operation may run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "callers must handle every answer")]
pub enum Outcome {
    /// It may, now.
    Allowed,
    /// It may once the open obligations are met; until then it may not.
    Pending,
    /// It may not.
    Refused,
}

/// The answer to a request: an outcome, what decided, and what is still asked for. Words are made only when they are read.
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct Decision<'a> {
    engine: &'a Engine,
    request: &'a Request<'a>,
    verdict: Verdict<'a>,
    met: ObligationSet,
    glass: Option<GlassLack>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Verdict<'a> {
    ByRole { way: u32, open: u32 },
    ByOverride { glass: &'a BreakGlass, open: u32 },
    Refused(Refusal<'a>),
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Refusal<'a> {
    UnknownEnvironment,
    NoRole,
    UnknownRole(&'a str),
    Denied(DenyRef),
    /// The identity is not established well enough; if it were, this way would lead there.
    Unattested {
        way: u32,
    },
    NotMember(u32),
    NoGrant,
    Restricted {
        way: u32,
        restriction: Restriction,
        fact: Fact,
    },
}

/// The fact by which a restriction refuses.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fact {
    Always,
    Person,
    Interactive,
    /// Outside this role's window.
    Outside(u32),
    NoEntityType,
    /// An entity type of the request that this role does not list.
    EntityType {
        role: u32,
        index: usize,
    },
}

/// Why an override does not help.
#[derive(Debug, Clone, Copy)]
pub(crate) enum GlassLack {
    Unknown,
    Denied,
    Automation,
    Actor,
    Environment,
    Operation,
    Time,
    TooLong,
    Role,
    Unreviewed,
}

/// What decided.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct DecidedBy<'a> {
    /// The actor's role, or the one it inherits the rule from.
    pub role: Option<&'a str>,
    /// The rule: a permission, a restriction, `deny`, `members`, `attestation`, `break_glass`; or `unknown_role`,
    /// `unknown_environment`, `no_role` and `no_grant` where there was no rule to go by.
    pub rule: &'static str,
    /// Where the rule is written.
    pub source: Option<&'a Source>,
}

/// Something that is asked for.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Obligation<'a> {
    /// What is asked for.
    pub kind: ObligationKind,
    /// Whether it was proved.
    pub satisfied: bool,
    /// Who asks and, if it was not proved, what the proof lacks.
    pub reason: ObligationReason<'a>,
}

impl<'a> Decision<'a> {
    pub(crate) const fn new(
        engine: &'a Engine,
        request: &'a Request<'a>,
        verdict: Verdict<'a>,
        met: ObligationSet,
    ) -> Self {
        Self { engine, request, verdict, met, glass: None }
    }

    /// The outcome.
    #[must_use]
    pub const fn outcome(&self) -> Outcome {
        match self.verdict {
            Verdict::ByRole { open: 0, .. } | Verdict::ByOverride { open: 0, .. } => Outcome::Allowed,
            Verdict::ByRole { .. } | Verdict::ByOverride { .. } => Outcome::Pending,
            Verdict::Refused(_) => Outcome::Refused,
        }
    }

    /// Whether the operation may run now, with nothing left to prove.
    #[must_use]
    pub const fn is_allowed(&self) -> bool {
        matches!(self.outcome(), Outcome::Allowed)
    }

    /// Why, in words.
    #[must_use]
    pub const fn reason(&self) -> Reason<'a> {
        Reason { decision: *self }
    }

    /// What decided.
    #[must_use]
    pub fn decided_by(&self) -> DecidedBy<'a> {
        let engine = self.engine;
        let by = |role: Option<&'a str>, rule, source| DecidedBy { role, rule, source };
        match self.verdict {
            Verdict::ByRole { way, .. } => {
                let grant = engine.way(way).and_then(|way| Some((way, engine.block(way)?)));
                let owner = grant.and_then(|(_, block)| engine.role(block.owner));
                let permission = grant
                    .zip(owner)
                    .and_then(|((way, _), owner)| owner.permissions.get(way.permission as usize));
                let holder = grant.and_then(|(_, block)| engine.role(block.holder));
                let rule = permission.map_or("", |permission| permission.value.as_str());
                by(holder.map(|role| role.name.value.as_str()), rule, permission.map(|p| &p.source))
            }
            Verdict::ByOverride { .. } => by(None, "break_glass", None),
            Verdict::Refused(refusal) => match refusal {
                Refusal::UnknownEnvironment => by(None, "unknown_environment", None),
                Refusal::NoRole => by(None, "no_role", None),
                Refusal::UnknownRole(name) => by(Some(name), "unknown_role", None),
                Refusal::Denied(deny) => {
                    let role = engine.role(deny.role);
                    let source =
                        role.and_then(|role| role.denies.get(deny.deny as usize)).map(|deny| &deny.source);
                    by(role.map(|role| role.name.value.as_str()), "deny", source)
                }
                Refusal::Unattested { .. } => {
                    let required = engine.matrix().attestation.required(self.request.environment.tier());
                    by(None, "attestation", Some(&required.source))
                }
                Refusal::NotMember(role) => {
                    let role = engine.role(role);
                    let source = role.and_then(|role| role.members.as_ref()).map(|members| &members.source);
                    by(role.map(|role| role.name.value.as_str()), "members", source)
                }
                Refusal::NoGrant => by(None, "no_grant", None),
                Refusal::Restricted { way, restriction, fact } => {
                    let role = engine.refusing(way, restriction, fact);
                    let source = role.and_then(|role| role.restricted(restriction)).map(|r| &r.source);
                    by(role.map(|role| role.name.value.as_str()), restriction.as_str(), source)
                }
            },
        }
    }

    /// What is asked for, met or not. Nothing is asked for what is refused, unless nothing but the identity is in its way: then
    /// it is what else it takes.
    pub fn obligations(&self) -> impl Iterator<Item = Obligation<'a>> + use<'a> {
        let decision = *self;
        let asked = match self.verdict {
            Verdict::ByRole { way, .. } => {
                self.engine.way(way).map_or(ObligationSet::EMPTY, |way| way.asks(self.request.actor.kind))
            }
            Verdict::ByOverride { .. } => self.engine.override_asks(),
            Verdict::Refused(Refusal::Unattested { way }) => {
                self.engine.way(way).map_or(ObligationSet::EMPTY, |way| way.asks(self.request.actor.kind))
            }
            Verdict::Refused(_) => ObligationSet::EMPTY,
        };
        asked.iter().map(move |kind| Obligation {
            kind,
            satisfied: decision.met.contains(kind),
            reason: ObligationReason { decision, kind },
        })
    }

    /// How the actor's identity was established.
    #[must_use]
    pub const fn attestation(&self) -> &'a Attestation {
        &self.request.actor.attestation
    }

    /// The override that decided, if the roles did not suffice. Whoever acts on it says so to everybody.
    #[must_use]
    pub const fn break_glass(&self) -> Option<&'a BreakGlass> {
        match self.verdict {
            Verdict::ByOverride { glass, .. } => Some(glass),
            _ => None,
        }
    }

    /// The decision as data, with all words made.
    #[must_use]
    pub fn report(&self) -> DecisionReport {
        DecisionReport::of(self)
    }

    pub(crate) const fn request(&self) -> &'a Request<'a> {
        self.request
    }

    pub(crate) const fn refusal(&self) -> Option<Refusal<'a>> {
        match self.verdict {
            Verdict::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }

    pub(crate) const fn without_override(&self, lack: Option<GlassLack>) -> Self {
        Self { glass: lack, ..*self }
    }
}
