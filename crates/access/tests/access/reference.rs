//! The rules once more, slow and obvious, written from the documentation and sharing no table with the engine.

use std::collections::BTreeSet;

use storeward_access::{
    AttestationLevel, Matrix, ObligationKind, Outcome, Proof, Request, Restriction, Role, Scope, Session,
    entity::same_type,
};
use storeward_core::{ActorKind, Attestation, Environment, Environments, Operation, Tier};

/// What the reference answers: the outcome, and what is asked for and whether it is met.
pub(crate) type Answer = (Outcome, BTreeSet<(ObligationKind, bool)>);

pub(crate) struct Reference<'a> {
    pub(crate) matrix: &'a Matrix,
    pub(crate) environments: &'a Environments,
}

impl Reference<'_> {
    fn role(&self, name: &str) -> Option<&Role> {
        self.matrix.roles.iter().find(|role| role.name.value == name)
    }

    /// Whether a role is another, or inherits it in the end.
    fn reaches(&self, from: &Role, to: &Role) -> bool {
        from.name.value == to.name.value
            || from.inherits.iter().any(|parent| self.reaches(self.role(&parent.value).unwrap(), to))
    }

    fn covers(&self, scope: &Scope, place: &Environment) -> bool {
        match scope {
            Scope::All => true,
            Scope::Tier(tier) => *tier == place.tier(),
            Scope::Environment(name) => self.environments.get(name) == Some(place),
        }
    }

    fn denies(&self, role: &Role, operation: Operation, place: &Environment) -> bool {
        self.matrix
            .roles
            .iter()
            .filter(|other| self.reaches(role, other))
            .flat_map(|other| &other.denies)
            .any(|deny| {
                let here = deny.environments.is_empty()
                    || deny.environments.iter().any(|scope| self.covers(&scope.value, place));
                here && deny.permissions.iter().any(|word| word.value.grants(operation, place.tier()))
            })
    }

    pub(crate) fn decide(&self, request: &Request<'_>) -> Answer {
        let refused = (Outcome::Refused, BTreeSet::new());
        let (actor, place) = (request.actor, request.environment);
        if self.environments.get(place.name()) != Some(place) {
            return refused;
        }
        let mut roles = Vec::new();
        for name in &actor.roles {
            match self.role(name) {
                Some(role) => roles.push(role),
                None => return refused,
            }
        }
        if roles.iter().any(|role| self.denies(role, request.operation, place)) {
            return refused;
        }
        let level = match actor.attestation {
            Attestation::Claimed => AttestationLevel::Claimed,
            Attestation::Store { .. } => AttestationLevel::Store,
            _ => AttestationLevel::Signed,
        };
        let attested = level >= self.matrix.attestation.required(place.tier()).value;
        let mut answers = Vec::new();
        for holder in roles {
            if holder.members.as_ref().is_some_and(|m| m.value.iter().all(|id| id.value != actor.id)) {
                continue;
            }
            // Its own grants first, then those it inherits in the order of the matrix.
            let mut owners: Vec<&Role> =
                self.matrix.roles.iter().filter(|r| self.reaches(holder, r)).collect();
            owners.sort_by_key(|owner| owner.name.value != holder.name.value);
            for owner in owners {
                let granted = owner.environments.iter().any(|scope| self.covers(&scope.value, place))
                    && owner
                        .permissions
                        .iter()
                        .any(|word| word.value.grants(request.operation, place.tier()));
                let between = |role: &&Role| self.reaches(holder, role) && self.reaches(role, owner);
                let under: Vec<&Role> = self.matrix.roles.iter().filter(between).collect();
                if granted && let Some(asked) = self.limits(&under, request) {
                    answers.push(asked);
                }
            }
        }
        let open = |asked: &BTreeSet<(ObligationKind, bool)>| asked.iter().filter(|(_, met)| !met).count();
        match answers.into_iter().min_by_key(open) {
            None => refused,
            Some(asked) if !attested => (Outcome::Refused, asked),
            Some(asked) if open(&asked) == 0 => (Outcome::Allowed, asked),
            Some(asked) => (Outcome::Pending, asked),
        }
    }

    /// What the restrictions of these roles ask for, unless one of them refuses.
    fn limits(&self, under: &[&Role], request: &Request<'_>) -> Option<BTreeSet<(ObligationKind, bool)>> {
        use Operation::{
            AccessManagement, DeleteEntities, Deploy, MassUpdate, Restore, RevokeTokens, SchemaMigration,
            TokenManagement,
        };
        let configures =
            matches!(request.operation, Deploy | MassUpdate | DeleteEntities | SchemaMigration | Restore);
        let changes =
            configures || matches!(request.operation, TokenManagement | RevokeTokens | AccessManagement);
        let production = request.environment.tier() == Tier::Production;
        let mut asked = BTreeSet::new();
        for role in under {
            for restriction in &role.restrictions {
                let refuses = match restriction.value {
                    Restriction::NoProductionAccess => production,
                    Restriction::LimitedEntityTypes => {
                        configures && {
                            let listed = &role.entity_types.as_ref().unwrap().value;
                            request.entity_types.is_empty()
                                || !request
                                    .entity_types
                                    .iter()
                                    .all(|t| listed.iter().any(|l| same_type(&l.value, t)))
                        }
                    }
                    Restriction::ReadOnlyConfig => configures,
                    Restriction::AutomatedOnly => request.actor.kind == ActorKind::Human,
                    Restriction::NoInteractiveAccess => request.session == Session::Interactive,
                    Restriction::LimitedTimeWindow => {
                        !role.time_window.as_ref().unwrap().value.contains(request.now)
                    }
                    _ => false,
                };
                if refuses {
                    return None;
                }
                let asks = match restriction.value {
                    Restriction::RequireMfa => Some(ObligationKind::Mfa),
                    Restriction::RequireCodeReview if configures => Some(ObligationKind::CodeReview),
                    Restriction::RequireApprovalForProduction if production && changes => {
                        Some(ObligationKind::Approval)
                    }
                    Restriction::AuditAllActions => Some(ObligationKind::AuditBefore),
                    Restriction::FullAuditTrail => Some(ObligationKind::AuditBeforeAndAfter),
                    Restriction::SecurityReviewRequired if changes => Some(ObligationKind::SecurityReview),
                    _ => None,
                };
                asked.extend(asks);
            }
        }
        if asked.contains(&ObligationKind::AuditBeforeAndAfter) {
            asked.remove(&ObligationKind::AuditBefore);
        }
        Some(asked.into_iter().map(|kind| (kind, self.proved(kind, configures, request))).collect())
    }

    fn proved(&self, kind: ObligationKind, configures: bool, request: &Request<'_>) -> bool {
        request.proofs.iter().any(|proof: &Proof| {
            let evidence = proof.evidence();
            let of_kind = proof.kind() == kind
                || (kind == ObligationKind::AuditBefore
                    && proof.kind() == ObligationKind::AuditBeforeAndAfter);
            let reviewed = matches!(
                kind,
                ObligationKind::Approval | ObligationKind::CodeReview | ObligationKind::SecurityReview
            );
            let by_security = || {
                let by = evidence.by.as_ref().unwrap();
                self.matrix.security_reviewers.iter().any(|role| {
                    let members = &self.role(&role.value).unwrap().members;
                    by.roles.contains(&role.value)
                        && members.as_ref().is_none_or(|m| m.value.iter().any(|id| id.value == by.id))
                })
            };
            of_kind
                && evidence.actor == request.actor.id
                && evidence.operation == request.operation
                && evidence.environment == request.environment.name()
                && evidence.change.as_ref() == request.change
                && !(reviewed && configures && request.change.is_none())
                && evidence.from <= request.now
                && request.now < evidence.until
                && (kind != ObligationKind::SecurityReview || by_security())
        })
    }
}
