//! A rule: which fields, how sensitive they are, and what is done with them.

use std::borrow::Cow;

use crate::{Audience, Class, Handling, Pattern};

/// A statement about the fields that its patterns describe, and about everything beneath them.
///
/// A rule for a container governs all that it holds, unless a more specific rule says otherwise; see
/// [`RuleSet`](crate::RuleSet) for which one is that.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rule {
    /// What a report calls it; the first pattern's text unless something else was given.
    pub name: Cow<'static, str>,
    /// Which fields.
    pub patterns: Vec<Pattern>,
    /// How sensitive they are.
    pub class: Class,
    /// What is done for an audience that may not see them.
    pub handling: Handling,
    /// Why, for a person.
    pub reason: Cow<'static, str>,
    /// The narrowest audience that sees them although the class would hide them; those above it see them too.
    pub show_to: Option<Audience>,
}

impl Rule {
    /// A rule about the fields of these patterns.
    ///
    /// # Errors
    ///
    /// When a secret would be kept, or the patterns describe no place at all.
    pub fn new(
        patterns: Vec<Pattern>,
        class: Class,
        handling: Handling,
        reason: impl Into<Cow<'static, str>>,
    ) -> Result<Self, RuleError> {
        let name = patterns.first().map(Pattern::to_string).unwrap_or_default().into();
        let rule = Self { name, patterns, class, handling, reason: reason.into(), show_to: None };
        rule.check()?;
        Ok(rule)
    }

    /// The same rule under another name.
    #[must_use]
    pub fn named(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.name = name.into();
        self
    }

    /// The same rule, with the fields shown to this audience and those above it.
    ///
    /// # Errors
    ///
    /// When the fields are secret.
    pub fn shown_to(mut self, narrowest: Audience) -> Result<Self, RuleError> {
        self.show_to = Some(narrowest);
        self.check()?;
        Ok(self)
    }

    /// Whether this audience sees the fields as they are. Nobody is shown a secret.
    #[must_use]
    pub fn shows(&self, audience: Audience) -> bool {
        self.class != Class::Secret
            && (self.handling == Handling::Keep
                || audience.sees(self.class)
                || self.show_to.is_some_and(|narrowest| audience >= narrowest))
    }

    /// What must hold for every rule.
    pub(crate) fn check(&self) -> Result<(), RuleError> {
        if self.patterns.is_empty() {
            return Err(RuleError::NoPattern);
        }
        if let Some(pattern) = self.patterns.iter().find(|pattern| pattern.is_empty()) {
            return Err(RuleError::NoPlace(pattern.clone()));
        }
        if self.class == Class::Secret && self.handling == Handling::Keep {
            return Err(RuleError::SecretKept);
        }
        if self.class == Class::Secret && self.show_to.is_some() {
            return Err(RuleError::SecretShown);
        }
        Ok(())
    }
}

/// Why a rule is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RuleError {
    /// It is about nothing.
    #[error("a rule needs at least one path")]
    NoPattern,
    /// Its slice holds no index.
    #[error("`{0}` describes no place: its slice holds no index")]
    NoPlace(Pattern),
    /// The handling would show a secret.
    #[error("a secret is never kept: its handling cannot be `keep`")]
    SecretKept,
    /// An audience would see a secret.
    #[error("a secret is shown to nobody: its rule cannot have `show_to`")]
    SecretShown,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(class: Class, handling: Handling) -> Result<Rule, RuleError> {
        Rule::new(Pattern::parse("a.b").unwrap(), class, handling, "a test")
    }

    #[test]
    fn a_secret_is_never_shown() {
        assert_eq!(rule(Class::Secret, Handling::Keep), Err(RuleError::SecretKept));
        let secret = rule(Class::Secret, Handling::Hash).unwrap();
        assert_eq!(secret.clone().shown_to(Audience::Security), Err(RuleError::SecretShown));
        let forced = Rule { show_to: Some(Audience::Public), handling: Handling::Keep, ..secret };
        assert!(Audience::ALL.iter().all(|audience| !forced.shows(*audience)));
    }

    #[test]
    fn what_the_class_hides_is_shown_from_the_named_audience_on() {
        let hidden = rule(Class::Confidential, Handling::FullRedaction).unwrap();
        let seen =
            |rule: &Rule| Audience::ALL.iter().map(|audience| rule.shows(*audience)).collect::<Vec<_>>();
        assert_eq!(seen(&hidden), [false, false, false, true]);
        assert_eq!(
            seen(&hidden.clone().shown_to(Audience::Organisation).unwrap()),
            [false, false, true, true]
        );
        assert_eq!(seen(&hidden.shown_to(Audience::Public).unwrap()), [true; 4]);
        assert_eq!(seen(&rule(Class::Confidential, Handling::Keep).unwrap()), [true; 4]);
    }

    #[test]
    fn a_rule_is_about_something() {
        assert_eq!(Rule::new(vec![], Class::Public, Handling::Keep, "x"), Err(RuleError::NoPattern));
        let nothing = Pattern::parse("a[3:3]").unwrap();
        let error = Rule::new(nothing, Class::Public, Handling::Keep, "x").unwrap_err();
        assert_eq!(error.to_string(), "`a[3:3:1]` describes no place: its slice holds no index");
        assert_eq!(rule(Class::Public, Handling::Keep).unwrap().name, "a.b");
    }
}
