//! `storeward.toml`: a `[default]` table, one table per environment, and the environments a project declares.

use storeward_core::{Environment, Environments, Tier};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    keys::KEYS,
    layer::{Origin, Problem, Setting, expected, hint, known_key, typed},
};
use crate::position::Position;

/// The file's name.
pub(crate) const NAME: &str = "storeward.toml";

/// What the file says, by section.
#[derive(Debug, Default)]
pub(crate) struct ConfigFile {
    sections: Vec<(Section, Vec<Setting>)>,
    pub(crate) problems: Vec<Problem>,
}

#[derive(Debug, PartialEq, Eq)]
enum Section {
    Default,
    Environment(Environment),
}

impl ConfigFile {
    /// Reads the text, adding the declared environments to the known ones. What is wrong is left out and listed in
    /// `problems`; the rest counts.
    pub(crate) fn read(text: &str, environments: &mut Environments) -> Self {
        let (root, errors) = DeTable::parse_recoverable(text);
        let mut file = Self::default();
        let mut reader = Reader { text, problems: Vec::new() };
        for error in errors {
            let offset = error.span().map_or(0, |span| span.start);
            reader.problem(offset, None, format!("is not valid TOML: {}", error.message()));
        }
        // A syntax error can cut a table in two, so nothing after it is to be relied on.
        if reader.problems.is_empty() {
            if let Some(declared) = root.get_ref().get("environments") {
                reader.environments(declared, environments);
            }
            for (name, value) in root.get_ref().iter().filter(|(name, _)| name.get_ref() != "environments") {
                if let Some(section) = reader.section(name, environments) {
                    let mut settings = Vec::new();
                    reader.settings(name.get_ref(), "", value, name.span().start, &mut settings);
                    file.sections.push((section, settings));
                }
            }
        }
        file.problems = reader.problems;
        file
    }

    /// The settings for an environment, the weightiest last: `[default]`, then the tier it inherits from, then its
    /// own table.
    pub(crate) fn settings_for(&self, environment: &Environment) -> impl Iterator<Item = &Setting> {
        let tier = Environment::from(environment.tier());
        let of = |wanted: Section| {
            self.sections
                .iter()
                .filter(move |(section, _)| *section == wanted)
                .flat_map(|(_, settings)| settings)
        };
        let own = (tier != *environment).then(|| Section::Environment(environment.clone()));
        of(Section::Default).chain(of(Section::Environment(tier))).chain(own.into_iter().flat_map(of))
    }
}

struct Reader<'t> {
    text: &'t str,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn origin(&self, offset: usize, section: Option<&str>) -> Origin {
        let at = Position::of(self.text, offset);
        Origin::File { path: NAME.to_owned(), at, section: section.map(str::to_owned) }
    }

    fn problem(&mut self, offset: usize, section: Option<&str>, message: String) {
        let origin = self.origin(offset, section);
        self.problems.push(Problem { message, origin });
    }

    fn section(
        &mut self,
        name: &Spanned<std::borrow::Cow<'_, str>>,
        known: &Environments,
    ) -> Option<Section> {
        if name.get_ref() == "default" {
            return Some(Section::Default);
        }
        match known.iter().find(|environment| environment.name() == name.get_ref()) {
            Some(environment) => Some(Section::Environment(environment.clone())),
            None => {
                let words = known.iter().map(Environment::name).chain(["default", "environments"]);
                let hint = match known.resolve(name.get_ref()) {
                    Ok(meant) => format!("; write `[{meant}]`"),
                    Err(_) => hint(name.get_ref(), words),
                };
                self.problem(
                    name.span().start,
                    None,
                    format!("unknown section `[{}]`{hint}", name.get_ref()),
                );
                None
            }
        }
    }

    fn environments(&mut self, declared: &Spanned<DeValue<'_>>, known: &mut Environments) {
        const FORM: &str = r#"declare an environment as `[environments.NAME]` with `inherits = "staging"`"#;
        let Some(table) = declared.get_ref().as_table() else {
            return self.problem(declared.span().start, None, FORM.to_owned());
        };
        for (name, value) in table {
            let section = format!("environments.{}", name.get_ref());
            let offset = name.span().start;
            let Some(keys) = value.get_ref().as_table() else {
                self.problem(offset, Some(&section), FORM.to_owned());
                continue;
            };
            let (mut tier, mut aliases) = (None, Vec::new());
            for (key, value) in keys {
                let texts = |value: &DeValue<'_>| {
                    let items = value.as_array()?.iter();
                    items.map(|item| item.get_ref().as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()
                };
                let understood = match &**key.get_ref() {
                    "inherits" => {
                        let name = value.get_ref().as_str().unwrap_or_default();
                        tier = Tier::ALL.into_iter().find(|tier| tier.as_str() == name);
                        tier.map(drop)
                            .ok_or("`inherits` takes `development`, `staging` or `production`".to_owned())
                    }
                    "aliases" => texts(value.get_ref())
                        .map(|texts| aliases = texts)
                        .ok_or("`aliases` takes a list of texts".to_owned()),
                    other => Err(format!("unknown key `{other}`{}", hint(other, ["inherits", "aliases"]))),
                };
                if let Err(message) = understood {
                    self.problem(key.span().start, Some(&section), message);
                }
            }
            match tier {
                Some(tier) => {
                    if let Err(error) = known.declare(name.get_ref(), tier, &aliases) {
                        self.problem(offset, Some(&section), error.to_string());
                    }
                }
                None => self.problem(offset, Some(&section), FORM.to_owned()),
            }
        }
    }

    /// Flattens a section's tables into dotted keys.
    fn settings(
        &mut self,
        section: &str,
        prefix: &str,
        value: &Spanned<DeValue<'_>>,
        key_offset: usize,
        settings: &mut Vec<Setting>,
    ) {
        let is_group =
            prefix.is_empty() || KEYS.iter().any(|key| key.name.starts_with(&format!("{prefix}.")));
        if let (true, DeValue::Table(table)) = (is_group, value.get_ref()) {
            for (key, value) in table {
                let dotted = match prefix {
                    "" => key.get_ref().to_string(),
                    _ => format!("{prefix}.{}", key.get_ref()),
                };
                self.settings(section, &dotted, value, key.span().start, settings);
            }
            return;
        }
        let problem = match known_key(prefix) {
            Ok(key) => match typed(key, value.get_ref()) {
                Some(value) => {
                    let origin = self.origin(key_offset, Some(section));
                    return settings.push(Setting { key, value, origin });
                }
                None => expected(key, key.name),
            },
            Err(_) if prefix.is_empty() => format!("`{section}` is a table: write `[{section}]`"),
            Err(_) if is_group => format!("`{prefix}` is a table: write `{prefix}.… = …`"),
            Err(unknown) => unknown,
        };
        self.problem(key_offset, Some(section), problem);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (ConfigFile, Environments) {
        let mut environments = Environments::default();
        let file = ConfigFile::read(text, &mut environments);
        (file, environments)
    }

    fn settings(text: &str, environment: &str) -> Vec<String> {
        let (file, environments) = read(text);
        assert_eq!(file.problems, []);
        let environment = environments.resolve(environment).unwrap();
        file.settings_for(&environment).map(|s| format!("{} {}", s.key.name, s.origin)).collect()
    }

    #[test]
    fn sections_are_layered_from_default_to_own() {
        let text = "\
[default]
audit.enabled = true

[production.deployment]
require_mfa = true

[environments.eu]
inherits = 'production'

[eu.saleor]
url = 'https://eu.example/graphql/'
";
        let common = "audit.enabled storeward.toml:2:7 [default]";
        let tier = "deployment.require_mfa storeward.toml:5:1 [production]";
        assert_eq!(settings(text, "staging"), [common]);
        assert_eq!(settings(text, "production"), [common, tier]);
        assert_eq!(settings(text, "eu"), [common, tier, "saleor.url storeward.toml:11:1 [eu]"]);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place_and_without_its_value() {
        for (text, problem) in [
            ("[default\n", "storeward.toml:1:9: is not valid TOML"),
            (
                "[prodction]\n",
                "storeward.toml:1:2: unknown section `[prodction]`; did you mean `production`?",
            ),
            ("[prod]\n", "storeward.toml:1:2: unknown section `[prod]`; write `[production]`"),
            (
                "[production]\ndeployment.requir_mfa = true\n",
                "storeward.toml:2:12 [production]: unknown key `deployment.requir_mfa`; did you mean `deployment.require_mfa`?",
            ),
            (
                "[default]\ndeployment.require_mfa = 'EXAMPLE-value'\n",
                "storeward.toml:2:12 [default]: `deployment.require_mfa` takes `true` or `false`",
            ),
            ("[default]\ndeployment.max_size = 0\n", "takes a whole number from 1 up"),
            ("[default]\ndeployment.window = 'night'\n", "takes two times of day"),
            ("[default]\ndeployment = true\n", "`deployment` is a table"),
            ("default = true\n", "`default` is a table"),
            ("[environments.eu]\n", "declare an environment as"),
            (
                "[environments.eu]\ninherits = 'prod'\n",
                "`inherits` takes `development`, `staging` or `production`",
            ),
            (
                "[environments.prod]\ninherits = 'staging'\n",
                "`prod` already names the environment `production`",
            ),
        ] {
            let (file, _) = read(text);
            let problems: Vec<String> = file.problems.iter().map(ToString::to_string).collect();
            assert!(problems.iter().any(|found| found.contains(problem)), "{text}: {problems:?}");
            assert!(!problems.join("").contains("EXAMPLE-value"));
        }
    }

    #[test]
    fn a_mistake_does_not_hide_the_rest() {
        let (file, environments) = read("[default]\naudit.enabled = true\naudit.enbled = true\n");
        let environment = environments.resolve("staging").unwrap();
        assert_eq!((file.problems.len(), file.settings_for(&environment).count()), (1, 1));
    }
}
