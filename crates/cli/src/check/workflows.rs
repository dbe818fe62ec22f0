//! GitHub workflows: whether a token shows, whether what runs is pinned, and whether production is within reach of a
//! pull request.

use storeward_core::Environments;

use super::{
    catalogue,
    files::Files,
    report::{Check, Evidence},
    script::{self, Fault},
};
use crate::{
    position::Position,
    yaml::{self, Node, Value},
};

pub(crate) fn checks(files: &Files, environments: &Environments) -> Vec<Check> {
    let definitions = [
        &catalogue::WORKFLOW_PARSES,
        &catalogue::WORKFLOW_ARGUMENT,
        &catalogue::WORKFLOW_ECHO,
        &catalogue::WORKFLOW_PIN,
        &catalogue::WORKFLOW_PULL_REQUEST,
        &catalogue::WORKFLOW_EXIT_CODE,
    ];
    let paths: Vec<&String> = files.kept.iter().filter(|path| is_workflow(path)).collect();
    if paths.is_empty() {
        return definitions.map(|definition| Check::skipped(definition, "no .github/workflows here")).into();
    }
    let [parses, argument, echo, pin, pull_request, exit_code] = definitions.map(Check::new);
    let mut workflows =
        Workflows { path: String::new(), parses, argument, echo, pin, pull_request, exit_code };
    for path in paths {
        workflows.path.clone_from(path);
        match files.text(path).map(|text| yaml::parse(&text)) {
            Ok(Ok(stream)) => {
                stream.documents.iter().for_each(|workflow| workflows.workflow(workflow, environments))
            }
            Ok(Err(error)) => workflows.parses.fail(Evidence::at(path, error.at, error.message)),
            Err(reason) => workflows.parses.fail(Evidence::in_file(path, reason)),
        }
    }
    let Workflows { parses, argument, echo, pin, pull_request, exit_code, .. } = workflows;
    vec![parses, argument, echo, pin, pull_request, exit_code]
}

fn is_workflow(path: &str) -> bool {
    path.starts_with(".github/workflows/") && (path.ends_with(".yml") || path.ends_with(".yaml"))
}

struct Workflows {
    path: String,
    parses: Check,
    argument: Check,
    echo: Check,
    pin: Check,
    pull_request: Check,
    exit_code: Check,
}

impl Workflows {
    fn workflow(&mut self, workflow: &Node, environments: &Environments) {
        let triggers = triggers(workflow);
        let default_shell = shell_of(workflow);
        let jobs = workflow.get("jobs");
        for job in jobs.iter().flat_map(|jobs| jobs.entries()) {
            let (name, job) = (&job.key, &job.value);
            if let Some(at) = production(job, environments) {
                let guard = job.get("if").and_then(|node| node.text());
                for trigger in triggers.iter().filter(|trigger| !keeps_out(guard, trigger)) {
                    let message =
                        format!("job `{name}` uses a production environment and runs on `{trigger}`");
                    self.pull_request.fail(Evidence::at(&self.path, at, message));
                }
            }
            if let Some(uses) = job.get("uses") {
                self.uses(uses);
            }
            let shell = shell_of(job).or_else(|| default_shell.clone());
            for step in job.get("steps").iter().flat_map(|steps| steps.items()) {
                self.step(step, shell.as_deref());
            }
        }
    }

    fn step(&mut self, step: &Node, shell: Option<&str>) {
        if let Some(uses) = step.get("uses") {
            self.uses(uses);
        }
        let Some(run) = step.get("run") else { return };
        let Value::Scalar { text, literal } = &run.value else { return };
        let own = step.get("shell").and_then(|node| node.text());
        // Without `shell: bash`, the runner starts `bash -e`, in which a pipe takes its last command's exit code.
        let pipefail = own.or(shell).is_some_and(|shell| shell == "bash" || shell.contains("pipefail"));
        for (fault, line, message) in script::faults(text, pipefail) {
            let at = match literal {
                true => Position { line: run.at.line + line + 1, column: 1 },
                false => run.at,
            };
            let check = match fault {
                Fault::Argument => &mut self.argument,
                Fault::Echo => &mut self.echo,
                Fault::ExitCode => &mut self.exit_code,
            };
            check.fail(Evidence::at(&self.path, at, message));
        }
    }

    fn uses(&mut self, uses: &Node) {
        let Some(action) = uses.text() else { return };
        if action.starts_with("./") || action.starts_with("../") {
            return;
        }
        let pinned = match action.strip_prefix("docker://") {
            Some(image) => image.contains("@sha256:"),
            None => action
                .rsplit_once('@')
                .is_some_and(|(_, at)| at.len() == 40 && at.bytes().all(|byte| byte.is_ascii_hexdigit())),
        };
        if !pinned {
            self.pin.fail(Evidence::at(&self.path, uses.at, format!("`{action}` is not pinned by digest")));
        }
        if action.to_ascii_lowercase().starts_with("saleor/configurator") {
            let message = "the Configurator's own action passes the token as an argument and echoes it";
            self.argument.fail(Evidence::at(&self.path, uses.at, message));
        }
    }
}

/// The pull-request triggers of a workflow.
fn triggers(workflow: &Node) -> Vec<String> {
    let Some(on) = workflow.get("on") else { return Vec::new() };
    let names: Vec<&str> = match &on.value {
        Value::Scalar { text, .. } => vec![text],
        Value::Sequence(items) => items.iter().filter_map(|item| item.text()).collect(),
        Value::Mapping(_) => on.entries().map(|entry| entry.key.as_str()).collect(),
    };
    names.into_iter().filter(|name| name.starts_with("pull_request")).map(str::to_owned).collect()
}

/// Where a job names an environment of the production tier.
fn production(job: &Node, environments: &Environments) -> Option<Position> {
    let environment = job.get("environment")?;
    let name =
        environment.text().map_or_else(|| environment.get("name").and_then(|node| node.text()), Some)?;
    let is_production = environments.resolve(name).is_ok_and(|environment| environment.is_production());
    is_production.then_some(environment.at)
}

/// Whether a condition keeps this trigger out, as far as can be read from it.
fn keeps_out(condition: Option<&str>, trigger: &str) -> bool {
    let Some(condition) = condition else { return false };
    let plain: String =
        condition.chars().filter(|c| !c.is_whitespace()).collect::<String>().replace('"', "'");
    if plain.contains("||") {
        return false;
    }
    let terms = plain.trim_start_matches("${{").trim_end_matches("}}").split("&&");
    terms.into_iter().any(|term| {
        let event = term.strip_prefix("github.event_name");
        let other = event
            .and_then(|rest| rest.strip_prefix("=='"))
            .is_some_and(|name| !name.starts_with("pull_request"));
        let not =
            event.and_then(|rest| rest.strip_prefix("!=")).is_some_and(|name| name == format!("'{trigger}'"));
        // On `pull_request` the ref is refs/pull/…; on `pull_request_target` it is the base branch.
        let branch = trigger == "pull_request" && term.starts_with("github.ref=='refs/heads/");
        other || not || branch
    })
}

fn shell_of(node: &Node) -> Option<String> {
    node.get("defaults")?.get("run")?.get("shell")?.text().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guard_must_keep_the_very_trigger_out() {
        for (condition, trigger, kept_out) in [
            (None, "pull_request", false),
            (Some("github.event_name == 'push'"), "pull_request", true),
            (Some("${{ github.event_name != 'pull_request' }}"), "pull_request", true),
            (Some("github.event_name != 'pull_request'"), "pull_request_target", false),
            (Some("github.event_name == 'pull_request'"), "pull_request", false),
            (Some("github.ref == 'refs/heads/main'"), "pull_request", true),
            (Some("github.ref == 'refs/heads/main'"), "pull_request_target", false),
            (Some("success() && github.event_name == \"push\""), "pull_request", true),
            (Some("always() || github.event_name == 'push'"), "pull_request", false),
            (Some("success()"), "pull_request", false),
        ] {
            assert_eq!(keeps_out(condition, trigger), kept_out, "{condition:?} {trigger}");
        }
    }
}
