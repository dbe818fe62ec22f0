//! `storeward init`

use std::{collections::BTreeMap, fs};

use crate::program::{directory, storeward};

#[test]
fn it_writes_once_and_never_overwrites() {
    let place = directory(&BTreeMap::from([(".gitignore".to_owned(), "node_modules".to_owned())]));
    let none = BTreeMap::new();
    let run = storeward(place.path(), &["init", "--yes"], &none);
    assert_eq!(run.exit, 0, "{}", run.stderr);
    assert!(
        run.stdout.contains("+++ storeward.toml") && run.stdout.contains("+.storeward/"),
        "{}",
        run.stdout
    );
    let ignored = fs::read_to_string(place.path().join(".gitignore")).unwrap();
    assert_eq!(ignored, "node_modules\n.storeward/\n.env*\n!.env.example\n");

    let config = place.path().join("storeward.toml");
    fs::write(&config, "[default]\n").unwrap();
    let run = storeward(place.path(), &["init", "--yes"], &none);
    assert_eq!((run.exit, run.stdout.as_str()), (0, ""));
    assert!(run.stderr.contains("stays as it is") && run.stderr.contains("nothing to do"), "{}", run.stderr);
    assert_eq!(fs::read_to_string(&config).unwrap(), "[default]\n");
    assert_eq!(fs::read_to_string(place.path().join(".gitignore")).unwrap(), ignored);
}

#[test]
fn without_a_terminal_it_shows_and_writes_nothing() {
    let place = directory(&BTreeMap::new());
    let run = storeward(place.path(), &["init"], &BTreeMap::new());
    assert_eq!(run.exit, 2);
    assert!(run.stdout.contains("+++ storeward.toml") && run.stderr.contains("--yes"), "{}", run.stderr);
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
}

#[test]
fn what_it_writes_passes_the_check() {
    let place = directory(&BTreeMap::new());
    storeward(place.path(), &["init", "--yes"], &BTreeMap::new());
    for environment in ["development", "production"] {
        let run = crate::program::check(place.path(), environment);
        assert_eq!(run.exit, 0, "{}", run.stdout);
    }
}
