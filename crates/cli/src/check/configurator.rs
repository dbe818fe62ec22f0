//! The store's configuration as the Saleor Configurator reads it.

use storeward_core::nearest;
use storeward_sanitize::{Class, FieldPath, rules};

use super::{
    catalogue,
    files::Files,
    report::{Check, Evidence},
    shape,
};
use crate::{
    config::Config,
    position::Position,
    yaml::{self, Node, Value},
};

/// The documents of one file.
struct Source {
    path: String,
    documents: Vec<std::rc::Rc<Node>>,
}

/// The checks, and whether any configuration was found.
pub(crate) fn checks(files: &Files, config: &Config) -> (Vec<Check>, bool) {
    let mut parses = Check::new(&catalogue::CONFIG_PARSES);
    let mut duplicates = Check::new(&catalogue::CONFIG_DUPLICATES);
    let mut sources = Vec::new();
    let named = &config.values.saleor.config;
    let mut broken = false;
    for path in candidates(files, named) {
        let is_named = named.iter().any(|name| name == &path);
        let text = match files.text(&path) {
            Ok(text) => text,
            Err(reason) if is_named || looks_like_one(&path) => {
                parses.fail(Evidence::in_file(&path, reason));
                broken = true;
                continue;
            }
            Err(_) => continue,
        };
        match yaml::parse(&text) {
            Ok(stream) if is_named || stream.documents.iter().any(|document| is_configuration(document)) => {
                for duplicate in stream.duplicates {
                    let message =
                        format!("`{}` is given on line {} already", duplicate.key, duplicate.first.line);
                    duplicates.fail(Evidence::at(&path, duplicate.at, message));
                }
                if stream.documents.is_empty() {
                    parses.fail(Evidence::in_file(&path, "is empty"));
                }
                sources.push(Source { path, documents: stream.documents });
            }
            Ok(_) => {}
            Err(error) => {
                // A broken file elsewhere in the tree is somebody else's; one that names a section is ours.
                if is_named || looks_like_one(&path) || shape::sections().any(|s| names_section(&text, s)) {
                    parses.fail(Evidence::at(&path, error.at, error.message));
                    broken = true;
                }
            }
        }
    }
    if sources.is_empty() && !broken {
        let reason = "no Configurator YAML here (saleor.config names one elsewhere)";
        let skipped = [
            &catalogue::CONFIG_PARSES,
            &catalogue::CONFIG_DUPLICATES,
            &catalogue::CONFIG_KEYS,
            &catalogue::CONFIG_PERSONAL,
            &catalogue::CONFIG_SECRETS,
        ];
        return (skipped.map(|definition| Check::skipped(definition, reason)).into(), false);
    }
    let mut walk = Walk {
        keys: Check::new(&catalogue::CONFIG_KEYS),
        personal: Check::new(&catalogue::CONFIG_PERSONAL),
        secrets: Check::new(&catalogue::CONFIG_SECRETS),
        path: String::new(),
    };
    for source in sources {
        walk.path = source.path;
        let single = source.documents.len() == 1;
        for document in source.documents.iter().filter(|document| single || is_configuration(document)) {
            walk.node(document, &FieldPath::default());
        }
    }
    (vec![parses, duplicates, walk.keys, walk.personal, walk.secrets], true)
}

/// The files to look into: the named ones, or every YAML file outside dot directories.
fn candidates(files: &Files, named: &[String]) -> Vec<String> {
    if !named.is_empty() {
        return named.to_vec();
    }
    let is_yaml = |path: &&String| path.ends_with(".yml") || path.ends_with(".yaml");
    let is_hidden = |path: &str| path.split('/').any(|part| part.starts_with('.') || part == "node_modules");
    files.kept.iter().filter(is_yaml).filter(|path| !is_hidden(path)).cloned().collect()
}

/// The Configurator's default file name.
fn looks_like_one(path: &str) -> bool {
    matches!(path, "config.yml" | "config.yaml")
}

fn names_section(text: &str, section: &str) -> bool {
    text.lines().any(|line| line.strip_prefix(section).is_some_and(|rest| rest.starts_with(':')))
}

/// Whether a document is for the Configurator: one section and nothing else, or at least two of them.
fn is_configuration(document: &Node) -> bool {
    let (known, all) = document.entries().fold((0, 0), |(known, all), entry| {
        (known + usize::from(shape::sections().any(|section| section == entry.key)), all + 1)
    });
    known >= 2 || (known == 1 && all == 1)
}

struct Walk {
    keys: Check,
    personal: Check,
    secrets: Check,
    path: String,
}

impl Walk {
    fn node(&mut self, node: &Node, at: &FieldPath) {
        match &node.value {
            Value::Scalar { text, .. } => self.scalar(text, node.at, at),
            Value::Sequence(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.node(item, &at.child(index));
                }
            }
            Value::Mapping(_) => {
                let known = shape::keys_at(at);
                for entry in node.entries() {
                    if let Some(known) = &known
                        && !known.contains(&entry.key.as_str())
                    {
                        let hint = nearest::hint(nearest::nearest(&entry.key, known.iter().copied()));
                        let place = at.child(&entry.key);
                        let message = format!("the Configurator does not know `{place}`{hint}");
                        self.keys.warn(Evidence::at(&self.path, entry.at, message));
                    }
                    self.node(&entry.value, &at.child(&entry.key));
                }
            }
        }
    }

    fn scalar(&mut self, text: &str, place: Position, at: &FieldPath) {
        let reference =
            text.is_empty() || text == "~" || text == "null" || storeward_token::form::is_placeholder(text);
        match rules::classify(at) {
            Some(rule) if rule.class == Class::Secret && !reference => {
                self.secrets.fail(Evidence::at(
                    &self.path,
                    place,
                    format!("`{at}` is filled in: {}", rule.reason),
                ));
            }
            Some(rule) if matches!(rule.class, Class::Internal | Class::Confidential) && !reference => {
                let message = format!("`{at}` is {}: {}", rule.class, rule.reason);
                self.personal.warn(Evidence::at(&self.path, place, message));
            }
            _ => {}
        }
    }
}
