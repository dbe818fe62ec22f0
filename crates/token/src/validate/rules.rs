//! The rules, in the order in which they are applied.

use chrono::{DateTime, NaiveTime, Utc};
use storeward_core::{PortError, SecretString, Severity};

use super::{Owner, Policy, Validation};
use crate::{
    Form, TokenName, Weakness, form, permission,
    port::{Holder, Identity, Listed},
};

/// The form or the strength is not that of a token.
pub(super) fn weak(found: &mut Validation, weakness: Weakness) {
    let id = match weakness {
        Weakness::Empty | Weakness::WhiteSpace | Weakness::Placeholder => "token.form",
        Weakness::TooShort { .. } | Weakness::LowEntropy { .. } | Weakness::Words => "token.weak",
    };
    found.note(
        id,
        Severity::Critical,
        format!("the token {weakness}"),
        "issue a token in the store's dashboard or with `storeward token rotate`, and put it here as it is",
    );
}

/// What the token itself tells.
pub(super) fn by_sight(found: &mut Validation, token: &SecretString, policy: &Policy, now: DateTime<Utc>) {
    match found.fingerprint {
        Some(fingerprint) if policy.refused.contains(&fingerprint) => found.note(
            "token.refused",
            Severity::Critical,
            format!("this token must not be used in {}", policy.environment),
            "issue a token of its own for this environment; if this one leaked, revoke it",
        ),
        None if !policy.refused.is_empty() => found.note(
            "token.refused_unknown",
            Severity::High,
            "there are tokens that must not be used here, but no fingerprint key to recognise them by",
            "give the key with which their fingerprints were made",
        ),
        _ => {}
    }
    if policy.environment.is_production() && form::is_for_development(token) {
        development(found, policy, "says of itself that it is for development");
    }
    if form::is_doubtful(token) {
        found.note(
            "token.doubtful",
            Severity::Medium,
            "the token looks made up: Saleor draws each of its characters by chance",
            "if the store knows it all the same, rotate it",
        );
    }
    found.claims = form::claims(token);
    if found.claims.as_ref().is_some_and(|claims| claims.is_expired(now)) {
        found.note(
            "token.expired",
            Severity::High,
            "the token says that it has expired",
            "log in again, or use an app's token, which does not expire",
        );
    }
}

fn development(found: &mut Validation, policy: &Policy, why: &str) {
    found.note(
        "token.development",
        Severity::Critical,
        format!("the token {why}, and {} is a production environment", policy.environment),
        "use a token that was issued for this environment alone",
    );
}

/// The store was not asked.
pub(super) fn not_asked(found: &mut Validation) {
    found.note(
        "token.not_asked",
        Severity::High,
        "the store was not asked, so nobody knows whether the token opens it and what it may do",
        "validate it again where the store can be reached",
    );
}

/// The store did not answer.
pub(super) fn unanswered(found: &mut Validation, why: &PortError) {
    let advice = if why.fault().is_transient() {
        "validate it again later"
    } else {
        "see that the address is the store's"
    };
    found.note("token.unanswered", Severity::High, why.to_string(), advice);
}

/// What the store tells.
pub(super) fn by_identity(
    found: &mut Validation,
    token: &SecretString,
    identity: Identity,
    policy: &Policy,
    issued: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) {
    let mut named = None;
    let (kind, id, name, active) = match identity.holder {
        Holder::App { id, name, active, tokens } => {
            named = by_ending(&tokens, token)
                .and_then(|listed| TokenName::parse(&listed.name, &policy.environments).ok());
            ("app", id, name, active)
        }
        Holder::Staff { id, email, active } => ("staff", id, email, active),
        Holder::Nobody => {
            let why =
                identity.refusal.map_or("the store takes it for none".to_owned(), |why| why.to_string());
            found.note(
                "token.nobody",
                Severity::Critical,
                format!("the token opens nothing: {why}"),
                "it was revoked, belongs to another store, or was not copied whole; issue a new one",
            );
            return;
        }
    };
    found.identity = Some(Owner { kind, id, name, active });
    if let Some(named) = &named {
        environment(found, named, policy);
    }
    if !active {
        found.note(
            "token.inactive",
            Severity::Critical,
            format!("the {kind} that the token belongs to is not active, so it opens nothing"),
            "activate it if that is meant; after an incident, first revoke the tokens it had",
        );
    }
    permissions(found, identity.permissions);
    // A staff token ends by itself within minutes or days.
    if found.kind != Some(Form::Jwt) {
        let dated = named.map(|name| name.date().and_time(NaiveTime::MIN).and_utc());
        age(found, policy, issued.or(dated), now);
    }
}

/// The only token with this ending, if there is only one.
pub(crate) fn by_ending<'a>(tokens: &'a [Listed], token: &SecretString) -> Option<&'a Listed> {
    let mut matching = tokens.iter().filter(|listed| has_ending(token, &listed.ending));
    matching.next().filter(|_| matching.next().is_none())
}

/// Whether the token ends like this. An ending that is not given matches nothing.
pub(crate) fn has_ending(token: &SecretString, ending: &str) -> bool {
    !ending.is_empty() && token.expose().ends_with(ending)
}

fn environment(found: &mut Validation, name: &TokenName, policy: &Policy) {
    let (of, here) = (name.environment(), &policy.environment);
    if here.is_production() && !of.is_production() {
        development(found, policy, &format!("is named for {of}"));
    } else if of != here {
        found.note(
            "token.other_environment",
            Severity::Medium,
            format!("the token is named for {of}, not for {here}"),
            "use a token of its own for each environment",
        );
    }
}

fn permissions(found: &mut Validation, available: std::collections::BTreeSet<String>) {
    let difference = permission::compare(&available, &found.permissions.required);
    found.permissions.available = available;
    if !difference.missing.is_empty() {
        let list = difference.missing.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        let message = format!("the token may not do what it must: {list}");
        found.note("token.missing_permission", Severity::High, message, "give the app these permissions");
    }
    if !found.permissions.required.is_empty() && !difference.excess.is_empty() {
        let list = difference.excess.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        found.note(
            "token.excess_permission",
            Severity::Medium,
            format!("the token may do more than it must: {list}"),
            "take these permissions from the app: whoever steals the token gets them too",
        );
    }
    found.permissions.missing = difference.missing;
    found.permissions.excess = difference.excess;
}

/// How old it is.
pub(super) fn age(
    found: &mut Validation,
    policy: &Policy,
    issued: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) {
    let Some(max_age) = policy.max_age else { return };
    match issued.map(|issued| now.signed_duration_since(issued)) {
        Some(age) if age > max_age => found.note(
            "token.too_old",
            Severity::High,
            format!("the token is {} days old, and may be {}", age.num_days(), max_age.num_days()),
            "rotate it",
        ),
        Some(_) => {}
        None => found.note(
            "token.age_unknown",
            Severity::Medium,
            "nobody knows how old the token is: the inventory does not have it, and its name has no date",
            "rotate it, which records it; or record when it was issued",
        ),
    }
}
