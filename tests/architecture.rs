//! The house is a star: a concern depends on `core` and on no other concern, and stays light to link.

use std::{collections::BTreeSet, process::Command};

use cargo_metadata::{Metadata, MetadataCommand, Package};

/// What must not come with a library unless a feature asks for it.
const HEAVY: &[&str] = &[
    "anyhow",
    "async-nats",
    "clap",
    "cynic",
    "figment",
    "hyper",
    "libsqlite3-sys",
    "postgres",
    "reqwest",
    "rusqlite",
    "sqlx",
    "tokio",
    "tokio-postgres",
];

fn metadata() -> Metadata {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    MetadataCommand::new().manifest_path(manifest).other_options(vec!["--locked".to_owned()]).exec().unwrap()
}

fn libraries(metadata: &Metadata) -> Vec<&Package> {
    let all = metadata.workspace_packages();
    let libraries: Vec<_> =
        all.into_iter().filter(|package| package.name.as_str() != "storeward-cli").collect();
    assert_eq!(libraries.len(), 8, "core and seven concerns");
    libraries
}

/// What a library brings along on this machine when it is linked as it is, by name.
fn brought(library: &Package) -> BTreeSet<String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["tree", "--locked", "--offline", "--edges", "normal", "--prefix", "none", "--format", "{p}"]);
    cargo.args(["--manifest-path", library.manifest_path.as_str()]);
    let output = cargo.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).unwrap();
    tree.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

#[test]
fn concerns_depend_on_core_alone() {
    let metadata = metadata();
    for package in libraries(&metadata) {
        let edges: BTreeSet<&str> = package
            .dependencies
            .iter()
            .map(|dependency| dependency.name.as_str())
            .filter(|name| name.starts_with("storeward-"))
            .collect();
        let allowed: &[&str] =
            if package.name.as_str() == "storeward-core" { &[] } else { &["storeward-core"] };
        let allowed: BTreeSet<&str> = allowed.iter().copied().collect();
        assert!(edges.is_subset(&allowed), "{} depends on {edges:?}", package.name);
    }
}

#[test]
fn a_library_links_light() {
    for library in libraries(&metadata()) {
        let tree = brought(library);
        assert!(tree.contains("storeward-core"), "the tree of {} was read", library.name);
        let heavy: Vec<_> = HEAVY.iter().filter(|name| tree.contains(**name)).collect();
        assert!(heavy.is_empty(), "{} brings {heavy:?}", library.name);
        assert!(tree.len() < 60, "{} brings {} packages", library.name, tree.len());
    }
}

#[test]
fn nothing_needs_a_newer_rust_than_we_state() {
    let metadata = metadata();
    let ours = libraries(&metadata)[0].rust_version.clone().expect("stated in the workspace");
    let newer: Vec<String> = metadata
        .packages
        .iter()
        .filter(|package| package.rust_version.as_ref().is_some_and(|theirs| *theirs > ours))
        .map(|package| {
            format!("{} {} needs {}", package.name, package.version, package.rust_version.as_ref().unwrap())
        })
        .collect();
    assert!(newer.is_empty(), "{newer:?}");
}

#[test]
fn every_package_says_the_same_of_itself() {
    let metadata = metadata();
    for package in metadata.workspace_packages() {
        assert_eq!(package.license.as_deref(), Some("MIT OR Apache-2.0"), "{}", package.name);
        assert!(package.description.is_some() && package.readme.is_some(), "{}", package.name);
        assert_eq!(package.rust_version.as_ref().map(ToString::to_string).as_deref(), Some("1.94.0"));
    }
}
