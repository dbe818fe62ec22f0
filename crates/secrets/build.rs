//! Turns `rules/*.toml` into a static table, so that a scanner starts without parsing anything.

use std::{
    collections::HashMap,
    env,
    error::Error,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
};

#[path = "src/rule/analyse.rs"]
mod analyse;
#[path = "src/rule/file.rs"]
mod file;
#[path = "src/rule/kind.rs"]
#[expect(
    dead_code,
    unreachable_pub,
    reason = "the vocabulary is public in the library, and used whole there"
)]
mod kind;

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let rules = root.join("rules");
    let mut out = io::stdout();
    for watched in [&rules, &root.join("src/rule")] {
        io::Write::write_fmt(&mut out, format_args!("cargo::rerun-if-changed={}\n", watched.display()))?;
    }

    let mut files = Vec::new();
    for entry in fs::read_dir(&rules)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();

    let mut seen: HashMap<String, PathBuf> = HashMap::new();
    let mut table = String::from("pub(crate) static RULES: &[Rule] = &[\n");
    for path in files {
        let drafts = file::parse(&fs::read_to_string(&path)?);
        for draft in drafts.map_err(|error| format!("{}: {error}", path.display()))? {
            if let Some(other) = seen.insert(draft.id.clone(), path.clone()) {
                let (path, other) = (path.display(), other.display());
                return Err(format!("{path}: rule \"{}\" is also in {other}", draft.id).into());
            }
            write_rule(&mut table, &draft)?;
        }
    }
    table.push_str("];\n");
    fs::write(Path::new(&variable("OUT_DIR")?).join("rules.rs"), table)?;
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a build script is told where to work by its environment")]
fn variable(name: &str) -> Result<String, env::VarError> {
    env::var(name)
}

fn write_rule(out: &mut String, draft: &file::Draft) -> std::fmt::Result {
    let plan = &draft.plan;
    let search = match plan.search {
        kind::Search::Detector(detector) => format!("Detector(super::Detector::{detector:?})"),
        ref search => format!("{search:?}"),
    };
    let checksum = draft.checksum.map_or("None".to_owned(), |sum| format!("Some(Checksum::{sum:?})"));
    let require: Vec<_> = draft.require.iter().map(|class| format!("CharClass::{class:?}")).collect();
    writeln!(
        out,
        "Rule {{ id: {}, name: {}, description: {}, severity: Severity::{}, confidence: Confidence::{}, \
         keywords: {}, search: Search::{search}, pattern: {}, names: {}, name_pattern: {}, prefix: {}, \
         front: Cow::Borrowed(&{:?}), \
         min_entropy: {:?}, require: Cow::Borrowed(&[{}]), checksum: {checksum}, masks: {}, examples: {}, \
         counterexamples: {}, references: {} }},",
        text(&draft.id),
        text(&draft.name),
        text(&draft.description),
        variant(&draft.severity),
        variant(&draft.confidence),
        texts(&draft.keywords),
        text(&plan.pattern),
        texts(&plan.names),
        plan.name_pattern.as_deref().map_or("None".to_owned(), |name| format!("Some({})", text(name))),
        plan.prefix,
        plan.front,
        draft.min_entropy,
        require.join(", "),
        draft.masks,
        texts(&draft.examples),
        texts(&draft.counterexamples),
        texts(&draft.references),
    )
}

/// The name of an enum's variant as rule files write it, in the case of Rust.
fn variant(name: &str) -> String {
    let mut characters = name.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + characters.as_str())
}

fn text(text: &str) -> String {
    format!("Cow::Borrowed({text:?})")
}

fn texts(list: &[String]) -> String {
    let list: Vec<_> = list.iter().map(|item| text(item)).collect();
    format!("Cow::Borrowed(&[{}])", list.join(", "))
}
