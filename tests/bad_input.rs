//! What strangers and accidents put into a directory: a clear message, the right exit code, and the rest still checked.

use std::{collections::BTreeMap, fs};

use crate::program::{Run, check, directory, storeward, write};

fn store(extra: &[(&str, &[u8])]) -> (tempfile::TempDir, Run) {
    let place = directory(&BTreeMap::from([("config.yml".to_owned(), "shop: {}\n".to_owned())]));
    for (name, bytes) in extra {
        write(place.path(), name, bytes);
    }
    let run = check(place.path(), "development");
    (place, run)
}

#[test]
fn a_yaml_bomb_is_refused() {
    let mut bomb = "shop: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..40 {
        let aliases = vec![format!("*a{}", level - 1); 9].join(", ");
        bomb.push_str(&format!("k{level}: &a{level} [{aliases}]\n"));
    }
    let (_place, run) = store(&[("config.yml", bomb.as_bytes())]);
    let evidence = run.check("SW-CFG-001")["evidence"][0].clone();
    assert!(evidence["message"].as_str().unwrap().contains("aliases expand"), "{evidence}");
    assert_eq!((run.exit, &evidence["path"]), (1, &"config.yml".into()));
    assert_eq!(run.check("SW-SEC-001")["status"], "pass", "the rest is checked");
}

#[test]
fn text_that_is_none_is_named_by_line() {
    let (_place, run) = store(&[("config.yml", b"shop:\n  description: \xff\xfe\n"), (".env", b"A=\xff\n")]);
    let message = run.check("SW-CFG-001")["evidence"][0]["message"].clone();
    assert_eq!(message, "is not UTF-8 text (line 2)");
    assert_eq!(run.check("SW-ENV-006")["status"], "fail");
}

#[test]
fn binary_and_large_files_are_taken_in_stride() {
    let mut large = b"shop:\n  description: >\n".to_vec();
    large.resize(20 << 20, b' ');
    let (_place, run) = store(&[("config.yml", &large), ("logo.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")]);
    let message = run.check("SW-CFG-001")["evidence"][0]["message"].clone();
    assert!(message.as_str().unwrap().contains("only files up to 16 MiB are parsed"), "{message}");
    assert_eq!(run.check("SW-SEC-001")["status"], "pass");
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    use std::os::unix::fs::symlink;
    let (place, _) = store(&[]);
    let outside =
        directory(&BTreeMap::from([("secret.txt".to_owned(), format!("AKIA{}Q7VT2MXK9\n", "EXAMPLE"))]));
    symlink(place.path(), place.path().join("loop")).unwrap();
    symlink("b", place.path().join("a")).unwrap();
    symlink("a", place.path().join("b")).unwrap();
    symlink(outside.path(), place.path().join("outside")).unwrap();
    symlink(outside.path().join("secret.txt"), place.path().join("secret.txt")).unwrap();
    let run = check(place.path(), "development");
    assert_eq!((run.exit, &run.check("SW-SEC-001")["status"]), (0, &"pass".into()), "{}", run.stdout);
}

#[cfg(unix)]
#[test]
fn what_cannot_be_read_is_no_yes() {
    use std::os::unix::fs::PermissionsExt;
    let (place, _) = store(&[("locked.txt", b"x"), ("closed/a.txt", b"x")]);
    for name in ["locked.txt", "closed"] {
        fs::set_permissions(place.path().join(name), PermissionsExt::from_mode(0o000)).unwrap();
    }
    let readable_all_the_same = fs::read(place.path().join("locked.txt")).is_ok();
    let run = check(place.path(), "development");
    fs::set_permissions(place.path().join("closed"), PermissionsExt::from_mode(0o700)).unwrap();
    if readable_all_the_same {
        eprintln!("skipped: this user may read everything");
        return;
    }
    let unreadable = run.check("SW-SRC-003");
    assert_eq!((run.exit, unreadable["evidence"].as_array().unwrap().len()), (3, 2), "{unreadable:#}");
}

#[test]
fn an_output_that_cannot_be_written_leaves_nothing() {
    let (place, _) = store(&[]);
    let arguments = ["check", "--output", "no/such/folder/report.json", "--format", "json"];
    let run = storeward(place.path(), &arguments, &BTreeMap::new());
    assert_eq!((run.exit, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("cannot write no/such/folder/report.json"), "{}", run.stderr);
    let arguments = ["check", "--output", "report.txt"];
    assert_eq!(storeward(place.path(), &arguments, &BTreeMap::new()).exit, 0);
    let report = fs::read_to_string(place.path().join("report.txt")).unwrap();
    assert!(report.contains("SW-SRC-001") && !report.contains('\u{1b}'), "{report}");
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 2, "no partial file is left");
}
