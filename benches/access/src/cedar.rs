//! The matrix as policies and entities of Cedar.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fmt::Write,
};

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicySet, Request,
    RestrictedExpression,
};

use crate::{Case, Decider, Form};

/// Cedar's authorizer.
pub struct Cedar {
    form: Form,
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
    requests: Vec<Request>,
}

impl Cedar {
    /// The rules of the case, for its actors.
    #[must_use]
    pub fn new(case: &Case, form: Form) -> Self {
        let (text, entities) = match form {
            Form::Rules => (rules(case), Vec::new()),
            Form::Groups => groups(case),
        };
        let policies = text.parse().expect("the policies are Cedar");
        let actors = case.actors.iter().map(|actor| {
            let roles = case.enrolled(actor).map(|role| uid("Role", role)).collect();
            Entity::new_no_attrs(uid("Actor", &actor.id), roles)
        });
        let entities =
            Entities::from_entities(actors.chain(entities), None).expect("the entities are Cedar's");
        let requests = case.questions.iter().map(|question| {
            let actor = uid("Actor", &case.actors[question.actor].id);
            let action = uid("Action", question.operation.as_str());
            let place = uid("Environment", question.environment.name());
            Request::new(actor, action, place, Context::empty(), None).expect("there is no schema to break")
        });
        Self { form, authorizer: Authorizer::new(), policies, entities, requests: requests.collect() }
    }
}

impl Decider for Cedar {
    fn name(&self) -> String {
        format!("Cedar, {}", if self.form == Form::Rules { "a policy per role" } else { "roles as entities" })
    }

    fn allows(&self, at: usize) -> bool {
        let response = self.authorizer.is_authorized(&self.requests[at], &self.policies, &self.entities);
        response.decision() == Decision::Allow
    }
}

/// A policy for each role and environment, with the operations as a list.
fn rules(case: &Case) -> String {
    let mut rules: BTreeMap<_, Vec<&str>> = BTreeMap::new();
    for cell in case.engine.cells() {
        for (effect, holds) in [("permit", cell.granted), ("forbid", cell.denied)] {
            if holds {
                let key = (effect, cell.role.clone(), cell.environment.clone());
                rules.entry(key).or_default().push(cell.operation.as_str());
            }
        }
    }
    let mut text = String::new();
    for ((effect, role, place), operations) in rules {
        let actions: Vec<String> = operations.iter().map(|word| format!("Action::\"{word}\"")).collect();
        let actions = actions.join(", ");
        writeln!(
            text,
            "{effect}(principal in Role::\"{role}\", action in [{actions}], resource == Environment::\"{place}\");"
        )
        .expect("text takes text");
    }
    text
}

/// A policy for each operation: it is permitted to, or forbidden to, the group that the environment names. Roles are members
/// of such groups.
fn groups(case: &Case) -> (String, Vec<Entity>) {
    let mut policies = BTreeSet::new();
    let mut places: BTreeMap<String, HashMap<String, RestrictedExpression>> = BTreeMap::new();
    let mut roles: BTreeMap<String, HashSet<EntityUid>> = BTreeMap::new();
    for cell in case.engine.cells() {
        for (effect, holds) in [("permit", cell.granted), ("forbid", cell.denied)] {
            if !holds {
                continue;
            }
            let operation = cell.operation.as_str();
            let attribute = format!("{effect}_{operation}");
            policies.insert(format!(
                "{effect}(principal, action == Action::\"{operation}\", resource)\n\
                 when {{ resource has {attribute} && principal in resource.{attribute} }};"
            ));
            let group = uid("Group", &format!("{attribute}/{}", cell.environment));
            places
                .entry(cell.environment.clone())
                .or_default()
                .insert(attribute, RestrictedExpression::new_entity_uid(group.clone()));
            roles.entry(cell.role.clone()).or_default().insert(group);
        }
    }
    let places = places.into_iter().map(|(place, groups)| {
        Entity::new(uid("Environment", &place), groups, HashSet::new()).expect("the attributes are values")
    });
    let roles = roles.into_iter().map(|(role, groups)| Entity::new_no_attrs(uid("Role", &role), groups));
    (policies.into_iter().collect::<Vec<_>>().join("\n"), places.chain(roles).collect())
}

fn uid(kind: &str, id: &str) -> EntityUid {
    let kind: EntityTypeName = kind.parse().expect("the name is an identifier");
    EntityUid::from_type_name_and_id(kind, EntityId::new(id))
}
