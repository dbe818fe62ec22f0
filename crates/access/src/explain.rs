//! The way to a decision, rule by rule.

use std::fmt;

use serde::Serialize;

use crate::{
    Decision, Engine, ObligationKind, Request, Restriction, Role, Source,
    decision::{Fact, GlassLack, because},
    engine::DenyRef,
};

/// A decision and every rule that was looked at on the way to it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Explanation<'a> {
    /// The rules, in the order in which they were looked at.
    pub steps: Vec<Step>,
    /// The decision: the same that [`Engine::decide`] gives.
    pub decision: Decision<'a>,
}

/// One rule that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Step {
    /// The role whose rule it is.
    pub role: Option<String>,
    /// What was found, in words.
    pub text: String,
    /// Where the rule is written.
    pub source: Option<Source>,
    /// Whether it speaks for the request, or at least not against it.
    pub favours: bool,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.favours { '+' } else { '-' };
        write!(f, "{sign} {}", self.text)?;
        match &self.source {
            Some(source) => write!(f, " ({source})"),
            None => Ok(()),
        }
    }
}

/// Something that was looked at, by index.
#[derive(Debug)]
pub(crate) enum Look {
    UnknownEnvironment,
    NoRole,
    UnknownRole(String),
    Denied(DenyRef),
    NotMember(u32),
    NoGrant(u32),
    Attestation(bool),
    Grant(u32),
    Restriction(u32, Restriction, Option<Fact>),
    Obligation(ObligationKind, bool),
    Override(Option<GlassLack>),
}

/// Somebody who watches a decision come about.
pub(crate) trait Watch {
    /// Is told what was looked at, if that is wanted.
    fn saw(&mut self, look: impl FnOnce() -> Look);
}

impl Watch for () {
    fn saw(&mut self, _: impl FnOnce() -> Look) {}
}

impl Watch for Vec<Look> {
    fn saw(&mut self, look: impl FnOnce() -> Look) {
        self.push(look());
    }
}

impl Look {
    pub(crate) fn step(&self, engine: &Engine, request: &Request<'_>) -> Step {
        let (operation, place) = (request.operation, request.environment.name());
        let say = |role: Option<&Role>, text: String, source: Option<&Source>, favours| Step {
            role: role.map(|role| role.name.value.clone()),
            text,
            source: source.cloned(),
            favours,
        };
        let name = |role: Option<&Role>| role.map_or_else(String::new, |role| role.name.value.clone());
        match self {
            Self::UnknownEnvironment => {
                say(None, format!("no environment is called `{}`", place.escape_debug()), None, false)
            }
            Self::NoRole => say(None, "the actor holds no role".to_owned(), None, false),
            Self::UnknownRole(role) => {
                say(None, format!("no role is called `{}`", role.escape_debug()), None, false)
            }
            Self::Denied(at) => {
                let role = engine.role(at.role);
                let deny = role.and_then(|role| role.denies.get(at.deny as usize));
                let text = format!("role `{}` denies `{operation}` in `{place}`", name(role));
                say(role, text, deny.map(|deny| &deny.source), false)
            }
            Self::NotMember(at) => {
                let role = engine.role(*at);
                let source = role.and_then(|role| role.members.as_ref()).map(|members| &members.source);
                say(role, format!("the actor is no member of role `{}`", name(role)), source, false)
            }
            Self::NoGrant(at) => {
                let role = engine.role(*at);
                let text = format!("role `{}` grants no `{operation}` in `{place}`", name(role));
                say(role, text, role.map(|role| &role.name.source), false)
            }
            Self::Attestation(enough) => {
                let required = engine.matrix().attestation.required(request.environment.tier());
                let verb = if *enough { "has" } else { "lacks" };
                let text = format!("the identity {verb} the level `{}` that `{place}` needs", required.value);
                say(None, text, Some(&required.source), *enough)
            }
            Self::Grant(at) => {
                let way = engine.way(*at).and_then(|way| Some((way, engine.block(way)?)));
                let owner = way.and_then(|(_, block)| engine.role(block.owner));
                let grant = way
                    .zip(owner)
                    .and_then(|((way, _), owner)| owner.permissions.get(way.permission as usize));
                let holder = way.and_then(|(_, block)| engine.role(block.holder));
                let word = grant.map_or("", |grant| grant.value.as_str());
                let text = format!("`{word}` of role `{}` grants `{operation}` in `{place}`", name(owner));
                say(holder, text, grant.map(|grant| &grant.source), true)
            }
            Self::Restriction(at, restriction, fact) => {
                let role = match fact {
                    Some(fact) => engine.refusing(*at, *restriction, *fact),
                    None => engine.way(*at).and_then(|way| engine.restricting(way, *restriction)),
                };
                let verb = if fact.is_some() { "refuses" } else { "lets it pass" };
                let mut text = format!("`{restriction}` of role `{}` {verb}", name(role));
                if let Some(fact) = fact {
                    text.push_str(": ");
                    // Writing to a string does not fail.
                    let _ = because(&mut text, engine, request, *restriction, *fact);
                }
                let source = role.and_then(|role| role.restricted(*restriction)).map(|r| &r.source);
                say(role, text, source, fact.is_none())
            }
            Self::Obligation(kind, met) => {
                let text =
                    format!("it needs {}: {}", kind.needs(), if *met { "proved" } else { "not proved" });
                say(None, text, None, *met)
            }
            Self::Override(lack) => {
                let text = match lack {
                    None => "the override is used".to_owned(),
                    Some(lack) => format!("the override does not help: {}", lack.words()),
                };
                say(None, text, None, lack.is_none())
            }
        }
    }
}
