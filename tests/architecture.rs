//! The house is a star: a concern depends on `core` and on no other concern, and stays light to link.

use std::collections::{BTreeSet, HashMap};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, PackageId};

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

/// The features of a package that some of them bring, those of its dependencies among them: `core/http`.
fn brought(package: &Package, features: Vec<String>) -> BTreeSet<String> {
    let (mut open, mut seen) = (features, BTreeSet::new());
    while let Some(feature) = open.pop() {
        if seen.insert(feature.clone()) {
            open.extend(package.features.get(&feature).cloned().unwrap_or_default());
        }
    }
    seen
}

/// A package's own dependencies with these features.
fn dependencies_with(package: &Package, features: &BTreeSet<String>) -> BTreeSet<String> {
    let on = |name: &str| {
        features.iter().any(|feature| {
            *feature == format!("dep:{name}") || feature == name || feature.starts_with(&format!("{name}/"))
        })
    };
    let normal = package.dependencies.iter().filter(|dependency| dependency.kind == DependencyKind::Normal);
    let brought = normal.filter(|dependency| {
        !dependency.optional || on(dependency.rename.as_ref().unwrap_or(&dependency.name))
    });
    brought.map(|dependency| dependency.name.clone()).collect()
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
    let metadata = metadata();
    let packages: HashMap<&PackageId, &Package> = metadata.packages.iter().map(|p| (&p.id, p)).collect();
    let nodes: HashMap<&PackageId, _> =
        metadata.resolve.as_ref().unwrap().nodes.iter().map(|node| (&node.id, node)).collect();
    let libraries = libraries(&metadata);
    let of_core = libraries.iter().find(|package| package.name.as_str() == "storeward-core").unwrap();
    for library in &libraries {
        let features = brought(library, vec!["default".to_owned()]);
        let own = dependencies_with(library, &features);
        // Cargo's graph has every feature that anybody asks of `core`; here count those that this library asks for.
        let asked = features.iter().filter_map(|feature| feature.strip_prefix("storeward-core/"));
        let edges = library.dependencies.iter().filter(|edge| edge.name == of_core.name.as_str());
        let asked = asked.map(str::to_owned).chain(edges.flat_map(|edge| edge.features.clone()));
        let of_core_own =
            dependencies_with(of_core, &brought(of_core, asked.chain(["default".to_owned()]).collect()));
        let mut open: Vec<&PackageId> = Vec::new();
        let normal = |id: &PackageId| {
            let counts =
                |dep: &&PackageId| *id != of_core.id || of_core_own.contains(packages[*dep].name.as_str());
            let deps = nodes[id].deps.iter();
            deps.filter(|dep| dep.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal))
                .map(|dep| &dep.pkg)
                .filter(counts)
                .collect::<Vec<_>>()
        };
        open.extend(normal(&library.id).into_iter().filter(|id| own.contains(packages[*id].name.as_str())));
        let mut tree = BTreeSet::new();
        while let Some(id) = open.pop() {
            if tree.insert(packages[id].name.as_str()) {
                open.extend(normal(id));
            }
        }
        let heavy: Vec<_> = HEAVY.iter().filter(|name| tree.contains(*name)).collect();
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
