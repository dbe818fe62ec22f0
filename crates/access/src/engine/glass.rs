//! How a request is decided by an override.

use storeward_core::ActorKind;

use chrono::TimeDelta;

use super::Engine;
use crate::{
    BreakGlass, Decision, ObligationKind, PastOverride, Request,
    decision::{GlassLack, Refusal, Verdict},
    explain::{Look, Watch},
    obligation::ObligationSet,
};

impl Engine {
    /// The decision when the roles did not suffice and there is an override.
    pub(super) fn by_override<'a, W: Watch>(
        &'a self,
        by_roles: &Decision<'a>,
        glass: &'a BreakGlass,
        past: &[PastOverride],
        watch: &mut W,
    ) -> Decision<'a> {
        let request = by_roles.request();
        let lack = self.glass_lack(by_roles, request, glass, past);
        watch.saw(|| Look::Override(lack));
        if lack.is_some() {
            return by_roles.without_override(lack);
        }
        let asked = self.override_asks();
        let met = self.met(asked, request);
        for kind in asked.iter() {
            watch.saw(|| Look::Obligation(kind, met.contains(kind)));
        }
        Decision::new(self, request, Verdict::ByOverride { glass, open: asked.open(met) }, met)
    }

    /// What every override asks for.
    pub(crate) fn override_asks(&self) -> ObligationSet {
        let asked =
            ObligationSet::EMPTY.with(ObligationKind::AuditBeforeAndAfter).with(ObligationKind::ReviewAfter);
        if self.matrix.break_glass.require_mfa { asked.with(ObligationKind::Mfa) } else { asked }
    }

    fn glass_lack(
        &self,
        by_roles: &Decision<'_>,
        request: &Request<'_>,
        glass: &BreakGlass,
        past: &[PastOverride],
    ) -> Option<GlassLack> {
        let policy = &self.matrix.break_glass;
        let may = |name: &str| {
            request.actor.roles.contains(name)
                && self.role_index(name).is_some_and(|role| self.is_member(role, &request.actor.id))
        };
        // One that has not ended, this one among them, has nothing to be reviewed yet.
        let is_past = |past: &&PastOverride| past.glass().until() <= request.now;
        match by_roles.refusal() {
            Some(
                Refusal::UnknownEnvironment
                | Refusal::NoRole
                | Refusal::UnknownRole(_)
                | Refusal::Unattested { .. },
            ) => return Some(GlassLack::Unknown),
            Some(Refusal::Denied(_)) if !policy.override_deny => return Some(GlassLack::Denied),
            _ => {}
        }
        // A deny is found before the identity is looked at.
        if !self.is_attested(request) {
            Some(GlassLack::Unknown)
        } else if request.actor.kind != ActorKind::Human {
            Some(GlassLack::Automation)
        } else if glass.actor() != request.actor.id {
            Some(GlassLack::Actor)
        } else if glass.environment() != request.environment.name() {
            Some(GlassLack::Environment)
        } else if !glass.is_for(request.operation) {
            Some(GlassLack::Operation)
        } else if request.now < glass.from() || request.now >= glass.until() {
            Some(GlassLack::Time)
        } else if glass.until() - glass.from() > TimeDelta::hours(policy.max_hours.into()) {
            Some(GlassLack::TooLong)
        } else if !policy.roles.iter().any(|role| may(&role.value)) {
            Some(GlassLack::Role)
        } else if past.iter().filter(is_past).any(|past| past.review().is_none()) {
            Some(GlassLack::Unreviewed)
        } else {
            None
        }
    }
}
