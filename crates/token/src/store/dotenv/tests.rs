use std::{
    fs::{self, File},
    path::Path,
};

use pollster::block_on;
use tempfile::TempDir;

use super::*;
use crate::store::{contract, file::LONGEST};

fn key() -> FingerprintKey {
    FingerprintKey::new(&[7; 32])
}

fn store(path: impl Into<PathBuf>) -> DotenvStore {
    DotenvStore::new(path, "SALEOR_TOKEN", key()).unwrap()
}

fn fault<T>(result: Result<T, PortError>) -> Fault {
    let error = result.err().unwrap();
    assert!(!format!("{error} {error:?}").contains("EXAMPLE"), "{error}");
    error.fault()
}

#[test]
fn it_keeps_the_contract() {
    let folder = TempDir::new().unwrap();
    for (name, before) in [("new", None), ("there", Some("A=1 # one\nSALEOR_TOKEN=\nB=2\n"))] {
        let path = folder.path().join(name);
        if let Some(before) = before {
            fs::write(&path, before).unwrap();
        }
        let store = store(&path);
        block_on(contract::check(&store, contract::Promise::CompareAndSet));
        contract::race(&store, &|write: BoxFuture<'_, _>| block_on(write));
    }
    let there = fs::read_to_string(folder.path().join("there")).unwrap();
    assert!(
        there.starts_with("A=1 # one\nSALEOR_TOKEN='EXAMPLE of writer ") && there.ends_with("'\nB=2\n"),
        "{there}"
    );
    let mut left: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["new", "new.lock", "there", "there.lock"], "and nothing else is left");
}

#[test]
fn a_version_is_the_same_in_another_process_and_needs_the_key() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(".env.local");
    let made = block_on(store(&path).write(&"EXAMPLE".into(), None)).unwrap();
    assert_eq!(block_on(store(&path).read()).unwrap().unwrap().version, made);
    let other = DotenvStore::new(&path, "SALEOR_TOKEN", FingerprintKey::new(&[8; 32])).unwrap();
    assert_eq!(fault(block_on(other.write(&"2".into(), Some(&made)))), Fault::Conflict);
}

#[test]
fn a_name_that_is_none_is_refused() {
    for name in ["", "1A", "A B", "A=B", "A\nB", "Ä"] {
        assert_eq!(fault(DotenvStore::new(".env", name, key())), Fault::Invalid, "{name}");
    }
}

#[test]
fn what_cannot_be_read_is_said() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("file"), "A=1\n").unwrap();
    fs::write(at("twice"), "SALEOR_TOKEN=EXAMPLE\nSALEOR_TOKEN=EXAMPLE\n").unwrap();
    fs::write(at("bytes"), b"SALEOR_TOKEN=\xff\n").unwrap();
    fs::write(at("long"), "#".repeat(LONGEST as usize + 1)).unwrap();
    for (path, expected) in [
        (at("missing/.env"), Fault::NotFound),
        (at("file/.env"), Fault::NotFound),
        (at("."), Fault::Invalid),
        (at("twice"), Fault::Invalid),
        (at("bytes"), Fault::Invalid),
        (at("long"), Fault::Invalid),
        (PathBuf::from(""), Fault::Invalid),
    ] {
        let store = store(&path);
        assert_eq!(fault(block_on(store.read())), expected, "{}", path.display());
        assert_eq!(fault(block_on(store.write(&"EXAMPLE".into(), None))), expected, "{}", path.display());
        let said = block_on(store.read()).unwrap_err().to_string();
        let place = if path.ends_with(".env") { path.parent().unwrap() } else { &path };
        assert!(said.contains(place.to_string_lossy().trim_end_matches("/.")), "{said}");
    }
    assert!(!at("missing").exists());
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn a_new_file_is_private_and_an_old_one_keeps_its_mode() {
        let folder = TempDir::new().unwrap();
        let (new, old) = (folder.path().join("new"), folder.path().join("old"));
        fs::write(&old, "A=1\n").unwrap();
        fs::set_permissions(&old, fs::Permissions::from_mode(0o640)).unwrap();
        for (path, expected) in [(&new, 0o600), (&old, 0o640)] {
            block_on(store(path).write(&"EXAMPLE".into(), None)).unwrap();
            assert_eq!(mode(path), expected);
        }
        assert_eq!(mode(&folder.path().join("new.lock")), 0o600);
    }

    #[test]
    fn a_link_is_followed_and_stays() {
        let folder = TempDir::new().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("real")).unwrap();
        fs::write(at("real/file"), "A=1\n").unwrap();
        symlink("real/file", at("one")).unwrap();
        symlink("one", at("two")).unwrap();
        block_on(store(at("two")).write(&"EXAMPLE".into(), None)).unwrap();
        assert_eq!(fs::read_to_string(at("real/file")).unwrap(), "A=1\nSALEOR_TOKEN=EXAMPLE\n");
        assert!(at("one").is_symlink() && at("two").is_symlink());
        assert!(at("real/file.lock").exists(), "all ways to a file lead to one lock");

        symlink("nowhere", at("dangling")).unwrap();
        assert_eq!(fault(block_on(store(at("dangling")).write(&"EXAMPLE".into(), None))), Fault::NotFound);
        assert!(!at("nowhere").exists());
    }

    #[test]
    fn what_a_crash_left_or_somebody_planted_is_not_written_through() {
        let folder = TempDir::new().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("victim"), "untouched").unwrap();
        symlink(at("victim"), at(".env.tmp")).unwrap();
        let version = block_on(store(at(".env")).write(&"EXAMPLE".into(), None)).unwrap();
        fs::write(at(".env.tmp"), "half a file").unwrap();
        block_on(store(at(".env")).write(&"EXAMPLE-2".into(), Some(&version))).unwrap();
        assert_eq!(fs::read_to_string(at("victim")).unwrap(), "untouched");
        assert_eq!(fs::read_to_string(at(".env")).unwrap(), "SALEOR_TOKEN=EXAMPLE-2\n");
        assert!(!at(".env.tmp").exists());
    }

    #[test]
    fn a_pipe_is_no_file() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        assert_eq!(fault(block_on(store(&path).read())), Fault::Invalid);
    }

    #[test]
    fn a_read_only_file_is_not_replaced() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join(".env");
        fs::write(&path, "A=1\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
        assert_eq!(fault(block_on(store(&path).write(&"EXAMPLE".into(), None))), Fault::Refused);
        assert_eq!(fs::read_to_string(&path).unwrap(), "A=1\n");
        assert!(block_on(store(&path).read()).unwrap().is_none());
    }

    #[test]
    fn a_folder_in_which_nothing_can_be_made_is_read_only() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join(".env");
        fs::write(&path, "SALEOR_TOKEN=EXAMPLE\n").unwrap();
        let version = block_on(store(&path).read()).unwrap().unwrap().version;
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o500)).unwrap();
        // The one who may do everything may do this too.
        let forbidden = File::create(folder.path().join("probe")).is_err();
        let result = block_on(store(&path).write(&"EXAMPLE-2".into(), Some(&version)));
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
        if forbidden {
            assert_eq!(fault(result), Fault::Refused);
            assert_eq!(fs::read_to_string(&path).unwrap(), "SALEOR_TOKEN=EXAMPLE\n");
        }
        assert!(block_on(store(&path).read()).unwrap().is_some());
    }

    #[test]
    fn a_file_that_cannot_be_replaced_is_left_whole() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join(".env");
        fs::write(&path, "A=1\n").unwrap();
        // A folder where the new content is to be written: for everyone, whoever runs the test, in the way.
        fs::create_dir(folder.path().join(".env.tmp")).unwrap();
        let error = block_on(store(&path).write(&"EXAMPLE".into(), None)).unwrap_err();
        assert!(error.to_string().contains(".env.tmp is in the way"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "A=1\n");
    }
}
