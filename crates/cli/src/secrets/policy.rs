//! How it is decided what is reported: rules, baseline and waivers, as the project and the command line have them.

use std::{fs, path::Path};

use anyhow::{Context, bail};
use serde::Deserialize;
use storeward_core::{Clock, FingerprintKey, SecretString, SystemClock};
use storeward_secrets::{
    Baseline, Confidence, Finding, Scanner, ScannerBuilder, Sighting, Waiver, Waivers, baseline,
    rule::{self, gitleaks},
    waiver::inline::Inline,
};

use crate::{args::HowArgs, env::Env, key, project::Project, render};

/// The usual names of the files, in the project's directory.
pub(crate) const BASELINE: &str = "secrets-baseline.json";
const WAIVERS: &str = "secrets-waivers.toml";

pub(crate) struct Policy {
    pub(crate) scanner: Scanner,
    pub(crate) waivers: Waivers,
    /// Today as `YYYY-MM-DD`, in UTC.
    pub(crate) today: String,
    baseline: Baseline,
    min_confidence: Confidence,
    project: Project,
    /// Configurations whose lists of what is allowed may name commits and, in a history, paths.
    gitleaks: Vec<gitleaks::Config>,
}

/// What becomes of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Judgement {
    Report,
    /// Less sure than what was asked for.
    Unsure,
    /// Somebody let it stand.
    Waived,
    /// The baseline has it.
    Known,
}

impl Policy {
    /// Reads all files that it needs.
    ///
    /// # Errors
    ///
    /// When one that was named is missing, or one that is there is wrong.
    pub(crate) fn read(how: &HowArgs, project: Project, env: &Env, quiet: bool) -> anyhow::Result<Self> {
        let baseline = baseline_of(how, &project)?;
        Self::with_baseline(how, project, baseline, env, quiet)
    }

    /// As [`read`](Self::read), with a baseline that is there already.
    pub(crate) fn with_baseline(
        how: &HowArgs,
        project: Project,
        baseline: Baseline,
        env: &Env,
        quiet: bool,
    ) -> anyhow::Result<Self> {
        let key = match baseline.key() {
            Some(key) => key.clone(),
            None => key::find(&key::FINGERPRINTS, env, quiet)?,
        };
        Self::new(how, project, baseline, Some(key))
    }

    /// The project's own policy, for a report that shows no fingerprints: no key is made for it.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub(crate) fn of_project(project: Project) -> anyhow::Result<Self> {
        let how = HowArgs::default();
        let baseline = baseline_of(&how, &project)?;
        let key = baseline.key().cloned();
        Self::new(&how, project, baseline, key)
    }

    fn new(
        how: &HowArgs,
        project: Project,
        baseline: Baseline,
        key: Option<FingerprintKey>,
    ) -> anyhow::Result<Self> {
        let configured = project.values.secrets.waivers.as_deref();
        let waivers = match how.waivers.clone().or_else(|| project.file(configured, WAIVERS)) {
            Some(path) => read_waivers(&path)?,
            None => Waivers::default(),
        };
        let mut rules = RuleFiles::default();
        let mut builder = Scanner::builder();
        if let Some(key) = key {
            builder = builder.fingerprint_key(key);
        }
        let configured = project.values.secrets.rules.iter().map(|name| project.root.join(name));
        for path in configured.chain(how.rules.iter().cloned()) {
            builder = rules.add(builder, &path)?;
        }
        Ok(Self {
            gitleaks: rules.gitleaks,
            scanner: builder.build(),
            waivers,
            today: SystemClock::new().now().format("%F").to_string(),
            baseline,
            min_confidence: how.min_confidence,
            project,
        })
    }

    /// The address of the project's store.
    pub(crate) fn store(&self) -> Option<&str> {
        self.project.values.saleor.url.as_deref()
    }

    /// What becomes of a finding, as far as its path does not matter.
    pub(crate) fn judge(&self, sighting: &Sighting<'_>) -> Judgement {
        let finding = &sighting.finding;
        if finding.confidence < self.min_confidence {
            Judgement::Unsure
        } else if Inline::covering(sighting, &self.today).is_some() {
            Judgement::Waived
        } else if self.baseline.knows(finding, sighting.secret) {
            Judgement::Known
        } else {
            Judgement::Report
        }
    }

    /// Whether a configuration of gitleaks allows a finding of a history, whose path and commit are known only afterwards.
    pub(crate) fn allows(
        &self,
        finding: &Finding,
        path: &str,
        commit: Option<&str>,
        secret: &SecretString,
        lines: &[u8],
    ) -> bool {
        let matched = secret.expose().as_bytes();
        self.gitleaks
            .iter()
            .any(|config| config.allow.allows(&finding.rule, path, commit, secret, matched, lines))
    }

    /// Whether the list of waivers lets a finding stand. `lines` is the text of its lines.
    pub(crate) fn waives(&self, finding: &Finding, path: &str, lines: &[u8]) -> bool {
        self.waives_inside(finding, &self.project.relative(path), lines)
    }

    /// As [`waives`](Self::waives), of a path that is relative to the project.
    pub(crate) fn waives_inside(&self, finding: &Finding, path: &str, lines: &[u8]) -> bool {
        self.waivers.find(finding, path, lines, &self.today).is_some()
    }
}

fn baseline_of(how: &HowArgs, project: &Project) -> anyhow::Result<Baseline> {
    let configured = project.values.secrets.baseline.as_deref();
    match how.baseline.clone().or_else(|| project.file(configured, BASELINE)) {
        Some(path) => read_baseline(&path),
        None => Ok(Baseline::default()),
    }
}

pub(crate) fn read_baseline(path: &Path) -> anyhow::Result<Baseline> {
    let text = text(path)?;
    Baseline::from_json(&text).map_err(|error: baseline::InvalidBaseline| in_file(path, &error))
}

/// Files of rules, ours and configurations of gitleaks.
#[derive(Default)]
pub(crate) struct RuleFiles {
    gitleaks: Vec<gitleaks::Config>,
}

impl RuleFiles {
    /// Adds the rules of a file to those of a scanner. What has no effect is told on standard error.
    pub(crate) fn add(&mut self, builder: ScannerBuilder, path: &Path) -> anyhow::Result<ScannerBuilder> {
        let text = text(path)?;
        if !gitleaks::is_gitleaks(&text) {
            return Ok(builder.rules(rule::from_toml(&text).map_err(|error| in_file(path, &error))?));
        }
        let folder = path.parent().unwrap_or(Path::new(""));
        let read = |name: &str| fs::read_to_string(folder.join(name)).map_err(|error| error.to_string());
        let config = gitleaks::from_toml_with(&text, read).map_err(|error| in_file(path, &error))?;
        let names_only = config.path_rules.iter().map(|rule| {
            format!("rule \"{}\": looks at the names of files alone, which no rule here does", rule.id)
        });
        for note in config.unsupported.iter().map(ToString::to_string).chain(names_only) {
            render::note(&format!("note: {}: {note}", path.display()));
        }
        let builder = builder.gitleaks(&config);
        self.gitleaks.push(config);
        Ok(builder)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WaiverFile {
    #[serde(default)]
    waiver: Vec<Waiver>,
}

fn read_waivers(path: &Path) -> anyhow::Result<Waivers> {
    let text = text(path)?;
    let file: WaiverFile = toml::from_str(&text).map_err(|error| in_file(path, &error))?;
    for (waiver, number) in file.waiver.iter().zip(1..) {
        if let Some(fault) = waiver.fault() {
            bail!("{}: waiver {number}: {fault}", path.display());
        }
    }
    Ok(Waivers::new(file.waiver))
}

fn text(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn in_file(path: &Path, error: &dyn std::fmt::Display) -> anyhow::Error {
    anyhow::anyhow!("{}: {}", path.display(), error.to_string().trim_end())
}
