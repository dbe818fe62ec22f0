//! Rules that a user brings, in the form of our own files.

use std::{borrow::Cow, sync::Arc};

use storeward_core::Severity;

use super::{Rule, SharedRule, Text, Texts, file};

/// A rule file that cannot be used. The message names the rule and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidRules(pub(crate) String);

/// Reads rules from the text of a rule file.
///
/// # Errors
///
/// When the text is no TOML, a key is unknown, or a rule would not work.
pub fn from_toml(text: &str) -> Result<Vec<Arc<Rule>>, InvalidRules> {
    let drafts = file::parse(text).map_err(InvalidRules)?;
    drafts.into_iter().map(|draft| Ok(Arc::new(Rule::try_from(draft)?))).collect()
}

impl TryFrom<file::Draft> for Rule {
    type Error = InvalidRules;

    fn try_from(draft: file::Draft) -> Result<Self, InvalidRules> {
        let severity = Severity::ALL
            .into_iter()
            .find(|severity| severity.as_str() == draft.severity)
            .ok_or_else(|| InvalidRules(format!("unknown severity \"{}\"", draft.severity)))?;
        let rule = Self {
            id: Cow::Owned(draft.id),
            name: Cow::Owned(draft.name),
            description: Cow::Owned(draft.description),
            severity,
            confidence: draft.confidence.parse().map_err(InvalidRules)?,
            keywords: texts(draft.keywords),
            search: draft.plan.search,
            pattern: Cow::Owned(draft.plan.pattern),
            names: texts(draft.plan.names),
            name_pattern: draft.plan.name_pattern.map(Cow::Owned),
            prefix: draft.plan.prefix,
            front: Cow::Owned(draft.plan.front),
            min_entropy: draft.min_entropy,
            require: Cow::Owned(draft.require),
            checksum: draft.checksum,
            masks: draft.masks,
            examples: texts(draft.examples),
            counterexamples: texts(draft.counterexamples),
            references: texts(draft.references),
        };
        crate::engine::compile::check(&rule)
            .map_err(|e| InvalidRules(format!("rule \"{}\": {e}", rule.id)))?;
        Ok(rule)
    }
}

fn texts(list: Vec<String>) -> Texts {
    Cow::Owned(list.into_iter().map(Text::Owned).collect())
}

impl From<Arc<Rule>> for SharedRule {
    fn from(rule: Arc<Rule>) -> Self {
        Self::Loaded(rule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_any_length_are_planned_or_refused() {
        for pattern in [
            "(?P<secret>abc(?:(?:x{4294967295}){4294967295}){3})",
            "(?P<secret>(?:(?:(?:x{4294967295}){4294967295}){2}abc){9})",
            "(?P<secret>abc.{4294967295})",
            "{name:(?:(?:x{4294967295}){4294967295}){3}abc}(?P<secret>[a-z]{9})",
        ] {
            let text = format!(
                "[[rule]]\nid = \"x\"\nname = \"X\"\ndescription = \"X\"\nseverity = \"low\"\nconfidence = \"low\"\n\
                 keywords = [\"abc\"]\npattern = '{pattern}'\n"
            );
            let error = from_toml(&text).unwrap_err();
            assert!(error.to_string().starts_with("rule \"x\""), "{error}");
        }
    }
}
