//! What a rule is: data, from files that the build reads or that a user brings.

use std::{borrow::Cow, fmt, sync::Arc};

use storeward_core::Severity;

#[cfg(feature = "rule-files")]
pub(crate) mod analyse;
mod builtin;
mod confidence;
pub mod example;
#[cfg(feature = "rule-files")]
pub(crate) mod file;
#[cfg(feature = "rule-files")]
pub mod gitleaks;
mod kind;
#[cfg(feature = "rule-files")]
mod set;

pub use confidence::Confidence;
pub(crate) use kind::Run;
pub use kind::{CharClass, Checksum, Detector, Search};
#[cfg(feature = "rule-files")]
pub use set::{InvalidRules, from_toml};

/// Text that is part of the program for our own rules, and owned for a user's.
pub(crate) type Text = Cow<'static, str>;
/// Several of them.
pub(crate) type Texts = Cow<'static, [Text]>;

/// One rule.
pub struct Rule {
    pub(crate) id: Text,
    pub(crate) name: Text,
    pub(crate) description: Text,
    pub(crate) severity: Severity,
    pub(crate) confidence: Confidence,
    pub(crate) keywords: Texts,
    pub(crate) search: Search,
    pub(crate) pattern: Text,
    pub(crate) names: Texts,
    pub(crate) name_pattern: Option<Text>,
    pub(crate) prefix: u16,
    pub(crate) front: Cow<'static, [Run]>,
    pub(crate) min_entropy: f32,
    pub(crate) require: Cow<'static, [CharClass]>,
    pub(crate) checksum: Option<Checksum>,
    pub(crate) masks: bool,
    pub(crate) examples: Texts,
    pub(crate) counterexamples: Texts,
    pub(crate) references: Texts,
}

impl Rule {
    /// All rules that come with the crate, ordered by file and place.
    #[must_use]
    pub fn builtin() -> &'static [Self] {
        builtin::RULES
    }

    /// The stable name by which reports, waivers and baselines know the rule.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What a person calls what it finds.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the holder of such a secret can do.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// How bad a leak is.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        self.severity
    }

    /// How sure a match makes us, before its value is judged.
    #[must_use]
    pub const fn confidence(&self) -> Confidence {
        self.confidence
    }

    /// The words near which the pattern is tried.
    pub fn keywords(&self) -> impl Iterator<Item = &str> {
        self.keywords.iter().map(AsRef::as_ref)
    }

    /// The pattern, shorthands expanded. That of the value alone where the name is read by hand; empty for a detector.
    #[must_use]
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// The words of which an assignment's name must hold one, where the name is read by hand.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(AsRef::as_ref)
    }

    /// How the engine searches it.
    #[must_use]
    pub const fn search(&self) -> Search {
        self.search
    }

    /// The Shannon entropy, in bits a character, that its secrets reach.
    #[must_use]
    pub const fn min_entropy(&self) -> f32 {
        self.min_entropy
    }

    /// The classes of characters that its secrets show.
    #[must_use]
    pub fn require(&self) -> &[CharClass] {
        &self.require
    }

    /// The checksum or structure that its secrets carry.
    #[must_use]
    pub const fn checksum(&self) -> Option<Checksum> {
        self.checksum
    }

    /// Templates of text that must match; [`example::expand`] fills them.
    pub fn examples(&self) -> impl Iterator<Item = &str> {
        self.examples.iter().map(AsRef::as_ref)
    }

    /// Templates of text that must not match.
    pub fn counterexamples(&self) -> impl Iterator<Item = &str> {
        self.counterexamples.iter().map(AsRef::as_ref)
    }

    /// Where the vendor describes the form.
    pub fn references(&self) -> impl Iterator<Item = &str> {
        self.references.iter().map(AsRef::as_ref)
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rule").field("id", &self.id).field("pattern", &self.pattern).finish_non_exhaustive()
    }
}

/// A rule of the program, or one that was loaded; cheap to clone and to share.
#[derive(Debug, Clone)]
pub(crate) enum SharedRule {
    Static(&'static Rule),
    Loaded(Arc<Rule>),
}

impl std::ops::Deref for SharedRule {
    type Target = Rule;

    fn deref(&self) -> &Rule {
        match self {
            Self::Static(rule) => rule,
            Self::Loaded(rule) => rule,
        }
    }
}
