//! Decisions in words.

use std::fmt;

use storeward_core::{Attestation, Environment, nearest};

use super::{Decision, Fact, GlassLack, Refusal, Verdict};
use crate::{Engine, ObligationKind, Request, Restriction, engine::Way};

/// Why a decision is as it is: one sentence, for a person.
#[derive(Debug, Clone, Copy)]
pub struct Reason<'a> {
    pub(super) decision: Decision<'a>,
}

impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Decision { engine, request, verdict, .. } = self.decision;
        let (operation, place) = (request.operation, request.environment.name());
        match verdict {
            Verdict::ByRole { way, .. } => {
                let by = self.decision.decided_by();
                let owner =
                    engine.way(way).and_then(|way| engine.block(way)).and_then(|b| engine.role(b.owner));
                let (holder, owner) = (by.role.unwrap_or(""), owner.map_or("", |role| &role.name.value));
                write!(f, "`{}` of role `{owner}`", by.rule)?;
                if owner != holder {
                    write!(f, ", which `{holder}` inherits,")?;
                }
                write!(f, " grants `{operation}` in `{place}`")?;
            }
            Verdict::ByOverride { glass, .. } => {
                let (actor, until) = (glass.actor(), glass.until().format("%Y-%m-%dT%H:%MZ"));
                let why = glass.reason().escape_debug();
                write!(f, "OVERRIDE by `{actor}` until {until} for `{operation}` in `{place}`: {why}")?;
            }
            Verdict::Refused(refusal) => refused(f, engine, request, refusal)?,
        }
        let mut open = self.decision.obligations().filter(|o| !o.satisfied && o.kind.is_before());
        if let Some(first) = open.next() {
            write!(f, "; it still needs {}", first.kind.needs())?;
            for next in open {
                write!(f, ", {}", next.kind.needs())?;
            }
        }
        if let Some(lack) = self.decision.glass {
            write!(f, "; the override does not help: {}", lack.words())?;
        }
        Ok(())
    }
}

fn refused(
    f: &mut fmt::Formatter<'_>,
    engine: &Engine,
    request: &Request<'_>,
    refusal: Refusal<'_>,
) -> fmt::Result {
    let (operation, place) = (request.operation, request.environment.name());
    let name = |at: u32| engine.role(at).map_or("", |role| role.name.value.as_str());
    match refusal {
        Refusal::UnknownEnvironment => {
            let known = engine.environments().iter().map(Environment::name);
            write!(
                f,
                "unknown environment `{}`{}",
                place.escape_debug(),
                nearest::hint(nearest::nearest(place, known))
            )
        }
        Refusal::NoRole => write!(f, "`{}` holds no role", request.actor.id.escape_debug()),
        Refusal::UnknownRole(role) => {
            let known = engine.matrix().roles.iter().map(|role| role.name.value.as_str());
            write!(
                f,
                "unknown role `{}`{}",
                role.escape_debug(),
                nearest::hint(nearest::nearest(role, known))
            )
        }
        Refusal::Denied(deny) => {
            write!(f, "role `{}` denies ", name(deny.role))?;
            let denied = engine.role(deny.role).and_then(|role| role.denies.get(deny.deny as usize));
            let word = denied.and_then(|denied| denied.permissions.get(deny.permission as usize));
            write!(
                f,
                "`{}`, and so `{operation}` in `{place}`",
                word.map_or("", |word| word.value.as_str())
            )?;
            match denied.and_then(|denied| denied.reason.as_ref()) {
                Some(reason) => write!(f, ": {}", reason.escape_debug()),
                None => Ok(()),
            }
        }
        Refusal::Unattested { .. } => {
            let required = engine.matrix().attestation.required(request.environment.tier()).value;
            let tier = request.environment.tier();
            let how = match request.actor.attestation {
                Attestation::Store { .. } => "the store answered for",
                Attestation::Signed { .. } => "a signature proves",
                _ => "only the caller claims",
            };
            write!(f, "{tier} needs an identity of level `{required}`, and this one {how}")
        }
        Refusal::NotMember(role) => {
            write!(f, "`{}` is no member of role `{}`", request.actor.id.escape_debug(), name(role))
        }
        Refusal::NoGrant => {
            write!(f, "no permission for `{operation}` in `{place}` comes with ")?;
            for (at, role) in request.actor.roles.iter().enumerate() {
                write!(f, "{}`{role}`", if at == 0 { "role " } else { ", " })?;
            }
            Ok(())
        }
        Refusal::Restricted { way, restriction, fact } => {
            let role = engine.refusing(way, restriction, fact);
            let role = role.map_or("", |role| role.name.value.as_str());
            write!(f, "`{restriction}` of role `{role}` refuses it: ")?;
            because(f, engine, request, restriction, fact)
        }
    }
}

/// The fact by which a restriction refuses.
pub(crate) fn because(
    f: &mut impl fmt::Write,
    engine: &Engine,
    request: &Request<'_>,
    restriction: Restriction,
    fact: Fact,
) -> fmt::Result {
    match fact {
        Fact::Always if restriction == Restriction::NoProductionAccess => {
            write!(f, "`{}` is production", request.environment.name())
        }
        Fact::Always => write!(f, "`{}` changes a store's configuration", request.operation),
        Fact::Person => f.write_str("the actor is a person"),
        Fact::Interactive => f.write_str("the session is one in which somebody can be asked"),
        Fact::Outside(role) => {
            let window = engine.role(role).and_then(|role| role.time_window.as_ref());
            write!(f, "{} is outside ", request.now.format("%Y-%m-%dT%H:%MZ"))?;
            window.map_or(Ok(()), |window| write!(f, "{}", window.value))
        }
        Fact::NoEntityType => f.write_str("the request does not say which entity types it touches"),
        Fact::EntityType { index, .. } => {
            let wanted = request.entity_types.get(index).copied().unwrap_or_default();
            write!(f, "`{}` is not among its entity types", wanted.escape_debug())
        }
    }
}

/// Who asks for an obligation and, if it was not proved, what the proof lacks: one sentence, for a person.
#[derive(Debug, Clone, Copy)]
pub struct ObligationReason<'a> {
    pub(super) decision: Decision<'a>,
    pub(super) kind: ObligationKind,
}

impl fmt::Display for ObligationReason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Decision { engine, request, verdict, met, .. } = self.decision;
        match verdict {
            Verdict::ByRole { way, .. } | Verdict::Refused(Refusal::Unattested { way }) => {
                if let Some((restriction, role)) =
                    engine.way(way).and_then(|w| asking(engine, request, w, self.kind))
                {
                    write!(f, "`{restriction}` of role `{role}` asks for {}", self.kind.needs())?;
                } else {
                    write!(f, "the policy of second factors asks for {} here", self.kind.needs())?;
                }
            }
            Verdict::ByOverride { .. } => write!(f, "an override needs {}", self.kind.needs())?,
            Verdict::Refused(_) => {}
        }
        if self.kind.is_before() && !met.contains(self.kind) {
            let lack = engine.proven(self.kind, request).err();
            write!(f, "; {}", lack.map_or("none was presented", crate::proof::Lack::words))?;
        }
        Ok(())
    }
}

/// The restriction that asks for something on a way, and its role.
fn asking<'a>(
    engine: &'a Engine,
    request: &Request<'_>,
    way: &Way,
    kind: ObligationKind,
) -> Option<(Restriction, &'a str)> {
    let tier = request.environment.tier();
    let asks = |restriction: &&Restriction| restriction.asks_for(request.operation, tier) == Some(kind);
    Restriction::ALL.iter().filter(asks).find_map(|&restriction| {
        let role = engine.restricting(way, restriction)?;
        Some((restriction, role.name.value.as_str()))
    })
}

impl GlassLack {
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Unknown => "it changes neither who somebody is nor what exists",
            Self::Denied => "what is denied stays denied",
            Self::Automation => "it is for people",
            Self::Actor => "it is somebody else's",
            Self::Environment => "it is for another environment",
            Self::Operation => "it is for other operations",
            Self::Time => "it does not hold at this time",
            Self::TooLong => "it lasts longer than `break_glass.max_hours`",
            Self::Role => "none of `break_glass.roles` is held",
            Self::Unreviewed => "an earlier one was not reviewed",
        }
    }
}
