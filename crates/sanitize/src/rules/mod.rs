//! The built-in rules: which field is of which class.
//!
//! They name the fields of the Saleor Configurator (3.23), of its reports, of `.env` files beside it and of recorded
//! exchanges with a store's API. A secret inside a URL or a text is not theirs: detectors look for those.

mod configurator;
mod other;

use std::{borrow::Cow, sync::LazyLock};

use storeward_core::PortError;

use crate::{
    Audience, Class, FieldPath, Handling, Pattern, Rule, RuleSet, RuleSource, automaton::CompileError,
};

/// A line of the tables. A secret has no audience; that is checked when the rules are made.
struct Line {
    patterns: &'static [&'static str],
    class: Class,
    handling: Handling,
    show_to: Option<Audience>,
    reason: &'static str,
}

const fn line(
    patterns: &'static [&'static str],
    class: Class,
    handling: Handling,
    reason: &'static str,
) -> Line {
    Line { patterns, class, handling, show_to: None, reason }
}

const fn secret(patterns: &'static [&'static str], reason: &'static str) -> Line {
    line(patterns, Class::Secret, Handling::FullRedaction, reason)
}

const fn public(patterns: &'static [&'static str], reason: &'static str) -> Line {
    line(patterns, Class::Public, Handling::Keep, reason)
}

static BUILT_IN: LazyLock<RuleSet> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "the tables are constants, and a test compiles them")]
    RuleSet::compile(&[built_in()]).expect("the built-in rules agree")
});

/// The built-in rules, and those of these sources, which together make one layer over them.
///
/// # Errors
///
/// When a source cannot give its rules, or the rules disagree.
pub async fn load(sources: &[&dyn RuleSource]) -> Result<RuleSet, LoadError> {
    let mut own = Vec::new();
    for source in sources {
        own.extend(source.rules().await?);
    }
    Ok(RuleSet::compile(&[built_in(), own])?)
}

/// Why there are no rules to go by.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// A source cannot give its rules.
    #[error(transparent)]
    Source(#[from] PortError),
    /// The rules make no set.
    #[error(transparent)]
    Compile(#[from] CompileError),
}

/// The built-in rules, one for each pattern, so that a report says which it was.
#[must_use]
pub fn built_in() -> Vec<Rule> {
    let lines = configurator::RULES.iter().chain(other::RULES);
    lines
        .flat_map(|line| line.patterns.iter().map(move |pattern| (line, *pattern)))
        .map(|(line, text)| Rule {
            name: Cow::Borrowed(text),
            patterns: Pattern::parse(text).unwrap_or_default(), // a rule without one is refused
            class: line.class,
            handling: line.handling,
            reason: Cow::Borrowed(line.reason),
            show_to: line.show_to,
        })
        .collect()
}

/// The built-in rules alone, compiled once.
#[must_use]
pub fn rule_set() -> &'static RuleSet {
    &BUILT_IN
}

/// The built-in rule that decides about a field, if any does.
#[must_use]
pub fn classify(path: &FieldPath) -> Option<&'static Rule> {
    BUILT_IN.decide(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decided(path: &str) -> Option<&'static Rule> {
        classify(&path.parse().unwrap())
    }

    #[test]
    fn every_line_is_a_rule() {
        let rules = built_in();
        assert!(rules.iter().all(|rule| rule.check().is_ok()), "{rules:#?}");
        assert!(rules.iter().all(|rule| !rule.reason.is_empty()));
        assert_eq!(rule_set().rules().len(), rules.len());
        let mut names: Vec<_> = rules.iter().map(|rule| &rule.name).collect();
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all, "a pattern stands twice");
    }

    #[test]
    fn real_fields_have_their_class() {
        for (path, class) in [
            ("shop.defaultMailSenderAddress", Some(Class::Internal)),
            ("shop.customerServiceEmail", Some(Class::Internal)),
            ("shop.headerText", None),
            ("warehouses.3.email", Some(Class::Confidential)),
            ("warehouses.3.address.phone", Some(Class::Confidential)),
            ("warehouses.3.address.some.new.field", Some(Class::Confidential)),
            ("warehouses.3.address.country", Some(Class::Public)),
            ("warehouses.3.slug", Some(Class::Public)),
            ("integrations.0.apiKey", Some(Class::Secret)),
            ("integrations.payments.live.apiKey", Some(Class::Secret)),
            ("integrations.payments.live.apiKey.current", Some(Class::Secret)),
            ("integrations.payments.name", None),
            ("apps.0.webhooks.1.secretKey", Some(Class::Secret)),
            ("attributes.0.values.2.name", Some(Class::Public)),
            ("pageTypes.0.attributes.0.values.2.name", Some(Class::Public)),
            ("products.0.variants.1.channelListings.0.costPrice", Some(Class::Confidential)),
            ("products.0.variants.1.channelListings.0.price", Some(Class::Public)),
            ("products.0.description", None),
            ("models.0.attributes.phone", None),
            ("channels.0.name", Some(Class::Public)),
            ("channels.0.taxConfiguration.taxAppId", Some(Class::Internal)),
            ("categories.0.subcategories.1.subcategories.0.slug", Some(Class::Public)),
            ("menus.0.items.1.children.2.children.0.name", Some(Class::Public)),
            ("menus.0.items.1.url", None),
            ("SALEOR_TOKEN", Some(Class::Secret)),
            ("SALEOR_APP_TOKEN", Some(Class::Secret)),
            ("SALEOR_URL", None),
            ("changes.0.fields.2.newValue", Some(Class::Confidential)),
            ("changes.0.fields.2.oldValue.streetAddress1", Some(Class::Confidential)),
            ("changes.0.fields.2.field", Some(Class::Public)),
            ("request.headers.Authorization-Bearer", Some(Class::Secret)),
            ("request.body.variables.password", Some(Class::Secret)),
            ("response.body.data.tokenCreate.token", Some(Class::Secret)),
            ("response.body.data.tokenCreate.refreshToken", Some(Class::Secret)),
            ("response.body.data.apps.edges.0.node.tokens.0.authToken", Some(Class::Secret)),
            ("data.me.email", Some(Class::Confidential)),
        ] {
            assert_eq!(decided(path).map(|rule| rule.class), class, "{path}");
        }
    }

    #[test]
    fn a_partner_sees_where_to_write_and_not_who_works_where() {
        for (path, seen) in [
            ("shop.customerServiceEmail", true),
            ("shop.defaultMailSenderName", true),
            ("shop.defaultMailSenderAddress", false),
            ("warehouses.0.email", false),
            ("warehouses.0.address.city", false),
            ("warehouses.0.address.country", true),
        ] {
            assert_eq!(decided(path).unwrap().shows(Audience::Partner), seen, "{path}");
        }
    }
}
