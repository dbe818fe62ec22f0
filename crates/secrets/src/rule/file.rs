//! Rule files: TOML in, checked drafts out.
//!
//! The build script includes this file for our own rules, so that starting up parses nothing; the program reads a
//! user's files with it. It therefore uses nothing of this crate but the closed vocabularies.

use serde::Deserialize;

use super::{
    analyse::{self, Plan},
    kind::{CharClass, Checksum, Detector},
};

/// A file as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    #[serde(default)]
    rule: Vec<RawRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    id: String,
    name: String,
    description: String,
    severity: String,
    confidence: String,
    keywords: Vec<String>,
    #[serde(default)]
    pattern: Option<String>,
    #[serde(default)]
    detector: Option<String>,
    #[serde(default)]
    min_entropy: Option<f32>,
    #[serde(default)]
    require: Vec<String>,
    #[serde(default)]
    checksum: Option<String>,
    #[serde(default)]
    masks: bool,
    #[serde(default)]
    examples: Vec<String>,
    #[serde(default)]
    counterexamples: Vec<String>,
    #[serde(default)]
    references: Vec<String>,
}

/// A rule that went through every check that needs no other rule.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) severity: String,
    pub(crate) confidence: String,
    pub(crate) keywords: Vec<String>,
    pub(crate) min_entropy: f32,
    pub(crate) require: Vec<CharClass>,
    pub(crate) checksum: Option<Checksum>,
    pub(crate) masks: bool,
    pub(crate) examples: Vec<String>,
    pub(crate) counterexamples: Vec<String>,
    pub(crate) references: Vec<String>,
    pub(crate) plan: Plan,
}

/// Parses and checks one file. The error names the rule and says what is wrong with it.
pub(crate) fn parse(text: &str) -> Result<Vec<Draft>, String> {
    let file: RuleFile = toml::from_str(text).map_err(|error| error.to_string())?;
    file.rule
        .into_iter()
        .map(|raw| {
            let id = raw.id.clone();
            raw.check().map_err(|error| format!("rule \"{id}\": {error}"))
        })
        .collect()
}

impl RawRule {
    fn check(self) -> Result<Draft, String> {
        check_id(&self.id)?;
        if !["low", "medium", "high", "critical"].contains(&self.severity.as_str()) {
            return Err(format!("severity \"{}\" is none of low, medium, high, critical", self.severity));
        }
        if !["low", "medium", "high"].contains(&self.confidence.as_str()) {
            return Err(format!("confidence \"{}\" is none of low, medium, high", self.confidence));
        }
        if self.name.trim().is_empty() || self.description.trim().is_empty() {
            return Err("name and description must say something".into());
        }
        check_keywords(&self.keywords)?;
        let plan = match (self.pattern, self.detector) {
            (Some(pattern), None) => analyse::plan(&pattern, &self.keywords)?,
            (None, Some(detector)) => Plan::detector(detector.parse::<Detector>()?),
            _ => return Err("either a pattern or a detector is needed".into()),
        };
        let min_entropy = self.min_entropy.unwrap_or(0.0);
        if !(0.0..=8.0).contains(&min_entropy) {
            return Err(format!("min_entropy {min_entropy} is not between 0 and 8"));
        }
        Ok(Draft {
            id: self.id,
            name: self.name,
            description: self.description,
            severity: self.severity,
            confidence: self.confidence,
            keywords: self.keywords,
            min_entropy,
            require: self.require.iter().map(|class| class.parse()).collect::<Result<_, _>>()?,
            checksum: self.checksum.as_deref().map(str::parse).transpose()?,
            masks: self.masks,
            examples: self.examples,
            counterexamples: self.counterexamples,
            references: self.references,
            plan,
        })
    }
}

fn check_id(id: &str) -> Result<(), String> {
    let words = id.split('-').all(|word| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    });
    if words { Ok(()) } else { Err("an id is lower-case words joined by `-`".into()) }
}

fn check_keywords(keywords: &[String]) -> Result<(), String> {
    if keywords.is_empty() {
        return Err("a rule needs at least one keyword".into());
    }
    for keyword in keywords {
        // Under three bytes nearly every file would hit, and the rule would cost what a plain regex costs.
        if !(3..=64).contains(&keyword.len()) {
            return Err(format!("keyword \"{keyword}\" is not 3 to 64 bytes long"));
        }
        if !keyword.bytes().all(|byte| matches!(byte, b' '..=b'~') && !byte.is_ascii_uppercase()) {
            return Err(format!("keyword \"{keyword}\" is not lower-case ASCII"));
        }
    }
    Ok(())
}
