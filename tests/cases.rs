//! Cases kept as data: files in, arguments, what must and must not come out. One TOML file each, in `cases/`.

use std::{collections::BTreeMap, fs, path::Path};

use serde::Deserialize;

use crate::program::{directory, storeward};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    args: Vec<String>,
    exit: i32,
    /// Texts that must stand in standard output.
    #[serde(default)]
    stdout: Vec<String>,
    #[serde(default)]
    stderr: Vec<String>,
    /// Texts that must stand in neither.
    #[serde(default)]
    never: Vec<String>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    #[serde(default)]
    files: BTreeMap<String, String>,
}

#[test]
fn every_case_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases");
    let mut faults = Vec::new();
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let case: Case =
            toml::from_str(&fs::read_to_string(&path).unwrap()).unwrap_or_else(|e| panic!("{name}: {e}"));
        let place = directory(&case.files);
        let arguments: Vec<&str> = case.args.iter().map(String::as_str).collect();
        let run = storeward(place.path(), &arguments, &case.env);
        let mut fault = |what: String| faults.push(format!("{name}: {what}\n{}\n{}", run.stdout, run.stderr));
        if run.exit != case.exit {
            fault(format!("exit {} instead of {}", run.exit, case.exit));
        }
        for (wanted, text) in
            case.stdout.iter().map(|w| (w, &run.stdout)).chain(case.stderr.iter().map(|w| (w, &run.stderr)))
        {
            if !text.contains(wanted) {
                fault(format!("does not say {wanted:?}"));
            }
        }
        for unwanted in &case.never {
            if run.stdout.contains(unwanted) || run.stderr.contains(unwanted) {
                fault(format!("says {unwanted:?}"));
            }
        }
        count += 1;
    }
    assert!(count >= 10, "only {count} cases were found");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
