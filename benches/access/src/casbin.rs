//! The matrix as rules of casbin.

use std::collections::BTreeSet;

use ::casbin::{Adapter, CoreApi, DefaultModel, Enforcer, MemoryAdapter};
use pollster::block_on;

use crate::{Case, Decider, Form};

/// Roles, where a deny wins. Of the matcher, what is cheap to compare comes first.
const MODEL: &str = "
[request_definition]
r = sub, env, act

[policy_definition]
p = sub, env, act, eft

[role_definition]
g = _, _

[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))

[matchers]
m = r.act == p.act && r.env == p.env && g(r.sub, p.sub)
";

/// casbin's enforcer, without its cache of answers.
pub struct Casbin {
    form: Form,
    enforcer: Enforcer,
    requests: Vec<[String; 3]>,
}

impl Casbin {
    /// The rules of the case, for its actors.
    #[must_use]
    pub fn new(case: &Case, form: Form) -> Self {
        let (mut rules, mut links) = (BTreeSet::new(), BTreeSet::new());
        for cell in case.engine.cells() {
            let (place, operation) = (cell.environment.as_str(), cell.operation.as_str());
            for (effect, holds) in [("allow", cell.granted), ("deny", cell.denied)] {
                let role = format!("role:{}", cell.role);
                let subject = match form {
                    _ if !holds => continue,
                    Form::Rules => role,
                    Form::Groups => {
                        let group = format!("group:{effect}/{place}/{operation}");
                        links.insert(vec![role, group.clone()]);
                        group
                    }
                };
                let rule = [&subject, place, operation, effect].map(str::to_owned);
                rules.insert(rule.to_vec());
            }
        }
        for actor in &case.actors {
            links.extend(case.enrolled(actor).map(|role| vec![actor.id.clone(), format!("role:{role}")]));
        }
        let requests = case.questions.iter().map(|question| {
            let actor = case.actors[question.actor].id.as_str();
            [actor, question.environment.name(), question.operation.as_str()].map(str::to_owned)
        });
        Self { form, enforcer: enforcer(rules, links), requests: requests.collect() }
    }
}

fn enforcer(rules: BTreeSet<Vec<String>>, links: BTreeSet<Vec<String>>) -> Enforcer {
    block_on(async {
        let mut adapter = MemoryAdapter::default();
        adapter.add_policies("p", "p", rules.into_iter().collect()).await.expect("memory takes rules");
        adapter.add_policies("g", "g", links.into_iter().collect()).await.expect("memory takes links");
        let model = DefaultModel::from_str(MODEL).await.expect("the model is casbin's");
        Enforcer::new(model, adapter).await.expect("the rules fit the model")
    })
}

impl Decider for Casbin {
    fn name(&self) -> String {
        format!("casbin, {}", if self.form == Form::Rules { "a rule per grant" } else { "roles as links" })
    }

    fn allows(&self, at: usize) -> bool {
        let [actor, place, operation] = &self.requests[at];
        self.enforcer.enforce((actor, place, operation)).expect("the request fits the model")
    }
}
