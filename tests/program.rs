//! The program in a directory of its own, with an environment of its own.

use std::{collections::BTreeMap, fs, path::Path};

use assert_cmd::Command;
use tempfile::TempDir;

/// A directory that holds the given files.
pub(crate) fn directory(files: &BTreeMap<String, String>) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in files {
        write(directory.path(), name, text.as_bytes());
    }
    directory
}

pub(crate) fn write(directory: &Path, name: &str, bytes: &[u8]) {
    let path = directory.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// What a run said.
pub(crate) struct Run {
    pub(crate) exit: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// What it printed, as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| {
            panic!("{error}\nexit: {}\nstdout: {}\nstderr: {}", self.exit, self.stdout, self.stderr);
        })
    }

    /// The checks of a JSON report whose id is given: status and evidence.
    pub(crate) fn check(&self, id: &str) -> serde_json::Value {
        let report = self.json();
        let checks = report["checks"].as_array().unwrap();
        checks.iter().find(|check| check["id"] == id).unwrap_or_else(|| panic!("no check {id}")).clone()
    }
}

/// Runs the program with nothing but `PATH` and the given variables in its environment.
pub(crate) fn storeward(directory: &Path, arguments: &[&str], variables: &BTreeMap<String, String>) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_storeward"));
    command.args(arguments).current_dir(directory).env_clear().envs(variables);
    if let Some(path) = option_env!("PATH") {
        command.env("PATH", path);
    }
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
    let run = Run {
        exit: output.status.code().expect("not ended by a signal"),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    };
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
    run
}

/// `storeward check` on a directory, as JSON.
pub(crate) fn check(directory: &Path, environment: &str) -> Run {
    storeward(directory, &["check", "--format", "json", "--environment", environment], &BTreeMap::new())
}
