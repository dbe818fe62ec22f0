//! How a request is decided by the roles of its actor.

use storeward_core::{Actor, ActorKind, Attestation};

use super::{Engine, Way};
use crate::{
    AttestationLevel, Decision, ObligationKind, Request, Restriction, Session,
    decision::{Fact, Refusal, Verdict},
    explain::{Look, Watch},
    obligation::ObligationSet,
    proof::Lack,
};

/// The restrictions that go by facts, in the order in which they are looked at: the cheap ones first.
const FACTS: [Restriction; 4] = [
    Restriction::AutomatedOnly,
    Restriction::NoInteractiveAccess,
    Restriction::LimitedTimeWindow,
    Restriction::LimitedEntityTypes,
];

impl Engine {
    pub(super) fn run<'a, W: Watch>(&'a self, request: &'a Request<'a>, watch: &mut W) -> Decision<'a> {
        let (verdict, met) = self.by_roles(request, watch);
        let decision = Decision::new(self, request, verdict, met);
        match request.break_glass {
            Some((glass, past)) if !decision.is_allowed() => self.by_override(&decision, glass, past, watch),
            _ => decision,
        }
    }

    fn by_roles<'a, W: Watch>(
        &'a self,
        request: &Request<'a>,
        watch: &mut W,
    ) -> (Verdict<'a>, ObligationSet) {
        let refused = |refusal| (Verdict::Refused(refusal), ObligationSet::EMPTY);
        let Some(place) = self.place(request.environment) else {
            watch.saw(|| Look::UnknownEnvironment);
            return refused(Refusal::UnknownEnvironment);
        };
        if request.actor.roles.is_empty() {
            watch.saw(|| Look::NoRole);
            return refused(Refusal::NoRole);
        }

        let (mut unknown, mut denied) = (None, None);
        let mut best: Option<(Found<'a>, ObligationSet)> = None;
        for name in &request.actor.roles {
            let Some(role) = self.role_index(name) else {
                watch.saw(|| Look::UnknownRole(name.clone()));
                unknown = unknown.or(Some(name.as_str()));
                continue;
            };
            let cell = self.cell(role, place, request.operation);
            if let Some(deny) = self.deny(cell) {
                watch.saw(|| Look::Denied(deny));
                denied = denied.or(Some(deny));
            }
            if !self.is_member(role, &request.actor.id) {
                watch.saw(|| Look::NotMember(role));
                let found = Found::Refused(Refusal::NotMember(role));
                best = best.or(Some((found, ObligationSet::EMPTY)));
                continue;
            }
            if cell.ways == 0 {
                watch.saw(|| Look::NoGrant(role));
            }
            for (at, way) in self.ways(cell) {
                if best.is_some_and(|(best, _)| best.rank() == 0) {
                    break; // nothing is better than a way on which nothing is open
                }
                let found = self.follow(at, way, request, watch);
                if best.is_none_or(|(best, _)| found.0.rank() < best.rank()) {
                    best = Some(found);
                }
            }
        }

        // An unknown role is no small matter: misspelled, it may be the one that denies.
        if let Some(name) = unknown {
            return refused(Refusal::UnknownRole(name));
        }
        if let Some(deny) = denied {
            return refused(Refusal::Denied(deny));
        }
        let attested = self.is_attested(request);
        watch.saw(|| Look::Attestation(attested));
        match best {
            None => refused(Refusal::NoGrant),
            Some((Found::Refused(refusal), _)) => refused(refusal),
            // What else it takes is told too.
            Some((Found::Granted { way, .. }, met)) if !attested => {
                (Verdict::Refused(Refusal::Unattested { way }), met)
            }
            Some((Found::Granted { way, open }, met)) => (Verdict::ByRole { way, open }, met),
        }
    }

    /// Whether one way leads to the operation, and what is met on it.
    fn follow<'a, W: Watch>(
        &'a self,
        at: u32,
        way: &Way,
        request: &Request<'_>,
        watch: &mut W,
    ) -> (Found<'a>, ObligationSet) {
        watch.saw(|| Look::Grant(at));
        let refuse = |restriction, fact| {
            (Found::Refused(Refusal::Restricted { way: at, restriction, fact }), ObligationSet::EMPTY)
        };
        if let Some(restriction) = way.refused {
            watch.saw(|| Look::Restriction(at, restriction, Some(Fact::Always)));
            return refuse(restriction, Fact::Always);
        }
        if way.facts != 0 {
            for restriction in FACTS {
                if way.facts & 1 << restriction as u16 == 0 {
                    continue;
                }
                let fact = self.fact(way, restriction, request);
                watch.saw(|| Look::Restriction(at, restriction, fact));
                if let Some(fact) = fact {
                    return refuse(restriction, fact);
                }
            }
        }
        let asked = way.asks(request.actor.kind);
        let met = self.met(asked, request);
        for kind in asked.iter() {
            watch.saw(|| Look::Obligation(kind, met.contains(kind)));
        }
        (Found::Granted { way: at, open: asked.open(met) }, met)
    }

    /// Why a restriction refuses by the facts of the request, if it does.
    fn fact(&self, way: &Way, restriction: Restriction, request: &Request<'_>) -> Option<Fact> {
        let under = || {
            let under = self.block(way).into_iter().flat_map(|block| &block.under);
            under.filter_map(|at| Some((*at, self.role(*at)?)))
        };
        match restriction {
            Restriction::AutomatedOnly => {
                (request.actor.kind != ActorKind::Automation).then_some(Fact::Person)
            }
            Restriction::NoInteractiveAccess => {
                (request.session != Session::Unattended).then_some(Fact::Interactive)
            }
            Restriction::LimitedTimeWindow => under()
                .find(|(_, role)| role.time_window.as_ref().is_some_and(|w| !w.value.contains(request.now)))
                .map(|(at, _)| Fact::Outside(at)),
            Restriction::LimitedEntityTypes if request.entity_types.is_empty() => Some(Fact::NoEntityType),
            Restriction::LimitedEntityTypes => under().find_map(|(at, _)| {
                let listed = self.types.get(at as usize)?.as_ref()?;
                let other = request.entity_types.iter().position(|wanted| !listed.contains(wanted))?;
                Some(Fact::EntityType { role: at, index: other })
            }),
            // No other goes by facts; if one did and nobody said how, it would refuse.
            _ => Some(Fact::Always),
        }
    }

    /// Which of these obligations the request's proofs meet.
    pub(super) fn met(&self, asked: ObligationSet, request: &Request<'_>) -> ObligationSet {
        if request.proofs.is_empty() {
            return ObligationSet::EMPTY;
        }
        let met = asked.iter().filter(|kind| self.proven(*kind, request).is_ok());
        met.fold(ObligationSet::EMPTY, ObligationSet::with)
    }

    /// Whether some proof meets an obligation, and if not, what the one that comes nearest lacks.
    pub(crate) fn proven(&self, kind: ObligationKind, request: &Request<'_>) -> Result<(), Lack> {
        let mut nearest = Lack::Kind;
        for proof in request.proofs {
            let by_other = || match proof.evidence().by.as_ref() {
                Some(by) if kind == ObligationKind::SecurityReview && !self.reviews_security(by) => {
                    Err(Lack::Role)
                }
                _ => Ok(()),
            };
            match proof.meets(kind, request, self.trusted()).and_then(|()| by_other()) {
                Ok(()) => return Ok(()),
                Err(lack) => nearest = nearest.max(lack),
            }
        }
        Err(nearest)
    }

    fn reviews_security(&self, reviewer: &Actor) -> bool {
        self.matrix.security_reviewers.iter().any(|role| {
            reviewer.roles.contains(&role.value)
                && self.role_index(&role.value).is_some_and(|at| self.is_member(at, &reviewer.id))
        })
    }

    /// Whether the actor's identity is established as well as the environment needs.
    pub(super) fn is_attested(&self, request: &Request<'_>) -> bool {
        let level = match request.actor.attestation {
            Attestation::Store { .. } => AttestationLevel::Store,
            Attestation::Signed { .. } => AttestationLevel::Signed,
            _ => AttestationLevel::Claimed,
        };
        level >= self.matrix.attestation.required(request.environment.tier()).value
    }
}

/// What came of one way.
#[derive(Clone, Copy)]
enum Found<'a> {
    Granted { way: u32, open: u32 },
    Refused(Refusal<'a>),
}

impl Found<'_> {
    /// The lower the better. The first of equals decides.
    const fn rank(self) -> u32 {
        match self {
            Self::Granted { open, .. } => open,
            Self::Refused(Refusal::Restricted { .. }) => u32::MAX - 1,
            Self::Refused(_) => u32::MAX,
        }
    }
}
